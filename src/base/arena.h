/* A bump arena: the memory of one lifetime (process, request, scratch).
 * What it hands out lives until the arena is reset or freed; nobody frees a
 * single piece. Out of memory aborts: what comes from outside is bounded
 * before it gets here. Not thread-safe: one owner at a time. */
#pragma once
#include "base/str.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* block: bytes of the first block; later ones double up to 1 MiB. */
struct arena *arena_new(size_t block);
/* Frees everything and nulls the pointer; NULL is fine. */
void arena_free(struct arena **a);
/* Forgets everything, keeps the first block. */
void arena_reset(struct arena *a);
/* A place to go back to: what was allocated after the mark is forgotten.
 * This is how a handler can be run a second time. */
struct arena_mark {
    void *block;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* n zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t n);
/* n bytes, not zeroed, not aligned. */
char *arena_bytes(struct arena *a, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (size_t)(count)))

/* A copy, NUL-terminated behind its last byte; null stays null. */
struct str arena_str(struct arena *a, struct str s);
const char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap);
/* All bytes held, for limits and metrics. */
size_t arena_size(const struct arena *a);
