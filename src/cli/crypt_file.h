/* Files encrypted as a stream: libsodium's secretstream (XChaCha20-Poly1305)
 * in chunks, so that a file cut short, reordered or changed is refused. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum { CRYPT_KEY = 32 };

/* Reads the key (64 hex digits). make: when the file is missing, makes one of
 * mode 600 and sets *made. why: a sentence on error. */
MUST_CHECK int crypt_key(const char *path, bool make, bool *made, uint8_t key[CRYPT_KEY],
                         struct arena *a, struct str *why);
/* Does the file begin as one of ours? */
bool crypt_is_encrypted(const char *path);
/* From one file to another that must not exist yet; made with mode 600,
 * flushed to the disk, taken away again on error. */
MUST_CHECK int crypt_encrypt(const char *from, const char *to, const uint8_t key[CRYPT_KEY],
                             struct arena *a, struct str *why);
MUST_CHECK int crypt_decrypt(const char *from, const char *to, const uint8_t key[CRYPT_KEY],
                             struct arena *a, struct str *why);
/* The same without a key: a plain copy. */
MUST_CHECK int crypt_copy(const char *from, const char *to, struct arena *a, struct str *why);
