/* Money of an order: payments, refunds, and the two ends without money. The
 * customer's statistics change in the same transaction. */
#include "orders/orders_priv.h"

/* The order's row and its customer's statistics, after a change of money. */
static int write_money(struct req *r, struct tx *tx, struct order_view *v,
                       struct customer_delta before)
{
    int rc = orders_count(r, tx, &v->o, before);
    return rc < 0 ? rc : orders_save(r, tx, &v->o);
}

int orders_pay(struct req *r, struct tx *tx)
{
    const struct order_payment_in *in = r->in;
    struct order_view v = {0};
    int rc = orders_take(r, tx, in->id, &v);
    if (rc == 0)
        rc = orders_must_be_open(r, &v.o);
    if (rc < 0)
        return rc;
    size_t n = v.payments.n;
    if (n >= ORDER_PAYMENTS_MAX)
        return req_fail_field(r, ERR_INVALID, "payments", "range",
                              "are too many: an order has at most %d", ORDER_PAYMENTS_MAX);
    struct order_payment_row *rows = ARENA_ARRAY(r->arena, struct order_payment_row, n + 1);
    if (n > 0)
        memcpy(rows, v.payments.v, n * sizeof *rows);
    rc = order_payment_make(r, in, order_due(&v.o), "", &rows[n]);
    if (rc < 0)
        return rc;
    rows[n].payment_no = (int64_t)n + 1; /* payments are never taken away */
    v.payments = (struct list){rows, n + 1};

    struct customer_delta before = order_share(&v.o);
    v.o.paid_amount += rows[n].amount;
    bool paid = order_settle(&v.o, r->now);
    rc = write_money(r, tx, &v, before);
    if (rc == 0)
        rc = orders_put_payment(tx, r->company->id, v.o.id, &rows[n]);
    if (rc == 0 && paid)
        rc = outbox_add(r, tx, "order.paid", v.o.id);
    return rc < 0 ? rc : orders_answer(r, 201, &v);
}

/* What goes back, and how: by default all that is left, the way it came. */
static int make_refund(struct req *r, const struct order_refund_in *in, const struct order_view *v,
                       struct order_refund_row *out)
{
    int64_t left = v->o.paid_amount - v->o.refunded_amount;
    const struct order_payment_row *payments = v->payments.v;
    *out = (struct order_refund_row){
        .refund_no = (int64_t)v->refunds.n + 1,
        .method = order_name(order_method_names, in->method),
        .amount = in->amount == I64_NULL ? left : in->amount,
        .reason = in->reason,
        .created_by_user_id = r->who.id,
        .created_at = r->now,
    };
    if (left == 0)
        return req_fail_field(r, ERR_OVERREFUNDED, "amount", NULL,
                              "Nothing of this order is paid that could be given back");
    if (out->amount > left)
        return req_fail_field(r, ERR_OVERREFUNDED, "amount", NULL,
                              "The refund of %s exceeds the %s that is paid and not given back",
                              order_money(r->arena, r->company, out->amount),
                              order_money(r->arena, r->company, left));
    if (str_is_null(out->method))
        out->method = payments[v->payments.n - 1].method;
    return 0;
}

int orders_refund(struct req *r, struct tx *tx)
{
    const struct order_refund_in *in = r->in;
    struct order_view v = {0};
    int rc = orders_take(r, tx, in->id, &v);
    if (rc < 0)
        return rc;
    size_t n = v.refunds.n;
    struct order_refund_row *rows = ARENA_ARRAY(r->arena, struct order_refund_row, n + 1);
    if (n > 0)
        memcpy(rows, v.refunds.v, n * sizeof *rows);
    rc = make_refund(r, in, &v, &rows[n]);
    if (rc < 0)
        return rc;
    v.refunds = (struct list){rows, n + 1};

    struct customer_delta before = order_share(&v.o);
    v.o.refunded_amount += rows[n].amount;
    bool whole = order_is(&v.o, ORDER_PAID) && v.o.refunded_amount == v.o.paid_amount;
    if (whole)
        v.o.status = ORDER_REFUNDED;
    rc = write_money(r, tx, &v, before);
    if (rc == 0)
        rc = order_refund_insert(tx, r->company->id, v.o.id, rows[n].refund_no, rows[n].method,
                                 rows[n].amount, rows[n].reason, rows[n].created_by_user_id,
                                 rows[n].created_at);
    if (rc == 0 && whole && !uuid_is_nil(v.o.customer_id))
        rc = orders_retime(r, tx, v.o.customer_id);
    return rc < 0 ? rc : orders_answer(r, 201, &v);
}

int orders_close(struct req *r, struct tx *tx)
{
    const struct order_ref *in = r->in;
    struct order_view v = {0};
    int rc = orders_take(r, tx, in->id, &v);
    if (rc == 0)
        rc = orders_must_be_open(r, &v.o);
    if (rc < 0)
        return rc;
    if (order_due(&v.o) != 0)
        return req_fail_field(r, ERR_ORDER_STATE, "status", NULL,
                              "%s is still due; an order is closed when nothing is",
                              order_money(r->arena, r->company, order_due(&v.o)));
    struct customer_delta before = order_share(&v.o);
    v.o.status = ORDER_PAID;
    v.o.paid_at = r->now;
    rc = write_money(r, tx, &v, before);
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}

int orders_cancel(struct req *r, struct tx *tx)
{
    const struct order_ref *in = r->in;
    struct order_view v = {0};
    int rc = orders_take(r, tx, in->id, &v);
    if (rc == 0)
        rc = orders_must_be_open(r, &v.o);
    if (rc < 0)
        return rc;
    int64_t paid = v.o.paid_amount - v.o.refunded_amount;
    if (paid != 0)
        return req_fail_field(r, ERR_ORDER_STATE, "status", NULL,
                              "%s of this order is paid; refund it before cancelling",
                              order_money(r->arena, r->company, paid));
    v.o.status = ORDER_CANCELLED;
    rc = orders_save(r, tx, &v.o); /* still one of the person's orders, as open ones are */
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}
