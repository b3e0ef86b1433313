/* What `doctor` recomputes: an order from its lines, payments and refunds, a
 * person's statistics from their orders, a day's numbers from its orders.
 * Everything is read in pages of a few hundred rows, company by company, the
 * same on both engines; a page's memory is forgotten before the next. */
#include "orders/orders_priv.h"

enum { REPORTED_MAX = 50 }; /* past this, differences are only counted */

struct walk {
    struct doctor *d;
    struct tx *tx;
    struct uuid company;
    int64_t drift;
};

/* No row has this id, and every other is above it; nil would be NULL. */
static const struct uuid before_all = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

static const char *id_text(struct arena *a, struct uuid id)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    return arena_cstr(a, (struct str){text, UUID_TEXT});
}

static void differs(struct walk *w, const char *what, struct uuid id, const char *name,
                    int64_t stored, int64_t found)
{
    if (++w->drift > REPORTED_MAX)
        return;
    if (stored == I64_NULL || found == I64_NULL)
        doctor_report(w->d, "%s %s: %s %s", what, id_text(doctor_arena(w->d), id), name,
                      stored == I64_NULL ? "is missing" : "should be empty");
    else
        doctor_report(w->d, "%s %s: %s is %lld, should be %lld", what,
                      id_text(doctor_arena(w->d), id), name, (long long)stored, (long long)found);
}

static void compare(struct walk *w, const char *what, struct uuid id, const char *name,
                    int64_t stored, int64_t found)
{
    if (stored != found)
        differs(w, what, id, name, stored, found);
}

/* Runs one company after another; page(w, scratch) reads all of one. */
static int64_t each_company(struct doctor *d, struct tx *tx,
                            int (*company)(struct walk *w, struct arena *scratch))
{
    struct walk w = {.d = d, .tx = tx};
    struct arena *scratch = arena_new(256 * 1024);
    struct order_check_companies_row *rows;
    struct uuid after = before_all;
    size_t n;
    int rc;
    do {
        tx_arena(tx, doctor_arena(d));
        rc = order_check_companies(tx, after, &rows, &n);
        tx_arena(tx, scratch);
        for (size_t i = 0; rc >= 0 && i < n; i++) {
            after = w.company = rows[i].id;
            rc = company(&w, scratch);
        }
    } while (rc >= 0 && n > 0);
    tx_arena(tx, doctor_arena(d));
    arena_free(&scratch);
    return rc < 0 ? rc : w.drift;
}

static void check_order(struct walk *w, const struct order_check_totals_row *o)
{
    if (o->last_line > 0) /* else a bare total */
        compare(w, "order", o->id, "subtotal", o->subtotal, o->lines_amount);
    compare(w, "order", o->id, "total", o->total_amount, o->subtotal - o->discount);
    compare(w, "order", o->id, "paid amount", o->paid_amount, o->payments_amount);
    compare(w, "order", o->id, "refunded amount", o->refunded_amount, o->refunds_amount);
    bool done = str_eq(o->status, ORDER_PAID) || str_eq(o->status, ORDER_REFUNDED);
    if (done != (o->paid_at != I64_NULL))
        differs(w, "order", o->id, "time of payment", o->paid_at, done ? 0 : I64_NULL);
    if (str_eq(o->status, ORDER_REFUNDED) || str_eq(o->status, ORDER_CANCELLED))
        compare(w, "order", o->id, "what is left of the payments",
                o->paid_amount - o->refunded_amount, 0);
}

static int check_lines(struct walk *w, struct uuid after, struct uuid last)
{
    struct order_check_lines_row *rows;
    size_t n;
    int rc = order_check_lines(w->tx, w->company, after, last, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        int64_t amount = I64_NULL;
        (void)order_line_amount(rows[i].quantity, rows[i].unit_price, rows[i].discount, &amount);
        compare(w, "a line of order", rows[i].order_id, "amount", rows[i].amount, amount);
    }
    return rc;
}

