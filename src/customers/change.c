/* Making, changing and deleting a person's record: the rules of the API. */
#include "customers/customers_priv.h"

enum { TAG_LONGEST = 50 }; /* bytes */

int customers_answer(struct req *r, int status, const struct customer_row *row)
{
    struct customer_view v;
    customer_view_make(r->company, r->arena, row, &v);
    return req_answer(r, status, &customer_out, &v);
}

/* What needs no look into the store. */
static int check_input(struct req *r, const struct customer_in *in)
{
    for (size_t i = 0; i < in->tags.n; i++)
        if (in->tags.v[i].n > TAG_LONGEST)
            return req_fail_field(r, ERR_INVALID, "tags", "range", "a tag has at most %d bytes",
                                  TAG_LONGEST);
    /* A day ahead of UTC may have begun where the shop is. */
    if (in->birthday != I64_NULL && in->birthday > r->now / DAY_US + 1)
        return req_fail_field(r, ERR_INVALID, "birthday", "range", "lies in the future");
    if (GIVEN(in, user_id) && !req_may(r, PERM_MANAGE_USERS))
        return req_fail_field(r, ERR_FORBIDDEN, "userId", NULL,
                              "only who may manage users may link one");
    return 0;
}

/* A record must be findable by something. */
static int check_findable(struct req *r, struct str phone, struct str email, struct str external_id)
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

static int refuse_taken(struct req *r, int err, const struct customer_row *holder)
{
    const char *field = err == ERR_PHONE_TAKEN ? "phone" : "externalId";
    field_error(&r->errors, r->arena, str_c(field), err_row(err)->code,
                "belongs to another customer");
    return req_fail_with(r, err, holder ? customers_existing(r, holder) : STR_NULL);
}

/* A user who exists, of this company, and belongs to nobody else. */
static int check_login(struct req *r, struct tx *tx, struct uuid user, struct uuid customer)
{
    struct customer_login_row u;
    int rc = customer_login(tx, r->company->id, user, &u);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return req_fail_field(r, ERR_INVALID, "userId", "not_found", "is no user of this company");
    if (!uuid_is_nil(u.customer_id) && !uuid_eq(u.customer_id, customer))
        return req_fail_field(r, ERR_INVALID, "userId", "taken",
                              "belongs to another customer already");
    return 0;
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
        .user_id = in->user_id,
        .created_by = r->who.id,
        .created_at = r->now,
    };
}

int customers_create(struct req *r, struct tx *tx)
{
    const struct customer_in *in = r->in;
    struct customer_new n = new_of(r, in);
    struct customer_row row;
    int taken, rc = check_input(r, in);

    if (rc == 0)
        rc = check_findable(r, in->phone, in->email, in->external_id);
    if (rc == 0 && !uuid_is_nil(in->user_id))
        rc = check_login(r, tx, in->user_id, n.id);
    if (rc < 0)
        return rc;
    rc = customers_insert(tx, r->company, r->arena, &n, &row, &taken);
    if (rc == 0)
        return refuse_taken(r, taken, &row);
    if (rc > 0 && !uuid_is_nil(in->user_id))
        rc = customer_login_link(tx, r->company->id, in->user_id, n.id, r->now);
    if (rc < 0)
        return rc;
    char id[UUID_TEXT];
    uuid_format(n.id, id);
    r->location = arena_printf(r->arena, "/api/customers/%.*s", UUID_TEXT, id);
    return customers_answer(r, 201, &row);
}

/* The record, kept from others, at the version that the caller knows. */
static int lock(struct req *r, struct tx *tx, struct uuid id, struct customer_row *row)
{
    int rc = customer_lock(tx, r->company->id, id, row);
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    return rc < 0 ? rc : req_match(r, row->version);
}

