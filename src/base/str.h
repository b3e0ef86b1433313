/* Text as pointer and length. A str never owns its bytes: the arena, the
 * buffer or the literal behind it does. `p == NULL` is "no value" (SQL NULL,
 * JSON null); `n == 0` with a pointer is the empty text. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *p; /* not NUL-terminated unless it says so */
    size_t n;      /* bytes */
};

/* A list of texts, as a field of strings decodes to. */
struct strs {
    const struct str *v;
    size_t n;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})
#define STR_NULL ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_c(const char *c)
{
    return c ? (struct str){c, strlen(c)} : STR_NULL;
}

static inline bool str_is_null(struct str s)
{
    return s.p == NULL;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* Byte order; a shorter text that is a prefix comes first. */
int str_cmp(struct str a, struct str b);
/* Equal but for the case of ASCII letters. */
bool str_eq_nocase(struct str a, struct str b);
/* Without ASCII blanks at either end. */
struct str str_trim(struct str s);
/* Whole decimal text to a number: 1 read, 0 not a number or out of range. */
int str_to_i64(struct str s, long long *out);
