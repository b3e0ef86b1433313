/* Filling and correcting an open order: its lines, discount and snapshot. */
#include "orders/orders_priv.h"

/* Totals from the lines as they now are. An order that never had a line keeps
 * its bare total. */
static int reprice(struct req *r, struct order_view *v)
{
    struct order_row *o = &v->o;
    if (o->last_line > 0 && !order_lines_sum(v->lines.v, v->lines.n, &o->subtotal))
        return req_fail_field(r, ERR_INVALID, "lines", "range", "cost more than an order can hold");
    if (o->discount > o->subtotal)
        return req_fail_field(r, ERR_TOTALS, "discount", NULL,
                              "The order's discount %s exceeds the %s that is left of it",
                              order_money(r->arena, r->company, o->discount),
                              order_money(r->arena, r->company, o->subtotal));
    o->total_amount = o->subtotal - o->discount;
    if (order_due(o) < 0)
        return req_fail_field(
            r, ERR_OVERPAID, "totalAmount", NULL,
            "%s is paid already, more than the new total of %s; refund first",
            order_money(r->arena, r->company, o->paid_amount - o->refunded_amount),
            order_money(r->arena, r->company, o->total_amount));
    return 0;
}

static int take_open(struct req *r, struct tx *tx, struct uuid id, struct order_view *v)
{
    int rc = orders_take(r, tx, id, v);
    return rc < 0 ? rc : orders_must_be_open(r, &v->o);
}

static struct order_line_row *find_line(struct order_view *v, int64_t line)
{
    struct order_line_row *lines = v->lines.v;
    for (size_t i = 0; i < v->lines.n; i++)
        if (lines[i].line_no == line)
            return &lines[i];
    return NULL;
}

static int no_such_line(struct req *r, int64_t line)
{
    return req_fail_field(r, ERR_NOT_FOUND, "line", NULL, "The order has no line %lld",
                          (long long)line);
}

int orders_line_add(struct req *r, struct tx *tx)
{
    const struct order_line_in *in = r->in;
    struct order_view v = {0};
    int rc = take_open(r, tx, in->id, &v);
    if (rc < 0)
        return rc;
    if (v.lines.n >= ORDER_LINES_MAX)
        return req_fail_field(r, ERR_INVALID, "lines", "range",
                              "are too many: an order has at most %d", ORDER_LINES_MAX);
    struct order_line_row *lines = ARENA_ARRAY(r->arena, struct order_line_row, v.lines.n + 1);
    if (v.lines.n > 0)
        memcpy(lines, v.lines.v, v.lines.n * sizeof *lines);
    struct order_line_row *line = &lines[v.lines.n];
    rc = order_line_make(r, in, "", line);
    if (rc < 0)
        return rc;
    line->line_no = ++v.o.last_line;
    v.lines = (struct list){lines, v.lines.n + 1};
    rc = reprice(r, &v);
    if (rc == 0)
        rc = orders_put_line(tx, r->company->id, v.o.id, line);
    if (rc == 0)
        rc = orders_save(r, tx, &v.o);
    return rc < 0 ? rc : orders_answer(r, 201, &v);
}

int orders_line_change(struct req *r, struct tx *tx)
{
    const struct order_line_in *in = r->in;
    struct order_view v = {0};
    int rc = take_open(r, tx, in->id, &v);
    if (rc < 0)
        return rc;
    struct order_line_row *line = find_line(&v, in->line);
    if (!line)
        return no_such_line(r, in->line);
    struct order_line_in whole = {
        .sku = GIVEN(in, sku) ? in->sku : line->sku,
        .name = GIVEN(in, name) ? in->name : line->name,
        .quantity = GIVEN(in, quantity) ? in->quantity : line->quantity,
        .unit_price = GIVEN(in, unit_price) ? in->unit_price : line->unit_price,
        .discount = GIVEN(in, discount) ? in->discount : line->discount,
    };
    rc = order_line_make(r, &whole, "", line);
    if (rc == 0)
        rc = reprice(r, &v);
    if (rc == 0)
        rc = order_line_update(tx, r->company->id, v.o.id, line->line_no, line->sku, line->name,
                               line->quantity, line->unit_price, line->discount, line->amount);
    if (rc == 0)
        rc = orders_save(r, tx, &v.o);
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}

int orders_line_remove(struct req *r, struct tx *tx)
{
    const struct order_line_ref *in = r->in;
    struct order_view v = {0};
    int rc = take_open(r, tx, in->id, &v);
    if (rc < 0)
        return rc;
    struct order_line_row *line = find_line(&v, in->line);
    if (!line)
        return no_such_line(r, in->line);
    struct order_line_row *end = (struct order_line_row *)v.lines.v + v.lines.n;
    memmove(line, line + 1, (size_t)(end - line - 1) * sizeof *line);
    v.lines.n--;
    rc = reprice(r, &v);
    if (rc == 0)
        rc = order_line_delete(tx, r->company->id, v.o.id, in->line);
    if (rc == 0)
        rc = orders_save(r, tx, &v.o);
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}

/* How the buyer means to pay, once it is said anew. */
static int set_method(struct req *r, struct tx *tx, int64_t method, struct order_row *o)
{
    struct order_customer c = {0};
    o->payment_method = order_name(order_method_names, method);
    int rc = uuid_is_nil(o->customer_id)
                 ? 0
                 : order_customer_lock(tx, r->company->id, o->customer_id, &c);
    return rc < 0 ? rc : orders_check_cod(r, o, rc > 0 && c.is_phone_verified);
}

int orders_patch(struct req *r, struct tx *tx)
{
    const struct order_patch *in = r->in;
    struct order_view v = {0};
    int rc = orders_take(r, tx, in->id, &v);
    if (rc < 0)
        return rc;
    bool more = GIVEN(in, customer_type) || GIVEN(in, customer_name) || GIVEN(in, customer_phone) ||
                GIVEN(in, customer_address) || GIVEN(in, discount) || GIVEN(in, payment_method);
    if (more && (rc = orders_must_be_open(r, &v.o)) < 0)
        return rc; /* only notes may follow later */
    if (GIVEN(in, customer_type))
        v.o.customer_type = order_name(order_type_names, in->customer_type);
    if (GIVEN(in, customer_name))
        v.o.customer_name = in->customer_name.n > 0 ? in->customer_name : ORDER_WALK_IN;
    if (GIVEN(in, customer_phone))
        v.o.customer_phone = in->customer_phone;
    if (GIVEN(in, customer_address))
        v.o.customer_address = in->customer_address;
    if (GIVEN(in, notes))
        v.o.notes = in->notes;
    if (GIVEN(in, discount)) {
        v.o.discount = in->discount == I64_NULL ? 0 : in->discount;
        rc = reprice(r, &v);
    }
    if (rc == 0 && GIVEN(in, payment_method))
        rc = set_method(r, tx, in->payment_method, &v.o);
    if (rc == 0)
        rc = orders_save(r, tx, &v.o);
    return rc < 0 ? rc : orders_answer(r, 200, &v);
}