/* Another phone: free, and the old one is kept as a former one. */
static int change_phone(struct req *r, struct tx *tx, struct customer_row *c, struct str phone)
{
    struct customer_row holder;
    int rc = 0;

    if (phone.n > 0)
        rc = customer_by_phone(tx, r->company->id, phone, &holder);
    if (rc == 1)
        return refuse_taken(r, ERR_PHONE_TAKEN, &holder);
    if (rc == 0 && c->phone.n > 0)
        rc = customer_former_add(tx, r->company->id, c->phone, c->id, r->now);
    if (rc >= 0 && phone.n > 0)
        rc = customer_former_drop(tx, r->company->id, phone, c->id);
    c->phone = phone;
    c->is_phone_verified = false;
    return rc < 0 ? rc : 0;
}

static int change_external_id(struct req *r, struct tx *tx, struct customer_row *c, struct str id)
{
    struct customer_row holder;
    int rc = id.n > 0 ? customer_by_external_id(tx, r->company->id, id, &holder) : 0;
    if (rc == 1 && !uuid_eq(holder.id, c->id))
        return refuse_taken(r, ERR_EXTERNAL_ID_TAKEN, &holder);
    c->external_id = id;
    return rc < 0 ? rc : 0;
}

/* The first login changes; a login that was it stays one of the person's
 * unless null says that it is not. */
static int change_login(struct req *r, struct tx *tx, struct customer_row *c, struct uuid user)
{
    int rc = 0;
    if (uuid_is_nil(user)) {
        if (!uuid_is_nil(c->user_id))
            rc = customer_login_unlink(tx, r->company->id, c->id, c->user_id, r->now);
    } else {
        rc = check_login(r, tx, user, c->id);
        if (rc == 0)
            rc = customer_login_link(tx, r->company->id, user, c->id, r->now);
    }
    c->user_id = user;
    return rc < 0 ? rc : 0;
}

/* What is checked against others, or moves rows of its own. */
static int change_keys(struct req *r, struct tx *tx, const struct customer_in *in,
                       struct customer_row *c)
{
    int rc = 0;
    if (GIVEN(in, phone) && !str_eq(in->phone, c->phone))
        rc = change_phone(r, tx, c, in->phone);
    if (rc == 0 && GIVEN(in, external_id))
        rc = change_external_id(r, tx, c, in->external_id);
    if (rc == 0 && GIVEN(in, user_id) && !uuid_eq(in->user_id, c->user_id))
        rc = change_login(r, tx, c, in->user_id);
    if (rc == 0 && GIVEN(in, name) && !str_eq(in->name, c->name)) {
        rc = names_remove(tx, r->company->id, r->arena,
                          (struct named){.id = c->id, .name = c->name});
        if (rc == 0)
            rc = names_add(tx, r->company->id, r->arena,
                           &(struct named){.id = c->id, .name = in->name}, 1);
        c->name = in->name;
    }
    if (rc == 0 && GIVEN(in, tags)) {
        c->tags = tags_json(r->arena, in->tags);
        rc = tags_write(tx, r->company->id, c->id, r->arena, c->tags, true);
    }
    return rc;
}

static void change_plain(const struct customer_in *in, struct customer_row *c)
{
#define TAKE(member)                                                                               \
    if (GIVEN(in, member))                                                                         \
    c->member = in->member
    TAKE(preferred_name);
    TAKE(email);
    TAKE(address);
    TAKE(area);
    TAKE(notes);
    TAKE(birthday);
    TAKE(anniversary);
#undef TAKE
    if (GIVEN(in, preferences))
        c->preferences = str_is_null(in->preferences) ? STR("{}") : in->preferences;
}

/* Two changes at the same moment may want the same phone: the store's unique
 * keys have the last word. */
static int refused_by_store(struct req *r, struct tx *tx, int rc)
{
    if (rc != ERR_CONSTRAINT)
        return rc;
    if (str_eq(tx_constraint(tx), STR("customers_phone_key")))
        return refuse_taken(r, ERR_PHONE_TAKEN, NULL);
    if (str_eq(tx_constraint(tx), STR("customers_external_id_key")))
        return refuse_taken(r, ERR_EXTERNAL_ID_TAKEN, NULL);
    return rc;
}

