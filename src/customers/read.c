/* Reading one person: the lookup at the till, the detail, and what belongs to
 * the person, page by page. */
#include "base/phone.h"
#include "customers/customers_priv.h"
#include "http/text.h"
#include "orders/orders.h"

enum { LAST_ORDERS = 10, USERS_MOST = 100, PAGE_KEY = 24 };

/* Who has the number, or had it. */
static int holder(struct req *r, struct tx *tx, struct str phone, struct customer_row *c,
                  bool *former)
{
    int rc = customer_by_phone(tx, r->company->id, phone, c);
    *former = rc == 0;
    return *former ? customer_by_former_phone(tx, r->company->id, phone, c) : rc;
}

/* Nobody has a number that was taken as it stood (FIELD_ASKED): is there such
 * a number, and is it perhaps spelt otherwise? 1: *phone is its real spelling. */
static int respell(struct req *r, struct str *phone)
{
    char e164[PHONE_MAX];
    size_t n = 0;
    enum phone_reason why = phone_normalise(*phone, r->company->country, e164, &n);
    if (why != PHONE_OK)
        return req_fail_field(r, ERR_PHONE_INVALID, "phone",
                              arena_printf(r->arena, "phone_%s", phone_reason_code(why)).p,
                              "'%.*s' is not a phone number: %s", STR_ARG(*phone),
                              phone_reason_text(why));
    struct str real = {e164, n};
    if (str_eq(real, *phone))
        return 0;
    *phone = arena_str(r->arena, real);
    return 1;
}

int customers_lookup(struct req *r, struct tx *tx)
{
    const struct customer_phone_in *in = r->in;
    struct str phone = in->phone;
    struct customer_row c;
    struct customer_view v;
    bool former = false;
    int rc = holder(r, tx, phone, &c, &former);

    if (rc == 0)
        rc = respell(r, &phone);
    if (rc == 1 && !str_eq(phone, in->phone))
        rc = holder(r, tx, phone, &c, &former);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    customer_view_make(r, &c, &v);
    v.matched_former = former;
    if (former)
        v.former_phone = phone;
    return req_answer(r, 200, &customer_lookup_out, &v);
}

/* The id of a merged record answers with the one that it became part of. */
static int find(struct req *r, struct tx *tx, struct uuid id, struct customer_row *c)
{
    int rc = customers_find(tx, r->company->id, id, c);
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    if (rc > 0)
        req_subject(r, c->id);
    return rc < 0 ? rc : 0;
}

int customers_detail(struct req *r, struct tx *tx)
{
    const struct customer_id_in *in = r->in;
    struct customer_row c;
    struct order_brief *orders;
    size_t n = 0;
    int rc = find(r, tx, in->id, &c);

    if (rc == 0)
        rc = orders_of_customer(tx, r->company->id, c.id, LAST_ORDERS, &orders, &n);
    if (rc < 0)
        return rc;
    struct customer_view v;
    customer_view_make(r, &c, &v);
    v.orders = (struct list){orders, n};
    return req_answer(r, 200, &customer_detail_out, &v);
}

/* Cursors of a person's orders: time, big-endian, and id. */
static struct str order_cursor(struct req *r, const struct customer_orders_before_row *o)
{
    char *p = arena_bytes(r->arena, PAGE_KEY);
    for (int i = 0; i < 8; i++)
        p[i] = (char)((uint64_t)o->created_at >> (56 - 8 * i));
    memcpy(p + 8, o->id.b, 16);
    return (struct str){p, PAGE_KEY};
}

static int order_cursor_read(struct req *r, struct str s, int64_t *before, struct uuid *id)
{
    *before = TIME_LAST;
    *id = id_highest;
    if (str_is_null(s))
        return 0;
    uint64_t t = 0;
    for (size_t i = 0; i < 8 && i < s.n; i++)
        t = t << 8 | (unsigned char)s.p[i];
    if (s.n == PAGE_KEY)
        memcpy(id->b, s.p + 8, 16);
    *before = (int64_t)t;
    if (s.n != PAGE_KEY || *before < TIME_FIRST || *before > TIME_LAST || uuid_is_nil(*id))
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "is not a cursor of this list");
    return 0;
}

static int orders_page(struct req *r, struct tx *tx, const struct customer_page_in *in,
                       struct uuid customer, struct list *orders, struct str *next)
{
    struct customer_orders_before_row *rows = NULL;
    struct uuid before_id;
    int64_t before;
    size_t n = 0, limit = customers_limit(in->limit);
    int rc = order_cursor_read(r, in->cursor, &before, &before_id);

    if (rc == 0)
        rc = customer_orders_before(tx, r->company->id, customer, before, before_id,
                                    (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    *next = n > limit ? order_cursor(r, &rows[limit - 1]) : STR_NULL;
    *orders = (struct list){rows, n > limit ? limit : n};
    return 0;
}

int customers_orders(struct req *r, struct tx *tx)
{
    const struct customer_page_in *in = r->in;
    struct customer_row c;
    struct list orders = {0};
    struct str next = STR_NULL;
    int rc = find(r, tx, in->id, &c);

    if (rc == 0)
        rc = orders_page(r, tx, in, c.id, &orders, &next);
    return rc < 0 ? rc : req_answer_list(r, &customer_order_out, orders.v, orders.n, next);
}

/* The admin's detail: the record and all orders, paged by the same cursor. */
int customers_full(struct req *r, struct tx *tx)
{
    const struct customer_page_in *in = r->in;
    struct customer_row c;
    struct customer_view v;
    struct list orders = {0};
    struct str next = STR_NULL;
    int rc = find(r, tx, in->id, &c);

    if (rc == 0)
        rc = orders_page(r, tx, in, c.id, &orders, &next);
    if (rc < 0)
        return rc;
    customer_view_make(r, &c, &v);
    v.orders = orders;
    v.orders_cursor = str_is_null(next) ? STR_NULL : base64url_encode(r->arena, next);
    return req_answer(r, 200, &customer_full_out, &v);
}

int customers_users(struct req *r, struct tx *tx)
{
    const struct customer_id_in *in = r->in;
    struct customer_users_row *users = NULL;
    struct customer_row c;
    size_t n = 0;
    int rc = find(r, tx, in->id, &c);

    if (rc == 0)
        rc = customer_users(tx, r->company->id, c.id, USERS_MOST, &users, &n);
    for (size_t i = 0; rc >= 0 && i < n && customers_masked(r, c.id); i++)
        users[i].email = customers_email_mask(r->arena, users[i].email);
    return rc < 0 ? rc : req_answer_list(r, &customer_user_out, users, n, STR_NULL);
}
