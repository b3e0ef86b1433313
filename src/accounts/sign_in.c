/* Sign-in by e-mail or phone and password, and who one is. Unknown accounts,
 * wrong passwords, no password yet and deactivated users take the same time,
 * the same statements, and get the same answer. */
#include "accounts/accounts_priv.h"
#include "auth/passwords.h"
#include "factors/factors.h"

struct login_in {
    struct given given;
    struct str email, phone, password, code, company;
};
#define AT(member) .offset = offsetof(struct login_in, member)
FIELDS(login_in, "SignIn", struct login_in,
       {.name = "email", .type = F_EMAIL, AT(email), .help = "Of the user; or phone"},
       {.name = "phone", .type = F_PHONE, AT(phone), .help = "Of the user; or email"},
       {.name = "password",
        .type = F_TEXT,
        .flags = FIELD_REQUIRED | FIELD_SECRET,
        AT(password),
        .min = 1,
        .max = 1000,
        .help = "Of the user"},
       {.name = "code",
        .type = F_TEXT,
        .flags = FIELD_SECRET,
        AT(code),
        .min = 1,
        .max = 40,
        .help = "Of the second factor, or a recovery code, where the user has one"},
       {.name = "company",
        .type = F_TEXT,
        AT(company),
        .max = 63,
        .help = "Slug of the company, where neither the host name tells it nor is it the only "
                "one"});

/* Whose the account may be: the owner of the e-mail or phone, and who last said
 * that it is theirs. A stranger who typed it at sign-up does not keep the owner
 * out, and the password decides. */
enum { CANDIDATES = 2 };

/* From look-up over the check to the handler. */
struct attempt {
    struct sign_in_row v[CANDIDATES];
    size_t n, owners;                /* the first ones own it, the others claim it */
    const struct sign_in_row *right; /* whose password it was, NULL: nobody's */
    struct str near;                 /* without an owner: a hash that is checked in its place */
    struct str rehashed;             /* of the right password, when the hash is not one of ours */
};

static struct str account_of(const struct login_in *in)
{
    return str_is_null(in->email) ? in->phone : in->email;
}

static void add(struct attempt *t, const struct sign_in_row *u)
{
    if (t->n < CANDIDATES)
        t->v[t->n++] = *u;
}

static int find_by_email(struct req *r, struct tx *tx, struct str email, struct attempt *t)
{
    struct sign_in_row u;
    struct sign_in_near_email_row near = {STR_NULL};
    int rc = sign_in_by_email(tx, r->company->id, email, &u);
    if (rc == 1)
        add(t, &u);
    else if (rc == 0)
        rc = sign_in_near_email(tx, r->company->id, email, &near);
    t->near = near.password_hash;
    t->owners = t->n;
    if (rc >= 0)
        rc = sign_in_claimant_email(tx, r->company->id, email, &u);
    if (rc == 1)
        add(t, &u);
    return rc < 0 ? rc : 0;
}

static int find_by_phone(struct req *r, struct tx *tx, struct str phone, struct attempt *t)
{
    struct sign_in_row u, *owners;
    struct sign_in_near_phone_row near = {STR_NULL};
    size_t n = 0;
    int rc = sign_in_owners_phone(tx, r->company->id, phone, &owners, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        add(t, &owners[i]);
    if (rc >= 0 && n == 0)
        rc = sign_in_near_phone(tx, r->company->id, phone, &near);
    t->near = near.password_hash;
    t->owners = t->n;
    if (rc >= 0)
        rc = sign_in_claimant_phone(tx, r->company->id, phone, &u);
    if (rc == 1)
        add(t, &u);
    return rc < 0 ? rc : 0;
}

int sign_in_lookup(struct req *r, struct tx *tx)
{
    const struct login_in *in = r->in;
    struct attempt *t = ARENA_NEW(r->arena, struct attempt);
    r->prepared = t;
    if (str_is_null(in->email) == str_is_null(in->phone))
        return req_fail_field(r, ERR_INVALID, "email", "required", "or phone: give one of the two");
    int rc = attempts_check(r, tx, &attempts_passwords, account_of(in));
    if (rc < 0)
        return rc;
    return str_is_null(in->email) ? find_by_phone(r, tx, in->phone, t)
                                  : find_by_email(r, tx, in->email, t);
}

/* A failing sign-in costs two checks, however many candidates there are. Hashes
 * that came from another system cost what they cost; so that this does not tell
 * who is there, an account without an owner costs what a neighbour's does. */
int sign_in_prepare(struct req *r)
{
    const struct login_in *in = r->in;
    struct attempt *t = r->prepared;
    for (size_t i = 0; i < CANDIDATES && !t->right; i++) {
        bool there = i < t->n;
        struct str hash = there ? t->v[i].password_hash : i == t->n ? t->near : STR_NULL;
        bool right = password_verify(in->password, hash);
        if (right && there && t->v[i].may && r->company->is_active)
            t->right = &t->v[i];
    }
    if (t->right && password_needs_rehash(t->right->password_hash))
        t->rehashed = password_hash(in->password, r->arena);
    return 0;
}

/* Another sign-in may have hashed it anew, which is no change of the record. */
static bool same_password(const struct sign_in_row *before, const struct sign_in_row *now)
{
    if (str_eq(before->password_hash, now->password_hash))
        return true;
    return password_needs_rehash(before->password_hash) && before->version == now->version;
}

/* Who only claims the account must not make the count begin anew: a stranger
 * could guess at the owner's password for ever. */
static int settle(struct req *r, struct tx *tx, const struct attempt *t, bool right)
{
    struct str account = account_of(r->in);
    return right && t->right >= t->v + t->owners
               ? attempts_check(r, tx, &attempts_passwords, account)
               : attempts_settle(r, tx, &attempts_passwords, account, right);
}

int sign_in_handler(struct req *r, struct tx *tx)
{
    const struct login_in *in = r->in;
    const struct attempt *t = r->prepared;
    const struct sign_in_row *before = t->right;
    struct sign_in_row now;
    struct session_out out;
    int rc = sign_in_by_id(tx, r->company->id, before ? before->id : UUID_NIL, &now);
    if (rc < 0)
        return rc;
    /* What was checked may have changed meanwhile. */
    bool right = before && rc == 1 && now.may && same_password(before, &now);
    if (t->n)
        req_subject(r, right ? now.id : t->v[0].id);
    rc = settle(r, tx, t, right);
    if (rc == 0)
        rc = factors_sign_in(r, tx, now.id, in->code);
    if (rc == 0 && right && t->rehashed.n)
        rc = user_rehash(tx, r->company->id, now.id, t->rehashed, before->password_hash);
    if (rc >= 0)
        rc = accounts_open_session(r, tx, now.id, &out);
    return rc < 0 ? rc : req_answer(r, 200, &session_out, &out);
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
