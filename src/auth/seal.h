/* Secrets that must be used again: sealed with a key made of the instance key
 * (XChaCha20-Poly1305 of libsodium), so that a stolen database tells nothing. */
#pragma once
#include "auth/tokens.h"
#include "base/uuid.h"

/* Sealed bytes: nonce, ciphertext, tag. purpose and company are bound to it:
 * moved to another company or column, it does not open. */
struct str seal(const struct tokens *t, const char *purpose, struct uuid company, struct str plain,
                struct arena *a);
/* Null when it was not sealed for this purpose and company with this instance key. */
struct str unseal(const struct tokens *t, const char *purpose, struct uuid company,
                  struct str sealed, struct arena *a);
