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
/* What the store says of everybody is read again at the next use; proved
 * signatures stay proved. */
void auth_cache_outdate(struct auth_cache *c);

/* Reads r->authorization and fills r->who. 0 (also when there is none: nobody),
 * ERR_TOKEN_EXPIRED, ERR_TOKEN_INVALID, or a store error. */
MUST_CHECK int auth_principal(struct auth_cache *c, struct req *r, struct tx *tx);
