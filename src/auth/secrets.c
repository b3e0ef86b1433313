/* Texts of secrets. Their layouts are byte for byte, base64url without
 * padding: what decodes to another length is refused. */
#include "auth/secrets.h"
#include <sodium.h>
#include <string.h>

enum { SECRET = 32, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
static const char key_prefix[] = "ck_";

struct link_bytes {
    struct uuid company;
    uint8_t secret[SECRET];
};

struct key_bytes {
    struct uuid company, id;
    uint8_t secret[SECRET];
};

struct refresh_bytes {
    struct uuid company, session;
    uint8_t generation[8]; /* big-endian */
    uint8_t secret[SECRET];
};

static struct str text_of(struct arena *a, const void *p, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, VARIANT);
    char *text = arena_bytes(a, room);
    sodium_bin2base64(text, room, p, n, VARIANT);
    return (struct str){text, room - 1};
}

static bool bytes_of(struct str text, void *out, size_t n)
{
    size_t got;
    return sodium_base642bin(out, n, text.p ? text.p : "", text.n, NULL, &got, NULL, VARIANT) ==
               0 &&
           got == n;
}

struct str link_make(struct uuid company, struct arena *a, uint8_t hash[32])
{
    struct link_bytes b = {.company = company};
    randombytes_buf(b.secret, sizeof b.secret);
    crypto_hash_sha256(hash, b.secret, sizeof b.secret);
    struct str text = text_of(a, &b, sizeof b);
    sodium_memzero(&b, sizeof b);
    return text;
}

bool link_parse(struct str text, struct uuid *company, uint8_t hash[32])
{
    struct link_bytes b;
    if (!bytes_of(text, &b, sizeof b))
        return false;
    *company = b.company;
    crypto_hash_sha256(hash, b.secret, sizeof b.secret);
    sodium_memzero(&b, sizeof b);
    return true;
}

struct str api_key_make(struct uuid company, struct uuid id, struct arena *a, uint8_t hash[32])
{
    struct key_bytes k = {.company = company, .id = id};
    randombytes_buf(k.secret, sizeof k.secret);
    crypto_hash_sha256(hash, k.secret, sizeof k.secret);
    struct str text = arena_printf(a, "%s%s", key_prefix, text_of(a, &k, sizeof k).p);
    sodium_memzero(&k, sizeof k);
    return text;
}

bool api_key_is(struct str text)
{
    return str_starts(text, STR(key_prefix));
}

bool api_key_parse(struct str text, struct uuid *company, struct uuid *id, uint8_t hash[32])
{
    struct key_bytes k;
    struct str prefix = STR(key_prefix);
    if (!api_key_is(text) ||
        !bytes_of((struct str){text.p + prefix.n, text.n - prefix.n}, &k, sizeof k))
        return false;
    *company = k.company;
    *id = k.id;
    crypto_hash_sha256(hash, k.secret, sizeof k.secret);
    sodium_memzero(&k, sizeof k);
    return true;
}

struct str refresh_make(struct refresh *r, struct arena *a)
{
    struct refresh_bytes b = {.company = r->company, .session = r->session};
    for (int i = 0; i < 8; i++)
        b.generation[i] = (uint8_t)((uint64_t)r->generation >> (56 - 8 * i));
    randombytes_buf(b.secret, sizeof b.secret);
    crypto_hash_sha256(r->hash, b.secret, sizeof b.secret);
    struct str text = text_of(a, &b, sizeof b);
    sodium_memzero(&b, sizeof b);
    return text;
}

bool refresh_parse(struct str text, struct refresh *r)
{
    struct refresh_bytes b;
    if (!bytes_of(text, &b, sizeof b))
        return false;
    uint64_t generation = 0;
    for (int i = 0; i < 8; i++)
        generation = generation << 8 | b.generation[i];
    *r = (struct refresh){
        .company = b.company, .session = b.session, .generation = (int64_t)generation};
    crypto_hash_sha256(r->hash, b.secret, sizeof b.secret);
    sodium_memzero(&b, sizeof b);
    return r->generation > 0;
}
