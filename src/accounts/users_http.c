/* /api/users: who may do what. Nobody gives, or takes from somebody, what they
 * do not have themselves; only SUPER_ADMIN touches SUPER_ADMIN; the last who
 * looks after users stays. */
#include "accounts/accounts_priv.h"
#include "app.h"
#include "companies/companies.h"
#include "factors/factors.h"
#include "http/cursor.h"

struct user_in {
    struct given given;
    struct uuid id;
    struct str name, email, phone;
    int64_t role;
    struct uuid store_id;
};
struct user_id_in {
    struct given given;
    struct uuid id;
};
struct permissions_in {
    struct given given;
    struct uuid id;
    uint64_t grants, denials;
};
struct users_query {
    struct given given;
    struct str cursor, q;
    int64_t limit, role;
    _Alignas(8) bool active;
};

#define F(type_, member_, name_, kind_, ...)                                                       \
    {                                                                                              \
        .name = name_, .type = kind_, .offset = offsetof(struct type_, member_), __VA_ARGS__       \
    }
#define ID(type_)                                                                                  \
    F(type_, id, "id", F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED, .help = "The user")
#define USER_FIELDS(needed_)                                                                       \
    F(user_in, name, "name", F_TEXT, .flags = needed_, .min = 1, .max = 200,                       \
      .help = "As people write it"),                                                               \
        F(user_in, email, "email", F_EMAIL, .flags = needed_, .help = "Unique in the company"),    \
        F(user_in, role, "role", F_ENUM, .flags = needed_, .names = role_names,                    \
          .help = "None above one's own"),                                                         \
        F(user_in, phone, "phone", F_PHONE, .flags = FIELD_NULLABLE, .help = "In any spelling"),   \
        F(user_in, store_id, "storeId", F_UUID, .flags = FIELD_NULLABLE, .help = "Home store")
FIELDS(user_create_in, "UserNew", struct user_in, USER_FIELDS(FIELD_REQUIRED));
FIELDS(user_update_in, "UserChange", struct user_in, ID(user_in), USER_FIELDS(0));
FIELDS(user_path_in, "UserId", struct user_id_in, ID(user_id_in));
FIELDS(user_permissions_in, "UserPermissions", struct permissions_in, ID(permissions_in),
       F(permissions_in, grants, "grants", F_PERMS, .flags = FIELD_REQUIRED, .names = perm_names,
         .help = "Beyond the role"),
       F(permissions_in, denials, "denials", F_PERMS, .flags = FIELD_REQUIRED, .names = perm_names,
         .help = "Taken from the role"));
FIELDS(users_list_in, "UsersQuery", struct users_query,
       F(users_query, q, "q", F_TEXT, .place = IN_QUERY, .min = 1, .max = 100,
         .help = "Part of name, e-mail or phone"),
       F(users_query, role, "role", F_ENUM, .place = IN_QUERY, .names = role_names,
         .help = "Only those of this role"),
       F(users_query, active, "active", F_BOOL, .place = IN_QUERY,
         .help = "Only those that can sign in, or only those that cannot"),
       F(users_query, limit, "limit", F_INT, .place = IN_QUERY, .min = 1, .max = 100,
         .help = "Rows a page, 50 when not given"),
       F(users_query, cursor, "cursor", F_CURSOR, .place = IN_QUERY,
         .help = "nextCursor of the page before"));

struct created_out {
    struct user_out user;
    struct user_link link;
};
#define LINK(name_, type_, base_, ...)                                                             \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct user_link, base_), __VA_ARGS__     \
    }
FIELDS(user_link_out, "UserLink", struct user_link,
       LINK("token", F_TEXT, token, .flags = FIELD_SECRET,
            .help = "For POST /api/auth/activate or /api/auth/password/reset; shown once"),
       LINK("url", F_TEXT, url, .flags = FIELD_SECRET, .help = "The same as a link for people"),
       LINK("expiresAt", F_TIME, expires_at, .help = "Not good after this"));
FIELDS(user_created_out, "UserCreated", struct created_out,
       F(created_out, user, "user", F_OBJECT, .sub = &user_out, .help = "The new user"),
       F(created_out, link, "activation", F_OBJECT, .sub = &user_link_out,
         .help = "With which the user sets the first password"));

static int answer(struct req *r, struct tx *tx, struct uuid id)
{
    struct user_row u;
    int rc = user_read(tx, r->company->id, id, &u);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_USER_NOT_FOUND);
    struct user_out out = user_out_of(r, &u);
    return req_answer(r, 200, &user_out, &out);
}

