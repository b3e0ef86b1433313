/* One-time links sent back, and what a proof of any kind lets people do: set a
 * password and be the only one who is signed in. */
#include "accounts/accounts_priv.h"
#include "app.h"
#include "auth/passwords.h"
#include "auth/secrets.h"

static struct str hash_of(const struct link_sent *l)
{
    return (struct str){(const char *)l->hash, sizeof l->hash};
}

/* A link that is good now, of a user who may sign in. */
static int read_link(struct req *r, struct tx *tx, struct link_sent *l)
{
    struct link_read_row row;
    int rc = link_read(tx, r->company->id, hash_of(l), r->now, &row);
    if (rc == 1) {
        l->purpose = row.purpose;
        rc = sign_in_by_id(tx, r->company->id, row.user_id, &l->user);
    }
    if (rc < 0)
        return rc;
    return rc == 1 && l->user.may ? 0 : req_fail(r, ERR_TOKEN_INVALID);
}

int accounts_link_open(struct req *r, struct tx *tx, struct str token, struct link_sent *out)
{
    struct uuid company;
    *out = (struct link_sent){.hash = {0}};
    if (!link_parse(token, &company, out->hash))
        return req_fail(r, ERR_TOKEN_INVALID);
    int rc = accounts_company(r, tx, company);
    return rc < 0 ? rc : read_link(r, tx, out);
}

int accounts_link_take(struct req *r, struct tx *tx, struct link_sent *l)
{
    int rc = read_link(r, tx, l);
    if (rc < 0)
        return rc;
    req_subject(r, l->user.id);
    rc = link_use(tx, r->company->id, hash_of(l), r->now);
    return rc < 0 ? rc : rc == 0 ? req_fail(r, ERR_TOKEN_INVALID) : 0;
}

/* Under whichever name wrong passwords were counted, but not under one that
 * the user merely claims. */
static int forget_attempts(struct req *r, struct tx *tx, const struct user_row *u)
{
    int rc = 0;
    if (!str_is_null(u->email))
        rc = attempts_forget(r, tx, &attempts_passwords, u->email);
    if (rc >= 0 && u->is_phone_verified)
        rc = attempts_forget(r, tx, &attempts_passwords, u->phone);
    return rc < 0 ? rc : 0;
}

int accounts_set_password(struct req *r, struct tx *tx, struct uuid user, struct str hash)
{
    struct user_row u;
    int rc = user_read(tx, r->company->id, user, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_USER_NOT_FOUND);
    rc = user_set_password(tx, r->company->id, user, hash, r->now);
    if (rc >= 0)
        rc = accounts_sign_out(tx, r->company->id, user, UUID_NIL, r->now);
    return rc < 0 ? rc : forget_attempts(r, tx, &u);
}

int accounts_refuse_weak(struct req *r, const char *field, struct str password)
{
    const char *why = password_refused(password);
    return why ? req_fail_field(r, ERR_INVALID, field, "weak", "%s", why) : 0;
}

struct str accounts_base_url(const struct req *r)
{
    struct str set = setting_text(r->app->settings, SETTING_PUBLIC_URL);
    return set.n > 0 ? set : r->app->url;
}
