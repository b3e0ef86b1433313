/* Who is asking: tokens and API keys to a principal, and what the store says
 * of them now. State is remembered per thread for 3 seconds, so that a
 * deactivated user or a taken permission is effective within 5. */
#pragma once
#include "auth/tokens.h"
#include "http/req.h"

struct tx;
/* One a thread; not shared. */
struct auth_cache;
struct auth_cache *auth_cache_new(void);
void auth_cache_free(struct auth_cache **c);

/* Reads r->authorization and fills r->who. 0 (also when there is none: nobody),
 * ERR_TOKEN_EXPIRED, ERR_TOKEN_INVALID, or a store error. */
MUST_CHECK int auth_principal(struct auth_cache *c, struct req *r, struct tx *tx);

/* The text of a new API key and the hash to store. */
struct str api_key_make(struct uuid company, struct uuid id, struct arena *a, uint8_t hash[32]);
/* A secret of 32 random bytes as base64url, and its SHA-256. */
struct str secret_make(struct arena *a, uint8_t hash[32]);
void secret_hash(struct str secret, uint8_t hash[32]);
