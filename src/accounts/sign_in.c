/* Sign-in by e-mail and password, and who one is. Unknown e-mail, wrong
 * password, no password yet and a deactivated user take the same time, the
 * same statements, and get the same answer. */
#include "accounts/accounts_priv.h"
#include "auth/passwords.h"

struct login_in {
    struct given given;
    struct str email, password, company;
};
#define AT(member) .offset = offsetof(struct login_in, member)
FIELDS(
    login_in, "SignIn", struct login_in,
    {.name = "email", .type = F_EMAIL, .flags = FIELD_REQUIRED, AT(email), .help = "Of the user"},
    {.name = "password",
     .type = F_TEXT,
     .flags = FIELD_REQUIRED | FIELD_SECRET,
     AT(password),
     .min = 1,
     .max = 1000,
     .help = "Of the user"},
    {.name = "company",
     .type = F_TEXT,
     AT(company),
     .max = 63,
     .help = "Slug of the company, where neither the host name tells it nor is it the only "
             "one"});

/* From look-up over the check to the handler. */
struct attempt {
    bool known;              /* there is such a user, who may sign in */
    struct sign_in_row user; /* if known */
    bool right;              /* the password was */
};

static int user_find(struct req *r, struct tx *tx, struct attempt *t)
{
    const struct login_in *in = r->in;
    int rc = sign_in_by_email(tx, r->company->id, in->email, &t->user);
    t->known = rc == 1 && t->user.may && r->company->is_active;
    return rc < 0 ? rc : 0;
}

int sign_in_lookup(struct req *r, struct tx *tx)
{
    const struct login_in *in = r->in;
    struct attempt *t = ARENA_NEW(r->arena, struct attempt);
    r->prepared = t;
    int rc = attempts_check(r, tx, &attempts_passwords, in->email);
    return rc < 0 ? rc : user_find(r, tx, t);
}

int sign_in_prepare(struct req *r)
{
    const struct login_in *in = r->in;
    struct attempt *t = r->prepared;
    t->right = password_verify(in->password, t->known ? t->user.password_hash : STR_NULL);
    return 0;
}

int sign_in_handler(struct req *r, struct tx *tx)
{
    const struct login_in *in = r->in;
    const struct attempt *before = r->prepared;
    struct attempt now;
    int rc = user_find(r, tx, &now);
    if (rc < 0)
        return rc;
    if (now.known)
        req_subject(r, now.user.id);
    /* The password that was checked may have been changed meanwhile. */
    bool right = before->right && before->known && now.known &&
                 str_eq(before->user.password_hash, now.user.password_hash);
    rc = attempts_settle(r, tx, &attempts_passwords, in->email, right);
    return rc < 0 ? rc : session_open(r, tx, now.user.id);
}

struct me_out {
    struct user_out *user;             /* NULL: an API key */
    struct own_customer_row *customer; /* NULL: no person */
};
#define OWN(name_, type_, member_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct own_customer_row, member_),        \
        .help = help_                                                                              \
    }
FIELDS(own_customer_out, "OwnCustomer", struct own_customer_row,
       OWN("id", F_UUID, id, "The person's record"), OWN("name", F_TEXT, name, "Its name"),
       OWN("phone", F_TEXT, phone, "E.164"), OWN("email", F_TEXT, email, "Lower case"),
       OWN("address", F_TEXT, address, "Where deliveries go"),
       OWN("area", F_TEXT, area, "Part of town"));
FIELDS(me_out, "Me", struct me_out,
       {.name = "user",
        .type = F_OBJECT_PTR,
        .offset = offsetof(struct me_out, user),
        .sub = &user_session_out,
        .help = "Who is signed in; null for an API key"},
       {.name = "customer",
        .type = F_OBJECT_PTR,
        .offset = offsetof(struct me_out, customer),
        .sub = &own_customer_out,
        .help = "The person that the login belongs to"});

int me_handler(struct req *r, struct tx *tx)
{
    struct me_out out = {NULL, NULL};
    struct user_row u;
    if (r->who.kind != WHO_USER)
        return req_answer(r, 200, &me_out, &out);
    int rc = user_read(tx, r->who.company, r->who.id, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    out.user = ARENA_NEW(r->arena, struct user_out);
    *out.user = user_out_of(r, &u);
    out.user->company = r->who.company;
    struct own_customer_row *own = ARENA_NEW(r->arena, struct own_customer_row);
    rc = own_customer(tx, r->who.company, u.customer_id, own);
    if (rc < 0)
        return rc;
    out.customer = rc == 1 ? own : NULL;
    return req_answer(r, 200, &me_out, &out);
}