/* "50%" -> "%50!%%": what LIKE takes for the letters themselves. */
static struct str like(struct req *r, struct str q)
{
    if (str_is_null(q))
        return STR_NULL;
    char *p = arena_bytes(r->arena, 2 * q.n + 2);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < q.n; i++) {
        char c = q.p[i];
        if (c == '%' || c == '_' || c == '!')
            p[n++] = '!';
        p[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
    }
    p[n++] = '%';
    return (struct str){p, n};
}

int users_http_list(struct req *r, struct tx *tx)
{
    const struct users_query *in = r->in;
    struct uuid after;
    struct user_row *rows;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &after);
    if (rc == 0)
        rc = users_page(tx, r->company->id, after,
                        in->role == I64_NULL ? STR_NULL : str_c(role_names[in->role]),
                        GIVEN(in, active) ? in->active : I64_NULL, like(r, in->q),
                        (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct user_out *out = ARENA_ARRAY(r->arena, struct user_out, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = user_out_of(r, &rows[i]);
    return req_answer_list(r, &user_out, out, n,
                           more ? cursor_of_id(&out[n - 1].row.id) : STR_NULL);
}

int users_http_read_one(struct req *r, struct tx *tx)
{
    const struct user_id_in *in = r->in;
    return answer(r, tx, in->id);
}

/* May the principal make, or touch, a user of this role with these rights? */
static int check_reach(struct req *r, enum role role, uint64_t perms)
{
    bool super = r->who.kind == WHO_USER && r->who.role == ROLE_SUPER_ADMIN;
    if (role == ROLE_SUPER_ADMIN && !super)
        return req_fail_field(r, ERR_FORBIDDEN, "role", NULL, "Only a SUPER_ADMIN may do this");
    if (perms & ~r->who.perms)
        return req_fail_field(r, ERR_FORBIDDEN, "role", NULL,
                              "This user may do more than you may yourself");
    return 0;
}

/* Locks a user for a change that the principal may make. */
static int lock(struct req *r, struct tx *tx, struct uuid id, struct user_row *u)
{
    int rc = user_lock(tx, r->company->id, id, u);
    if (rc == 0)
        return req_fail(r, ERR_USER_NOT_FOUND);
    if (rc == 1)
        rc = req_match(r, u->version);
    return rc < 0 ? rc : check_reach(r, role_parse(u->role), accounts_perms(u));
}

/* Writes a changed user, unless the last who looks after users would go. */
static int write(struct req *r, struct tx *tx, const struct user_row *old,
                 const struct user_row *new)
{
    if (accounts_is_admin(old) && !accounts_is_admin(new)) {
        int others = accounts_other_admin(tx, r->company->id, old->id);
        if (others < 0)
            return others;
        if (others == 0)
            return req_fail_field(r, ERR_INVALID, "role", "last_admin",
                                  "The last active admin stays one");
    }
    return accounts_update(tx, r->company->id, new, r->now);
}

static int check_store(struct req *r, struct tx *tx, struct uuid store)
{
    struct store_row row;
    int rc = uuid_is_nil(store) ? 1 : store_read(tx, r->company->id, store, &row);
    if (rc == 0)
        return req_fail_field(r, ERR_STORE_NOT_FOUND, "storeId", NULL, "There is no such store");
    return rc < 0 ? rc : 0;
}

static int email_taken(struct req *r)
{
    return req_fail_field(r, ERR_EMAIL_TAKEN, "email", NULL,
                          "A user with this e-mail already exists");
}

int users_http_create(struct req *r, struct tx *tx)
{
    const struct user_in *in = r->in;
    enum role role = (enum role)in->role;
    struct user_new u = {.id = req_new_id(r),
                         .email = in->email,
                         .name = in->name,
                         .phone = in->phone,
                         .role = role,
                         .store_id = in->store_id};
    struct user_row row;
    struct created_out out;
    int rc = check_reach(r, role, role_perms(role));
    if (rc == 0)
        rc = check_store(r, tx, in->store_id);
    if (rc < 0)
        return rc;
    rc = accounts_create_user(tx, r->company->id, &u, r->now);
    if (rc == 0)
        return email_taken(r);
    if (rc == 1)
        rc = user_read(tx, r->company->id, u.id, &row);
    if (rc == 1)
        rc = accounts_one_time_link(tx, r->company->id, &row, accounts_base_url(r), r->now,
                                    r->arena, &out.link);
    if (rc < 0)
        return rc;
    out.user = user_out_of(r, &row);
    req_subject(r, u.id);
    return req_answer(r, 201, &user_created_out, &out);
}

static int check_email(struct req *r, struct tx *tx, struct str email, struct uuid id)
{
    struct user_row other;
    int rc = user_by_email(tx, r->company->id, email, &other);
    if (rc == 1 && !uuid_eq(other.id, id))
        return email_taken(r);
    return rc < 0 ? rc : 0;
}

int users_http_update(struct req *r, struct tx *tx)
{
    const struct user_in *in = r->in;
    struct user_row old;
    int rc = lock(r, tx, in->id, &old);
    if (rc < 0)
        return rc;
    struct user_row new = old;
    if (GIVEN(in, role)) {
        new.role = str_c(role_names[in->role]);
        rc = check_reach(r, (enum role)in->role, accounts_perms(&new));
    }
    if (rc == 0 && GIVEN(in, store_id)) {
        new.store_id = in->store_id;
        rc = check_store(r, tx, in->store_id);
    }
    if (rc == 0 && GIVEN(in, email) && !str_eq(in->email, old.email)) {
        new.email = in->email;
        new.is_email_verified = false;
        rc = check_email(r, tx, in->email, in->id);
    }
    if (rc < 0)
        return rc;
    if (GIVEN(in, phone) && !str_eq(in->phone, old.phone)) {
        new.phone = in->phone;
        new.is_phone_verified = false;
    }
    new.name = GIVEN(in, name) ? in->name : old.name;
    rc = write(r, tx, &old, &new);
    return rc < 0 ? rc : answer(r, tx, in->id);
}

int users_http_permissions(struct req *r, struct tx *tx)
{
    const struct permissions_in *in = r->in;
    struct user_row old;
    int rc = lock(r, tx, in->id, &old);
    if (rc < 0)
        return rc;
    if (in->grants & in->denials)
        return req_fail_field(r, ERR_INVALID, "denials", "choice",
                              "The same permission is granted and denied");
    if (in->grants & ~r->who.perms)
        return req_fail_field(r, ERR_FORBIDDEN, "grants", NULL,
                              "You can grant only what you may do yourself");
    struct user_row new = old;
    new.grants = (int64_t)in->grants;
    new.denials = (int64_t)in->denials;
    rc = write(r, tx, &old, &new);
    return rc < 0 ? rc : answer(r, tx, in->id);
}

static int set_active(struct req *r, struct tx *tx, bool active)
{
    const struct user_id_in *in = r->in;
    struct user_row old;
    int rc = lock(r, tx, in->id, &old);
    if (rc < 0)
        return rc;
    if (!active && uuid_eq(in->id, r->who.id))
        return req_fail_field(r, ERR_INVALID, "id", "self", "Nobody deactivates themselves");
    struct user_row new = old;
    new.is_active = active;
    if (old.is_active != active)
        rc = write(r, tx, &old, &new);
    if (rc == 0 && !active)
        rc = accounts_sign_out(tx, r->company->id, in->id, UUID_NIL, r->now);
    return rc < 0 ? rc : answer(r, tx, in->id);
}

int users_http_deactivate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, false);
}

