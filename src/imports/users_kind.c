/* Importing logins: known by e-mail. */
#include "accounts/accounts.h"
#include "auth/passwords.h"
#include "base/clock.h"
#include "companies/companies.h"
#include "imports/imports_priv.h"
#include "imports/kind.h"

struct user_in {
    struct given given;
    struct str email, name, phone, password_hash, store_code;
    int64_t role, created_at;
};

/* clang-format off */
#define IN(name_, type_, member_, ...)                                                             \
    {.name = name_, .type = type_, .place = IN_PATH, .offset = offsetof(struct user_in, member_),  \
     __VA_ARGS__}
FIELDS(user_import_in, "UserImport", struct user_in,
       IN("email", F_EMAIL, email, .flags = FIELD_REQUIRED, .help = "unique in the company; an import with the same one changes nothing"),
       IN("name", F_TEXT, name, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .help = "as people write it"),
       IN("phone", F_PHONE, phone, .help = "in any spelling; not proved by an import"),
       IN("role", F_ENUM, role, .names = role_names, .help = "CUSTOMER when left out; never SUPER_ADMIN"),
       IN("passwordHash", F_TEXT, password_hash, .max = 127, .flags = FIELD_SECRET, .help = "bcrypt ($2b$…, at most cost 14) or Argon2 ($argon2id$v=19$m=…), made anew at the next sign-in; without one the login is not activated"),
       IN("storeCode", F_TEXT, store_code, .max = 50, .help = "code of the home store"),
       IN("createdAt", F_TIME, created_at, .help = "a time, or a day in the company's zone; else the time of the import"));
/* clang-format on */

static void check(const struct import *x, struct arena *a, void *row, struct outcome *o)
{
    struct user_in *in = row;
    (void)a;

    if (in->role == I64_NULL)
        in->role = ROLE_CUSTOMER;
    if (in->role == ROLE_SUPER_ADMIN)
        outcome_reject_lit(o, "role", "a SUPER_ADMIN is never imported");
    else if (role_perms((enum role)in->role) & ~x->may)
        outcome_reject_lit(o, "role", "this user may do more than you may yourself");
    if (in->created_at == I64_NULL)
        in->created_at = x->now;
    import_check_time(x, "createdAt", in->created_at, o);
    const char *refused = in->password_hash.n ? password_hash_refused(in->password_hash) : NULL;
    if (refused)
        outcome_reject(o, "passwordHash", str_c(refused));
}

static int store_of(struct import *x, struct tx *tx, const struct user_in *in, struct uuid *id,
                    struct outcome *o)
{
    struct store_with_code_row store;

    *id = UUID_NIL;
    if (in->store_code.n == 0)
        return 0;
    int rc = store_with_code(tx, x->company->id, in->store_code, &store);
    if (rc == 0)
        outcome_reject_lit(o, "storeCode", "there is no store with this code");
    if (rc == 1)
        *id = store.id;
    return rc < 0 ? rc : 0;
}

static int write_one(struct import *x, struct tx *tx, const struct user_in *in, struct outcome *o)
{
    struct user_new u = {
        .id = uuid_new(in->created_at),
        .email = in->email,
        .name = in->name,
        .phone = in->phone,
        .password_hash = in->password_hash,
        .role = (enum role)in->role,
        .batch_id = x->batch,
    };
    struct user_row have;
    int rc = store_of(x, tx, in, &u.store_id, o);

    if (rc < 0 || o->verdict != VERDICT_OPEN)
        return rc;
    if (x->dry) {
        rc = user_by_email(tx, x->company->id, in->email, &have);
        int twice = rc < 0 ? rc : seen_add(x->state, tx, 'm', in->email);
        if (twice < 0)
            return twice;
        o->verdict = rc == 1 || twice ? VERDICT_MATCHED : VERDICT_CREATED;
    } else {
        rc = accounts_create_user(tx, x->company->id, &u, in->created_at);
        o->verdict = rc == 1 ? VERDICT_CREATED : VERDICT_MATCHED;
    }
    return rc < 0 ? rc : 0;
}

static int start(struct import *x, struct tx *tx)
{
    (void)tx;
    if (x->dry)
        x->state = seen_new(x);
    return 0;
}

static void stop(struct import *x)
{
    struct seen *s = x->state;

    seen_free(&s);
    x->state = NULL;
}

static int write(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    const struct user_in *in = r->rows;
    int rc = 0;

    (void)a;
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        if (r->outcomes[i].verdict == VERDICT_OPEN)
            rc = write_one(x, tx, &in[i], &r->outcomes[i]);
    return rc;
}

const struct import_kind import_users = {
    .name = "users",
    .fields = &user_import_in,
    .check = check,
    .start = start,
    .write = write,
    .stop = stop,
};
