/* Many orders at once, for imports and the demo: what is there already
 * is found by one statement, each person's statistics change once, and what
 * goes in needs no answer. Locks as everywhere: customers, number, orders. */
#include "base/buf.h"
#include "base/json_out.h"
#include "base/money.h"
#include "base/zone.h"
#include "orders/orders_priv.h"
#include <stdlib.h>

/* A row that is to be made, with what its input leaves open. */
struct entry {
    const struct order_import *in;
    size_t at;             /* place in the input */
    struct str name;       /* snapshot */
    struct str phone;      /* snapshot */
    struct str number;     /* null: none */
    int64_t subtotal, day; /* day: only of numbered ones */
};

struct batch {
    struct tx *tx;
    const struct company *c;
    struct arena *a;
    const struct order_import *v;
    size_t n;
    int8_t *made;
    struct entry *entries; /* those that go in, in the order of v */
    size_t count;
};

static int by_external_id(const void *a, const void *b)
{
    const struct order_import *x = *(const struct order_import *const *)a,
                              *y = *(const struct order_import *const *)b;
    int c = str_cmp(x->external_id, y->external_id);
    return c ? c : (x > y) - (x < y);
}

static int by_str(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Marks all but the first of equal externalIds within the input. */
static void mark_twice(struct batch *b, const struct order_import **sorted, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (str_eq(sorted[i]->external_id, sorted[i - 1]->external_id))
            b->made[sorted[i] - b->v] = 0;
}

/* Marks those whose externalId the store has. */
static int mark_known(struct batch *b, const struct order_import **sorted, size_t n)
{
    struct buf json;
    buf_init(&json, 64 << 20);
    struct json_out j = json_out(&json);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_text(&j, sorted[i]->external_id);
    json_close(&j, ']');
    struct orders_known_row *known;
    size_t nknown;
    int rc =
        json.full ? ERR_TOO_LARGE : orders_known(b->tx, b->c->id, buf_view(&json), &known, &nknown);
    buf_free(&json);
    if (rc < 0 || nknown == 0)
        return rc;
    qsort(known, nknown, sizeof *known, by_str); /* a row is one str */
    for (size_t i = 0; i < n; i++)
        if (bsearch(&sorted[i]->external_id, known, nknown, sizeof *known, by_str))
            b->made[sorted[i] - b->v] = 0;
    return 0;
}

static int mark_present(struct batch *b)
{
    const struct order_import **sorted = ARENA_ARRAY(b->a, const struct order_import *, b->n);
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (!str_is_null(b->v[i].external_id))
            sorted[n++] = &b->v[i];
    if (n == 0)
        return 0;
    qsort(sorted, n, sizeof *sorted, by_external_id);
    mark_twice(b, sorted, n);
    return mark_known(b, sorted, n);
}

/* The one line of an order of which only item, quantity and total are known:
 * the unit price rounded up, and the difference as its discount. */
static bool line_of_total(const struct order_import *o, struct order_import_line *l)
{
    if (o->quantity <= 0)
        return false;
    int64_t gross, total = o->total + o->discount;
    __int128 price = ((__int128)total * 1000 + o->quantity - 1) / o->quantity;
    if (price > MONEY_MAX)
        return false;
    *l = (struct order_import_line){.name = str_is_null(o->item) ? STR("Item") : o->item,
                                    .quantity = o->quantity,
                                    .unit_price = (int64_t)price};
    if (!order_line_amount(l->quantity, l->unit_price, 0, &gross))
        return false;
    l->discount = gross > total ? gross - total : 0;
    return gross >= total;
}

/* Sum of what the lines cost; false when one cannot be. */
static bool subtotal_of(const struct order_import *o, int64_t *subtotal)
{
    *subtotal = o->total + o->discount;
    if (o->total < 0 || o->discount < 0 || *subtotal > MONEY_MAX)
        return false;
    struct order_import_line one;
    if (o->nlines == 0)
        return o->quantity == I64_NULL || line_of_total(o, &one);
    int64_t sum = 0, amount;
    for (size_t i = 0; i < o->nlines; i++) {
        const struct order_import_line *l = &o->lines[i];
        if (!order_line_amount(l->quantity, l->unit_price, l->discount, &amount))
            return false;
        sum += amount;
    }
    return sum == *subtotal;
}

bool orders_import_adds_up(const struct order_import *o)
{
    int64_t subtotal;
    return subtotal_of(o, &subtotal);
}

static void choose(struct batch *b)
{
    b->entries = ARENA_ARRAY(b->a, struct entry, b->n);
    for (size_t i = 0; i < b->n; i++) {
        const struct order_import *o = &b->v[i];
        if (b->made[i] != 1)
            continue;
        struct entry *e = &b->entries[b->count];
        *e = (struct entry){.in = o, .at = i, .name = o->customer_name, .phone = o->customer_phone};
        if (!subtotal_of(o, &e->subtotal)) {
            b->made[i] = -1;
            continue;
        }
        if (o->numbered)
            e->day = zone_day(b->c->zone, o->created_at);
        b->count++;
    }
}

static int by_customer(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    int c = uuid_cmp(x->in->customer_id, y->in->customer_id);
    return c ? c : (x > y) - (x < y);
}

/* The snapshots that a person's record has to fill. */
static int fill_snapshots(struct batch *b, struct entry **v, size_t n)
{
    bool missing = false;
    for (size_t i = 0; i < n; i++)
        missing |= str_is_null(v[i]->name);
    if (!missing)
        return 0;
    struct order_customer c = {.name = ORDER_WALK_IN};
    if (!uuid_is_nil(v[0]->in->customer_id)) {
        int rc = order_customer_lock(b->tx, b->c->id, v[0]->in->customer_id, &c);
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < n; i++) {
        if (!str_is_null(v[i]->name))
            continue;
        v[i]->name = c.name;
        if (str_is_null(v[i]->phone))
            v[i]->phone = c.phone;
    }
    return 0;
}

static struct str status_of(const struct order_import *o)
{
    return o->status ? str_c(o->status) : ORDER_PAID;
}

static bool was_paid(const struct order_import *o)
{
    struct str status = status_of(o);
    return str_eq(status, ORDER_PAID) || str_eq(status, ORDER_REFUNDED);
}

/* All of it or, while open or cancelled, nothing. */
static int64_t paid_of(const struct order_import *o)
{
    return was_paid(o) ? o->total : 0;
}

static struct customer_delta share_of(const struct order_import *o)
{
    struct order_row row = {.status = status_of(o),
                            .source = str_c(o->source),
                            .paid_amount = paid_of(o),
                            .refunded_amount = o->refunded,
                            .created_at = o->created_at};
    return order_share(&row);
}

/* All new orders of one person: one change of the record, a second one only
 * where first and last are not the same moment. */
static int add_stats(struct batch *b, struct entry **v, size_t n)
{
    struct uuid customer = v[0]->in->customer_id;
    struct customer_delta d = {.order_at = I64_NULL};
    int64_t last = I64_NULL;
    for (size_t i = 0; i < n; i++) {
        struct customer_delta s = share_of(v[i]->in);
        d.order_count += s.order_count;
        d.total_orders += s.total_orders;
        d.visit_count += s.visit_count;
        d.total_spent += s.total_spent;
        if (s.order_at == I64_NULL)
            continue;
        d.order_at = d.order_at == I64_NULL || s.order_at < d.order_at ? s.order_at : d.order_at;
        last = s.order_at > last ? s.order_at : last; /* I64_NULL is below all */
    }
    int rc = customers_add_stats(b->tx, b->c->id, customer, &d);
    if (rc >= 0 && last != d.order_at)
        rc = customers_add_stats(b->tx, b->c->id, customer,
                                 &(struct customer_delta){.order_at = last});
    return rc;
}

/* Person by person in the order of ids, so that imports cannot block each other. */
static int write_people(struct batch *b)
{
    struct entry **sorted = ARENA_ARRAY(b->a, struct entry *, b->count);
    for (size_t i = 0; i < b->count; i++)
        sorted[i] = &b->entries[i];
    qsort(sorted, b->count, sizeof *sorted, by_customer);
    int rc = 0;
    for (size_t i = 0, end; rc >= 0 && i < b->count; i = end) {
        struct uuid customer = sorted[i]->in->customer_id;
        for (end = i + 1; end < b->count && uuid_eq(sorted[end]->in->customer_id, customer); end++)
            continue;
        rc = fill_snapshots(b, sorted + i, end - i);
        if (rc >= 0 && !uuid_is_nil(customer))
            rc = add_stats(b, sorted + i, end - i);
    }
    return rc < 0 ? rc : 0;
}

static int by_day(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    return x->day != y->day ? (x->day > y->day) - (x->day < y->day) : (x > y) - (x < y);
}

/* A day's numbers in one step, given out in the order of the input. */
static int take_numbers(struct batch *b)
{
    struct entry **sorted = ARENA_ARRAY(b->a, struct entry *, b->count);
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].in->numbered)
            sorted[n++] = &b->entries[i];
    qsort(sorted, n, sizeof *sorted, by_day);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end]->day == sorted[i]->day; end++)
            continue;
        struct order_number_take_row taken;
        int rc = order_number_take(b->tx, b->c->id, sorted[i]->day, (int64_t)(end - i), &taken);
        if (rc < 0)
            return rc;
        for (size_t k = i; k < end; k++)
            sorted[k]->number =
                order_number_text(b->a, sorted[k]->day, taken.last - (int64_t)(end - 1 - k));
    }
    return 0;
}

