/* Setting a password: the first one by a one-time link, or another one by who
 * is signed in and knows the old one. Whoever else was signed in as that user
 * no longer is. */
#include "accounts/accounts_priv.h"
#include "auth/passwords.h"
#include "auth/secrets.h"
#include "http/pages.h"

struct activate_in {
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
FIELDS(activate_in, "Activation", struct activate_in,
       SECRET("token", struct activate_in, token, 200, "As the one-time link carries it"),
       SECRET("password", struct activate_in, password, 1000, "8 to 200 bytes"));
FIELDS(change_password_in, "ChangePassword", struct change_password_in,
       SECRET("oldPassword", struct change_password_in, old, 1000, "The one so far"),
       SECRET("newPassword", struct change_password_in, new, 1000, "8 to 200 bytes"));

/* From look-up over hashing to the handler. */
struct activation {
    struct link_sent link;
    struct str hash; /* of the password */
};
struct change {
    struct sign_in_row user;
    bool right;      /* the old password was */
    struct str hash; /* of the new one */
};

int activate_lookup(struct req *r, struct tx *tx)
{
    const struct activate_in *in = r->in;
    struct activation *s = ARENA_NEW(r->arena, struct activation);
    r->prepared = s;
    int rc = accounts_link_open(r, tx, in->token, &s->link);
    if (rc == 0 && !str_eq(s->link.purpose, STR("activate")))
        rc = req_fail(r, ERR_TOKEN_INVALID);
    return rc < 0 ? rc : accounts_refuse_weak(r, "password", in->password);
}

int activate_prepare(struct req *r)
{
    const struct activate_in *in = r->in;
    struct activation *s = r->prepared;
    s->hash = password_hash(in->password, r->arena);
    return 0;
}

int activate_handler(struct req *r, struct tx *tx)
{
    struct activation *s = r->prepared;
    struct link_sent link = s->link;
    int rc = accounts_link_take(r, tx, &link);
    if (rc == 0)
        rc = accounts_set_password(r, tx, link.user.id, s->hash);
    return rc < 0 ? rc : req_answer_message(r, 200, "The password is set; sign in with it");
}

int change_password_lookup(struct req *r, struct tx *tx)
{
    const struct change_password_in *in = r->in;
    struct change *s = ARENA_NEW(r->arena, struct change);
    r->prepared = s;
    if (r->who.kind != WHO_USER)
        return req_fail(r, ERR_FORBIDDEN);
    int rc = attempts_check(r, tx, &attempts_passwords, attempts_user(r, r->who.id));
    if (rc == 0)
        rc = sign_in_by_id(tx, r->company->id, r->who.id, &s->user);
    if (rc == 0)
        return req_fail(r, ERR_TOKEN_INVALID);
    return rc < 0 ? rc : accounts_refuse_weak(r, "newPassword", in->new);
}

int change_password_prepare(struct req *r)
{
    const struct change_password_in *in = r->in;
    struct change *s = r->prepared;
    s->right = password_verify(in->old, s->user.password_hash);
    if (s->right)
        s->hash = password_hash(in->new, r->arena);
    return 0;
}

int change_password_handler(struct req *r, struct tx *tx)
{
    const struct change *s = r->prepared;
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
