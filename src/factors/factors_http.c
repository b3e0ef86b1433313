/* One's own second factor: set up, confirm, new recovery codes, switch off.
 * Somebody who found an open session can do none of it: each needs the
 * password or a code. */
#include "auth/attempts.h"
#include "auth/passwords.h"
#include "factors/factors_priv.h"
#include <sodium.h>

struct factor_in {
    struct given given;
    struct str password, code;
};
#define CODE(needed_, help_)                                                                       \
    {                                                                                              \
        .name = "code", .type = F_TEXT, .flags = FIELD_SECRET | (needed_),                         \
        .offset = offsetof(struct factor_in, code), .min = 1, .max = 40, .help = help_             \
    }
#define PASSWORD(needed_, help_)                                                                   \
    {                                                                                              \
        .name = "password", .type = F_TEXT, .flags = FIELD_SECRET | (needed_),                     \
        .offset = offsetof(struct factor_in, password), .min = 1, .max = 1000, .help = help_       \
    }
FIELDS(totp_setup_in, "TotpSetup", struct factor_in,
       PASSWORD(0, "One's own, when there is no second factor yet"),
       CODE(0, "Of the second factor so far, or a recovery code, to move to another device"));
FIELDS(totp_code_in, "TotpCode", struct factor_in,
       CODE(FIELD_REQUIRED, "The six digits that the device shows"));
FIELDS(totp_recovery_in, "TotpRecovery", struct factor_in,
       CODE(FIELD_REQUIRED, "The six digits that the device shows, or a recovery code"));
FIELDS(totp_disable_in, "TotpDisable", struct factor_in, PASSWORD(FIELD_REQUIRED, "One's own"),
       CODE(FIELD_REQUIRED, "The six digits that the device shows, or a recovery code"));

struct setup_out {
    struct str secret, uri;
};
FIELDS(totp_setup_out, "TotpSecret", struct setup_out,
       {.name = "secret",
        .type = F_TEXT,
        .flags = FIELD_SECRET,
        .offset = offsetof(struct setup_out, secret),
        .help = "For typing into the device, base32; shown this once"},
       {.name = "otpauthUri",
        .type = F_TEXT,
        .flags = FIELD_SECRET,
        .offset = offsetof(struct setup_out, uri),
        .help = "The same for a QR code"});

struct codes_out {
    struct str state;
    struct strs codes;
};
FIELDS(totp_codes_out, "TotpRecoveryCodes", struct codes_out,
       {.name = "secondFactor",
        .type = F_TEXT_ENUM,
        .offset = offsetof(struct codes_out, state),
        .names = factor_states,
        .help = "ON: sign-in asks for a code from now on"},
       {.name = "recoveryCodes",
        .type = F_STRINGS,
        .flags = FIELD_SECRET,
        .offset = offsetof(struct codes_out, codes),
        .help = "Each lets one in once without the device; shown this once"});

/* From look-up over the password's check to the handler. */
struct trial {
    struct factor_user_row user;
    bool right; /* the password was */
};

typedef int (*factor_fn)(struct tx *tx, struct uuid company, struct uuid user,
                         struct factor_row *out);
/* Who is signed in, and the factor; both null where there is none. */
static int who_and_factor(struct req *r, struct tx *tx, factor_fn read, struct trial *t,
                          struct factor_row *f)
{
    *f = (struct factor_row){.secret_sealed = STR_NULL, .pending_sealed = STR_NULL};
    if (r->who.kind != WHO_USER)
        return req_fail(r, ERR_FORBIDDEN);
    req_subject(r, r->who.id);
    int rc = factor_user(tx, r->company->id, r->who.id, &t->user);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_TOKEN_INVALID);
    rc = read(tx, r->company->id, r->who.id, f);
    return rc < 0 ? rc : 0;
}

static int no_factor(struct req *r, const char *says)
{
    return req_fail_field(r, ERR_INVALID, "code", "no_second_factor", "%s", says);
}

static int settle_password(struct req *r, struct tx *tx, const struct trial *now)
{
    const struct trial *before = r->prepared;
    /* The password that was checked may have been changed meanwhile. */
    bool right = before->right && str_eq(before->user.password_hash, now->user.password_hash);
    return attempts_settle(r, tx, &attempts_passwords, attempts_user(r, r->who.id), right);
}

static int needs_password(struct req *r, struct tx *tx, const struct trial *t)
{
    const struct factor_in *in = r->in;
    if (str_is_null(in->password))
        return req_fail_field(r, ERR_INVALID, "password", "required", "password is missing");
    if (str_is_null(t->user.password_hash))
        return req_fail_field(r, ERR_INVALID, "password", "no_password",
                              "This account has no password yet; set one first");
    return attempts_check(r, tx, &attempts_passwords, attempts_user(r, r->who.id));
}

static int needs_code(struct req *r)
{
    const struct factor_in *in = r->in;
    return !str_is_null(in->code)
               ? 0
               : req_fail_field(r, ERR_INVALID, "code", "required",
                                "There is a second factor already: its code is needed");
}