static int company_totals(struct walk *w, struct arena *scratch)
{
    struct uuid after = before_all;
    for (;;) {
        struct order_check_totals_row *rows;
        size_t n;
        arena_reset(scratch);
        int rc = order_check_totals(w->tx, w->company, after, &rows, &n);
        if (rc < 0 || n == 0)
            return rc;
        for (size_t i = 0; i < n; i++)
            check_order(w, &rows[i]);
        struct uuid last = rows[n - 1].id;
        rc = check_lines(w, after, last);
        if (rc < 0)
            return rc;
        after = last;
    }
}

static int64_t check_totals(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, company_totals);
}

static int company_stats(struct walk *w, struct arena *scratch)
{
    struct uuid after = before_all;
    for (;;) {
        struct order_check_stats_row *rows;
        size_t n;
        arena_reset(scratch);
        int rc = order_check_stats(w->tx, w->company, after, &rows, &n);
        if (rc < 0 || n == 0)
            return rc;
        for (size_t i = 0; i < n; i++) {
            const struct order_check_stats_row *c = &rows[i];
            compare(w, "customer", c->id, "order count", c->order_count, c->found_count);
            compare(w, "customer", c->id, "total orders", c->total_orders, c->found_orders);
            compare(w, "customer", c->id, "visit count", c->visit_count, c->found_visits);
            compare(w, "customer", c->id, "total spent", c->total_spent, c->found_spent);
            compare(w, "customer", c->id, "first order", c->first_order_at, c->found_first);
            compare(w, "customer", c->id, "last order", c->last_order_at, c->found_last);
        }
        after = rows[n - 1].id;
    }
}

static int64_t check_stats(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, company_stats);
}

/* One day: as many orders as numbers, none twice, the highest the last. Adds
 * the orders found to *orders. */
static int check_day(struct walk *w, struct arena *scratch, int64_t day, int64_t last,
                     int64_t *orders)
{
    struct order_check_numbers_row found;
    struct str first = order_number_text(scratch, day, 0);
    struct str low = {first.p, first.n - 3};                        /* "ORD-20250127-" */
    struct str high = arena_printf(scratch, "%.*s~", STR_ARG(low)); /* above every digit */
    int rc = order_check_numbers(w->tx, w->company, low, high, &found);
    if (rc < 0)
        return rc;
    *orders += found.n;
    if ((found.n == last && found.different == last && found.highest == last) ||
        ++w->drift > REPORTED_MAX)
        return 0;
    doctor_report(w->d, "company %s, numbers %.*s…: %lld orders, highest %lld, last given out %lld",
                  id_text(doctor_arena(w->d), w->company), STR_ARG(low), (long long)found.n,
                  (long long)found.highest, (long long)last);
    return 0;
}

static int company_numbers(struct walk *w, struct arena *scratch)
{
    int64_t orders = 0;
    for (int64_t after = -1000000;;) {
        struct order_check_days_row *rows;
        size_t n;
        arena_reset(scratch);
        int rc = order_check_days(w->tx, w->company, after, &rows, &n);
        for (size_t i = 0; rc >= 0 && i < n; i++)
            rc = check_day(w, scratch, rows[i].day, rows[i].last, &orders);
        if (rc < 0)
            return rc;
        if (n == 0)
            break;
        after = rows[n - 1].day;
    }
    struct order_check_numbered_row all;
    int rc = order_check_numbered(w->tx, w->company, &all);
    if (rc < 0)
        return rc;
    compare(w, "company", w->company, "count of numbered orders", all.orders, orders);
    return 0;
}

static int64_t check_numbers(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, company_numbers);
}

const struct check order_checks[] = {
    {"orders.totals", check_totals, "every order's totals against its lines, payments and refunds"},
    {"customers.stats", check_stats,
     "every customer's statistics against the orders they follow from"},
    {"orders.numbers", check_numbers, "every day's order numbers: none missing, none twice"},
    {NULL, NULL, NULL},
};
