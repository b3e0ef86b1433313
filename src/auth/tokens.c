/* Access tokens: made, checked, and the public keys shown. Only ES256 exists
 * here: the algorithm is never chosen by the token. */
#include "auth/tokens.h"
#include "auth/keyring_priv.h"
#include "base/clock.h"
#include "base/json_out.h"
#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <sodium.h>

enum {
    TOKEN_MAX = 2048,    /* bytes of a token; ours are under 700 */
    SIG_BYTES = 64,      /* r and s of RFC 7518 3.4 */
    DER_MAX = 80,        /* the same in DER */
    SKEW_S = 60,         /* clocks of several servers may differ so much */
    CLAIMS_MAX = 2 << 10 /* bytes of the JSON we make */
};
static const char issuer[] = "clientele";

static void add_base64(struct buf *b, const void *p, size_t n)
{
    char text[sodium_base64_ENCODED_LEN(CLAIMS_MAX, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buf_str(b, str_c(text));
}

/* ECDSA over SHA-256 as r and s, 32 bytes each. */
static bool sign(const struct key *k, struct str text, uint8_t out[SIG_BYTES])
{
    uint8_t der[DER_MAX];
    size_t n = sizeof der;
    const uint8_t *p = der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ECDSA_SIG *sig = NULL;
    bool ok =
        ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
        EVP_DigestSign(ctx, der, &n, (const uint8_t *)text.p, text.n) == 1 &&
        (sig = d2i_ECDSA_SIG(NULL, &p, (long)n)) != NULL &&
        BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, SIG_BYTES / 2) == SIG_BYTES / 2 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + SIG_BYTES / 2, SIG_BYTES / 2) == SIG_BYTES / 2;
    ECDSA_SIG_free(sig);
    EVP_MD_CTX_free(ctx);
    return ok;
}

static bool signed_by(const struct key *k, struct str text, const uint8_t raw[SIG_BYTES])
{
    uint8_t der[DER_MAX], *p = der;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, SIG_BYTES / 2, NULL);
    BIGNUM *s = BN_bin2bn(raw + SIG_BYTES / 2, SIG_BYTES / 2, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = sig && r && s && ctx && ECDSA_SIG_set0(sig, r, s) == 1;
    if (ok) {
        int n = i2d_ECDSA_SIG(sig, &p); /* at most 72 bytes */
        ok = n > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
             EVP_DigestVerify(ctx, der, (size_t)n, (const uint8_t *)text.p, text.n) == 1;
    } else {
        BN_free(r);
        BN_free(s);
    }
    EVP_MD_CTX_free(ctx);
    ECDSA_SIG_free(sig);
    return ok;
}

static void claim_uuid(struct json_out *j, struct str name, struct uuid id)
{
    if (uuid_is_nil(id))
        return;
    json_key(j, name);
    json_uuid(j, id);
}

static void claims_write(const struct claims *c, int64_t now, struct buf *b)
{
    struct json_out j = json_out(b);
    json_open(&j, '{');
    json_key(&j, STR("iss"));
    json_text(&j, STR(issuer));
    claim_uuid(&j, STR("sub"), c->user);
    if (!str_is_null(c->email)) {
        json_key(&j, STR("email"));
        json_text(&j, c->email);
    }
    json_key(&j, STR("role"));
    json_text(&j, str_c(role_names[c->role]));
    claim_uuid(&j, STR("company_id"), c->company);
    claim_uuid(&j, STR("customer_id"), c->customer);
    claim_uuid(&j, STR("sid"), c->session);
    json_key(&j, STR("iat"));
    json_int(&j, now / SECOND_US);
    json_key(&j, STR("exp"));
    json_int(&j, c->expires / SECOND_US);
    json_close(&j, '}');
}

