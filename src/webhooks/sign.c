/* Signing, by libsodium's HMAC and base64. */
#include "webhooks/sign.h"
#include <sodium.h>

enum { KEY_LEAST = 24, KEY_MADE = 32, VARIANT = sodium_base64_VARIANT_ORIGINAL };
#define PREFIX STR("whsec_")

static struct str base64(const char *prefix, const uint8_t *bytes, size_t n, struct arena *a)
{
    char text[sodium_base64_ENCODED_LEN(WEBHOOK_KEY_MOST, VARIANT)];
    sodium_bin2base64(text, sizeof text, bytes, n, VARIANT);
    struct str out = arena_printf(a, "%s%s", prefix, text);
    sodium_memzero(text, sizeof text);
    return out;
}

struct str webhook_secret_make(struct arena *a)
{
    uint8_t key[KEY_MADE];
    randombytes_buf(key, sizeof key);
    struct str secret = base64(PREFIX.p, key, sizeof key, a);
    sodium_memzero(key, sizeof key);
    return secret;
}

size_t webhook_secret_read(struct str secret, uint8_t key[WEBHOOK_KEY_MOST])
{
    size_t n = 0;
    if (!str_starts(secret, PREFIX) ||
        sodium_base642bin(key, WEBHOOK_KEY_MOST, secret.p + PREFIX.n, secret.n - PREFIX.n, NULL, &n,
                          NULL, VARIANT) != 0)
        return 0;
    return n >= KEY_LEAST ? n : 0;
}

struct str webhook_sign(struct str secret, struct str id, int64_t timestamp, struct str payload,
                        struct arena *a)
{
    uint8_t key[WEBHOOK_KEY_MOST], mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state st;
    size_t n = webhook_secret_read(secret, key);
    if (n == 0)
        return STR_NULL;
    struct str head = arena_printf(a, "%.*s.%lld.", STR_ARG(id), (long long)timestamp);
    crypto_auth_hmacsha256_init(&st, key, n);
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)head.p, head.n);
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)payload.p, payload.n);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_memzero(key, sizeof key);
    return base64("v1,", mac, sizeof mac, a);
}
