/* Setting a password: the first one or a new one by a one-time link, or by who
 * is signed in and knows the old one. Whoever else was signed in as that user
 * no longer is. */
#include "accounts/accounts_priv.h"
#include "auth/passwords.h"
#include "auth/secrets.h"
#include "http/pages.h"

struct set_password_in {
    struct given given;
    struct str token, password;
};
struct change_password_in {
    struct given given;
    struct str old, new;
};
#define SECRET(name_, type_, member_, max_, help_)                                                 \
    {                                                                                              \
        .name = name_, .type = F_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET,                     \
        .offset = offsetof(type_, member_), .min = 1, .max = max_, .help = help_                   \
    }
FIELDS(set_password_in, "SetPassword", struct set_password_in,
       SECRET("token", struct set_password_in, token, 200, "As the one-time link carries it"),
       SECRET("password", struct set_password_in, password, 1000, "8 to 200 bytes"));
FIELDS(change_password_in, "ChangePassword", struct change_password_in,
       SECRET("oldPassword", struct change_password_in, old, 1000, "The one so far"),
       SECRET("newPassword", struct change_password_in, new, 1000, "8 to 200 bytes"));

/* From look-up over hashing to the handler. */
struct setting {
    uint8_t token_hash[32];
    struct sign_in_row user;
    bool right;      /* the old password was */
    struct str hash; /* of the new one */
};

static int refuse_weak(struct req *r, const char *field, struct str password)
{
    const char *why = password_refused(password);
    return why ? req_fail_field(r, ERR_INVALID, field, "weak", "%s", why) : 0;
}

/* Whether the link is for a first password or for another one. */
static struct str purpose(const struct req *r)
{
    return strcmp(r->route->action, "auth.activate") == 0 ? STR("activate") : STR("reset");
}

/* The user of a link that is good now, who may sign in. */
static int link_user(struct req *r, struct tx *tx, struct setting *s)
{
    struct link_read_row link;
    struct str hash = {(const char *)s->token_hash, sizeof s->token_hash};
    int rc = link_read(tx, r->company->id, hash, purpose(r), r->now, &link);
    if (rc == 1)
        rc = sign_in_by_id(tx, r->company->id, link.user_id, &s->user);
    if (rc < 0)
        return rc;
    return rc == 1 && s->user.may ? 0 : req_fail(r, ERR_TOKEN_INVALID);
}

int set_password_lookup(struct req *r, struct tx *tx)
{
    const struct set_password_in *in = r->in;
    struct setting *s = ARENA_NEW(r->arena, struct setting);
    struct uuid company;
    r->prepared = s;
    if (!link_parse(in->token, &company, s->token_hash))
        return req_fail(r, ERR_TOKEN_INVALID);
    int rc = accounts_company(r, tx, company);
    if (rc == 0)
        rc = link_user(r, tx, s);
    return rc < 0 ? rc : refuse_weak(r, "password", in->password);
}

int set_password_prepare(struct req *r)
{
    const struct set_password_in *in = r->in;
    struct setting *s = r->prepared;
    s->hash = password_hash(in->password, r->arena);
    return 0;
}

int set_password_handler(struct req *r, struct tx *tx)
{
    struct setting *s = r->prepared;
    struct str hash = {(const char *)s->token_hash, sizeof s->token_hash};
    int rc = link_user(r, tx, s);
    if (rc < 0)
        return rc;
    rc = link_use(tx, r->company->id, hash, r->now);
    if (rc == 0)
        return req_fail(r, ERR_TOKEN_INVALID);
    if (rc == 1)
        rc = user_set_password(tx, r->company->id, s->user.id, s->hash, r->now);
    if (rc == 1)
        rc = accounts_sign_out(tx, r->company->id, s->user.id, UUID_NIL, r->now);
    if (rc == 0 && !str_is_null(s->user.email))
        rc = attempts_forget(r, tx, &attempts_passwords, s->user.email);
    req_subject(r, s->user.id);
    return rc < 0 ? rc : req_answer_message(r, 200, "The password is set; sign in with it");
}

int change_password_lookup(struct req *r, struct tx *tx)
{
    const struct change_password_in *in = r->in;
    struct setting *s = ARENA_NEW(r->arena, struct setting);
    r->prepared = s;
    if (r->who.kind != WHO_USER)
        return req_fail(r, ERR_FORBIDDEN);
    int rc = attempts_check(r, tx, &attempts_passwords, attempts_user(r, r->who.id));
    if (rc == 0)
        rc = sign_in_by_id(tx, r->company->id, r->who.id, &s->user);
    if (rc == 0)
        return req_fail(r, ERR_TOKEN_INVALID);
    return rc < 0 ? rc : refuse_weak(r, "newPassword", in->new);
}

int change_password_prepare(struct req *r)
{
    const struct change_password_in *in = r->in;
    struct setting *s = r->prepared;
    s->right = password_verify(in->old, s->user.password_hash);
    if (s->right)
        s->hash = password_hash(in->new, r->arena);
    return 0;
}

int change_password_handler(struct req *r, struct tx *tx)
{
    const struct setting *s = r->prepared;
    struct sign_in_row user;
    int rc = sign_in_by_id(tx, r->company->id, r->who.id, &user);
    if (rc < 0)
        return rc;
    bool right = rc == 1 && s->right && str_eq(user.password_hash, s->user.password_hash);
    req_subject(r, r->who.id);
    rc = attempts_settle(r, tx, &attempts_passwords, attempts_user(r, r->who.id), right);
    if (rc == 0)
        rc = user_set_password(tx, r->company->id, r->who.id, s->hash, r->now);
    if (rc >= 0)
        rc = accounts_sign_out(tx, r->company->id, r->who.id, r->who.session, r->now);
    return rc < 0 ? rc : req_answer_message(r, 200, "The password is changed");
}

int password_page(struct req *r, struct tx *tx)
{
    (void)tx;
    const struct page *p = page_find(STR("password.html"));
    return p ? page_answer(r, p) : req_fail(r, ERR_NOT_FOUND);
}
