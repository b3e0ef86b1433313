/* Who is asking. A token's signature is checked once a thread; what the store
 * says of its owner is read again every 3 seconds. An entry of the cache is
 * found by a keyed 128-bit hash (SipHash-2-4) of the whole token: no token is
 * kept, and without the process's key nobody can make two that collide. */
#include "auth/principal.h"
#include "app.h"
#include "auth.sql.h"
#include "auth/secrets.h"
#include "base/clock.h"
#include "store/store.h"
#include <sodium.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 4, TAG = crypto_shorthash_siphashx24_BYTES };
#define FRESH_US (3 * SECOND_US)

/* One token or key, whose signature or secret was right. */
struct entry {
    uint8_t tag[TAG];     /* of the text as presented; all zero: free */
    int64_t expires;      /* us; INT64_MAX: never */
    int64_t checked;      /* us: when `who` was read from the store */
    unsigned epoch;       /* of the cache at that time */
    struct principal who; /* as of then */
};

struct auth_cache {
    uint8_t key[crypto_shorthash_siphashx24_KEYBYTES];
    unsigned epoch; /* entries of an earlier one are read again */
    struct entry sets[SETS][WAYS];
};

struct auth_cache *auth_cache_new(void)
{
    if (sodium_init() < 0)
        abort();
    struct auth_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    randombytes_buf(c->key, sizeof c->key);
    return c;
}

void auth_cache_free(struct auth_cache **c)
{
    if (*c)
        sodium_memzero((*c)->key, sizeof(*c)->key);
    free(*c);
    *c = NULL;
}

void auth_cache_outdate(struct auth_cache *c)
{
    c->epoch++;
}

/* The text after "Bearer": null without the header, empty when it is another
 * scheme. */
static struct str bearer(struct str header)
{
    struct str scheme = STR("bearer ");
    if (str_is_null(header))
        return STR_NULL;
    header = str_trim(header);
    if (header.n <= scheme.n || !str_eq_nocase((struct str){header.p, scheme.n}, scheme))
        return STR("");
    return str_trim((struct str){header.p + scheme.n, header.n - scheme.n});
}

static struct entry *entry_set(struct auth_cache *c, const uint8_t tag[TAG])
{
    uint32_t i;
    memcpy(&i, tag, sizeof i);
    return c->sets[i % SETS];
}

static struct entry *entry_find(struct auth_cache *c, const uint8_t tag[TAG])
{
    struct entry *set = entry_set(c, tag);
    for (size_t i = 0; i < WAYS; i++)
        if (memcmp(set[i].tag, tag, TAG) == 0)
            return &set[i];
    return NULL;
}

/* The place of the one that was checked longest ago. */
static struct entry *entry_room(struct auth_cache *c, const uint8_t tag[TAG])
{
    struct entry *set = entry_set(c, tag), *oldest = set;
    for (size_t i = 1; i < WAYS; i++)
        if (set[i].checked < oldest->checked)
            oldest = &set[i];
    return oldest;
}

static int user_read(struct entry *e, struct tx *tx)
{
    struct auth_user_row u;
    struct principal *who = &e->who;
    int r = auth_user(tx, who->company, who->id, who->session, &u);
    if (r < 0)
        return r;
    if (r == 0 || !u.is_active)
        return ERR_TOKEN_INVALID;
    who->role = role_parse(u.role);
    if (who->role == ROLE_NONE_)
        return ERR_TOKEN_INVALID;
    who->factor_missing = u.factor_missing;
    who->perms = (role_perms(who->role) | (uint64_t)u.grants) & ~(uint64_t)u.denials;
    if (u.factor_missing)
        who->perms = 0;
    who->store = u.store_id;
    who->customer = u.customer_id;
    return 0;
}

static int key_read(struct entry *e, struct tx *tx, const uint8_t hash[32])
{
    struct auth_key_row k;
    int r = auth_key(tx, e->who.company, e->who.id, &k);
    if (r < 0)
        return r;
    if (r == 0 || !k.is_active || k.secret_hash.n != 32 ||
        sodium_memcmp(k.secret_hash.p, hash, 32) != 0)
        return ERR_TOKEN_INVALID;
    e->who.perms = (uint64_t)k.scopes;
    e->expires = k.expires_at == I64_NULL ? INT64_MAX : k.expires_at;
    return 0;
}

/* Whose the token says it is; for a JWT that is proved then. */
static int entry_identify(struct entry *e, const struct req *r, struct str text)
{
    struct claims c;
    int err = tokens_verify(r->app->tokens, text, r->now, &c, r->arena);
    if (err < 0)
        return err;
    e->expires = c.expires;
    e->who = (struct principal){
        .kind = WHO_USER, .id = c.user, .company = c.company, .session = c.session};
    return 0;
}

/* Fills or refreshes an entry from token and store. */
static int entry_read(struct entry *e, const struct req *r, struct str text, struct tx *tx)
{
    uint8_t hash[32];
    int err;
    if (api_key_is(text)) {
        e->who = (struct principal){.kind = WHO_KEY, .role = ROLE_NONE_};
        if (!api_key_parse(text, &e->who.company, &e->who.id, hash))
            return ERR_TOKEN_INVALID;
        err = key_read(e, tx, hash);
    } else {
        err = e->who.kind == WHO_USER ? 0 : entry_identify(e, r, text);
        if (err == 0)
            err = user_read(e, tx);
    }
    if (err == 0)
        e->checked = r->now;
    return err;
}

int auth_principal(struct auth_cache *c, struct req *r, struct tx *tx)
{
    uint8_t tag[TAG];
    r->who = (struct principal){.kind = WHO_NOBODY, .role = ROLE_NONE_};
    struct str text = bearer(r->authorization);
    if (str_is_null(text))
        return 0;
    if (text.n == 0)
        return ERR_TOKEN_INVALID;
    crypto_shorthash_siphashx24(tag, (const uint8_t *)text.p, text.n, c->key);

    struct entry *e = entry_find(c, tag);
    /* A clock that went back makes an entry stale too. */
    if (!e || e->epoch != c->epoch || r->now < e->checked || r->now - e->checked >= FRESH_US) {
        struct entry fresh = e ? *e : (struct entry){0};
        int err = entry_read(&fresh, r, text, tx);
        if (err < 0) {
            /* Only what the store said counts against it, not its absence. */
            if (e && (err == ERR_TOKEN_INVALID || err == ERR_TOKEN_EXPIRED))
                *e = (struct entry){0};
            return err;
        }
        memcpy(fresh.tag, tag, TAG);
        fresh.epoch = c->epoch;
        e = e ? e : entry_room(c, tag);
        *e = fresh;
    }
    if (r->now >= e->expires)
        return ERR_TOKEN_EXPIRED;
    r->who = e->who;
    return 0;
}
