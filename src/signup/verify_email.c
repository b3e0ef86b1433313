/* Proof of an e-mail by the link that was sent to it. Who follows it has the
 * mailbox; that the account is theirs as well says its session, or its password.
 * Without either it may be a stranger's, who signed up with an address that is
 * not theirs: then what opened the account so far no longer does. */
#include "auth/attempts.h"
#include "auth/passwords.h"
#include "http/pages.h"
#include "signup/signup_priv.h"

struct verify_email_in {
    struct given given;
    struct str token, password, new_password;
};
#define SECRET(name_, member_, max_, ...)                                                          \
    {                                                                                              \
        .name = name_, .type = F_TEXT, .offset = offsetof(struct verify_email_in, member_),        \
        .min = 1, .max = max_, __VA_ARGS__                                                         \
    }
FIELDS(verify_email_in, "VerifyEmail", struct verify_email_in,
       SECRET("token", token, 200, .flags = FIELD_REQUIRED | FIELD_SECRET,
              .help = "As the link in the e-mail carries it"),
       SECRET("password", password, 1000, .flags = FIELD_SECRET,
              .help = "Of the account, where nobody is signed in to it: it stays as it is"),
       SECRET("newPassword", new_password, 1000, .flags = FIELD_SECRET,
              .help = "Instead: 8 to 200 bytes; whoever was signed in no longer is"));

/* From look-up over the password's check to the handler. */
struct confirming {
    struct link_sent link;
    bool right;      /* the password was */
    struct str hash; /* of the new one, or null */
};

int verify_email_lookup(struct req *r, struct tx *tx)
{
    const struct verify_email_in *in = r->in;
    struct confirming *s = ARENA_NEW(r->arena, struct confirming);
    r->prepared = s;
    int rc = accounts_link_open(r, tx, in->token, &s->link);
    if (rc == 0 && !str_starts(s->link.purpose, STR("mail-verify ")))
        rc = req_fail(r, ERR_TOKEN_INVALID);
    if (rc == 0 && !str_is_null(in->password) && !str_is_null(in->new_password))
        rc = req_fail_field(r, ERR_INVALID, "newPassword", "choice",
                            "send password or newPassword, not both");
    if (rc == 0 && !str_is_null(in->password))
        rc = attempts_check(r, tx, &attempts_passwords, attempts_user(r, s->link.user.id));
    if (rc == 0 && !str_is_null(in->new_password))
        rc = accounts_refuse_weak(r, "newPassword", in->new_password);
    return rc;
}

int verify_email_prepare(struct req *r)
{
    const struct verify_email_in *in = r->in;
    struct confirming *s = r->prepared;
    if (!str_is_null(in->password))
        s->right = password_verify(in->password, s->link.user.password_hash);
    if (!str_is_null(in->new_password))
        s->hash = password_hash(in->new_password, r->arena);
    return 0;
}

/* Is the account that of who follows the link? 1, 0, or the refusal of a wrong
 * password, which leaves the link good. */
static int is_theirs(struct req *r, struct tx *tx, const struct confirming *s)
{
    const struct verify_email_in *in = r->in;
    struct sign_in_row now;
    struct uuid user = s->link.user.id;
    if (signup_signed_in(r) && uuid_eq(r->who.id, user))
        return 1;
    if (str_is_null(in->password))
        return 0;
    int rc = sign_in_by_id(tx, r->company->id, user, &now);
    if (rc < 0)
        return rc;
    /* The password that was checked may have been changed meanwhile. */
    bool right = rc == 1 && s->right && str_eq(now.password_hash, s->link.user.password_hash);
    rc = attempts_settle(r, tx, &attempts_passwords, attempts_user(r, user), right);
    return rc < 0 ? rc : 1;
}

/* Whose it was before need not be who has the mailbox. An account that is known
 * by more than its sign-up (its phone was proved, staff know it) is nobody's
 * to take: a mistyped address must not open it. */
static int begin_anew(struct req *r, struct tx *tx, const struct email_user *u, struct str email,
                      struct str hash)
{
    bool is_claim = !str_eq(email, u->email);
    if (is_claim && u->is_somebody)
        return req_fail(r, ERR_SIGN_IN_AGAIN);
    if (u->has_password && str_is_null(hash))
        return req_fail(r, ERR_PASSWORD_NEEDED);
    return is_claim ? signup_take_over(r, tx, u->id, hash)
                    : accounts_set_password(r, tx, u->id, hash);
}

int verify_email_handler(struct req *r, struct tx *tx)
{
    const struct confirming *s = r->prepared;
    struct link_sent link = s->link;
    struct email_user u = {.id = UUID_NIL};
    int theirs = is_theirs(r, tx, s);
    int rc = theirs < 0 ? theirs : accounts_link_take(r, tx, &link);
    if (rc == 0)
        rc = email_user_lock(tx, r->company->id, link.user.id, &u);
    if (rc < 0)
        return rc;
    struct str email = rc == 1 ? signup_link_email(r, LINK_VERIFY, link.purpose, &u) : STR_NULL;
    if (str_is_null(email))
        return req_fail(r, ERR_TOKEN_INVALID);
    bool known = u.is_email_verified && str_eq(u.email, email);
    rc = theirs || known ? 0 : begin_anew(r, tx, &u, email, s->hash);
    if (rc == 0)
        rc = signup_email_proved(r, tx, u.id, email);
    return rc < 0 ? rc : req_answer_message(r, 200, "Your e-mail address is confirmed");
}

int verify_email_page(struct req *r, struct tx *tx)
{
    (void)tx;
    const struct page *p = page_find(STR("verify-email.html"));
    return p ? page_answer(r, p) : req_fail(r, ERR_NOT_FOUND);
}
