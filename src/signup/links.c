/* One-time links by e-mail: to prove an address, to set another password. The
 * purpose in the store names the address by a keyed hash, so that a link proves
 * the one it was sent to and nothing that the account claims later. */
#include "app.h"
#include "auth/secrets.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "messages/messages.h"
#include "signup/signup_priv.h"
#include <sodium.h>

enum { MAC = 32, MARK = 16 }; /* bytes of the hash, and of it in a purpose */

static const struct kind {
    const char *name, *page, *subject, *text;
    int64_t life;     /* us */
    const char *says; /* the same for people */
} kinds[] = {
    [LINK_VERIFY] = {"mail-verify", "verify-email", "Confirm your e-mail address",
                     "Please confirm that this is your e-mail address:", 3 * DAY_US, "3 days"},
    [LINK_RESET] = {"mail-reset", "reset", "Set a new password",
                    "With this link you set a new password:", 3600 * SECOND_US, "an hour"},
};

static struct str purpose_of(const struct req *r, enum link_kind kind, struct str email)
{
    uint8_t mac[MAC];
    char hex[2 * MARK + 1];
    struct str bound = arena_printf(r->arena, "0123456789abcdef%.*s", STR_ARG(email));
    memcpy((char *)(uintptr_t)bound.p, &r->company->id, sizeof r->company->id);
    tokens_mac(r->app->tokens, "mailed link", bound, mac);
    sodium_bin2hex(hex, sizeof hex, mac, MARK);
    return arena_printf(r->arena, "%s %s", kinds[kind].name, hex);
}

static struct str text_of(struct req *r, const struct kind *k, struct str token)
{
    struct str base = accounts_base_url(r);
    /* Behind '#': it reaches no server's log. */
    return arena_printf(r->arena,
                        "Hello,\n\n%s\n\n%.*s/%s#token=%.*s\n\nThe link works once and for %s. If "
                        "you did not ask %.*s for it, ignore this message: nothing changes. Never "
                        "pass the link on.\n\n%.*s\n",
                        k->text, STR_ARG(base), k->page, STR_ARG(token), k->says,
                        STR_ARG(r->company->name), STR_ARG(r->company->name));
}

int signup_mail_link(struct req *r, struct tx *tx, enum link_kind kind, struct uuid user,
                     struct str email)
{
    const struct kind *k = &kinds[kind];
    uint8_t hash[MAC];
    struct str token = link_make(r->company->id, r->arena, hash);
    int rc = link_insert(tx, &(struct link_insert_params){
                                 .company = r->company->id,
                                 .hash = {(const char *)hash, sizeof hash},
                                 .user = user,
                                 .purpose = purpose_of(r, kind, email),
                                 .now = r->now,
                                 .expires_at = r->now + k->life,
                             });
    if (rc < 0)
        return rc;
    struct message_new m = {
        .purpose = "link",
        .to = email,
        .subject = arena_printf(r->arena, "%s for %.*s", k->subject, STR_ARG(r->company->name)),
        .text = text_of(r, k, token),
        .expires_at = r->now + k->life,
    };
    return messages_email(r, tx, &m);
}

struct str signup_link_email(struct req *r, enum link_kind kind, struct str purpose,
                             const struct email_user *u)
{
    const struct str may[] = {u->claimed_email, u->email};
    for (size_t i = 0; i < sizeof may / sizeof *may; i++)
        if (!str_is_null(may[i]) && str_eq(purpose, purpose_of(r, kind, may[i])))
            return may[i];
    return STR_NULL;
}

/* The address that waits for its proof; null: none does. */
static struct str waiting_email(const struct email_user *u)
{
    if (!str_is_null(u->claimed_email))
        return u->claimed_email;
    return u->is_email_verified ? STR_NULL : u->email;
}

int email_request_handler(struct req *r, struct tx *tx)
{
    struct email_user u;
    if (r->who.kind != WHO_USER)
        return req_fail(r, ERR_FORBIDDEN);
    int rc = email_user_lock(tx, r->who.company, r->who.id, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    struct str email = waiting_email(&u);
    req_subject(r, u.id);
    if (str_is_null(email))
        return req_fail_field(r, ERR_INVALID, "email", "nothing_to_verify",
                              "There is no e-mail that waits for its proof");
    rc = codes_allow_link(r, tx, email);
    if (rc == 0)
        rc = signup_mail_link(r, tx, LINK_VERIFY, u.id, email);
    if (rc == 0)
        return req_fail(r, ERR_NO_TRANSPORT);
    return rc < 0 ? rc : req_answer_message(r, 200, "The link is on its way");
}
