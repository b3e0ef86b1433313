/* The SQLite file: made readable to its owner alone, opened with our pragmas,
 * known again by its application id, and its write-ahead log kept short.
 *
 * The log is moved into the file by a thread beside the writer. Its file never
 * shrinks by that: the next writer begins at its start again. So how much of it
 * counts is learnt from the engine at each commit, not from the file's size. */
#include "store/sqlite_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    APPLICATION = 0x436c6e74, /* "Clnt", in the header of the file */
    FRAME = 4096 + 24,        /* bytes in the log for a page */
    RESTART_WAIT_MS = 100,    /* for readers that are still in the log */
};
/* Moved by the writer itself when nobody else does it: in commands. */
static const int64_t large_memory = INT64_C(4) << 30; /* bytes */
static const long long wal_most = 512LL << 20;

const char *sqlite_file(const struct store *s)
{
    return s->url + sizeof "sqlite:" - 1;
}

/* Its own count of memory would make every thread wait for one lock. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static struct str open_why(const char *path, int code, sqlite3 *db, struct arena *a)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return arena_printf(a, "%s is a directory, not a database file", path);
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return arena_printf(a, "%s is not a database file", path);
    case SQLITE_CORRUPT:
        return arena_printf(a, "%s is damaged; restore a backup", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return arena_printf(a, "%s cannot be written", path);
    case SQLITE_CANTOPEN:
        /* On a read-only file system it is the files beside it that fail. */
        if (stat(path, &st) == 0 && access(path, R_OK | W_OK) != 0)
            return arena_printf(a, "%s cannot be written: %s", path, strerror(errno));
        return arena_printf(a, "%s cannot be opened: %s", path,
                            errno ? strerror(errno) : "unknown reason");
    default:
        return arena_printf(a, "%s: %s", path, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    }
}

/* After each commit: how long the log is now. */
static int committed(void *store, sqlite3 *db, const char *name, int pages)
{
    struct store *s = store;
    long long bytes = (long long)pages * FRAME;
    atomic_store_explicit(&s->wal, bytes, memory_order_relaxed);
    if (bytes > wal_most)
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

int sqlite_open_db(struct store *s, enum conn_role role, sqlite3 **db, struct arena *a,
                   struct str *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    errno = 0;
    sqlite_join_writes();
    int code = sqlite3_open_v2(sqlite_file(s), db, flags, SQLITE_JOINED_WRITES);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(*db, (int)(s->options.busy_us / 1000));
        code = exec(*db, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                         "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 268435456;"
                         "PRAGMA trusted_schema = OFF; SELECT 1 FROM sqlite_schema LIMIT 1");
    }
    if (code == SQLITE_OK)
        code = exec(*db, role == CONN_WRITER ? "PRAGMA cache_size = -24576"
                                             : "PRAGMA cache_size = -5120");
    if (code == SQLITE_OK && sqlite3_db_readonly(*db, "main") == 1)
        code = SQLITE_READONLY;
    if (code == SQLITE_OK) {
        sqlite3_wal_hook(*db, committed, s); /* in place of automatic checkpoints */
        return 0;
    }
    if (why)
        *why = open_why(sqlite_file(s), code, *db, a);
    sqlite3_close(*db);
    *db = NULL;
    return sqlite_error(code);
}

/* Pages that a large transaction changes should not have to leave memory and
 * come back before it ends; a small machine has other uses for its memory. */
void sqlite_enlarge(struct conn *c)
{
    int64_t memory = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    (void)exec(sqlite_self(c)->db, memory >= large_memory ? "PRAGMA cache_size = -786432"
                                                          : "PRAGMA cache_size = -131072");
}

/* The file, when it has to be made, holds people's data: for its owner only. */
static int make_file(const struct store *s, struct arena *a, struct str *why)
{
    const char *path = sqlite_file(s);
    if (access(path, F_OK) == 0)
        return 0;
    if (!s->options.create) {
        *why = arena_printf(a, "there is no file %s", path);
        return ERR_STORE_DOWN;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        *why = arena_printf(a, "%s cannot be made: %s", path, strerror(errno));
        return errno == ENOSPC || errno == EROFS ? ERR_STORE_FULL : ERR_STORE_DOWN;
    }
    close(fd);
    return 0;
}

static int number(void *out, int n, char **values, char **names)
{
    (void)names;
    *(long long *)out = n > 0 && values[0] ? strtoll(values[0], NULL, 10) : 0;
    return 0;
}

/* An empty file becomes ours; another program's is left alone. */
static int check_owner(const struct store *s, sqlite3 *db, struct arena *a, struct str *why)
{
    long long id = 0, tables = 0;
    int code = sqlite3_exec(db, "PRAGMA application_id", number, &id, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", number, &tables, NULL);
    if (code == SQLITE_OK && id == 0 && tables == 0 && s->options.create) {
        char sql[64];
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d", APPLICATION);
        code = exec(db, sql);
    } else if (code == SQLITE_OK && id != APPLICATION && (id != 0 || tables != 0)) {
        *why = arena_printf(a, "%s is a database of another program", sqlite_file(s));
        return ERR_USAGE;
    }
    if (code != SQLITE_OK)
        *why = open_why(sqlite_file(s), code, db, a);
    return code == SQLITE_OK ? 0 : sqlite_error(code);
}

int sqlite_store_open(struct store *s, struct arena *a, struct str *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    s->name = strdup(s->url);
    if (!s->name)
        abort();
    if (!*sqlite_file(s)) {
        *why = STR("sqlite: needs a path, as in sqlite:clientele.db");
        return ERR_USAGE;
    }
    int rc = make_file(s, a, why);
    if (rc < 0)
        return rc;
    sqlite3 *db = NULL;
    rc = sqlite_open_db(s, CONN_READER, &db, a, why);
    if (rc == 0)
        rc = check_owner(s, db, a, why);
    sqlite3_close(db);
    return rc;
}

void sqlite_store_close(struct store *s)
{
    (void)s; /* connections are closed by those who opened them */
}

/* PASSIVE does not wait for anybody, but does nothing on a connection that has
 * not read yet. RESTART waits a moment for readers that are still in the log,
 * so that the next writer begins at its start. */
/* The engine syncs the file only once all of the log is in it, which beside a
 * busy writer is when the writer itself begins the log anew: it would then wait
 * for everything that was moved so far. Here that is nobody's loss. */
static void sync_file(sqlite3 *db)
{
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK && file && file->pMethods)
        (void)file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

void sqlite_checkpoint(struct conn *conn, bool restart)
{
    struct sqlite_conn *c = sqlite_self(conn);
    if (exec(c->db, "SELECT 1 FROM sqlite_schema LIMIT 1") != SQLITE_OK)
        return;
    int in_log = -1, moved = -1;
    sqlite3_busy_timeout(c->db, RESTART_WAIT_MS);
    int code = sqlite3_wal_checkpoint_v2(
        c->db, NULL, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &in_log,
        &moved);
    sqlite3_busy_timeout(c->db, (int)(conn->store->options.busy_us / 1000));
    if (!restart && moved > 0)
        sync_file(c->db);
    if (in_log >= 0)
        atomic_store_explicit(&conn->store->wal,
                              code == SQLITE_OK && moved == in_log ? 0 : (long long)in_log * FRAME,
                              memory_order_relaxed);
}

int64_t sqlite_wal_bytes(const struct store *s)
{
    return atomic_load_explicit(&s->wal, memory_order_relaxed);
}

struct str sqlite_version(struct store *s, struct arena *a)
{
    (void)s;
    return arena_printf(a, "SQLite %s", sqlite3_libversion());
}
