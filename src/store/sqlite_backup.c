/* A consistent copy of a running store, in one step: in smaller steps every
 * write begins it anew, and under load it never ends. The copy is made under
 * another name and gets its own when it is whole and on the disk. */
#include "store/sqlite_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static bool sync_folder(const char *path, struct arena *a)
{
    char *copy = (char *)(uintptr_t)arena_str(a, str_c(path)).p;
    return sync_path(dirname(copy), O_DIRECTORY);
}

static int copy(struct store *s, const char *to, struct arena *a, struct str *why)
{
    sqlite3 *from = NULL, *db = NULL;
    int rc = sqlite_open_db(s, CONN_READER, &from, a, why);
    if (rc < 0)
        return rc;
    int code = sqlite3_open_v2(to, &db, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_backup *b = code == SQLITE_OK ? sqlite3_backup_init(db, "main", from, "main") : NULL;
    if (b) {
        code = sqlite3_backup_step(b, -1);
        sqlite3_backup_finish(b);
    }
    /* One file, without a log beside it. */
    if (code == SQLITE_DONE)
        code = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    rc = code == SQLITE_OK ? 0 : (code & 0xff) == SQLITE_CORRUPT ? ERR_STORE_CORRUPT : ERR_IO;
    if (rc < 0)
        *why = arena_printf(a, "%s: %s", to, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
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
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        *why = arena_printf(a, "%s cannot be made: %s", part, strerror(errno));
        return ERR_IO;
    }
    close(fd);
    int rc = copy(s, part, a, why);
    /* link, unlike rename, takes nobody's place */
    if (rc == 0 && (!sync_path(part, 0) || link(part, path) != 0 || !sync_folder(path, a))) {
        *why = arena_printf(a, "%s: %s", path, strerror(errno));
        rc = ERR_IO;
    }
    (void)unlink(part);
    return rc;
}
