/* Reading orders: one with all that belongs to it, or a list, newest first. */
#include "orders/orders_priv.h"

enum { CURSOR_BYTES = 24, LIST_DEFAULT = 50 };

/* The end of a list, above everything that can be in it. */
static const struct uuid highest = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
/* The nil id stands for "none"; no order has this one. */
static const struct uuid lowest = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

int orders_read(struct req *r, struct tx *tx)
{
    const struct order_ref *in = r->in;
    struct order_view v = {0};
    int rc = orders_guard_own(r);
    if (rc < 0)
        return rc;
    rc = order_by_id(tx, r->company->id, in->id, &v.o);
    if (rc < 0)
        return rc;
    if (rc == 0 || !orders_is_own(r, &v.o)) /* somebody else's does not exist */
        return req_fail(r, ERR_ORDER_NOT_FOUND);
    rc = orders_load(tx, r->company->id, &v);
    if (rc < 0)
        return rc;
    if (!uuid_is_nil(v.o.customer_id)) /* the access log says whose data was seen */
        req_subject(r, v.o.customer_id);
    return orders_answer(r, 200, &v);
}

/* Time (big-endian) and id of the last row shown. */
static struct str cursor_after(struct req *r, const struct order_row *o)
{
    char *p = arena_bytes(r->arena, CURSOR_BYTES);
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)o->created_at >> (56 - 8 * i));
    memcpy(p + 8, o->id.b, 16);
    return (struct str){p, CURSOR_BYTES};
}

static bool cursor_read(struct str s, int64_t *at, struct uuid *id)
{
    if (s.n != CURSOR_BYTES)
        return false;
    uint64_t t = 0;
    for (int i = 0; i < 8; i++)
        t = t << 8 | (unsigned char)s.p[i];
    *at = (int64_t)t;
    memcpy(id->b, s.p + 8, 16);
    return *at >= date_days(1, 1, 1) * DAY_US && *at < date_days(10000, 1, 1) * DAY_US &&
           !uuid_is_nil(*id);
}

/* Where the page begins: at the cursor, else below `to`, else at the newest. */
static int page_start(struct req *r, const struct order_query *q, int64_t *at, struct uuid *id)
{
    *at = date_days(9999, 12, 31) * DAY_US;
    *id = highest;
    if (q->to != I64_NULL) {
        *at = q->to;
        *id = lowest;
    }
    if (str_is_null(q->cursor))
        return 0;
    int64_t cursor_at;
    struct uuid cursor_id;
    if (!cursor_read(q->cursor, &cursor_at, &cursor_id))
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "is not a cursor of this list");
    if (cursor_at < *at || (cursor_at == *at && uuid_cmp(cursor_id, *id) < 0)) {
        *at = cursor_at;
        *id = cursor_id;
    }
    return 0;
}

/* Each filter with an index of its own has its statement; the most selective
 * one that was given is taken, and the others are checked row by row. */
static int run(struct req *r, struct tx *tx, const struct order_query *q, int64_t at,
               struct uuid customer, struct uuid before, int64_t limit, struct order_row **rows,
               size_t *n)
{
    struct str status = order_name(order_status_names, q->status);
    struct str source = order_name(order_source_names, q->source);
    int64_t from = q->from == I64_NULL ? date_days(1, 1, 1) * DAY_US : q->from;
#define PAGE(by)                                                                                   \
    by(tx, r->company->id, at, before, from, customer, q->store_id, status, source,                \
       q->customer_phone, q->order_number, limit, rows, n)
    if (r->own_only)
        return PAGE(orders_own);
    if (!str_is_null(q->order_number))
        return PAGE(orders_by_number);
    if (!uuid_is_nil(customer))
        return PAGE(orders_by_customer);
    if (!str_is_null(q->customer_phone))
        return PAGE(orders_by_phone);
    if (!str_is_null(status) && !str_eq(status, ORDER_PAID))
        return PAGE(orders_by_status);
    if (!uuid_is_nil(q->store_id))
        return PAGE(orders_by_store);
    return PAGE(orders_by_time);
#undef PAGE
}

int orders_list(struct req *r, struct tx *tx)
{
    const struct order_query *q = r->in;
    int64_t limit = q->limit == I64_NULL ? LIST_DEFAULT : q->limit;
    int64_t at = 0;
    struct uuid before = UUID_NIL;
    struct order_row *rows = NULL;
    size_t n = 0;
    struct uuid customer = r->own_only ? r->who.customer : q->customer_id, now = customer;
    int rc = orders_guard_own(r);
    if (rc == 0)
        rc = orders_own_customer(r, q->customer_id);
    if (rc == 0)
        rc = page_start(r, q, &at, &before);
    if (rc == 0)
        rc = run(r, tx, q, at, customer, before, limit + 1, &rows, &n);
    /* None: perhaps the id of a record that became part of another. */
    if (rc >= 0 && n == 0 && !uuid_is_nil(customer))
        rc = customers_current(tx, r->company->id, customer, &now);
    if (rc >= 0 && !uuid_eq(now, customer))
        rc = run(r, tx, q, at, now, before, limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > (size_t)limit;
    if (more)
        n = (size_t)limit;
    if (!uuid_is_nil(q->customer_id))
        req_subject(r, now);
    return req_answer_list(r, &order_row_out, rows, n,
                           more ? cursor_after(r, &rows[n - 1]) : STR_NULL);
}
