/* A consistent copy of a running store, in one step: in smaller steps every
 * write begins it anew, and under load it never ends. */
#include "store/sqlite_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    int rc = fsync(fd) == 0 ? 0 : ERR_IO;
    close(fd);
    return rc;
}

static int copy(const struct store *s, const char *to, struct arena *a, struct str *why)
{
    sqlite3 *from = NULL, *db = NULL;
    int rc = sqlite_open_db(s, CONN_READER, &from, a, why);
    if (rc < 0)
        return rc;
    int code = sqlite3_open_v2(to, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *b = code == SQLITE_OK ? sqlite3_backup_init(db, "main", from, "main") : NULL;
    if (b) {
        code = sqlite3_backup_step(b, -1);
        sqlite3_backup_finish(b);
    }
    /* One file, without a log beside it. */
    if (code == SQLITE_DONE)
        code = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    rc = code == SQLITE_OK ? 0 : ERR_IO;
    if (rc < 0)
        *why = arena_printf(a, "%s: %s", to, db ? sqlite3_errmsg(db) : "cannot be made");
    sqlite3_close(db);
    sqlite3_close(from);
    return rc;
}

int sqlite_backup(struct store *s, const char *path, struct arena *a, struct str *why)
{
    if (access(path, F_OK) == 0) {
        *why = arena_printf(a, "%s exists already", path);
        return ERR_IO;
    }
    const char *part = arena_printf(a, "%s.part", path).p;
    (void)unlink(part);
    int rc = copy(s, part, a, why);
    if (rc == 0 && (sync_file(part) < 0 || link(part, path) != 0)) {
        *why = arena_printf(a, "%s: %s", path, strerror(errno));
        rc = ERR_IO;
    }
    (void)unlink(part);
    return rc;
}