int users_http_activate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, true);
}

int users_http_totp_reset(struct req *r, struct tx *tx)
{
    const struct user_id_in *in = r->in;
    struct user_row u;
    int rc = lock(r, tx, in->id, &u);
    if (rc < 0)
        return rc;
    if (uuid_eq(in->id, r->who.id))
        return req_fail_field(r, ERR_INVALID, "id", "self",
                              "Nobody takes their own second factor away like this");
    rc = factors_remove(tx, r->company->id, in->id);
    /* Whoever found the device may be signed in with it. */
    if (rc >= 0)
        rc = accounts_sign_out(tx, r->company->id, in->id, UUID_NIL, r->now);
    return rc < 0 ? rc : answer(r, tx, in->id);
}

int users_http_reset(struct req *r, struct tx *tx)
{
    const struct user_id_in *in = r->in;
    struct user_row u;
    struct user_link link;
    int rc = lock(r, tx, in->id, &u);
    if (rc < 0)
        return rc;
    if (!u.is_active)
        return req_fail_field(r, ERR_INVALID, "id", "inactive", "This user is deactivated");
    rc = accounts_one_time_link(tx, r->company->id, &u, accounts_base_url(r), r->now, r->arena,
                                &link);
    req_subject(r, u.id);
    return rc < 0 ? rc : req_answer(r, 200, &user_link_out, &link);
}
