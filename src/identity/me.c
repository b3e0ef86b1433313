/* One's own record: made when there is none, read, and changed but for what
 * needs a proof. */
#include "identity/identity_priv.h"

static int refuse_keys(struct req *r)
{
    return r->who.kind == WHO_USER
               ? 0
               : req_fail_field(r, ERR_FORBIDDEN, "Authorization", NULL,
                                "An API key is nobody's login; sign in as a user");
}

/* The record as its owner sees it: without what guests ordered under the
 * number, of which nobody knows whose it is. */
static int answer_own(struct req *r, struct tx *tx, const struct customer_row *c)
{
    struct identity_unproven_row guests;
    struct customer_row seen = *c;
    int rc = identity_unproven(tx, r->company->id, c->id, &guests);
    if (rc < 0)
        return rc;
    if (guests.orders > 0) {
        seen.order_count -= guests.orders;
        seen.total_orders -= guests.paid;
        seen.total_spent -= guests.spent;
        seen.first_order_at = guests.first_at;
        seen.last_order_at = guests.last_at;
    }
    return customers_answer(r, 200, &seen);
}

int identity_me_lookup(struct req *r, struct tx *tx)
{
    struct identity_user u;
    struct customer_row c;
    int rc = refuse_keys(r);
    if (rc == 0)
        rc = identity_user_read(tx, r->company->id, r->who.id, &u);
    if (rc == 1 && !uuid_is_nil(u.customer_id))
        rc = customer_by_id(tx, r->company->id, u.customer_id, &c);
    else if (rc == 1)
        return 0;
    return rc == 1 ? answer_own(r, tx, &c) : rc;
}

/* Takes the login's record, made if need be; a login of another company (a
 * SUPER_ADMIN's) has none here. */
static int take_own(struct req *r, struct tx *tx, struct customer_row *c)
{
    int rc = refuse_keys(r);
    if (rc == 0)
        rc = identity_find_or_create(r, tx, r->who.id, c);
    return rc == ERR_USER_NOT_FOUND ? req_fail(r, rc) : rc;
}

int identity_me(struct req *r, struct tx *tx)
{
    struct customer_row c;
    int rc = take_own(r, tx, &c);
    return rc < 0 ? rc : answer_own(r, tx, &c);
}

#define IN(member) offsetof(struct identity_own_in, member)
#define TEXT(name_, member_, longest_, help_)                                                      \
    {                                                                                              \
        .name = name_, .type = F_TEXT, .offset = IN(member_), .flags = FIELD_NULLABLE, .min = 1,   \
        .max = longest_, .help = help_                                                             \
    }
FIELDS(identity_own_fields, "OwnCustomerChange", struct identity_own_in,
       {.name = "name",
        .type = F_TEXT,
        .offset = IN(name),
        .min = 1,
        .max = 200,
        .help = "as people write it"},
       TEXT("preferredName", preferred_name, 200, "how to call you"),
       TEXT("address", address, 500, "delivery address as one text"),
       TEXT("area", area, 100, "part of town"),
       {.name = "birthday",
        .type = F_DATE,
        .offset = IN(birthday),
        .flags = FIELD_NULLABLE,
        .help = "day of birth"},
       {.name = "anniversary",
        .type = F_DATE,
        .offset = IN(anniversary),
        .flags = FIELD_NULLABLE,
        .help = "a day to remember"},
       {.name = "preferences",
        .type = F_JSON,
        .offset = IN(preferences),
        .flags = FIELD_NULLABLE,
        .max = 8192,
        .help = "free object, up to 8 KiB"},
       {.name = "phone",
        .type = F_PHONE,
        .offset = IN(phone),
        .flags = FIELD_NULLABLE,
        .help = "only as it is: a new one is proved by a code, POST /api/auth/otp/request"},
       {.name = "email",
        .type = F_EMAIL,
        .offset = IN(email),
        .flags = FIELD_NULLABLE,
        .help = "as it is, or the one that the login has proved by a code or a link"});

/* A number or an address is proved, not told: the number changes with its
 * proof, the record's e-mail may be one that the login has proved. */
static int check_proved(struct req *r, struct tx *tx, const struct identity_own_in *in,
                        const struct customer_row *c)
{
    struct identity_user u;
    const char *says = "is changed by proving it: ask for a code with POST "
                       "/api/auth/otp/request, and send it to /api/auth/otp/verify";
    if (GIVEN(in, phone) && !str_eq(in->phone, c->phone))
        return req_fail_field(r, ERR_INVALID, "phone", "proof_needed", "%s", says);
    int rc = identity_user_read(tx, r->company->id, r->who.id, &u);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_RETRY;
    bool proved = u.is_email_verified && in->email.n > 0 && str_eq(in->email, u.email);
    if (GIVEN(in, email) && !str_eq(in->email, c->email) && !proved)
        return req_fail_field(r, ERR_INVALID, "email", "proof_needed",
                              "%s; then send it here again", says);
    return customers_check_birthday(r, in->birthday);
}

int identity_me_change(struct req *r, struct tx *tx)
{
    const struct identity_own_in *in = r->in;
    struct customer_row c;
    int rc = take_own(r, tx, &c);
    if (rc >= 0)
        rc = customer_lock(tx, r->company->id, c.id, &c);
    if (rc == 0)
        return ERR_RETRY;
    if (rc > 0)
        rc = req_match(r, c.version);
    if (rc == 0)
        rc = check_proved(r, tx, in, &c);
    if (rc < 0)
        return rc;
    struct str was = c.name;
#define TAKE(member)                                                                               \
    if (GIVEN(in, member))                                                                         \
    c.member = in->member
    TAKE(name);
    TAKE(preferred_name);
    TAKE(email);
    TAKE(address);
    TAKE(area);
    TAKE(birthday);
    TAKE(anniversary);
#undef TAKE
    if (GIVEN(in, preferences))
        c.preferences = str_is_null(in->preferences) ? STR("{}") : in->preferences;
    rc = customers_save(r, tx, &c, was);
    return rc < 0 ? rc : answer_own(r, tx, &c);
}
