/* Access tokens: JWT signed with ES256 (RFC 7519, RFC 7518 3.4) by libcrypto.
 * The key file (mode 600) holds one key a line, the first signs, all verify;
 * `kid` chooses; a key goes when no living token can be signed with it. Nothing but ES256 is taken.
 * Thread-safe: threads may sign and verify while another takes up a changed file. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include "http/perm.h"
#include <stdbool.h>
#include <stddef.h>

struct tokens;
struct claims {
    struct uuid user, company, customer, session; /* customer may be nil */
    struct str email;                             /* may be null */
    enum role role;
    int64_t expires; /* us */
};
/* Makes the file when it is missing. A file that others may read is refused. */
MUST_CHECK int tokens_open(struct tokens **out, const char *path, struct arena *a, struct str *why);
void tokens_free(struct tokens **t);
/* A new signing key in front; the old ones keep verifying. */
MUST_CHECK int tokens_rotate(const char *path, struct arena *a, struct str *why);
/* Null when libcrypto fails. */
struct str tokens_issue(struct tokens *t, const struct claims *c, int64_t now, struct arena *a);
/* Takes up the key file when it was replaced: 1 taken up, 0 it is the same,
 * ERR_IO it will not do (logged, once a change; the keys so far stay). A file with
 * another instance key will not do: what was sealed with it would be lost. */
int tokens_refresh(struct tokens *t);
/* 0, ERR_TOKEN_EXPIRED, ERR_TOKEN_INVALID. */
MUST_CHECK int tokens_verify(struct tokens *t, struct str jwt, int64_t now, struct claims *out,
                             struct arena *a);
/* The i-th key, newest (signing) first; false when there are no more. kid is good
 * until the file is taken up anew. */
bool tokens_key(const struct tokens *t, size_t i, struct str *kid, int64_t *made);
/* The key set as JSON (RFC 7517). */
struct str tokens_jwks(const struct tokens *t, struct arena *a);
/* HMAC-SHA-256 under the instance key, for keyed hashes of guessable things. */
void tokens_mac(const struct tokens *t, const char *purpose, struct str text, uint8_t out[32]);
