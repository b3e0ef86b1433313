/* A forgotten password: a link by e-mail or a code by SMS, and the new one. The
 * answer to asking is the same whether or not there is such an account. */
#include "auth/passwords.h"
#include "base/json_out.h"
#include "signup/signup_priv.h"

struct forgot_in {
    struct given given;
    struct str email, phone, company;
};
struct reset_in {
    struct given given;
    struct str token, phone, code, password, company;
    struct uuid user_id;
};
#define FIELD(struct_, name_, type_, member_, ...)                                                 \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct struct_, member_), __VA_ARGS__     \
    }
#define COMPANY(struct_)                                                                           \
    FIELD(struct_, "company", F_TEXT, company, .max = 63,                                          \
          .help = "Slug of the company, where neither the host name tells it nor is it the only "  \
                  "one")
FIELDS(forgot_in, "ForgottenPassword", struct forgot_in,
       FIELD(forgot_in, "email", F_EMAIL, email, .help = "Gets a link; or phone"),
       FIELD(forgot_in, "phone", F_PHONE, phone, .help = "Gets a code; or email"),
       COMPANY(forgot_in));
FIELDS(reset_in, "SetPassword", struct reset_in,
       FIELD(reset_in, "token", F_TEXT, token, .flags = FIELD_SECRET, .min = 1, .max = 200,
             .help = "As the one-time link carries it; or phone and code"),
       FIELD(reset_in, "phone", F_PHONE, phone, .help = "That the code was sent to"),
       FIELD(reset_in, "code", F_TEXT, code, .flags = FIELD_SECRET, .min = 1, .max = 20,
             .help = "Digits, as they were sent"),
       FIELD(reset_in, "password", F_TEXT, password, .flags = FIELD_REQUIRED | FIELD_SECRET,
             .min = 1, .max = 1000, .help = "8 to 200 bytes"),
       FIELD(reset_in, "userId", F_UUID, user_id,
             .help = "Which of several accounts that have the phone"),
       COMPANY(reset_in));

/* From look-up over hashing to the handler. */
struct resetting {
    struct link_sent link; /* with a token */
    struct str hash;       /* of the new password */
};

int forgot_lookup(struct req *r, struct tx *tx)
{
    const struct forgot_in *in = r->in;
    (void)tx;
    return signup_check(r, in->email, in->phone);
}

/* To the owner, else to who last said that the e-mail is theirs. */
static int send_link(struct req *r, struct tx *tx, struct str email)
{
    struct email_user owner = {.id = UUID_NIL}, *claims;
    size_t n = 0;
    int rc = codes_allow_link(r, tx, email);
    if (rc == 0)
        rc = email_owner(tx, r->company->id, email, &owner);
    if (rc < 0)
        return rc;
    struct uuid user = rc == 1 && owner.may ? owner.id : UUID_NIL;
    if (rc == 0)
        rc = email_claimants(tx, r->company->id, email, 1, &claims, &n);
    if (n == 1)
        user = claims[0].id;
    req_subject(r, user);
    if (rc >= 0 && !uuid_is_nil(user))
        rc = signup_mail_link(r, tx, LINK_RESET, user, email);
    return rc < 0 ? rc : 0;
}

int forgot_handler(struct req *r, struct tx *tx)
{
    const struct forgot_in *in = r->in;
    struct code_to to = {CODE_SIGN_IN, in->phone, STR_NULL};
    int rc = str_is_null(in->email) ? codes_send(r, tx, &to) : send_link(r, tx, in->email);
    return rc < 0
               ? rc
               : req_answer_message(r, 200, "If there is such an account, a message is on its way");
}

static bool is_mailed(struct str purpose)
{
    return str_starts(purpose, STR("mail-reset "));
}

