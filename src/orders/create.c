/* A new order: opened empty, or whole and paid in one call. Everything is
 * checked before the first write; the number is taken just before the order's
 * own rows, which need it. */
#include "base/zone.h"
#include "orders/orders_priv.h"

/* A version 7 id, as a till makes it while it is offline. */
static int check_id(struct req *r, const struct order_in *in)
{
    if (!GIVEN(in, id) || uuid_is_nil(in->id))
        return 0;
    if (in->id.b[6] >> 4 == 7 && in->id.b[8] >> 6 == 2)
        return 0;
    return req_fail_field(r, ERR_INVALID, "id", "format", "must be a UUID of version 7");
}

static int make_lines(struct req *r, const struct order_in *in, struct order_view *v)
{
    const struct order_line_in *lines = in->lines.v;
    struct order_line_row *rows = ARENA_ARRAY(r->arena, struct order_line_row, in->lines.n);
    v->lines = (struct list){rows, in->lines.n};
    for (size_t i = 0; i < in->lines.n; i++) {
        int rc =
            order_line_make(r, &lines[i], arena_printf(r->arena, "lines[%zu].", i).p, &rows[i]);
        if (rc < 0)
            return rc;
        rows[i].line_no = (int64_t)i + 1;
    }
    v->o.last_line = (int64_t)in->lines.n;
    if (!order_lines_sum(rows, in->lines.n, &v->o.subtotal))
        return req_fail_field(r, ERR_INVALID, "lines", "range", "cost more than an order can hold");
    return 0;
}

/* The total that the request states, as text or as cents; I64_NULL none. */
static int stated_total(struct req *r, const struct order_in *in, int64_t *total)
{
    *total = in->total != I64_NULL ? in->total : in->total_cents;
    if (in->total != I64_NULL && in->total_cents != I64_NULL && in->total != in->total_cents)
        return req_fail_field(r, ERR_TOTALS, "totalAmountCents", NULL,
                              "totalAmount says %s, totalAmountCents says %s",
                              order_money(r->arena, r->company, in->total),
                              order_money(r->arena, r->company, in->total_cents));
    return 0;
}

static int make_totals(struct req *r, const struct order_in *in, struct order_view *v)
{
    int64_t stated;
    int rc = stated_total(r, in, &stated);
    if (rc < 0)
        return rc;
    v->o.discount = in->discount == I64_NULL ? 0 : in->discount;
    if (v->lines.n == 0) { /* opened empty, or a bare total */
        v->o.total_amount = stated == I64_NULL ? 0 : stated;
        if (stated == I64_NULL && v->o.discount > 0)
            return req_fail_field(r, ERR_INVALID, "discount", "range",
                                  "needs lines or a total to be taken from");
        v->o.subtotal = v->o.total_amount + v->o.discount;
        return 0;
    }
    if (v->o.discount > v->o.subtotal)
        return req_fail_field(r, ERR_INVALID, "discount", "range",
                              "of %s exceeds the %s that the lines add up to",
                              order_money(r->arena, r->company, v->o.discount),
                              order_money(r->arena, r->company, v->o.subtotal));
    v->o.total_amount = v->o.subtotal - v->o.discount;
    if (stated != I64_NULL && stated != v->o.total_amount)
        return req_fail_field(r, ERR_TOTALS, "totalAmount", NULL,
                              "The order says %s, its lines and discount add up to %s",
                              order_money(r->arena, r->company, stated),
                              order_money(r->arena, r->company, v->o.total_amount));
    return 0;
}

static int make_payments(struct req *r, const struct order_in *in, struct order_view *v)
{
    const struct order_payment_in *payments = in->payments.v;
    size_t n = in->payments.n;
    struct order_payment_row *rows = ARENA_ARRAY(r->arena, struct order_payment_row, n);
    bool paid = str_eq(order_name(order_status_names, in->status), ORDER_PAID);
    if ((n > 0 || paid) && !req_may(r, PERM_TAKE_PAYMENT))
        return req_fail(r, ERR_FORBIDDEN);
    v->payments = (struct list){rows, n};
    for (size_t i = 0; i < n; i++) {
        int rc = order_payment_make(r, &payments[i], order_due(&v->o),
                                    arena_printf(r->arena, "payments[%zu].", i).p, &rows[i]);
        if (rc < 0)
            return rc;
        rows[i].payment_no = (int64_t)i + 1;
        v->o.paid_amount += rows[i].amount;
    }
    if (!order_settle(&v->o, r->now) && paid) {
        if (order_due(&v->o) != 0)
            return req_fail_field(r, ERR_INVALID, "status", "not_paid",
                                  "is PAID, which takes payments of %s; these are %s",
                                  order_money(r->arena, r->company, v->o.total_amount),
                                  order_money(r->arena, r->company, v->o.paid_amount));
        v->o.status = ORDER_PAID; /* an order of 0.00 that is closed at once */
        v->o.paid_at = r->now;
    }
    return 0;
}

/* The order as the request describes it, without what the store must say. */
static int draft(struct req *r, const struct order_in *in, struct order_view *v)
{
    struct order_row *o = &v->o;
    *o = (struct order_row){
        .id = GIVEN(in, id) && !uuid_is_nil(in->id) ? in->id : req_new_id(r),
        .external_id = in->external_id,
        .customer_type = order_name(order_type_names, in->customer_type),
        .customer_name = in->customer_name,
        .customer_phone = in->customer_phone,
        .customer_address = in->customer_address,
        .source = order_name(order_source_names, in->source),
        .status = ORDER_OPEN,
        .fulfilment = STR("NONE"),
        .currency = r->company->currency,
        .notes = in->notes,
        .created_by_user_id = r->who.id,
        .version = 1,
        .created_at = r->now,
        .updated_at = r->now,
        .paid_at = I64_NULL,
    };
    if (str_is_null(o->customer_type))
        o->customer_type = STR("RETAIL");
    if (str_is_null(o->source))
        o->source = STR("POS");
    int rc = check_id(r, in);
    if (rc == 0)
        rc = make_lines(r, in, v);
    if (rc == 0)
        rc = make_totals(r, in, v);
    return rc == 0 ? make_payments(r, in, v) : rc;
}

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
    int64_t day = zone_day(r->company->zone, o->created_at);
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
                             .paid_at = o->paid_at,
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

int orders_create(struct req *r, struct tx *tx)
{
    const struct order_in *in = r->in;
    struct order_view v = {0};
    int rc = orders_guard(r);
    if (rc < 0)
        return rc;
    struct uuid store = in->store_id;
    if (!GIVEN(in, store_id) && uuid_eq(r->who.company, r->company->id))
        store = r->who.store;
    struct order_context c;
    rc = order_context_of(tx, r->company->id, in->customer_id, store,
                          GIVEN(in, id) ? in->id : UUID_NIL, in->external_id, &c);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (!uuid_is_nil(c.same_id))
        return answer_same(r, tx, c.same_id);
    rc = draft(r, in, &v);
    if (rc == 0)
        rc = settle_context(r, in, &c, &v.o);
    if (rc == 0)
        rc = write_order(r, tx, &v);
    return rc < 0 ? rc : orders_answer(r, 201, &v);
}
