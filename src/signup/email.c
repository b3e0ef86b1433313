/* Proof of an e-mail. Who proves it gets it, unless a real account has it; a
 * login that staff made and nobody ever used gives it up. */
#include "factors/factors.h"
#include "signup/signup_priv.h"

static int taken(struct req *r)
{
    return req_fail_field(r, ERR_EMAIL_TAKEN, "email", NULL,
                          "belongs to another account; sign in to that one");
}

/* Makes the e-mail free: 0, or ERR_EMAIL_TAKEN. */
static int free_email(struct req *r, struct tx *tx, struct uuid user, struct str email)
{
    struct email_user has;
    int rc = email_owner(tx, r->company->id, email, &has);
    if (rc <= 0 || uuid_eq(has.id, user))
        return rc < 0 ? rc : 0;
    if (has.is_used || has.is_email_verified || !str_eq(has.role, STR("CUSTOMER")))
        return taken(r);
    rc = email_give_up(tx, r->company->id, has.id, r->now);
    return rc < 0 ? rc : 0;
}

int signup_email_proved(struct req *r, struct tx *tx, struct uuid user, struct str email)
{
    struct email_user u;
    int rc = email_user_lock(tx, r->company->id, user, &u);
    if (rc == 0)
        return req_fail(r, ERR_USER_NOT_FOUND);
    if (rc == 1 && u.is_email_verified && str_eq(u.email, email))
        return 0;
    if (rc == 1)
        rc = free_email(r, tx, user, email);
    if (rc >= 0)
        rc = email_own(tx, r->company->id, user, email, r->now);
    if (rc >= 0 && !uuid_is_nil(u.customer_id))
        rc = provisional_email(tx, r->company->id, u.customer_id, email, r->now);
    return rc < 0 ? rc : 0;
}

int signup_take_over(struct req *r, struct tx *tx, struct uuid user, struct str hash)
{
    int rc = factors_remove(tx, r->company->id, user);
    if (rc >= 0)
        rc = claim_drop_phone(tx, r->company->id, user, r->now);
    return rc < 0 ? rc : accounts_set_password(r, tx, user, hash);
}