static int write_row(struct req *r, struct tx *tx, struct customer_row *c)
{
    int rc = customer_update(tx, &(struct customer_update_params){
                                     .company = r->company->id,
                                     .id = c->id,
                                     .user_id = c->user_id,
                                     .external_id = c->external_id,
                                     .name = c->name,
                                     .preferred_name = c->preferred_name,
                                     .name_key = name_sort_key(r->arena, c->name),
                                     .phone = c->phone,
                                     .phone_reversed = phone_reversed(r->arena, c->phone),
                                     .is_phone_verified = c->is_phone_verified,
                                     .email = c->email,
                                     .address = c->address,
                                     .area = c->area,
                                     .birthday = c->birthday,
                                     .anniversary = c->anniversary,
                                     .notes = c->notes,
                                     .tags = c->tags,
                                     .preferences = c->preferences,
                                     .now = r->now,
                                 });
    if (rc < 0)
        return refused_by_store(r, tx, rc);
    c->version++;
    c->updated_at = r->now;
    return 0;
}

int customers_update(struct req *r, struct tx *tx)
{
    const struct customer_in *in = r->in;
    struct customer_row c;
    int rc = check_input(r, in);

    if (rc == 0)
        rc = lock(r, tx, in->id, &c);
    if (rc == 0 && GIVEN(in, phone) && in->phone.n == 0 && c.phone.n > 0)
        rc = check_findable(r, in->phone, GIVEN(in, email) ? in->email : c.email,
                            GIVEN(in, external_id) ? in->external_id : c.external_id);
    if (rc == 0)
        rc = change_keys(r, tx, in, &c);
    if (rc < 0)
        return rc;
    change_plain(in, &c);
    rc = write_row(r, tx, &c);
    return rc < 0 ? rc : customers_answer(r, 200, &c);
}

static int set_active(struct req *r, struct tx *tx, bool active)
{
    const struct customer_id_in *in = r->in;
    struct customer_row c;
    int rc = lock(r, tx, in->id, &c);

    if (rc < 0)
        return rc;
    if (c.is_active != active) {
        rc = customer_set_active(tx, r->company->id, c.id, active, r->now);
        c.is_active = active;
        c.version++;
        c.updated_at = r->now;
    }
    return rc < 0 ? rc : customers_answer(r, 200, &c);
}

int customers_deactivate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, false);
}

int customers_activate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, true);
}

/* Orders are looked for, not only counted: a person with history stays. */
static int check_deletable(struct req *r, struct tx *tx, const struct customer_row *c)
{
    struct customer_orders_before_row *orders;
    size_t n = 0;
    int rc = customer_orders_before(tx, r->company->id, c->id, date_days(9999, 12, 31) * DAY_US,
                                    id_highest, 1, &orders, &n);
    if (rc < 0)
        return rc;
    if (n > 0)
        return req_fail(r, ERR_CUSTOMER_HAS_ORDERS);
    if (c->balance != 0 || c->loyalty_points != 0)
        return req_fail(r, ERR_CUSTOMER_HAS_BALANCE);
    return 0;
}

int customers_delete(struct req *r, struct tx *tx)
{
    const struct customer_id_in *in = r->in;
    struct customer_row c;
    int rc = lock(r, tx, in->id, &c);

    if (rc == 0)
        rc = check_deletable(r, tx, &c);
    if (rc == 0)
        rc = names_remove(tx, r->company->id, r->arena, (struct named){.id = c.id, .name = c.name});
    if (rc == 0)
        rc = customer_login_unlink(tx, r->company->id, c.id, UUID_NIL, r->now);
    if (rc >= 0)
        rc = customer_delete(tx, r->company->id, c.id);
    if (rc < 0)
        return rc;
    req_subject(r, c.id);
    return req_answer_message(r, 200, "Customer deleted successfully");
}
