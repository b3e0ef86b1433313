/* Orders of the demo: day by day, more of them as the shop grows and at
 * weekends, at the hours at which people shop. */
#include "base/clock.h"
#include "base/zone.h"
#include "imports/demo_priv.h"
#include "imports/names_data.h"
#include <stdlib.h>

enum { LINES_MOST = 8, HOURS = 24 };

/* How many of a thousand orders fall into each hour. */
static const int hour_weights[HOURS] = {0,  0,  0,  0,  0,  0,  6,   32,  58, 66, 72, 84,
                                        76, 48, 40, 46, 62, 88, 112, 104, 74, 26, 6,  0};

/* How busy a day is, in no unit: the trend, the weekday, and its own luck. */
static int64_t busy(const struct demo_shop *s, int64_t back)
{
    static const int64_t weekday[7] = {96, 92, 88, 92, 104, 126, 132}; /* Thursday first */
    struct rng r = rng_for(s->seed, s->number, 'd', back);
    int64_t trend = 600 + (DEMO_DAYS - back) * 800 / DEMO_DAYS;

    return trend * weekday[(s->today - back) % 7] * (85 + rng_below(&r, 31));
}

void demo_order_counts(const struct demo_shop *s, int64_t orders, int64_t counts[DEMO_DAYS + 1])
{
    int64_t all = 0, sum = 0, given = 0;

    for (int64_t back = DEMO_DAYS; back >= 1; back--)
        all += counts[back] = busy(s, back);
    counts[0] = 0;
    for (int64_t back = DEMO_DAYS; back >= 1; back--) {
        sum += counts[back];
        int64_t until = (int64_t)((__int128)orders * sum / all);
        counts[back] = until - given;
        given = until;
    }
}

static int64_t time_in(struct rng *r, int64_t day_start)
{
    int64_t roll = rng_below(r, 1000), hour = 0;

    while (hour < HOURS - 1 && roll >= hour_weights[hour])
        roll -= hour_weights[hour++];
    return day_start + hour * 3600 * SECOND_US + rng_below(r, 3600 * SECOND_US);
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* How many customers there were at that moment: their times rise. */
static int64_t known_at(const struct demo_shop *s, int64_t at)
{
    int64_t low = 0, high = s->customers;

    while (low < high) {
        int64_t mid = (low + high) / 2;
        if (s->created_at[mid] < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Some people come often: of a few drawn at random, the keenest. */
static int64_t who(const struct demo_shop *s, struct rng *r, int64_t known)
{
    int64_t best = rng_below(r, known), draws = rng_percent(r, 30) ? 8 : 2;

    for (int64_t i = 1; i < draws; i++) {
        int64_t other = rng_below(r, known);
        struct rng keen_best = rng_for(s->seed, s->number, 'k', best),
                   keen_other = rng_for(s->seed, s->number, 'k', other);
        if (rng_next(&keen_other) < rng_next(&keen_best))
            best = other;
    }
    return best;
}

static void buyer(const struct demo_shop *s, struct rng *r, struct arena *a,
                  struct order_import *out)
{
    int64_t known = known_at(s, out->created_at);

    if (known > 0 && !rng_percent(r, 18)) {
        int64_t n = who(s, r, known);
        out->customer_id = s->ids[n];
        demo_person_brief(s, n, a, &out->customer_name, &out->customer_phone);
        return;
    }
    if (rng_percent(r, 15)) {
        /* A walk-in who left a name, and perhaps a number. */
        struct demo_shop elsewhere = *s;
        elsewhere.number += 1 << 20;
        demo_person_brief(&elsewhere, rng_below(r, 1000000), a, &out->customer_name,
                          &out->customer_phone);
    }
}

static const struct article *article(struct rng *r)
{
    int64_t all = 0, i = 0;

    for (size_t k = 0; k < article_count; k++)
        all += articles[k].weight;
    int64_t roll = rng_below(r, all);
    while (roll >= articles[i].weight)
        roll -= articles[i++].weight;
    return &articles[i];
}

static void fill_lines(struct rng *r, struct arena *a, struct order_import *out)
{
    int64_t n = 1 + rng_below(r, 3) + (rng_percent(r, 35) ? rng_below(r, LINES_MOST - 3) : 0);
    struct order_import_line *v = ARENA_ARRAY(a, struct order_import_line, n);
    int64_t sum = 0;

    for (int64_t i = 0; i < n; i++) {
        const struct article *art = article(r);
        int64_t pieces = rng_percent(r, 75) ? 1 : 2 + rng_below(r, 3);
        v[i] = (struct order_import_line){
            .sku = str_c(art->sku),
            .name = str_c(art->name),
            .quantity = art->by_kilo ? 250 * (1 + rng_below(r, 8)) : 1000 * pieces,
            .unit_price = art->price,
        };
        sum += (v[i].quantity * v[i].unit_price + 500) / 1000; /* as an order's line is worth */
    }
    out->lines = v;
    out->nlines = (size_t)n;
    out->discount = rng_percent(r, 7) ? sum / 1000 * 50 : 0; /* 5 %, whole rupees or so */
    out->total = sum - out->discount;
}

static void money(struct rng *r, struct order_import *out)
{
    int64_t how = rng_below(r, 100), back = rng_below(r, 1000);

    out->method = how < 48 ? "UPI" : how < 82 ? "CASH" : how < 97 ? "CARD" : "WALLET";
    out->status = "PAID";
    if (back < 14) {
        out->status = "REFUNDED";
        out->refunded = out->total;
    } else if (back < 24) {
        out->refunded = out->total / 400 * 100;
    }
    if (out->total == 0)
        out->status = "PAID";
}

void demo_day(const struct demo_shop *s, int64_t back, int64_t n, struct arena *a,
              struct order_import *out)
{
    struct rng r = rng_for(s->seed, s->number, 'o', back);
    int64_t *at = ARENA_ARRAY(a, int64_t, n);
    int64_t start = zone_day_start(s->company.zone, s->today - back);

    for (int64_t i = 0; i < n; i++)
        at[i] = time_in(&r, start);
    qsort(at, (size_t)n, sizeof(*at), by_time);
    for (int64_t i = 0; i < n; i++) {
        int64_t where = rng_below(&r, 100);
        out[i] = (struct order_import){
            .id = uuid_new(at[i]),
            .store_id = s->stores[where < 64 ? 0 : 1],
            .created_by = s->cashier,
            .source = where % 10 == 0   ? "WEB"
                      : where % 20 == 1 ? "PHONE"
                                        : "POS",
            .quantity = I64_NULL,
            .created_at = at[i],
            .numbered = true,
        };
        buyer(s, &r, a, &out[i]);
        fill_lines(&r, a, &out[i]);
        money(&r, &out[i]);
    }
}
