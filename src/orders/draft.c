/* A new order as its request describes it: lines, totals and payments checked
 * and worked out, without what the store must say. */
#include "orders/orders_priv.h"

/* How far the clock of a till may be ahead, and how long a sale may wait there. */
enum { AHEAD_MAX_MINUTES = 5, AGE_MAX_DAYS = 60 };

/* A version 7 id, as a till makes it while it is offline. */
static int check_id(struct req *r, const struct order_in *in)
{
    if (!GIVEN(in, id) || uuid_is_nil(in->id))
        return 0;
    if (in->id.b[6] >> 4 == 7 && in->id.b[8] >> 6 == 2)
        return 0;
    return req_fail_field(r, ERR_INVALID, "id", "format", "must be a UUID of version 7");
}

/* When it was sold. */
static int check_time(struct req *r, const struct order_in *in)
{
    if (in->created_at == I64_NULL)
        return 0;
    if (in->created_at > r->now + AHEAD_MAX_MINUTES * 60 * SECOND_US)
        return req_fail_field(r, ERR_INVALID, "createdAt", "range",
                              "is more than %d minutes ahead of the service's clock",
                              AHEAD_MAX_MINUTES);
    if (in->created_at < r->now - AGE_MAX_DAYS * DAY_US)
        return req_fail_field(r, ERR_INVALID, "createdAt", "range", "is more than %d days ago",
                              AGE_MAX_DAYS);
    return 0;
}

static int make_lines(struct req *r, const struct list *in, struct order_view *v)
{
    const struct order_line_in *lines = in->v;
    struct order_line_row *rows = ARENA_ARRAY(r->arena, struct order_line_row, in->n);
    v->lines = (struct list){rows, in->n};
    for (size_t i = 0; i < in->n; i++) {
        int rc =
            order_line_make(r, &lines[i], arena_printf(r->arena, "lines[%zu].", i).p, &rows[i]);
        if (rc < 0)
            return rc;
        rows[i].line_no = (int64_t)i + 1;
    }
    v->o.last_line = (int64_t)in->n;
    if (!order_lines_sum(rows, in->n, &v->o.subtotal))
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
        rows[i].created_at = v->o.created_at;
        v->o.paid_amount += rows[i].amount;
    }
    if (!order_settle(&v->o, v->o.created_at) && paid) {
        if (order_due(&v->o) != 0)
            return req_fail_field(r, ERR_INVALID, "status", "not_paid",
                                  "is PAID, which takes payments of %s; these are %s",
                                  order_money(r->arena, r->company, v->o.total_amount),
                                  order_money(r->arena, r->company, v->o.paid_amount));
        v->o.status = ORDER_PAID; /* an order of 0.00 that is closed at once */
        v->o.paid_at = v->o.created_at;
    }
    return 0;
}

/* What every new order begins with. */
static struct order_row blank(struct req *r, struct uuid id)
{
    return (struct order_row){
        .id = id,
        .customer_type = STR("RETAIL"),
        .source = STR("POS"),
        .status = ORDER_OPEN,
        .fulfilment = STR("NONE"),
        .currency = r->company->currency,
        .version = 1,
        .created_at = r->now,
        .updated_at = r->now,
        .paid_at = I64_NULL,
    };
}

int orders_draft(struct req *r, const struct order_in *in, struct order_view *v)
{
    struct order_row *o = &v->o;
    *o = blank(r, GIVEN(in, id) && !uuid_is_nil(in->id) ? in->id : req_new_id(r));
    o->external_id = in->external_id;
    o->customer_name = in->customer_name;
    o->customer_phone = in->customer_phone;
    o->customer_address = in->customer_address;
    o->payment_method = order_name(order_method_names, in->payment_method);
    o->notes = in->notes;
    o->created_by_user_id = r->who.id;
    if (in->customer_type != I64_NULL)
        o->customer_type = order_name(order_type_names, in->customer_type);
    if (in->source != I64_NULL)
        o->source = order_name(order_source_names, in->source);
    if (r->own_only)
        o->source = STR("WEB");
    if (in->created_at != I64_NULL)
        o->created_at = in->created_at;
    int rc = check_id(r, in);
    if (rc == 0)
        rc = check_time(r, in);
    if (rc == 0)
        rc = make_lines(r, &in->lines, v);
    if (rc == 0)
        rc = make_totals(r, in, v);
    return rc == 0 ? make_payments(r, in, v) : rc;
}

int orders_web_draft(struct req *r, const struct order_web *w, struct order_view *v)
{
    struct order_row *o = &v->o;
    *o = blank(r, req_new_id(r));
    o->source = STR("WEB");
    o->customer_name = w->name;
    o->customer_phone = w->phone;
    o->customer_address = w->address;
    o->payment_method = order_name(order_method_names, w->payment_method);
    o->notes = w->notes;
    int rc = make_lines(r, &w->lines, v);
    o->total_amount = o->subtotal;
    return rc;
}