int totp_setup_lookup(struct req *r, struct tx *tx)
{
    struct trial *t = ARENA_NEW(r->arena, struct trial);
    struct factor_row f;
    r->prepared = t;
    int rc = who_and_factor(r, tx, factor_read, t, &f);
    if (rc < 0)
        return rc;
    /* An account that only claims somebody's e-mail ends when its owner comes:
     * a stranger's second factor must not stand in the way. */
    if (!t->user.is_proved)
        return req_fail_field(r, ERR_INVALID, "password", "not_verified",
                              "Verify your e-mail or phone first");
    return str_is_null(f.secret_sealed) ? needs_password(r, tx, t) : needs_code(r);
}

int totp_setup_prepare(struct req *r)
{
    const struct factor_in *in = r->in;
    struct trial *t = r->prepared;
    t->right = !str_is_null(in->password) && password_verify(in->password, t->user.password_hash);
    return 0;
}

/* May the principal put a new secret there? */
static int setup_check(struct req *r, struct tx *tx, struct trial *t)
{
    const struct factor_in *in = r->in;
    struct factor_row f;
    int rc = who_and_factor(r, tx, factor_lock, t, &f);
    if (rc < 0)
        return rc;
    if (!str_is_null(f.secret_sealed)) {
        rc = needs_code(r);
        return rc < 0 ? rc : factors_check(r, tx, r->who.id, &f, in->code);
    }
    rc = settle_password(r, tx, t);
    /* What was guessed at an earlier secret does not count against a new one. */
    return rc < 0 ? rc : attempts_forget(r, tx, &attempts_factors, attempts_user(r, r->who.id));
}

int totp_setup_handler(struct req *r, struct tx *tx)
{
    struct trial t = {.right = false};
    uint8_t secret[TOTP_SECRET];
    struct setup_out out;
    int rc = setup_check(r, tx, &t);
    if (rc < 0)
        return rc;
    struct str account = !str_is_null(t.user.email)   ? t.user.email
                         : !str_is_null(t.user.phone) ? t.user.phone
                                                      : t.user.name;
    randombytes_buf(secret, sizeof secret);
    out.secret = totp_base32(secret, sizeof secret, r->arena);
    out.uri = totp_uri(r->company->name, account, out.secret, r->arena);
    rc = factor_pending(tx, r->company->id, r->who.id, factors_seal(r, r->who.id, secret), r->now);
    sodium_memzero(secret, sizeof secret);
    return rc < 0 ? rc : req_answer(r, 200, &totp_setup_out, &out);
}

static int answer_codes(struct req *r, struct tx *tx)
{
    struct codes_out out = {.state = factors_state(r->company, STR_NULL, true)};
    int rc = factors_recovery(r, tx, r->who.id, &out.codes);
    return rc < 0 ? rc : req_answer(r, 200, &totp_codes_out, &out);
}

int totp_confirm_handler(struct req *r, struct tx *tx)
{
    const struct factor_in *in = r->in;
    struct trial t = {.right = false};
    struct factor_row f;
    int rc = who_and_factor(r, tx, factor_lock, &t, &f);
    if (rc < 0)
        return rc;
    if (str_is_null(f.pending_sealed))
        return no_factor(r, "Nothing is being set up: call /api/auth/totp/setup first");
    rc = factors_confirm(r, tx, &f, in->code);
    if (rc == 0)
        rc = factor_sessions_end(tx, r->company->id, r->who.id, r->who.session, r->now);
    return rc < 0 ? rc : answer_codes(r, tx);
}

int totp_disable_lookup(struct req *r, struct tx *tx)
{
    struct trial *t = ARENA_NEW(r->arena, struct trial);
    struct factor_row f;
    r->prepared = t;
    int rc = who_and_factor(r, tx, factor_read, t, &f);
    if (rc < 0)
        return rc;
    if (str_is_null(f.secret_sealed))
        return no_factor(r, "There is no second factor");
    if (factors_required(r->company, str_c(role_names[r->who.role])))
        return req_fail(r, ERR_FACTOR_NEEDED);
    return needs_password(r, tx, t);
}

int totp_disable_prepare(struct req *r)
{
    return totp_setup_prepare(r);
}

int totp_disable_handler(struct req *r, struct tx *tx)
{
    const struct factor_in *in = r->in;
    struct trial t = {.right = false};
    struct factor_row f;
    int rc = who_and_factor(r, tx, factor_lock, &t, &f);
    if (rc < 0)
        return rc;
    if (str_is_null(f.secret_sealed))
        return no_factor(r, "There is no second factor");
    rc = settle_password(r, tx, &t);
    if (rc == 0)
        rc = factors_check(r, tx, r->who.id, &f, in->code);
    if (rc == 0)
        rc = factors_remove(tx, r->company->id, r->who.id);
    return rc < 0 ? rc : req_answer_message(r, 200, "Sign-in asks for the password alone now");
}

int totp_recovery_handler(struct req *r, struct tx *tx)
{
    const struct factor_in *in = r->in;
    struct trial t = {.right = false};
    struct factor_row f;
    int rc = who_and_factor(r, tx, factor_lock, &t, &f);
    if (rc < 0)
        return rc;
    if (str_is_null(f.secret_sealed))
        return no_factor(r, "There is no second factor");
    rc = factors_check(r, tx, r->who.id, &f, in->code);
    return rc < 0 ? rc : answer_codes(r, tx);
}
