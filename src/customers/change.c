/* Changing and deleting a person's record: the rules of the API. A change by
 * the id of a record that became part of another is a change of that one; a
 * deletion is not. */
#include "customers/customers_priv.h"

int customers_answer(struct req *r, int status, const struct customer_row *row)
{
    struct customer_view v;
    customer_view_make(r, row, &v);
    return req_answer(r, status, &customer_out, &v);
}

/* The record, kept from others. */
static int take(struct req *r, struct tx *tx, struct uuid id, struct customer_row *row)
{
    int rc = customers_find_lock(tx, r->company->id, id, row);
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    return rc < 0 ? rc : 0;
}

/* The same, at the version that the caller knows. */
static int lock(struct req *r, struct tx *tx, struct uuid id, struct customer_row *row)
{
    int rc = take(r, tx, id, row);
    return rc < 0 ? rc : req_match(r, row->version);
}

/* Staff give the person a number that a guest typed: what was ordered under it
 * comes along, unproved as it is. */
static int take_guests(struct req *r, struct tx *tx, struct customer_row *guests,
                       struct customer_row *c)
{
    int rc = customer_lock(tx, r->company->id, guests->id, guests);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_RETRY;
    return customers_absorb(r, tx, guests, c, UUID_NIL);
}

/* What the person had until now is kept as a former number, and no login
 * proves it any more. */
static int leave_phone(struct req *r, struct tx *tx, const struct customer_row *c)
{
    struct uuid company = r->company->id;
    int rc = customer_former_add(tx, company, c->phone, c->id, r->now);
    if (rc >= 0)
        rc = customer_logins_disprove(tx, company, c->id, c->phone, UUID_NIL, r->now);
    return rc;
}

/* Another phone, which must be free. */
static int change_phone(struct req *r, struct tx *tx, struct customer_row *c, struct str phone)
{
    struct customer_row holder;
    int rc = phone.n > 0 ? customer_by_phone(tx, r->company->id, phone, &holder) : 0;

    if (rc == 1 && !customers_merely_typed(&holder))
        return customers_refuse_taken(r, ERR_PHONE_TAKEN, &holder);
    if (rc == 1)
        rc = take_guests(r, tx, &holder, c);
    if (rc == 0 && c->phone.n > 0)
        rc = leave_phone(r, tx, c);
    if (rc >= 0 && phone.n > 0)
        rc = customer_former_drop(tx, r->company->id, phone, c->id);
    if (rc >= 0 && phone.n > 0 && c->is_provisional)
        rc = customer_logins_confirm(tx, r->company->id, c->id, r->now);
    c->phone = phone;
    c->phone_evidence = phone.n > 0 ? STR("staff") : STR_NULL;
    c->is_provisional = c->is_provisional && phone.n == 0;
    c->is_phone_verified = false;
    return rc < 0 ? rc : 0;
}

static int change_external_id(struct req *r, struct tx *tx, struct customer_row *c, struct str id)
{
    struct customer_row holder;
    int rc = id.n > 0 ? customer_by_external_id(tx, r->company->id, id, &holder) : 0;
    if (rc == 1 && !uuid_eq(holder.id, c->id))
        return customers_refuse_taken(r, ERR_EXTERNAL_ID_TAKEN, &holder);
    c->external_id = id;
    return rc < 0 ? rc : 0;
}

/* The first login changes; a login that was it stays one of the person's
 * unless null says that it is not. Before anything else, since a login is
 * locked before its person. 1: the version was looked at. */
