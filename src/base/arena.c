/* Arena: a chain of blocks, newest on top; a piece is a bump of `used`. Only
 * the first block outlives a reset. Under AddressSanitizer what is not handed
 * out is poisoned, and pieces stand apart, so that an overrun is seen. */
#include "base/arena.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
enum { GAP = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum { ALIGN = 16, BLOCK_LEAST = 256, BLOCK_MOST = 1 << 20 };

struct block {
    struct block *below; /* older one, NULL at the first */
    size_t cap, used;    /* of data */
    _Alignas(ALIGN) char data[];
};

struct arena {
    struct block *top; /* the one that hands out */
    size_t held;       /* bytes of all blocks */
};

static _Noreturn void no_memory(void)
{
    static const char line[] = "clientele: out of memory\n";
    fputs(line, stderr);
    abort();
}

static struct block *block_new(size_t cap, struct block *below)
{
    struct block *b = cap > SIZE_MAX / 2 ? NULL : malloc(sizeof *b + cap);
    if (!b)
        no_memory();
    b->below = below;
    b->cap = cap;
    b->used = 0;
    POISON(b->data, cap);
    return b;
}

static struct block *block_free(struct block *b)
{
    struct block *below = b->below;
    UNPOISON(b->data, b->cap);
    free(b);
    return below;
}

struct arena *arena_new(size_t block)
{
    struct arena *a = malloc(sizeof *a);
    if (!a)
        no_memory();
    if (block < BLOCK_LEAST)
        block = BLOCK_LEAST;
    a->top = block_new(block, NULL);
    a->held = block;
    return a;
}

void arena_free(struct arena **a)
{
    if (!*a)
        return;
    for (struct block *b = (*a)->top; b;)
        b = block_free(b);
    free(*a);
    *a = NULL;
}

void arena_reset(struct arena *a)
{
    struct block *first = a->top;
    while (first->below)
        first = first->below;
    arena_rewind(a, (struct arena_mark){first, 0});
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->top, a->top->used};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->top != m.block) {
        a->held -= a->top->cap;
        a->top = block_free(a->top);
    }
    POISON(a->top->data + m.used, a->top->used - m.used);
    a->top->used = m.used;
}

/* A block that holds n bytes on top: twice the last one, within the limit. */
static void grow(struct arena *a, size_t n)
{
    size_t cap = a->top->cap < BLOCK_MOST / 2 ? a->top->cap * 2 : BLOCK_MOST;
    if (cap < n)
        cap = n;
    a->top = block_new(cap, a->top);
    a->held += cap;
}

static char *take(struct arena *a, size_t n, size_t align)
{
    struct block *b = a->top;
    size_t at = (b->used + align - 1) & ~(align - 1);
    if (n > SIZE_MAX / 4)
        no_memory();
    if (at + n + GAP > b->cap) {
        grow(a, n + GAP);
        b = a->top;
        at = 0;
    }
    b->used = at + n + GAP;
    UNPOISON(b->data + at, n);
    return b->data + at;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = take(a, n, ALIGN);
    return memset(p, 0, n);
}

char *arena_bytes(struct arena *a, size_t n)
{
    return take(a, n, GAP ? 8 : 1);
}

struct str arena_str(struct arena *a, struct str s)
{
    if (str_is_null(s))
        return STR_NULL;
    char *p = arena_bytes(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct str){p, s.n};
}

const char *arena_cstr(struct arena *a, struct str s)
{
    return arena_str(a, s).p;
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char near[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(near, sizeof near, fmt, ap);
    if (n < 0)
        n = 0; /* an encoding error: the text is empty */
    char *p = arena_bytes(a, (size_t)n + 1);
    if ((size_t)n < sizeof near)
        memcpy(p, near, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    p[n] = 0;
    return (struct str){p, (size_t)n};
}

size_t arena_size(const struct arena *a)
{
    return a->held;
}
