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
#include <pthread.h>
#include <sys/stat.h>

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

/* Which file it was: replaced, written or given other rights, it is another. */
struct key_file {
    ino_t inode;
    off_t size;
    struct timespec changed;
};
bool key_file_same(const struct key_file *a, const struct key_file *b);
/* All zero when there is no such file. */
struct key_file key_file_look(const char *path);

struct keyring {
    struct key keys[KEYS_MAX]; /* newest first */
    size_t n;
    uint8_t instance[32];
    bool has_instance;    /* while reading */
    struct key_file file; /* it was read from */
};

/* 1 read, 0 there is no such file, ERR_IO with *why. */
MUST_CHECK int keyring_read(const char *path, struct keyring *t, struct arena *a, struct str *why);
/* Replaces the file, or with `fresh` makes it only when there is none: 0 there
 * was one, 1 written. */
MUST_CHECK int keyring_write(const char *path, const struct keyring *t, bool fresh, struct arena *a,
                             struct str *why);
/* A new key in front; drops what no living token can be signed with. */
MUST_CHECK int keyring_add(struct keyring *t, int64_t now);
void keyring_clear(struct keyring *t);

/* What the program holds while it runs (keys.c). */
struct tokens {
    pthread_rwlock_t lock;   /* of ring */
    struct keyring *ring;    /* owned */
    uint8_t instance[32];    /* never changes */
    char *path;              /* owned */
    pthread_mutex_t looking; /* of what follows */
    struct key_file seen;    /* the file that was looked at last, good or not */
    int64_t looked;          /* clock_mono() of that */
};
/* The keys as they are now, until keys_leave. */
const struct keyring *keys_hold(const struct tokens *t);
void keys_leave(const struct tokens *t);
/* A token names a key that is not known: has another process rotated a moment
 * ago? True when there are new keys. Whoever sends nonsense makes nobody look
 * at the file more than ten times a second. */
bool keys_found_anew(struct tokens *t);