static int change_login(struct req *r, struct tx *tx, const struct customer_in *in,
                        struct customer_row *c)
{
    struct customer_linking l;
    int rc;
    if (!uuid_is_nil(in->user_id)) {
        rc = customers_linking(r, tx, in->user_id, in->id, &l);
        if (rc == 1)
            rc = req_match(r, l.target.version);
        if (rc == 0 && !uuid_eq(l.target.user_id, in->user_id))
            rc = customers_link(r, tx, &l, STR("staff"));
        return rc < 0 ? customers_refuse_login(r, rc) : 1;
    }
    rc = customers_find(tx, r->company->id, in->id, c);
    if (rc <= 0 || uuid_is_nil(c->user_id))
        return rc < 0 ? rc : 0;
    struct uuid user = c->user_id;
    rc = customer_login_lock(tx, r->company->id, user, &l.login);
    if (rc >= 0)
        rc = lock(r, tx, c->id, c);
    if (rc == 0 && !uuid_eq(c->user_id, user))
        return ERR_RETRY;
    if (rc == 0)
        rc = customers_unlink(r, tx, c, user);
    return rc < 0 ? rc : 1;
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
    TAKE(name);
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
        return customers_refuse_taken(r, ERR_PHONE_TAKEN, NULL);
    if (str_eq(tx_constraint(tx), STR("customers_external_id_key")))
        return customers_refuse_taken(r, ERR_EXTERNAL_ID_TAKEN, NULL);
    return rc;
}

static int reindex(struct req *r, struct tx *tx, const struct customer_row *c, struct str was)
{
    struct uuid company = r->company->id;
    int rc = names_remove(tx, company, r->arena, (struct named){.id = c->id, .name = was});
    if (rc == 0)
        rc = names_add(tx, company, r->arena, &(struct named){.id = c->id, .name = c->name}, 1);
    return rc;
}

int customers_save(struct req *r, struct tx *tx, struct customer_row *c, struct str was)
{
    int rc = str_eq(c->name, was) ? 0 : reindex(r, tx, c, was);
    if (rc < 0)
        return rc;
    rc = customer_update(tx, &(struct customer_update_params){
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
                                 .is_provisional = c->is_provisional,
                                 .phone_evidence = c->phone_evidence,
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
    int rc = customers_check_input(r, in);

    if (rc == 0 && GIVEN(in, user_id))
        rc = change_login(r, tx, in, &c);
    if (rc >= 0)
        rc = rc == 1 ? take(r, tx, in->id, &c) : lock(r, tx, in->id, &c);
    if (rc == 0 && GIVEN(in, phone) && in->phone.n == 0 && c.phone.n > 0)
        rc = customers_check_findable(r, in->phone, GIVEN(in, email) ? in->email : c.email,
                                      GIVEN(in, external_id) ? in->external_id : c.external_id);
    struct str was = c.name;
    if (rc == 0)
        rc = change_keys(r, tx, in, &c);
    if (rc < 0)
        return rc;
    if (!uuid_is_nil(in->user_id))
        c.user_id = in->user_id;
    change_plain(in, &c);
    rc = customers_save(r, tx, &c, was);
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

/* Whose id is that of a merged record is told where the person is now; nobody
 * deletes a person by the id of another record. */
static int refuse_merged(struct req *r, struct tx *tx, struct uuid id)
{
    struct customer_survivor_row s;
    int rc = customer_survivor(tx, r->company->id, id, &s);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    char text[UUID_TEXT];
    uuid_format(s.id, text);
    return req_fail_with(r, ERR_CUSTOMER_NOT_FOUND,
                         arena_printf(r->arena, "\"survivorId\":\"%.*s\"", UUID_TEXT, text));
}

/* The logins that nobody used go, the others are nobody's. */
static int drop_logins(struct req *r, struct tx *tx, struct uuid id)
{
    int rc = customer_logins_unused_delete(tx, r->company->id, id);
    if (rc >= 0)
        rc = customer_login_unlink(tx, r->company->id, id, UUID_NIL, r->now);
    if (rc >= 0)
        rc = customer_pending_clear(tx, r->company->id, id, r->now);
    return rc < 0 ? rc : 0;
}

int customers_delete(struct req *r, struct tx *tx)
{
    const struct customer_id_in *in = r->in;
    struct customer_row c;
    int rc = customer_lock(tx, r->company->id, in->id, &c);

    if (rc == 0)
        return refuse_merged(r, tx, in->id);
    if (rc == 1)
        rc = req_match(r, c.version);
    if (rc == 0)
        rc = check_deletable(r, tx, &c);
    if (rc == 0)
        rc = drop_logins(r, tx, c.id);
    if (rc == 0)
        rc = customers_remove(tx, r->company->id, r->arena, c.id, c.name);
    if (rc < 0)
        return rc;
    req_subject(r, c.id);
    return req_answer_message(r, 200, "Customer deleted successfully");
}
