/* Sealing of secrets: XChaCha20-Poly1305 under a key made of the instance key
 * for this alone, so that sealed bytes and keyed hashes never share a key. The
 * nonce is random (192 bits: it never repeats by chance). */
#include "auth/seal.h"
#include <assert.h>
#include <sodium.h>

enum {
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};
static_assert(KEY == 32, "a MAC of the instance key is the key");

/* What the bytes are bound to. The company has a fixed length and stands
 * last, so that no two pairs make the same text. */
static struct str bound_to(const char *purpose, struct uuid company, struct arena *a)
{
    size_t n = strlen(purpose);
    char *p = arena_bytes(a, n + sizeof company);
    memcpy(p, purpose, n);
    memcpy(p + n, &company, sizeof company);
    return (struct str){p, n + sizeof company};
}

struct str seal(const struct tokens *t, const char *purpose, struct uuid company, struct str plain,
                struct arena *a)
{
    uint8_t key[KEY];
    unsigned long long n;
    struct str bound = bound_to(purpose, company, a);
    uint8_t *out = (uint8_t *)arena_bytes(a, NONCE + plain.n + TAG);
    tokens_mac(t, "seal", STR(""), key);
    randombytes_buf(out, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &n, (const uint8_t *)plain.p,
                                                     plain.n, (const uint8_t *)bound.p, bound.n,
                                                     NULL, out, key);
    sodium_memzero(key, sizeof key);
    return (struct str){(const char *)out, NONCE + (size_t)n};
}

struct str unseal(const struct tokens *t, const char *purpose, struct uuid company,
                  struct str sealed, struct arena *a)
{
    if (sealed.n < NONCE + TAG)
        return STR_NULL;
    uint8_t key[KEY];
    unsigned long long n;
    struct str bound = bound_to(purpose, company, a);
    const uint8_t *from = (const uint8_t *)sealed.p;
    /* One more, so that a plain text of no bytes is no null. */
    uint8_t *out = (uint8_t *)arena_bytes(a, sealed.n - NONCE - TAG + 1);
    tokens_mac(t, "seal", STR(""), key);
    int r =
        crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, from + NONCE, sealed.n - NONCE,
                                                   (const uint8_t *)bound.p, bound.n, from, key);
    sodium_memzero(key, sizeof key);
    return r == 0 ? (struct str){(const char *)out, (size_t)n} : STR_NULL;
}
