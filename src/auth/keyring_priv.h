/* The key file and what is in it. Lines, "#" begins a comment:
 *
 *     instance <32 bytes, base64url>        key of keyed hashes; never changes
 *     es256 <made, RFC 3339> <private scalar, 32 bytes, base64url>
 *
 * The first es256 line signs. Everything else about a key (public point, kid)
 * follows from its scalar. The file is always replaced as a whole. */
#pragma once
#include "auth/tokens.h"
#include <openssl/evp.h>

enum {
    KEYS_MAX = 16,
    SCALAR_BYTES = 32, /* of P-256: the scalar, and each coordinate */
    SCALAR_TEXT = 44,  /* base64url of it, with NUL */
};

struct key {
    EVP_PKEY *pkey; /* owned */
    int64_t made;   /* us */
    uint8_t scalar[SCALAR_BYTES];
    char x[SCALAR_TEXT], y[SCALAR_TEXT]; /* public point, base64url */
    char kid[SCALAR_TEXT];               /* RFC 7638 thumbprint, base64url of SHA-256 */
};

struct tokens {
    struct key keys[KEYS_MAX]; /* newest first */
    size_t n;
    uint8_t instance[32];
    bool has_instance; /* while reading */
};

/* 1 read, 0 there is no such file, ERR_IO with *why. */
MUST_CHECK int keyring_read(const char *path, struct tokens *t, struct arena *a, struct str *why);
/* Replaces the file, or with `fresh` makes it only when there is none: 0 there
 * was one, 1 written. */
MUST_CHECK int keyring_write(const char *path, const struct tokens *t, bool fresh, struct arena *a,
                             struct str *why);
/* A new key in front; drops what no living token can be signed with. */
MUST_CHECK int keyring_add(struct tokens *t, int64_t now);
void keyring_clear(struct tokens *t);
