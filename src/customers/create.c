/* Making a person's record: the rules of the API, the login that comes with
 * it, and taking over what a guest's order made. */
#include "accounts/accounts.h"
#include "customers/customers_priv.h"

enum { TAG_LONGEST = 50 }; /* bytes */

int customers_check_birthday(struct req *r, int64_t day)
{
    /* A day ahead of UTC may have begun where the shop is. */
    if (day != I64_NULL && day > r->now / DAY_US + 1)
        return req_fail_field(r, ERR_INVALID, "birthday", "range", "lies in the future");
    return 0;
}

int customers_check_input(struct req *r, const struct customer_in *in)
{
    for (size_t i = 0; i < in->tags.n; i++)
        if (in->tags.v[i].n > TAG_LONGEST)
            return req_fail_field(r, ERR_INVALID, "tags", "range", "a tag has at most %d bytes",
                                  TAG_LONGEST);
    if (GIVEN(in, user_id) && !req_may(r, PERM_MANAGE_USERS))
        return req_fail_field(r, ERR_FORBIDDEN, "userId", NULL,
                              "only who may manage users may link one");
    return customers_check_birthday(r, in->birthday);
}

int customers_check_findable(struct req *r, struct str phone, struct str email,
                             struct str external_id)
{
    if (phone.n > 0)
        return 0;
    if (r->company->phone_required)
        return req_fail_field(r, ERR_INVALID, "phone", "required", "is required");
    if (email.n == 0 && external_id.n == 0)
        return req_fail_field(r, ERR_INVALID, "phone", "required",
                              "is required when there is neither email nor externalId");
    return 0;
}

int customers_refuse_taken(struct req *r, int err, const struct customer_row *holder)
{
    const char *field = err == ERR_PHONE_TAKEN ? "phone" : "externalId";
    field_error(&r->errors, r->arena, str_c(field), err_row(err)->code,
                "belongs to another customer");
    return req_fail_with(r, err, holder ? customers_existing(r, holder) : STR_NULL);
}

int customers_refuse_login(struct req *r, int err)
{
    if (err == ERR_USER_NOT_FOUND)
        return req_fail_field(r, ERR_INVALID, "userId", "not_found", "is no user of this company");
    if (err == ERR_LINKED)
        return req_fail_field(r, ERR_INVALID, "userId", "taken",
                              "belongs to another customer already");
    return err;
}

static struct customer_new new_of(struct req *r, const struct customer_in *in)
{
    return (struct customer_new){
        .id = req_new_id(r),
        .name = in->name,
        .preferred_name = in->preferred_name,
        .phone = in->phone,
        .email = in->email,
        .external_id = in->external_id,
        .address = in->address,
        .area = in->area,
        .notes = in->notes,
        .tags = GIVEN(in, tags) ? tags_json(r->arena, in->tags) : STR_NULL,
        .preferences = in->preferences,
        .birthday = in->birthday,
        .anniversary = in->anniversary,
        .created_by = r->who.id,
        .created_at = r->now,
    };
}

/* The login that a new person gets: not activated, with what staff have told.
 * 1 there is one to make; 0: nothing to sign in with. An e-mail that another
 * user has stays theirs; that is asked here only where there is nothing else,
 * otherwise making the login shows it. */
static int plan_login(struct req *r, struct tx *tx, const struct customer_new *n,
                      struct user_new *u)
{
    struct user_row other;
    *u = (struct user_new){.id = req_new_id(r),
                           .email = n->email,
                           .phone = n->phone,
                           .role = ROLE_CUSTOMER,
                           .link_evidence = STR("staff")};
    if (n->phone.n > 0 || n->email.n == 0)
        return n->phone.n > 0;
    int rc = user_by_email(tx, r->company->id, n->email, &other);
    return rc < 0 ? rc : rc == 0;
}

