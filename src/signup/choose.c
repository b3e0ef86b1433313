/* The account that a right code opens. Only CUSTOMER accounts are: whoever
 * works for the shop has a password, and perhaps a second factor. */
#include "signup/signup_priv.h"

enum { ACCOUNTS_MOST = 20 }; /* to pick from */

#define OUT(name_, type_, member_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct account_out, member_),             \
        .help = help_                                                                              \
    }
FIELDS(account_out, "Account", struct account_out,
       OUT("id", F_UUID, id, "To be sent as userId with the same code"),
       OUT("name", F_TEXT, name, "As people write it"),
       OUT("email", F_TEXT, email, "Masked, a•••@example.com; null when it has none"));

/* One of those, or a question which. */
static int pick(struct req *r, struct account_out *v, size_t n, struct uuid picked,
                struct choice *out)
{
    *out = (struct choice){.user = UUID_NIL};
    if (uuid_is_nil(picked)) {
        if (n == 1)
            out->user = v[0].id;
        else if (n > 1)
            out->several = (struct list){v, n};
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(v[i].id, picked)) {
            out->user = picked;
            return 0;
        }
    return req_fail_field(r, ERR_INVALID, "userId", "choice",
                          "is none of the accounts that this code opens");
}

int choose_by_phone(struct req *r, struct tx *tx, struct str phone, struct uuid picked,
                    struct choice *out)
{
    struct identity_login logins[ACCOUNTS_MOST];
    size_t n = 0;
    int rc = identity_logins_of(r, tx, phone, logins, ACCOUNTS_MOST, &n);
    if (rc < 0)
        return rc;
    struct account_out *v = ARENA_ARRAY(r->arena, struct account_out, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct account_out){logins[i].user, logins[i].name,
                                    customers_email_mask(r->arena, logins[i].email)};
    rc = pick(r, v, n, picked, out);
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(logins[i].user, out->user))
            out->is_unproved = !logins[i].is_proved;
    return rc;
}

/* The mailbox is the prover's, so that it may be told whose account it is not. */
static int check_owner(struct req *r, const struct email_user *u)
{
    if (u->may && str_eq(u->role, STR("CUSTOMER")))
        return 0;
    return req_fail_field(r, ERR_FORBIDDEN, "email", NULL,
                          "belongs to an account that is not opened by codes");
}

int choose_by_email(struct req *r, struct tx *tx, struct str email, struct uuid picked,
                    struct choice *out)
{
    struct email_user owner, *claims;
    struct account_out *v = ARENA_ARRAY(r->arena, struct account_out, CLAIMS_MOST);
    size_t n = 0;
    int rc = email_owner(tx, r->company->id, email, &owner);
    if (rc == 1) {
        rc = check_owner(r, &owner);
        v[0] = (struct account_out){owner.id, owner.name, customers_email_mask(r->arena, email)};
        if (rc == 0)
            rc = pick(r, v, 1, picked, out);
        out->is_unproved = !owner.is_proved;
        return rc;
    }
    if (rc == 0)
        rc = email_claimants(tx, r->company->id, email, CLAIMS_MOST, &claims, &n);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        v[i] = (struct account_out){claims[i].id, claims[i].name,
                                    customers_email_mask(r->arena, email)};
    rc = pick(r, v, n, picked, out);
    out->is_unproved = true;
    return rc;
}
