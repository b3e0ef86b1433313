/* A new order: opened empty, or whole and paid in one call; by staff, by a
 * customer for themselves, or by a guest. Everything is checked before the
 * first write; the number is taken just before the order's own rows, which
 * need it. */
#include "base/zone.h"
#include "orders/orders_priv.h"

/* Store and customer: what was named must be there; what was not is filled in. */
static int settle_context(struct req *r, const struct order_in *in, const struct order_context *c,
                          struct order_row *o)
{
    if (!str_is_null(in->external_id) && !uuid_is_nil(c->taken_id)) {
        char id[UUID_TEXT];
        uuid_format(c->taken_id, id);
        return req_fail_with(
            r, ERR_EXTERNAL_ID_TAKEN,
            arena_printf(r->arena, "\"existing\":{\"id\":\"%.*s\"}", UUID_TEXT, id));
    }
    if (!uuid_is_nil(in->customer_id) && uuid_is_nil(c->customer_id))
        return req_fail_field(r, ERR_INVALID, "customerId", "not_found",
                              "is no customer of your company");
    if (!uuid_is_nil(in->store_id) && uuid_is_nil(c->store_id))
        return req_fail_field(r, ERR_INVALID, "storeId", "not_found",
                              "is no store of your company");
    if (!uuid_is_nil(in->store_id) && !c->store_active)
        return req_fail_field(r, ERR_INVALID, "storeId", "inactive",
                              "is a store that takes no new orders");
    o->store_id = c->store_active ? c->store_id : UUID_NIL; /* a closed home store is none */
    o->customer_id = c->customer_id;
    if (str_is_null(o->customer_name))
        o->customer_name = str_is_null(c->customer_name) ? ORDER_WALK_IN : c->customer_name;
    if (str_is_null(o->customer_phone))
        o->customer_phone = c->customer_phone;
    if (str_is_null(o->customer_address))
        o->customer_address = c->customer_address;
    return 0;
}

static int take_number(struct req *r, struct tx *tx, struct order_row *o)
{
    /* Of the day it comes in, whenever it was sold: numbers rise. */
    int64_t day = zone_day(r->company->zone, r->now);
    struct order_number_take_row taken;
    int rc = order_number_take(tx, r->company->id, day, 1, &taken);
    if (rc < 0)
        return rc;
    o->order_number = order_number_text(r->arena, day, taken.last);
    return 0;
}

static int insert_row(struct tx *tx, struct uuid company, const struct order_row *o)
{
    return order_put(tx, &(struct order_put_params){
                             .company = company,
                             .id = o->id,
                             .order_number = o->order_number,
                             .external_id = o->external_id,
                             .store = o->store_id,
                             .customer = o->customer_id,
                             .customer_type = o->customer_type,
                             .customer_name = o->customer_name,
                             .customer_phone = o->customer_phone,
                             .customer_address = o->customer_address,
                             .source = o->source,
                             .status = o->status,
                             .subtotal = o->subtotal,
                             .discount = o->discount,
                             .total_amount = o->total_amount,
                             .paid_amount = o->paid_amount,
                             .last_line = o->last_line,
                             .currency = o->currency,
                             .notes = o->notes,
                             .created_by = o->created_by_user_id,
                             .created_at = o->created_at,
                             .updated_at = o->updated_at,
                             .paid_at = o->paid_at,
                             .payment_method = o->payment_method,
                             .is_unproven = o->is_unproven,
                         });
}

static int write_order(struct req *r, struct tx *tx, struct order_view *v)
{
    struct uuid company = r->company->id;
    int rc = 0;
    if (!uuid_is_nil(v->o.customer_id)) { /* also locks the person's record */
        struct customer_delta d = order_share(&v->o);
        rc = customers_add_stats_known(tx, company, v->o.customer_id, &d);
    }
    if (rc >= 0)
        rc = take_number(r, tx, &v->o);
    if (rc >= 0)
        rc = insert_row(tx, company, &v->o);
    const struct order_line_row *lines = v->lines.v;
    for (size_t i = 0; rc >= 0 && i < v->lines.n; i++)
        rc = orders_put_line(tx, company, v->o.id, &lines[i]);
    const struct order_payment_row *payments = v->payments.v;
    for (size_t i = 0; rc >= 0 && i < v->payments.n; i++)
        rc = orders_put_payment(tx, company, v->o.id, &payments[i]);
    if (rc >= 0)
        rc = outbox_add(r, tx, "order.created", v->o.id);
    if (rc >= 0 && order_is(&v->o, ORDER_PAID))
        rc = outbox_add(r, tx, "order.paid", v->o.id);
    return rc < 0 ? rc : 0;
}

/* The same id again, from a till that did not see the first answer. */
static int answer_same(struct req *r, struct tx *tx, struct uuid id)
{
    struct order_view v = {0};
    int rc = order_by_id(tx, r->company->id, id, &v.o);
    if (rc > 0)
        rc = orders_load(tx, r->company->id, &v);
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}

/* Whose order it is to be. */
static struct uuid customer_of(const struct req *r, const struct order_in *in)
{
    return r->own_only ? r->who.customer : in->customer_id;
}

/* Where it is made: as said, else in the user's home store. */
static struct uuid store_of(const struct req *r, const struct order_in *in)
{
    bool at_home = !GIVEN(in, store_id) && uuid_eq(r->who.company, r->company->id);
    return at_home ? r->who.store : in->store_id;
}

/* What the order needs to know of others. A till may still know its customer
 * by the id of a record that became part of another. */
static int look_around(struct req *r, struct tx *tx, const struct order_in *in,
                       struct order_context *c)
{
    struct uuid company = r->company->id, named = customer_of(r, in), customer = named;
    struct uuid same = GIVEN(in, id) ? in->id : UUID_NIL;
    int rc = order_context_of(tx, company, named, store_of(r, in), same, in->external_id, c);
    if (rc <= 0 || uuid_is_nil(named) || !uuid_is_nil(c->customer_id))
        return rc;
    rc = customers_current(tx, company, named, &customer);
    if (rc < 0 || uuid_eq(customer, named))
        return rc < 0 ? rc : 1;
    return order_context_of(tx, company, customer, store_of(r, in), same, in->external_id, c);
}

int orders_create(struct req *r, struct tx *tx)
{
    const struct order_in *in = r->in;
    struct order_view v = {0};
    int rc = orders_guard_own(r);
    if (rc == 0 && r->own_only)
        rc = orders_own_words(r, in);
    if (rc < 0)
        return rc;
    struct order_context c;
    rc = look_around(r, tx, in, &c);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (!uuid_is_nil(c.same_id))
        return answer_same(r, tx, c.same_id);
    if (r->own_only && uuid_is_nil(c.customer_id))
        return orders_no_record(r);
    rc = orders_draft(r, in, &v);
    if (rc == 0)
        rc = settle_context(r, in, &c, &v.o);
    if (rc == 0)
        rc = orders_check_cod(r, &v.o, c.customer_verified);
    if (rc == 0)
        rc = write_order(r, tx, &v);
    return rc < 0 ? rc : orders_answer(r, 201, &v);
}

int orders_web_place(struct req *r, struct tx *tx, struct order_view *v, struct uuid customer,
                     bool is_unproven)
{
    v->o.customer_id = customer;
    v->o.is_unproven = is_unproven;
    return write_order(r, tx, v);
}
