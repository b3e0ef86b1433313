/* Another phone or e-mail for an account, by who is signed in to it. Whoever
 * found a session could make the account their own by it, for good: it takes a
 * sign-in of the last minutes, and the addresses so far are told, which hear of
 * it on another way (NIST SP 800-63B, 6.1.2.1). */
#include "messages/messages.h"
#include "signup/signup_priv.h"

static bool is_one_of(struct str address, struct str a, struct str b)
{
    return (!str_is_null(a) && str_eq(address, a)) || (!str_is_null(b) && str_eq(address, b));
}

/* What was typed at sign-up, or given by staff, is only proved by this. */
static bool is_own(const struct code_to *to, const struct user_row *u)
{
    return str_is_null(to->phone) ? is_one_of(to->email, u->email, u->claimed_email)
                                  : is_one_of(to->phone, u->phone, u->claimed_phone);
}

int change_check(struct req *r, struct tx *tx, const struct code_to *to, struct user_row *before)
{
    int rc = user_lock(tx, r->company->id, r->who.id, before);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    /* Of an account without password and proof there is nothing but the session. */
    bool bare = !before->has_password && !before->is_phone_verified && !before->is_email_verified;
    if (bare || is_own(to, before))
        return 0;
    rc = accounts_signed_in_lately(r, tx);
    return rc < 0 ? rc : rc == 1 ? 0 : req_fail(r, ERR_SIGN_IN_AGAIN);
}

static int tell_email(struct req *r, struct tx *tx, struct str to, const char *what)
{
    struct str shop = r->company->name, base = accounts_base_url(r);
    struct message_new m = {
        .purpose = "notice",
        .to = to,
        .subject = arena_printf(r->arena, "Your account at %.*s was changed", STR_ARG(shop)),
        .text = arena_printf(r->arena,
                             "Hello,\n\nAnother %s now belongs to your account at %.*s.\n\nIf that "
                             "was you, there is nothing to do. If not, somebody else may be using "
                             "your account: tell %.*s at once, and choose another password at "
                             "%.*s/me.\n\n%.*s\n",
                             what, STR_ARG(shop), STR_ARG(shop), STR_ARG(base), STR_ARG(shop)),
    };
    return messages_email(r, tx, &m);
}

static int tell_phone(struct req *r, struct tx *tx, struct str to, const char *what)
{
    struct message_new m = {
        .purpose = "notice",
        .to = to,
        .text = arena_printf(r->arena,
                             "Another %s now belongs to your account at %.*s. If that was not "
                             "you, tell the shop at once.",
                             what, STR_ARG(r->company->name)),
    };
    return messages_sms(r, tx, &m);
}

int change_tell(struct req *r, struct tx *tx, const struct code_to *to,
                const struct user_row *before)
{
    bool is_phone = !str_is_null(to->phone);
    const char *what = is_phone ? "phone number" : "e-mail address";
    int rc = 0;
    if (is_own(to, before))
        return 0;
    bool has_email = !str_is_null(before->email);
    if (has_email)
        rc = tell_email(r, tx, before->email, what);
    /* An SMS costs: only where the number goes, or nothing else tells. */
    if (rc >= 0 && !str_is_null(before->phone) && (is_phone || !has_email))
        rc = tell_phone(r, tx, before->phone, what);
    return rc < 0 ? rc : 0;
}
