/* Rules of second factors. The row of a user's factor is locked before a code
 * is judged, and a code is taken by an UPDATE that only moves forward: of any
 * number of uses at the same moment one passes. */
#include "app.h"
#include "auth/attempts.h"
#include "auth/seal.h"
#include "base/log.h"
#include "factors/factors_priv.h"
#include <sodium.h>

static const char seal_purpose[] = "totp", recovery_purpose[] = "recovery";
const char *const factor_states[] = {"OFF", "ON", "REQUIRED", NULL};

/* What is sealed: whose it is too, so that a row's bytes are of no use in
 * another user's row. */
struct sealed_secret {
    struct uuid user;
    uint8_t secret[TOTP_SECRET];
};

bool factors_required(const struct company *c, struct str role)
{
    enum role is = role_parse(role);
    return c->require_second_factor && (is == ROLE_ADMIN || is == ROLE_SUPER_ADMIN);
}

struct str factors_state(const struct company *c, struct str role, bool active)
{
    return str_c(factor_states[active ? 1 : factors_required(c, role) ? 2 : 0]);
}

struct str factors_seal(struct req *r, struct uuid user, const uint8_t secret[TOTP_SECRET])
{
    struct sealed_secret s = {.user = user};
    memcpy(s.secret, secret, TOTP_SECRET);
    struct str sealed = seal(r->app->tokens, seal_purpose, r->company->id,
                             (struct str){(const char *)&s, sizeof s}, r->arena);
    sodium_memzero(&s, sizeof s);
    return sealed;
}

/* ERR_INTERNAL when it was sealed with another key or for somebody else. */
static int open_secret(struct req *r, struct uuid user, struct str sealed, uint8_t out[TOTP_SECRET])
{
    struct sealed_secret s;
    struct str plain = unseal(r->app->tokens, seal_purpose, r->company->id, sealed, r->arena);
    if (plain.n != sizeof s || memcmp(plain.p, &user, sizeof user) != 0) {
        log_error("a second factor cannot be opened: is this the key file it was made with?",
                  LOG_U("user", user));
        return ERR_INTERNAL;
    }
    memcpy(&s, plain.p, sizeof s);
    memcpy(out, s.secret, TOTP_SECRET);
    sodium_memzero(&s, sizeof s);
    return 0;
}

/* The step that a sealed secret's code belongs to, -1 none, or an error in *rc. */
static int64_t find_step(struct req *r, struct uuid user, struct str sealed, struct str code,
                         int64_t last, int *rc)
{
    uint8_t secret[TOTP_SECRET];
    int64_t step = -1;
    *rc = open_secret(r, user, sealed, secret);
    if (*rc == 0)
        step = totp_find(secret, code, r->now, last);
    sodium_memzero(secret, sizeof secret);
    return step;
}

static struct str recovery_hash(struct req *r, struct uuid user, struct str code)
{
    char *hash = arena_bytes(r->arena, 32);
    struct str text =
        arena_printf(r->arena, "%.*s%.*s", STR_ARG(attempts_user(r, user)), STR_ARG(code));
    tokens_mac(r->app->tokens, recovery_purpose, text, (uint8_t *)hash);
    return (struct str){hash, 32};
}

/* Codes on paper are too long to be guessed: the right one opens even when the
 * six digits were guessed too often. */
static int check_recovery(struct req *r, struct tx *tx, struct uuid user, struct str typed)
{
    struct str code = recovery_typed(typed, r->arena), account = attempts_user(r, user);
    int rc = str_is_null(code)
                 ? 0
                 : recovery_use(tx, r->company->id, user, recovery_hash(r, user, code), r->now);
    if (rc < 0)
        return rc;
    return rc == 1 ? attempts_forget(r, tx, &attempts_factors, account)
                   : attempts_settle(r, tx, &attempts_factors, account, false);
}

int factors_check(struct req *r, struct tx *tx, struct uuid user, const struct factor_row *f,
                  struct str typed)
{
    struct str code;
    int rc;
    if (!totp_typed(typed, r->arena, &code))
        return check_recovery(r, tx, user, typed);
    int64_t step = find_step(r, user, f->secret_sealed, code, f->last_step, &rc);
    if (rc == 0)
        rc = attempts_settle(r, tx, &attempts_factors, attempts_user(r, user), step >= 0);
    if (rc == 0)
        rc = factor_take(tx, r->company->id, user, step);
    return rc < 0 ? rc : rc == 1 ? 0 : req_fail(r, ERR_BAD_CODE);
}

int factors_confirm(struct req *r, struct tx *tx, const struct factor_row *f, struct str typed)
{
    struct str code;
    int rc = 0;
    int64_t step = -1;
    if (totp_typed(typed, r->arena, &code))
        step = find_step(r, r->who.id, f->pending_sealed, code, -1, &rc);
    if (rc == 0)
        rc = attempts_settle(r, tx, &attempts_factors, attempts_user(r, r->who.id), step >= 0);
    if (rc == 0)
        rc = factor_activate(tx, r->company->id, r->who.id, step, r->now);
    return rc < 0 ? rc : rc == 1 ? 0 : req_fail(r, ERR_BAD_CODE);
}

int factors_sign_in(struct req *r, struct tx *tx, struct uuid user, struct str code)
{
    struct factor_row f;
    int rc = factor_lock(tx, r->company->id, user, &f);
    if (rc <= 0 || str_is_null(f.secret_sealed))
        return rc < 0 ? rc : 0;
    if (str_is_null(code))
        return req_fail(r, ERR_SECOND_FACTOR);
    return factors_check(r, tx, user, &f, code);
}

int factors_recovery(struct req *r, struct tx *tx, struct uuid user, struct strs *out)
{
    struct str *v = ARENA_ARRAY(r->arena, struct str, RECOVERY_CODES);
    int rc = recovery_clear(tx, r->company->id, user);
    for (size_t i = 0; i < RECOVERY_CODES && rc >= 0; i++) {
        v[i] = recovery_make(r->arena);
        rc = recovery_insert(tx, r->company->id, user,
                             recovery_hash(r, user, recovery_typed(v[i], r->arena)));
    }
    *out = (struct strs){v, RECOVERY_CODES};
    return rc < 0 ? rc : 0;
}

int factors_remove(struct tx *tx, struct uuid company, struct uuid user)
{
    int rc = recovery_clear(tx, company, user);
    if (rc >= 0)
        rc = factor_delete(tx, company, user);
    return rc;
}