static int make_login(struct req *r, struct tx *tx, const struct customer_row *c,
                      struct user_new *u)
{
    u->name = c->name;
    u->customer_id = c->id;
    int rc = accounts_create_user(tx, r->company->id, u, r->now);
    if (rc == 0 && u->phone.n > 0) {
        u->email = STR_NULL;
        rc = accounts_create_user(tx, r->company->id, u, r->now);
    }
    return rc == 0 ? ERR_RETRY : rc; /* somebody took the e-mail since it was looked for */
}

/* A record whose number a guest typed is made the person's, who stands before
 * staff: fields as given; what was ordered under the number stays unproved. */
static int take_over(struct req *r, struct tx *tx, const struct customer_new *n,
                     const struct user_new *u, struct customer_row *c)
{
    int rc = customer_lock(tx, r->company->id, c->id, c);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_RETRY;
    struct str was = c->name;
    c->name = n->name;
    c->preferred_name = n->preferred_name;
    c->email = n->email;
    c->address = n->address;
    c->area = n->area;
    c->notes = n->notes;
    c->external_id = n->external_id;
    c->birthday = n->birthday;
    c->anniversary = n->anniversary;
    c->preferences = str_is_null(n->preferences) ? STR("{}") : n->preferences;
    c->phone_evidence = STR("staff");
    c->user_id = u->id;
    c->tags = str_is_null(n->tags) ? STR("[]") : n->tags;
    rc = tags_write(tx, r->company->id, c->id, r->arena, c->tags, true);
    return rc < 0 ? rc : customers_save(r, tx, c, was);
}

bool customers_merely_typed(const struct customer_row *c)
{
    return str_eq(c->phone_evidence, STR("guest")) && uuid_is_nil(c->user_id);
}

int customers_register(struct req *r, struct tx *tx, const struct customer_new *n, bool login,
                       struct customer_row *out, int *taken)
{
    struct customer_new new = *n;
    struct user_new u = {.id = UUID_NIL};
    int rc = login ? plan_login(r, tx, n, &u) : 0;
    if (rc < 0)
        return rc;
    login = rc == 1;
    if (!login)
        u.id = UUID_NIL;
    if (uuid_is_nil(new.user_id))
        new.user_id = u.id;
    customers_prepare(r->company, r->arena, &new);
    rc = customers_insert(tx, r->company, r->arena, &new, out, taken);
    if (rc == 0 && *taken == ERR_PHONE_TAKEN && customers_merely_typed(out)) {
        rc = take_over(r, tx, &new, &u, out);
        rc = rc < 0 ? rc : 1;
    }
    if (rc == 1 && login)
        rc = make_login(r, tx, out, &u);
    return rc;
}

/* Links the login that the request names to the record just made. */
static int link_login(struct req *r, struct tx *tx, struct uuid user, struct customer_row *row)
{
    struct customer_linking l;
    int rc = customers_linking(r, tx, user, row->id, &l);
    if (rc == 1)
        rc = customers_link(r, tx, &l, STR("staff"));
    if (rc < 0)
        return customers_refuse_login(r, rc);
    *row = l.target;
    return 0;
}

int customers_create(struct req *r, struct tx *tx)
{
    const struct customer_in *in = r->in;
    struct customer_new n = new_of(r, in);
    bool login = GIVEN(in, create_login) ? in->create_login : r->company->auto_create_login;
    struct customer_row row;
    int taken, rc = customers_check_input(r, in);

    if (rc == 0)
        rc = customers_check_findable(r, in->phone, in->email, in->external_id);
    if (rc < 0)
        return rc;
    rc = customers_register(r, tx, &n, login && uuid_is_nil(in->user_id), &row, &taken);
    if (rc == 0)
        return customers_refuse_taken(r, taken, &row);
    if (rc > 0 && !uuid_is_nil(in->user_id))
        rc = link_login(r, tx, in->user_id, &row);
    if (rc < 0)
        return rc;
    char id[UUID_TEXT];
    uuid_format(row.id, id);
    r->location = arena_printf(r->arena, "/api/customers/%.*s", UUID_TEXT, id);
    return customers_answer(r, 201, &row);
}