static int write_lines(struct batch *b, const struct order_import *o)
{
    struct order_import_line one;
    const struct order_import_line *lines = o->lines;
    size_t n = o->nlines;
    if (n == 0 && o->quantity != I64_NULL && line_of_total(o, &one)) {
        lines = &one;
        n = 1;
    }
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        const struct order_import_line *l = &lines[i];
        int64_t amount = 0;
        (void)order_line_amount(l->quantity, l->unit_price, l->discount, &amount);
        rc = order_line_insert(b->tx, b->c->id, o->id, (int64_t)i + 1, l->sku, l->name, l->quantity,
                               l->unit_price, l->discount, amount);
    }
    return rc;
}

static int write_one(struct batch *b, const struct entry *e)
{
    const struct order_import *o = e->in;
    int64_t paid = paid_of(o);
    int rc =
        order_put(b->tx, &(struct order_put_params){
                             .company = b->c->id,
                             .id = o->id,
                             .order_number = e->number,
                             .external_id = o->external_id,
                             .store = o->store_id,
                             .customer = o->customer_id,
                             .customer_type = STR("RETAIL"),
                             .customer_name = e->name,
                             .customer_phone = e->phone,
                             .source = str_c(o->source),
                             .status = status_of(o),
                             .subtotal = e->subtotal,
                             .discount = o->discount,
                             .total_amount = o->total,
                             .paid_amount = paid,
                             .refunded_amount = o->refunded,
                             .last_line = o->nlines ? (int64_t)o->nlines : o->quantity != I64_NULL,
                             .currency = b->c->currency,
                             .notes = o->notes,
                             .created_by = o->created_by,
                             .batch = o->batch_id,
                             .created_at = o->created_at,
                             .updated_at = o->created_at,
                             .paid_at = was_paid(o) ? o->created_at : I64_NULL,
                         });
    if (rc >= 0)
        rc = write_lines(b, o);
    if (rc >= 0 && paid > 0) /* an order of 0.00 is paid by being closed */
        rc = order_payment_insert(b->tx, b->c->id, o->id, 1, str_c(o->method), paid, I64_NULL,
                                  STR_NULL, o->created_by, o->created_at);
    if (rc >= 0 && o->refunded > 0)
        rc = order_refund_insert(b->tx, b->c->id, o->id, 1, str_c(o->method), o->refunded, STR_NULL,
                                 o->created_by, o->created_at);
    return rc;
}

int orders_import_many(struct tx *tx, const struct company *c, struct arena *a,
                       const struct order_import *v, size_t n, int8_t *made)
{
    struct batch b = {.tx = tx, .c = c, .a = a, .v = v, .n = n, .made = made};
    for (size_t i = 0; i < n; i++)
        made[i] = 1;
    int rc = mark_present(&b);
    if (rc < 0)
        return rc;
    choose(&b);
    rc = write_people(&b);
    if (rc == 0)
        rc = take_numbers(&b);
    for (size_t i = 0; rc >= 0 && i < b.count; i++)
        rc = write_one(&b, &b.entries[i]);
    return rc < 0 ? rc : 0;
}