static struct str issue(const struct key *k, const struct claims *c, int64_t now, struct arena *a)
{
    struct str header =
        arena_printf(a, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", k->kid);
    struct str token = STR_NULL;
    uint8_t sig[SIG_BYTES];
    struct buf claims, b;
    buf_init(&claims, CLAIMS_MAX);
    buf_init(&b, TOKEN_MAX);
    claims_write(c, now, &claims);
    add_base64(&b, header.p, header.n);
    buf_char(&b, '.');
    add_base64(&b, claims.p, claims.n);
    if (!claims.full && sign(k, buf_view(&b), sig)) {
        buf_char(&b, '.');
        add_base64(&b, sig, sizeof sig);
        if (!b.full)
            token = arena_str(a, buf_view(&b));
    }
    buf_free(&claims);
    buf_free(&b);
    return token;
}

struct str tokens_issue(struct tokens *t, const struct claims *c, int64_t now, struct arena *a)
{
    struct str token = issue(&keys_hold(t)->keys[0], c, now, a);
    keys_leave(t);
    return token;
}

/* The three parts of a compact token. */
struct parts {
    struct str header, claims, sig, signed_text;
};

static bool split(struct str jwt, struct parts *p)
{
    if (jwt.n == 0 || jwt.n > TOKEN_MAX)
        return false;
    const char *end = jwt.p + jwt.n;
    const char *one = memchr(jwt.p, '.', jwt.n);
    const char *two = one ? memchr(one + 1, '.', (size_t)(end - one - 1)) : NULL;
    if (!two || memchr(two + 1, '.', (size_t)(end - two - 1)))
        return false;
    p->header = (struct str){jwt.p, (size_t)(one - jwt.p)};
    p->claims = (struct str){one + 1, (size_t)(two - one - 1)};
    p->sig = (struct str){two + 1, (size_t)(end - two - 1)};
    p->signed_text = (struct str){jwt.p, (size_t)(two - jwt.p)};
    return true;
}

/* A part as a JSON object, or NULL; the caller drops it. */
static json_t *part_json(struct str part)
{
    uint8_t text[TOKEN_MAX];
    size_t n;
    if (sodium_base642bin(text, sizeof text, part.p, part.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return NULL;
    json_t *j = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(j)) {
        json_decref(j);
        return NULL;
    }
    return j;
}

static struct str member(const json_t *j, const char *name)
{
    const json_t *v = json_object_get(j, name);
    return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NULL;
}

/* The key that a header names, when it says just what ours say. */
static const struct key *header_key(const struct keyring *t, struct str header)
{
    const struct key *found = NULL;
    json_t *j = part_json(header);
    struct str kid = member(j, "kid"), typ = member(j, "typ");
    if (str_eq(member(j, "alg"), STR("ES256")) && json_object_get(j, "crit") == NULL &&
        (json_object_get(j, "typ") == NULL || str_eq_nocase(typ, STR("JWT"))))
        for (size_t i = 0; i < t->n && kid.n > 0; i++)
            if (str_eq(kid, str_c(t->keys[i].kid)))
                found = &t->keys[i];
    json_decref(j);
    return found;
}

/* Absent is nil where that is allowed. */
static bool member_uuid(const json_t *j, const char *name, bool needed, struct uuid *out)
{
    *out = UUID_NIL;
    if (json_object_get(j, name) == NULL)
        return !needed;
    return uuid_parse(member(j, name), out) && !uuid_is_nil(*out);
}

static bool member_seconds(const json_t *j, const char *name, int64_t *out)
{
    const json_t *v = json_object_get(j, name);
    *out = json_is_integer(v) ? (int64_t)json_integer_value(v) : 0;
    return *out > 0 && *out < INT64_MAX / SECOND_US;
}

static int claims_read(const json_t *j, int64_t now, struct claims *out, struct arena *a)
{
    int64_t iat, exp, nbf, now_s = now / SECOND_US;
    struct str email = member(j, "email");
    *out = (struct claims){.role = role_parse(member(j, "role")), .email = arena_str(a, email)};
    if (!str_eq(member(j, "iss"), STR(issuer)) || out->role == ROLE_NONE_ ||
        !member_uuid(j, "sub", true, &out->user) ||
        !member_uuid(j, "company_id", true, &out->company) ||
        !member_uuid(j, "sid", true, &out->session) ||
        !member_uuid(j, "customer_id", false, &out->customer) || !member_seconds(j, "iat", &iat) ||
        !member_seconds(j, "exp", &exp))
        return ERR_TOKEN_INVALID;
    if (json_object_get(j, "nbf") && (!member_seconds(j, "nbf", &nbf) || nbf > now_s + SKEW_S))
        return ERR_TOKEN_INVALID;
    if (iat > now_s + SKEW_S || exp <= iat)
        return ERR_TOKEN_INVALID;
    out->expires = exp * SECOND_US;
    return now >= out->expires ? ERR_TOKEN_EXPIRED : 0;
}

/* 1 signed by a key of ours, 0 not, -1 it names a key that is none of ours. */
static int proved(const struct tokens *t, const struct parts *p, const uint8_t sig[SIG_BYTES])
{
    const struct key *k = header_key(keys_hold(t), p->header);
    int r = !k ? -1 : signed_by(k, p->signed_text, sig);
    keys_leave(t);
    return r;
}

int tokens_verify(struct tokens *t, struct str jwt, int64_t now, struct claims *out,
                  struct arena *a)
{
    struct parts p;
    uint8_t sig[SIG_BYTES];
    size_t n;
    if (!split(jwt, &p) ||
        sodium_base642bin(sig, sizeof sig, p.sig.p, p.sig.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof sig)
        return ERR_TOKEN_INVALID;
    int ours = proved(t, &p, sig);
    if (ours < 0 && keys_found_anew(t))
        ours = proved(t, &p, sig);
    if (ours != 1)
        return ERR_TOKEN_INVALID;
    json_t *j = part_json(p.claims);
    int r = j ? claims_read(j, now, out, a) : ERR_TOKEN_INVALID;
    json_decref(j);
    return r;
}

struct str tokens_jwks(const struct tokens *t, struct arena *a)
{
    struct buf b;
    buf_init(&b, 8192);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("keys"));
    json_open(&j, '[');
    const struct keyring *ring = keys_hold(t);
    for (size_t i = 0; i < ring->n; i++) {
        const struct key *k = &ring->keys[i];
        const char *const members[][2] = {{"kty", "EC"},    {"crv", "P-256"}, {"use", "sig"},
                                          {"alg", "ES256"}, {"kid", k->kid},  {"x", k->x},
                                          {"y", k->y}};
        json_open(&j, '{');
        for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
            json_key(&j, str_c(members[m][0]));
            json_text(&j, str_c(members[m][1]));
        }
        json_close(&j, '}');
    }
    keys_leave(t);
    json_close(&j, ']');
    json_close(&j, '}');
    struct str jwks = arena_str(a, buf_view(&b));
    buf_free(&b);
    return jwks;
}
