/* UUIDs: version 7 of RFC 9562, 48 bits of milliseconds first, so that ids
 * sort by time. The nil UUID stands for "none" everywhere (SQL NULL). */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct uuid {
    uint8_t b[16];
};
#define UUID_NIL ((struct uuid){{0}})
enum { UUID_TEXT = 36 };

/* at_us: microseconds since 1970; random: 10 bytes of which 74 bits are used. */
struct uuid uuid_v7(int64_t at_us, const uint8_t random[10]);
/* A fresh one from the system's random source. */
struct uuid uuid_new(int64_t at_us);
/* The moment in a version 7 id, microseconds. */
int64_t uuid_time_us(struct uuid id);
/* 36 characters, any case, with hyphens: true when it is one. */
bool uuid_parse(struct str s, struct uuid *out);
/* Writes 36 lower-case characters, no NUL. */
void uuid_format(struct uuid id, char out[UUID_TEXT]);

static inline bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, 16) == 0;
}

static inline bool uuid_is_nil(struct uuid id)
{
    return uuid_eq(id, UUID_NIL);
}

static inline int uuid_cmp(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, 16);
}