int reset_lookup(struct req *r, struct tx *tx)
{
    const struct reset_in *in = r->in;
    struct resetting *s = ARENA_NEW(r->arena, struct resetting);
    r->prepared = s;
    int rc;
    if (!str_is_null(in->token)) {
        rc = accounts_link_open(r, tx, in->token, &s->link);
        if (rc == 0 && !str_eq(s->link.purpose, STR("reset")) && !is_mailed(s->link.purpose))
            rc = req_fail(r, ERR_TOKEN_INVALID);
    } else if (str_is_null(in->phone) || str_is_null(in->code)) {
        rc = req_fail_field(r, ERR_INVALID, "token", "required", "or phone and code");
    } else {
        rc = signup_check(r, STR_NULL, in->phone);
    }
    return rc < 0 ? rc : accounts_refuse_weak(r, "password", in->password);
}

int reset_prepare(struct req *r)
{
    const struct reset_in *in = r->in;
    struct resetting *s = r->prepared;
    s->hash = password_hash(in->password, r->arena);
    return 0;
}

/* A link that went to an address proves it, too. Who has proved a phone since,
 * or is known to staff, is somebody, whom a merely claimed address does not open. */
static int prove_mailed(struct req *r, struct tx *tx, const struct link_sent *link)
{
    struct email_user u = {.id = UUID_NIL};
    int rc = email_user_lock(tx, r->company->id, link->user.id, &u);
    if (rc < 0)
        return rc;
    struct str email = rc == 1 ? signup_link_email(r, LINK_RESET, link->purpose, &u) : STR_NULL;
    bool is_claim = !str_eq(email, u.email);
    if (str_is_null(email) || (is_claim && u.is_somebody))
        return req_fail(r, ERR_TOKEN_INVALID);
    rc = is_claim ? signup_take_over(r, tx, u.id, STR_NULL) : 0;
    return rc < 0 ? rc : signup_email_proved(r, tx, u.id, email);
}

static int by_link(struct req *r, struct tx *tx, const struct resetting *s, struct uuid *user)
{
    struct link_sent link = s->link;
    int rc = accounts_link_take(r, tx, &link);
    *user = link.user.id;
    return rc == 0 && is_mailed(link.purpose) ? prove_mailed(r, tx, &link) : rc;
}

static int several(struct req *r, const struct list *accounts)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    struct json_out j = json_out(&b);
    const struct encode_context c = {.digits = 2};
    const struct account_out *v = accounts->v;
    buf_lit(&b, "\"accounts\":");
    json_open(&j, '[');
    for (size_t i = 0; i < accounts->n; i++)
        fields_encode(&account_out, &v[i], &c, &j);
    json_close(&j, ']');
    struct str json = arena_str(r->arena, buf_view(&b));
    buf_free(&b);
    return req_fail_with(r, ERR_SEVERAL_ACCOUNTS, json);
}

static int by_code(struct req *r, struct tx *tx, struct uuid *user)
{
    const struct reset_in *in = r->in;
    struct code_to to = {CODE_SIGN_IN, in->phone, STR_NULL};
    struct identity_result proved;
    struct choice c = {.user = UUID_NIL};
    int rc = codes_check(r, tx, &to, in->code);
    if (rc == 0)
        rc = choose_by_phone(r, tx, in->phone, in->user_id, &c);
    if (rc < 0)
        return rc;
    if (c.several.n)
        return several(r, &c.several);
    if (uuid_is_nil(c.user))
        return req_fail(r, ERR_USER_NOT_FOUND);
    *user = c.user;
    req_subject(r, c.user);
    rc = codes_use(r, tx, &to);
    return rc < 0 ? rc : identity_phone_proved(r, tx, c.user, in->phone, &proved);
}

int reset_handler(struct req *r, struct tx *tx)
{
    const struct reset_in *in = r->in;
    const struct resetting *s = r->prepared;
    struct uuid user = UUID_NIL;
    int rc = str_is_null(in->token) ? by_code(r, tx, &user) : by_link(r, tx, s, &user);
    if (rc == 0)
        rc = accounts_set_password(r, tx, user, s->hash);
    return rc < 0 ? rc : req_answer_message(r, 200, "The password is set; sign in with it");
}
