/* Secrets that we hand out once and keep only hashed. Each has 256 random
 * bits, so that a plain SHA-256 will do. */
#pragma once
#include "base/arena.h"
#include "base/uuid.h"
#include <stdbool.h>
#include <stdint.h>

/* One-time links: company and 32 random bytes in one text. The hash is of
 * those bytes. */
struct str link_make(struct uuid company, struct arena *a, uint8_t hash[32]);
bool link_parse(struct str text, struct uuid *company, uint8_t hash[32]);

/* API keys, "ck_…": company, key id and 32 random bytes in one text. The hash
 * is of those bytes. */
struct str api_key_make(struct uuid company, struct uuid id, struct arena *a, uint8_t hash[32]);
/* Does it claim to be one? */
bool api_key_is(struct str text);
bool api_key_parse(struct str text, struct uuid *company, struct uuid *id, uint8_t hash[32]);

/* Refresh tokens: company, session, generation and 32 random bytes in one
 * text, so that the row is found without a search. The hash is of the bytes. */
struct refresh {
    struct uuid company, session;
    int64_t generation; /* 1, 2, … */
    uint8_t hash[32];
};
/* Fills r->hash. */
struct str refresh_make(struct refresh *r, struct arena *a);
bool refresh_parse(struct str text, struct refresh *r);
