/* A right code: proves a phone or an e-mail for who is signed in, or signs in. */
#include "exec/exec.h"
#include "factors/factors.h"
#include "signup/signup_priv.h"

struct otp_verify_in {
    struct given given;
    struct str phone, email, code, second_code, name, company;
    struct uuid user_id;
};
#define IN(name_, type_, member_, ...)                                                             \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct otp_verify_in, member_),           \
        __VA_ARGS__                                                                                \
    }
FIELDS(otp_verify_in, "CodeVerification", struct otp_verify_in,
       IN("phone", F_PHONE, phone, .help = "That the code was sent to; or email"),
       IN("email", F_EMAIL, email, .help = "That the code was sent to; or phone"),
       IN("code", F_TEXT, code, .flags = FIELD_REQUIRED | FIELD_SECRET, .min = 1, .max = 20,
          .help = "Digits, as they were sent"),
       IN("secondFactorCode", F_TEXT, second_code, .flags = FIELD_SECRET, .min = 1, .max = 40,
          .help = "Of the account's second factor, or a recovery code, where it has one"),
       IN("userId", F_UUID, user_id, .help = "Which of several accounts, as the answer lists them"),
       IN("name", F_TEXT, name, .max = 200, .help = "Of a new account"),
       IN("company", F_TEXT, company, .max = 63,
          .help = "Slug of the company, where neither the host name tells it nor is it the only "
                  "one"));

/* One of three: a session, a proof, a choice. */
struct verified {
    struct session_out session;
    struct user_out *user;
    struct own_customer_row *customer;
    struct str outcome, email_hint;
    struct list accounts;
};
#define OUT(name_, type_, member_, ...)                                                            \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct verified, member_),                \
        .flags = FIELD_OMIT_NULL, __VA_ARGS__                                                      \
    }
#define TOKEN(name_, member_, help_)                                                               \
    {                                                                                              \
        .name = name_, .type = F_TEXT, .offset = offsetof(struct verified, member_),               \
        .flags = FIELD_OMIT_NULL | FIELD_SECRET, .help = help_                                     \
    }
FIELDS(otp_verify_out, "CodeVerified", struct verified,
       TOKEN("accessToken", session.access, "JWT, for Bearer; when the code signed in"),
       TOKEN("refreshToken", session.refresh, "Good once; when the code signed in"),
       OUT("expiresIn", F_INT, session.expires_in, .help = "Seconds of the access token"),
       OUT("user", F_OBJECT_PTR, user, .sub = &user_session_out, .help = "Who is signed in now"),
       OUT("customer", F_OBJECT_PTR, customer, .sub = &own_customer_out,
           .help = "The person that the account belongs to"),
       OUT("outcome", F_TEXT_ENUM, outcome, .names = identity_outcome_names,
           .help = "What the phone's proof means: it was this person's already, is now, its "
                   "earlier record is theirs, or that takes more proof"),
       OUT("emailHint", F_TEXT, email_hint,
           .help = "PROOF_NEEDED: the e-mail of the earlier record, masked"),
       OUT("accounts", F_LIST, accounts, .sub = &account_out,
           .help = "Several have this number: send userId with the same code"));

int otp_verify_lookup(struct req *r, struct tx *tx)
{
    const struct otp_verify_in *in = r->in;
    (void)tx;
    return signup_check(r, in->email, in->phone);
}

static int prove(struct req *r, struct tx *tx, struct uuid user, struct verified *out)
{
    const struct otp_verify_in *in = r->in;
    struct identity_result result;
    if (str_is_null(in->phone))
        return signup_email_proved(r, tx, user, in->email);
    int rc = identity_phone_proved(r, tx, user, in->phone, &result);
    if (rc < 0)
        return rc;
    out->outcome = str_c(identity_outcome_names[result.outcome]);
    out->email_hint = result.email_hint;
    return 0;
}

/* Nobody has an account yet. */
static int make_account(struct req *r, struct tx *tx, struct uuid *user)
{
    const struct otp_verify_in *in = r->in;
    struct login_new n = {.id = req_new_id(r),
                          .name = signup_name(r, in->name, in->email, in->phone)};
    int rc = signup_make(r, tx, &n);
    *user = n.id;
    return rc < 0 ? rc : outbox_add(r, tx, "user.created", n.id);
}

/* The account that the choice means, ready to be signed in to. */
static int open_account(struct req *r, struct tx *tx, struct choice *c)
{
    const struct otp_verify_in *in = r->in;
    if (uuid_is_nil(c->user))
        return make_account(r, tx, &c->user);
    return c->is_unproved ? signup_take_over(r, tx, c->user, STR_NULL)
                          : factors_sign_in(r, tx, c->user, in->second_code);
}

/* For the account of who is signed in. */
static int add_proof(struct req *r, struct tx *tx, const struct code_to *to, struct verified *out)
{
    struct user_row before;
    int rc = change_check(r, tx, to, &before);
    if (rc == 0)
        rc = prove(r, tx, r->who.id, out);
    return rc < 0 ? rc : change_tell(r, tx, to, &before);
}

/* Fills out->accounts when the person has to pick, else opens a session. */
static int sign_in(struct req *r, struct tx *tx, struct verified *out)
{
    const struct otp_verify_in *in = r->in;
    struct choice c = {.user = UUID_NIL};
    int rc = str_is_null(in->phone) ? choose_by_email(r, tx, in->email, in->user_id, &c)
                                    : choose_by_phone(r, tx, in->phone, in->user_id, &c);
    if (rc < 0)
        return rc;
    out->accounts = c.several;
    if (c.several.n)
        return 0;
    rc = open_account(r, tx, &c);
    if (rc == 0)
        rc = prove(r, tx, c.user, out);
    return rc < 0 ? rc : accounts_open_session(r, tx, c.user, &out->session);
}

/* Who it is now, with the record; whom it was about. */
static int show(struct req *r, struct tx *tx, struct uuid user, struct verified *out)
{
    struct user_row u;
    int rc = user_read(tx, r->company->id, user, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    req_subject(r, user);
    out->user = ARENA_NEW(r->arena, struct user_out);
    *out->user = user_out_of(r, &u);
    out->customer = ARENA_NEW(r->arena, struct own_customer_row);
    rc = own_customer(tx, r->company->id, u.customer_id, out->customer);
    if (rc == 0)
        out->customer = NULL;
    return rc < 0 ? rc : 0;
}

int otp_verify_handler(struct req *r, struct tx *tx)
{
    const struct otp_verify_in *in = r->in;
    struct code_to to = {CODE_SIGN_IN, in->phone, in->email};
    struct verified out = {.session = {.expires_in = I64_NULL}};
    bool signed_in = signup_signed_in(r);
    int rc = codes_check(r, tx, &to, in->code);
    if (rc == 0)
        rc = signed_in ? add_proof(r, tx, &to, &out) : sign_in(r, tx, &out);
    if (rc < 0)
        return rc;
    if (out.accounts.n == 0) {
        rc = codes_use(r, tx, &to);
        if (rc == 0)
            rc = show(r, tx, signed_in ? r->who.id : out.session.user.row.id, &out);
        if (rc < 0)
            return rc;
    }
    return req_answer(r, 200, &otp_verify_out, &out);
}
