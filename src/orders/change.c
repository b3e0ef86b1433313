/* Steps that changes of an order share: taking it with its locks, checking a
 * line or a payment, and writing it back. */
#include "orders/orders_priv.h"

int orders_guard(struct req *r)
{
    /* A role that is not staff has no business here, whatever was granted. */
    return r->who.kind == WHO_KEY || req_staff(r) ? 0 : req_fail(r, ERR_FORBIDDEN);
}

int orders_load(struct tx *tx, struct uuid company, struct order_view *v)
{
    struct order_line_row *lines;
    struct order_payment_row *payments;
    struct order_refund_row *refunds;
    int rc = order_lines_of(tx, company, v->o.id, &lines, &v->lines.n);
    if (rc < 0)
        return rc;
    v->lines.v = lines;
    rc = order_payments_of(tx, company, v->o.id, &payments, &v->payments.n);
    if (rc < 0)
        return rc;
    v->payments.v = payments;
    rc = order_refunds_of(tx, company, v->o.id, &refunds, &v->refunds.n);
    if (rc < 0)
        return rc;
    v->refunds.v = refunds;
    v->due = order_due(&v->o);
    return 0;
}

int orders_take(struct req *r, struct tx *tx, struct uuid id, struct order_view *v)
{
    struct uuid company = r->company->id;
    int rc = orders_guard(r);
    if (rc < 0)
        return rc;
    rc = order_by_id(tx, company, id, &v->o);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_ORDER_NOT_FOUND);
    struct uuid customer = v->o.customer_id;
    if (!uuid_is_nil(customer)) {
        struct order_customer c;
        rc = order_customer_lock(tx, company, customer, &c);
        if (rc < 0)
            return rc;
    }
    rc = order_lock(tx, company, id, &v->o);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_ORDER_NOT_FOUND);
    if (!uuid_eq(customer, v->o.customer_id))
        return ERR_RETRY;
    rc = req_match(r, v->o.version);
    if (rc < 0)
        return rc;
    return orders_load(tx, company, v);
}

int orders_must_be_open(struct req *r, const struct order_row *o)
{
    if (order_is(o, ORDER_OPEN))
        return 0;
    const char *what = order_is(o, ORDER_PAID)       ? "paid"
                       : order_is(o, ORDER_REFUNDED) ? "refunded"
                                                     : "cancelled";
    return req_fail_field(r, ERR_ORDER_STATE, "status", NULL,
                          "The order is %s; only an open order can be changed like this", what);
}

int orders_save(struct req *r, struct tx *tx, struct order_row *o)
{
    o->version++;
    o->updated_at = r->now;
    return order_save(tx, &(struct order_save_params){
                              .company = r->company->id,
                              .id = o->id,
                              .customer = o->customer_id,
                              .customer_type = o->customer_type,
                              .customer_name = o->customer_name,
                              .customer_phone = o->customer_phone,
                              .customer_address = o->customer_address,
                              .status = o->status,
                              .subtotal = o->subtotal,
                              .discount = o->discount,
                              .total_amount = o->total_amount,
                              .paid_amount = o->paid_amount,
                              .refunded_amount = o->refunded_amount,
                              .last_line = o->last_line,
                              .notes = o->notes,
                              .version = o->version,
                              .paid_at = o->paid_at,
                              .updated_at = o->updated_at,
                              .payment_method = o->payment_method,
                              .is_unproven = o->is_unproven,
                          });
}

int orders_count(struct req *r, struct tx *tx, const struct order_row *o,
                 struct customer_delta before)
{
    if (uuid_is_nil(o->customer_id))
        return 0;
    struct customer_delta d = order_share_change(before, order_share(o));
    if (!d.order_count && !d.total_orders && !d.visit_count && !d.total_spent &&
        d.order_at == I64_NULL)
        return 0;
    return customers_add_stats_known(tx, r->company->id, o->customer_id, &d); /* locked */
}

int orders_retime(struct req *r, struct tx *tx, struct uuid customer)
{
    struct order_paid_span_row span;
    int rc = order_paid_span(tx, r->company->id, customer, &span);
    if (rc < 0)
        return rc;
    return customers_set_order_times(tx, r->company->id, customer, span.first_at, span.last_at);
}

int orders_answer(struct req *r, int status, struct order_view *v)
{
    v->due = order_due(&v->o);
    return req_answer(r, status, &order_out, v);
}

int order_line_make(struct req *r, const struct order_line_in *in, const char *field,
                    struct order_line_row *out)
{
    out->sku = in->sku;
    out->name = in->name;
    out->quantity = in->quantity;
    out->unit_price = in->unit_price;
    out->discount = in->discount == I64_NULL ? 0 : in->discount;
    int64_t gross;
    if (!order_line_amount(out->quantity, out->unit_price, 0, &gross))
        return req_fail_field(r, ERR_INVALID, arena_printf(r->arena, "%squantity", field).p,
                              "range", "makes the line cost more than an order can hold");
    if (!order_line_amount(out->quantity, out->unit_price, out->discount, &out->amount))
        return req_fail_field(r, ERR_INVALID, arena_printf(r->arena, "%sdiscount", field).p,
                              "range", "of %s exceeds the line's price of %s",
                              order_money(r->arena, r->company, out->discount),
                              order_money(r->arena, r->company, gross));
    return 0;
}

int order_payment_make(struct req *r, const struct order_payment_in *in, int64_t due,
                       const char *field, struct order_payment_row *out)
{
    const char *amount_field = arena_printf(r->arena, "%samount", field).p;
    const char *tendered_field = arena_printf(r->arena, "%stendered", field).p;
    *out = (struct order_payment_row){
        .method = order_name(order_method_names, in->method),
        .amount = in->amount == I64_NULL ? due : in->amount,
        .tendered = in->tendered,
        .change = I64_NULL,
        .reference = in->reference,
        .created_by_user_id = r->who.id,
        .created_at = r->now,
    };
    if (due == 0)
        return req_fail_field(r, ERR_OVERPAID, amount_field, NULL, "Nothing is due on this order");
    if (out->amount > due)
        return req_fail_field(
            r, ERR_OVERPAID, amount_field, NULL, "The payment of %s exceeds the %s that is due",
            order_money(r->arena, r->company, out->amount), order_money(r->arena, r->company, due));
    if (out->tendered == I64_NULL)
        return 0;
    if (!str_eq(out->method, STR("CASH")))
        return req_fail_field(r, ERR_INVALID, tendered_field, "not_cash", "is for cash only");
    if (out->tendered < out->amount)
        return req_fail_field(r, ERR_INVALID, tendered_field, "range",
                              "of %s is less than the payment of %s",
                              order_money(r->arena, r->company, out->tendered),
                              order_money(r->arena, r->company, out->amount));
    out->change = out->tendered - out->amount;
    return 0;
}

int orders_put_line(struct tx *tx, struct uuid company, struct uuid order,
                    const struct order_line_row *l)
{
    return order_line_insert(tx, company, order, l->line_no, l->sku, l->name, l->quantity,
                             l->unit_price, l->discount, l->amount);
}

int orders_put_payment(struct tx *tx, struct uuid company, struct uuid order,
                       const struct order_payment_row *p)
{
    return order_payment_insert(tx, company, order, p->payment_no, p->method, p->amount,
                                p->tendered, p->reference, p->created_by_user_id, p->created_at);
}
