/* A growing byte buffer with a declared maximum. Past the maximum it takes
 * nothing more and says so by `full`; callers check once, at the end. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *p;    /* malloc'ed, owned by the buffer */
    size_t n;   /* bytes in use */
    size_t cap; /* bytes allocated */
    size_t max; /* never grows past this */
    bool full;  /* something did not fit */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
/* Empties it and keeps the memory, unless that is over 64 KiB. */
void buf_reset(struct buf *b);
/* Room for n more bytes behind the last one, or NULL and `full`; whoever
 * writes there adds to `n`. */
char *buf_grow(struct buf *b, size_t n);
static inline char *buf_room(struct buf *b, size_t n)
{
    return n <= b->cap - b->n && !b->full && b->p ? b->p + b->n : buf_grow(b, n);
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
    char *to = n ? buf_room(b, n) : NULL;
    if (to) {
        memcpy(to, p, n);
        b->n += n;
    }
}

void buf_str(struct buf *b, struct str s);
#define buf_lit(b, lit) buf_add((b), (lit), sizeof(lit) - 1)
static inline void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline struct str buf_view(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}
