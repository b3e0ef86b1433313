/* Is another process at the SQLite file? Every connection in WAL mode holds a
 * lock on one byte of the -shm file for as long as it is open. Asking by
 * fcntl() would need a descriptor of our own, and closing that would drop the
 * engine's locks of this process; the kernel's list of locks needs none. */
#include "store/sqlite_priv.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIVE_BYTE = 128 }; /* UNIX_SHM_DMS in SQLite's os_unix.c */

/* "5: POSIX  ADVISORY  READ 12345 08:01:131077 128 128" */
static bool others_hold(const char *line, unsigned long long inode)
{
    unsigned long long found = 0, from = 0, to = 0;
    long pid = 0;

    return sscanf(line, "%*s POSIX %*s %*s %ld %*x:%*x:%llu %llu %llu", &pid, &found, &from, &to) ==
               4 &&
           found == inode && pid != (long)getpid() && from <= ALIVE_BYTE && to >= ALIVE_BYTE;
}

bool store_shared(const struct store *s)
{
    char path[4096], line[256];
    struct stat st;
    bool shared = false;

    if (store_engine(s) != ENGINE_SQLITE)
        return true;
    snprintf(path, sizeof(path), "%s-shm", sqlite_file(s));
    if (stat(path, &st) != 0)
        return false; /* nobody has it open */
    FILE *f = fopen("/proc/locks", "re");
    if (!f)
        return true; /* better too careful */
    while (!shared && fgets(line, sizeof(line), f))
        shared = others_hold(line, (unsigned long long)st.st_ino);
    fclose(f);
    return shared;
}
