/* Sessions: one sign-in on one device, kept alive by refresh tokens of which
 * each is good once. A token that was used before is in two hands: then the
 * session ends for both (RFC 9700, 4.14.2). */
#include "accounts/accounts_priv.h"
#include "app.h"
#include "auth/secrets.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "exec/exec.h"
#include <sodium.h>

static const int64_t lately_us = 600 * SECOND_US;

#define OUT(name_, type_, member_, ...)                                                            \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct session_out, member_), __VA_ARGS__ \
    }
FIELDS(session_out, "Session", struct session_out,
       OUT("accessToken", F_TEXT, access, .flags = FIELD_SECRET, .help = "JWT, for Bearer"),
       OUT("refreshToken", F_TEXT, refresh, .flags = FIELD_SECRET, .help = "Good once"),
       OUT("expiresIn", F_INT, expires_in, .help = "Seconds that the access token is good"),
       OUT("user", F_OBJECT, user, .sub = &user_session_out, .help = "Who signed in"));

struct refresh_in {
    struct given given;
    struct str token;
};
#define TOKEN_FIELD(flags_)                                                                        \
    {                                                                                              \
        .name = "refreshToken", .type = F_TEXT, .flags = FIELD_SECRET | (flags_),                  \
        .offset = offsetof(struct refresh_in, token), .min = 1, .max = 300,                        \
        .help = "As sign-in or the last refresh answered it"                                       \
    }
FIELDS(refresh_in, "Refresh", struct refresh_in, TOKEN_FIELD(FIELD_REQUIRED));
FIELDS(logout_in, "SignOut", struct refresh_in, TOKEN_FIELD(0));

static struct str hash_text(const uint8_t hash[32])
{
    return (struct str){(const char *)hash, 32};
}

/* Both tokens and the user. Other services read the e-mail from the token, so
 * that one which waits for its proof is not in it. */
static int tokens_make(struct req *r, struct tx *tx, struct uuid user, struct uuid session,
                       struct str refresh, struct session_out *out)
{
    struct user_row u;
    int64_t life = setting_int(r->app->settings, SETTING_ACCESS_TOKEN);
    int rc = user_read(tx, r->company->id, user, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    struct claims c = {.user = u.id,
                       .company = r->company->id,
                       .customer = u.customer_id,
                       .session = session,
                       .email = u.email,
                       .role = role_parse(u.role),
                       .expires = r->now + life};
    *out = (struct session_out){.access = tokens_issue(r->app->tokens, &c, r->now, r->arena),
                                .refresh = refresh,
                                .expires_in = life / SECOND_US,
                                .user = user_out_of(r, &u)};
    req_subject(r, user);
    return str_is_null(out->access) ? ERR_INTERNAL : 0;
}

int accounts_open_session(struct req *r, struct tx *tx, struct uuid user, struct session_out *out)
{
    struct refresh t = {.company = r->company->id, .session = req_new_id(r), .generation = 1};
    struct str text = refresh_make(&t, r->arena);
    int64_t life = setting_int(r->app->settings, SETTING_REFRESH_TOKEN);
    int rc = session_insert(tx, &(struct session_insert_params){
                                    .company = t.company,
                                    .id = t.session,
                                    .user = user,
                                    .hash = hash_text(t.hash),
                                    .now = r->now,
                                    .expires_at = r->now + life,
                                });
    if (rc >= 0)
        rc = user_signed_in(tx, r->company->id, user, r->now);
    return rc < 0 ? rc : tokens_make(r, tx, user, t.session, text, out);
}

int accounts_signed_in_lately(struct req *r, struct tx *tx)
{
    struct session_opened_row s;
    int rc = session_opened(tx, r->who.company, r->who.session, &s);
    return rc <= 0 ? rc : r->now - s.created_at < lately_us;
}

int accounts_company(struct req *r, struct tx *tx, struct uuid company)
{
    struct company *c = ARENA_NEW(r->arena, struct company);
    int rc = company_load(tx, company, r->arena, c);
    if (rc < 0)
        return rc;
    if (rc == 0 || !c->is_active)
        return req_fail(r, ERR_TOKEN_INVALID);
    r->company = c;
    return 0;
}

/* The company stands in the refresh token, or is that of who is signed in. */
int sessions_http_lookup(struct req *r, struct tx *tx)
{
    const struct refresh_in *in = r->in;
    struct refresh t;
    if (GIVEN(in, token)) {
        if (!refresh_parse(in->token, &t))
            return req_fail(r, ERR_TOKEN_INVALID);
        return accounts_company(r, tx, t.company);
    }
    if (uuid_is_nil(r->who.session))
        return req_fail(r, ERR_UNAUTHENTICATED);
    return accounts_company(r, tx, r->who.company);
}

/* The session of a refresh token: 0, or an error. *used: the token is one from
 * before, which whoever has it now should not have. */
static int session_of(struct req *r, struct tx *tx, const struct refresh *t,
                      struct session_lock_row *s, bool *used)
{
    int rc = session_lock(tx, t->company, t->session, s);
    if (rc < 0)
        return rc;
    if (rc == 0 || s->revoked_at != I64_NULL || s->expires_at <= r->now)
        return req_fail(r, ERR_TOKEN_INVALID);
    req_subject(r, s->user_id);
    *used = t->generation < s->generation;
    if (!*used && (t->generation > s->generation || s->token_hash.n != sizeof t->hash ||
                   sodium_memcmp(s->token_hash.p, t->hash, sizeof t->hash) != 0))
        return req_fail(r, ERR_TOKEN_INVALID);
    return 0;
}

int sessions_http_refresh(struct req *r, struct tx *tx)
{
    const struct refresh_in *in = r->in;
    struct refresh t;
    struct session_lock_row s = {0};
    struct sign_in_row user;
    bool used = false;
    if (!refresh_parse(in->token, &t))
        return req_fail(r, ERR_TOKEN_INVALID);
    int rc = session_of(r, tx, &t, &s, &used);
    if (rc < 0)
        return rc;
    if (used) {
        rc = session_end(tx, t.company, t.session, r->now);
        return rc < 0 ? rc : req_fail_keep(r, ERR_REFRESH_REUSED);
    }
    rc = sign_in_by_id(tx, t.company, s.user_id, &user);
    if (rc < 0)
        return rc;
    if (rc == 0 || !user.may)
        return req_fail(r, ERR_TOKEN_INVALID);
    t.generation++;
    struct str text = refresh_make(&t, r->arena);
    rc = session_rotate(
        tx, &(struct session_rotate_params){
                .company = t.company,
                .id = t.session,
                .generation = t.generation,
                .hash = hash_text(t.hash),
                .now = r->now,
                .expires_at = r->now + setting_int(r->app->settings, SETTING_REFRESH_TOKEN),
            });
    struct session_out out;
    if (rc >= 0)
        rc = tokens_make(r, tx, s.user_id, t.session, text, &out);
    return rc < 0 ? rc : req_answer(r, 200, &session_out, &out);
}

int sessions_http_logout(struct req *r, struct tx *tx)
{
    const struct refresh_in *in = r->in;
    struct refresh t = {.company = r->company->id, .session = r->who.session};
    struct session_lock_row s;
    bool used;
    int rc = 0;
    if (GIVEN(in, token)) {
        if (!refresh_parse(in->token, &t))
            return req_fail(r, ERR_TOKEN_INVALID);
        rc = session_of(r, tx, &t, &s, &used);
    } else {
        req_subject(r, r->who.id);
    }
    if (rc == 0)
        rc = session_end(tx, t.company, t.session, r->now);
    return rc < 0 ? rc : req_answer_message(r, 200, "Signed out");
}
