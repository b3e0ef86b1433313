/* Signatures as Standard Webhooks 1.0 has them (www.standardwebhooks.com):
 * "v1," and the base64 of HMAC-SHA256 over "ID.TIMESTAMP.PAYLOAD", by a secret
 * that is written "whsec_" and the base64 of 24 to 64 bytes. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum { WEBHOOK_KEY_MOST = 64 };
/* A new secret of 32 random bytes. */
struct str webhook_secret_make(struct arena *a);
/* Its bytes: how many, 0 when it is no such secret. */
size_t webhook_secret_read(struct str secret, uint8_t key[WEBHOOK_KEY_MOST]);
/* One signature. id: without a full stop; timestamp: seconds since 1970. Null
 * when the secret is none. */
struct str webhook_sign(struct str secret, struct str id, int64_t timestamp, struct str payload,
                        struct arena *a);
