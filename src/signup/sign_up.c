/* Sign-up: a login of one's own. What is typed here occupies nothing and is
 * compared with nothing, so that the answer and the work are the same whoever
 * has the e-mail or the phone already. */
#include "auth/passwords.h"
#include "base/phone.h"
#include "signup/signup_priv.h"

struct signup_in {
    struct given given;
    struct str name, email, phone, password, company;
};
#define IN(name_, type_, member_, ...)                                                             \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct signup_in, member_), __VA_ARGS__   \
    }
FIELDS(signup_in, "SignUp", struct signup_in,
       IN("name", F_TEXT, name, .max = 200,
          .help = "As people write it; the phone or the e-mail stands for it when it is missing"),
       IN("email", F_EMAIL, email, .help = "Gets a link that proves it; or phone, or both"),
       IN("phone", F_PHONE, phone, .help = "A code proves it; or email, or both"),
       IN("password", F_TEXT, password, .flags = FIELD_SECRET, .min = 1, .max = 1000,
          .help = "8 to 200 bytes; without one the account is opened by codes"),
       IN("company", F_TEXT, company, .max = 63,
          .help = "Slug of the company, where neither the host name tells it nor is it the only "
                  "one"));

bool signup_signed_in(const struct req *r)
{
    return r->who.kind == WHO_USER && uuid_eq(r->who.company, r->company->id);
}

int signup_check(struct req *r, struct str email, struct str phone)
{
    if (!r->company->is_active)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (!str_is_null(r->authorization) && r->who.kind == WHO_NOBODY)
        return req_fail(r, ERR_TOKEN_INVALID);
    if (r->who.kind == WHO_USER && !signup_signed_in(r))
        return req_fail_field(r, ERR_FORBIDDEN, "company", NULL,
                              "is not the one that you are signed in at");
    if (str_is_null(email) == str_is_null(phone))
        return req_fail_field(r, ERR_INVALID, "phone", "required", "or email: give one of the two");
    return 0;
}

struct str signup_name(struct req *r, struct str name, struct str email, struct str phone)
{
    if (!str_is_null(name))
        return name;
    if (!str_is_null(phone))
        return phone_national(r->arena, phone, r->company->country);
    const char *at = email.p ? memchr(email.p, '@', email.n) : NULL;
    return at ? (struct str){email.p, (size_t)(at - email.p)} : email;
}

int signup_lookup(struct req *r, struct tx *tx)
{
    const struct signup_in *in = r->in;
    (void)tx;
    if (!r->company->is_active)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (str_is_null(in->email) && str_is_null(in->phone))
        return req_fail_field(r, ERR_INVALID, "email", "required", "or phone: at least one");
    return str_is_null(in->password) ? 0 : accounts_refuse_weak(r, "password", in->password);
}

int signup_prepare(struct req *r)
{
    const struct signup_in *in = r->in;
    struct str *hash = ARENA_NEW(r->arena, struct str);
    if (!str_is_null(in->password))
        *hash = password_hash(in->password, r->arena);
    r->prepared = hash;
    return 0;
}

int signup_make(struct req *r, struct tx *tx, const struct login_new *n)
{
    struct customer_row own;
    int rc = login_insert(tx, &(struct login_insert_params){
                                  .company = r->company->id,
                                  .id = n->id,
                                  .name = n->name,
                                  .email = n->email,
                                  .phone = n->phone,
                                  .hash = n->hash,
                                  .now = r->now,
                              });
    /* Of many who say the same the newest stand: the table is not to be filled. */
    if (rc >= 0 && !str_is_null(n->email))
        rc = claims_trim_email(tx, r->company->id, n->email, CLAIMS_MOST, r->now);
    if (rc >= 0 && !str_is_null(n->phone))
        rc = claims_trim_phone(tx, r->company->id, n->phone, CLAIMS_MOST, r->now);
    if (rc >= 0)
        rc = identity_find_or_create(r, tx, n->id, &own);
    return rc < 0 ? rc : 0;
}

/* A link to prove the e-mail, unless too many were sent to it: then the person
 * asks for another one later. */
static int send_link(struct req *r, struct tx *tx, struct uuid user, struct str email)
{
    int rc = codes_allow_link(r, tx, email);
    if (rc == ERR_RATE_LIMITED)
        return 0;
    if (rc == 0)
        rc = signup_mail_link(r, tx, LINK_VERIFY, user, email);
    return rc < 0 ? rc : 0;
}

int signup_handler(struct req *r, struct tx *tx)
{
    const struct signup_in *in = r->in;
    const struct str *hash = r->prepared;
    struct login_new n = {
        .id = req_new_id(r),
        .name = signup_name(r, in->name, in->email, in->phone),
        .email = in->email,
        .phone = in->phone,
        .hash = *hash,
    };
    struct session_out out;
    int rc = signup_make(r, tx, &n);
    if (rc == 0 && !str_is_null(in->email))
        rc = send_link(r, tx, n.id, in->email);
    if (rc == 0)
        rc = accounts_open_session(r, tx, n.id, &out);
    return rc < 0 ? rc : req_answer(r, 201, &session_out, &out);
}
