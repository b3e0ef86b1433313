/* A thin layer between SQLite and its file layer that joins the writes of the
 * write-ahead log. The engine writes a log frame as 24 bytes and a page, one
 * call each; a group of small records makes some four hundred calls, which
 * cost more than everything else in COMMIT. Here consecutive writes collect
 * in memory and go out as one call before anything can tell the difference: at
 * the sync of COMMIT, at a read, a truncation, a question for the size.
 *
 * Why this is safe: other connections look at a frame only after the index in
 * shared memory names it, and with synchronous=FULL the writer enters the
 * frames of a transaction there after their sync. The frames of a transaction
 * that is not committed yet are read by its own connection alone, through the
 * same handle, and that flushes first. A failed write shows at the sync, which
 * fails then as it would have by itself.
 *
 * The layering follows SQLite's own description of a "shim VFS". */
#include "store/sqlite_priv.h"
#include <pthread.h>
#include <stdlib.h>

enum { ROOM = 120 << 10 }; /* SQLite writes at most 128 KiB less one byte in a call */

struct log_file {
    sqlite3_file base;  /* our methods */
    sqlite3_file *real; /* stands right behind this struct */
    char *held;         /* ROOM bytes, made at the first write; NULL */
    int n;              /* of them in use */
    sqlite3_int64 at;   /* where in the file they belong */
};

static struct log_file *self(sqlite3_file *f)
{
    return (struct log_file *)f;
}

static int flush(struct log_file *f)
{
    int n = f->n;
    f->n = 0; /* a failed write is not tried again: the engine rolls back */
    return n ? f->real->pMethods->xWrite(f->real, f->held, n, f->at) : SQLITE_OK;
}

static int log_close(sqlite3_file *file)
{
    struct log_file *f = self(file);
    int rc = flush(f);
    int closed = f->real->pMethods->xClose(f->real);
    free(f->held);
    return rc != SQLITE_OK ? rc : closed;
}

static int log_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct log_file *f = self(file);
    int rc = flush(f);
    return rc != SQLITE_OK ? rc : f->real->pMethods->xRead(f->real, to, n, at);
}

static int log_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct log_file *f = self(file);
    int rc = SQLITE_OK;
    if (f->n && (at != f->at + f->n || f->n + n > ROOM))
        rc = flush(f);
    if (rc != SQLITE_OK)
        return rc;
    if (!f->held && !(f->held = malloc(ROOM)))
        return SQLITE_IOERR_NOMEM;
    if (n > ROOM)
        return f->real->pMethods->xWrite(f->real, from, n, at);
    if (!f->n)
        f->at = at;
    memcpy(f->held + f->n, from, (size_t)n);
    f->n += n;
    return SQLITE_OK;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = flush(self(file));
    return rc != SQLITE_OK ? rc : self(file)->real->pMethods->xTruncate(self(file)->real, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    int rc = flush(self(file));
    return rc != SQLITE_OK ? rc : self(file)->real->pMethods->xSync(self(file)->real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = flush(self(file));
    return rc != SQLITE_OK ? rc : self(file)->real->pMethods->xFileSize(self(file)->real, size);
}

static int log_lock(sqlite3_file *file, int lock)
{
    return self(file)->real->pMethods->xLock(self(file)->real, lock);
}

static int log_unlock(sqlite3_file *file, int lock)
{
    return self(file)->real->pMethods->xUnlock(self(file)->real, lock);
}

static int log_check_lock(sqlite3_file *file, int *out)
{
    return self(file)->real->pMethods->xCheckReservedLock(self(file)->real, out);
}

static int log_control(sqlite3_file *file, int op, void *arg)
{
    int rc = flush(self(file));
    return rc != SQLITE_OK ? rc
                           : self(file)->real->pMethods->xFileControl(self(file)->real, op, arg);
}

static int log_sector(sqlite3_file *file)
{
    return self(file)->real->pMethods->xSectorSize(self(file)->real);
}

static int log_device(sqlite3_file *file)
{
    return self(file)->real->pMethods->xDeviceCharacteristics(self(file)->real);
}

/* Version 1: a log has neither shared memory nor mapped pages. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *real = sqlite3_vfs_find(SQLITE_FILE_LAYER);
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return real->xOpen(real, name, file, flags, out);
    struct log_file *f = self(file);
    *f = (struct log_file){.real = (sqlite3_file *)(f + 1)};
    int rc = real->xOpen(real, name, f->real, flags, out);
    if (f->real->pMethods)
        f->base.pMethods = &log_methods;
    return rc;
}

static void make(void)
{
    static sqlite3_vfs vfs; /* SQLite keeps the pointer for the life of the process */
    const sqlite3_vfs *real = sqlite3_vfs_find(SQLITE_FILE_LAYER);
    if (!real)
        return;
    vfs = *real;
    vfs.zName = SQLITE_JOINED_WRITES;
    vfs.szOsFile += (int)sizeof(struct log_file);
    vfs.xOpen = open_file;
    vfs.pNext = NULL;
    (void)sqlite3_vfs_register(&vfs, 0);
}

void sqlite_join_writes(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make);
}
