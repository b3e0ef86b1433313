/* Growing buffer: doubles up to its maximum. When memory runs out it is full
 * as well: what was to be written is not. */
#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEAST = 256, KEEP = 64 * 1024 };

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_reset(struct buf *b)
{
    if (b->cap > KEEP) {
        free(b->p);
        b->p = NULL;
        b->cap = 0;
    }
    b->n = 0;
    b->full = false;
}

char *buf_grow(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->n) {
        b->full = true;
        return NULL;
    }
    size_t need = b->n + n, cap = b->cap > LEAST / 2 ? b->cap : LEAST / 2;
    do {
        cap = cap > b->max / 2 ? b->max : cap * 2;
    } while (cap < need);
    char *p = realloc(b->p, cap);
    if (!p) {
        b->full = true;
        return NULL;
    }
    b->p = p;
    b->cap = cap;
    return p + b->n;
}

void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

void buf_i64(struct buf *b, int64_t v)
{
    char text[20], *p = text + sizeof text;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (; u >= 100; u /= 100)
        memcpy(p -= 2, pairs + u % 100 * 2, 2);
    if (u >= 10)
        memcpy(p -= 2, pairs + u * 2, 2);
    else
        *--p = (char)('0' + u);
    if (v < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(text + sizeof text - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char near[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(near, sizeof near, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof near) {
        buf_add(b, near, (size_t)n);
    } else if (n > 0) {
        /* vsnprintf ends with a NUL, for which there must be room as well */
        char *p = buf_room(b, (size_t)n + 1);
        if (p) {
            vsnprintf(p, (size_t)n + 1, fmt, again);
            b->n += (size_t)n;
        }
    }
    va_end(again);
}
