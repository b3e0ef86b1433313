/* A system call an id would cost more than the rest of making it, so each
 * thread fetches 256 bytes at once. Bytes handed out are wiped here. */
#include "base/random.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void random_bytes(void *out, size_t n)
{
    static _Thread_local unsigned char ready[256];
    static _Thread_local size_t left;
    assert(n <= sizeof ready);
    if (left < n) {
        /* up to 256 bytes are never interrupted and never short (getrandom(2)) */
        if (getrandom(ready, sizeof ready, 0) != (ssize_t)sizeof ready) {
            fputs("clientele: the system gives no random bytes\n", stderr);
            abort();
        }
        left = sizeof ready;
    }
    left -= n;
    memcpy(out, ready + left, n);
    memset(ready + left, 0, n);
}
