/* Links made and undone by those who look after users: with the person, or
 * their papers, before them. */
#include "identity/identity_priv.h"

#define PERSON(of)                                                                                 \
    {                                                                                              \
        .name = "id", .type = F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED,                   \
        .offset = offsetof(of, id), .help = "the person's record"                                  \
    }
FIELDS(identity_link_fields, "LoginLink", struct identity_link_in, PERSON(struct identity_link_in),
       {.name = "userId",
        .type = F_UUID,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct identity_link_in, user_id),
        .help = "a login of the company, of nobody else; its provisional record becomes part "
                "of the person's"});
FIELDS(identity_unlink_fields, "LoginUnlink", struct identity_unlink_in,
       PERSON(struct identity_unlink_in),
       {.name = "userId",
        .type = F_UUID,
        .place = IN_PATH,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct identity_unlink_in, user_id),
        .help = "one of the person's logins"});

int identity_users_link(struct req *r, struct tx *tx)
{
    const struct identity_link_in *in = r->in;
    struct customer_row c;
    int rc = identity_link(r, tx, in->user_id, in->id, EVIDENCE_STAFF);
    if (rc == ERR_CUSTOMER_NOT_FOUND)
        return req_fail(r, rc);
    if (rc == ERR_USER_NOT_FOUND)
        return req_fail_field(r, rc, "userId", NULL, "is no user of this company");
    if (rc == ERR_LINKED)
        return req_fail_field(r, rc, "userId", NULL,
                              "belongs to another customer: unlink it there first");
    if (rc == 0)
        rc = customers_find(tx, r->company->id, in->id, &c);
    return rc < 0 ? rc : customers_answer(r, 200, &c);
}

int identity_users_unlink(struct req *r, struct tx *tx)
{
    const struct identity_unlink_in *in = r->in;
    struct identity_user u;
    struct customer_row c;
    int rc = identity_take_user(r, tx, in->user_id, &u);
    if (rc == ERR_USER_NOT_FOUND)
        return req_fail(r, rc);
    if (rc == 0)
        rc = customers_find_lock(tx, r->company->id, in->id, &c);
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    if (rc < 0)
        return rc;
    if (!uuid_eq(u.customer_id, c.id))
        return req_fail_field(r, ERR_USER_NOT_FOUND, "userId", NULL,
                              "is no login of this customer");
    rc = customers_unlink(r, tx, &c, u.id);
    return rc < 0 ? rc : customers_answer(r, 200, &c);
}
