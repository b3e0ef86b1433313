/* Inside the demo: people and orders as functions of seed and place. */
#pragma once
#include "customers/customers.h"
#include "imports/demo.h"
#include "orders/orders.h"
#include <assert.h>

/* SplitMix64 (Steele, Lea, Flood 2014): a stream from any 64 bits. */
struct rng {
    uint64_t state;
};
static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}
/* 0 … n - 1; the bias of the remainder is far below anything one could see. */
static inline int64_t rng_below(struct rng *r, int64_t n)
{
    assert(n > 0);
    return (int64_t)(rng_next(r) % (uint64_t)n);
}
static inline bool rng_percent(struct rng *r, int percent)
{
    return rng_below(r, 100) < percent;
}
/* A stream of its own for the n-th thing of a kind. */
static inline struct rng rng_for(int64_t seed, int64_t company, char kind, int64_t n)
{
    struct rng r = {(uint64_t)seed * UINT64_C(0xD1342543DE82EF95) ^ (uint64_t)company << 40};
    r.state ^= (uint64_t)(unsigned char)kind << 56;
    r.state = rng_next(&r) ^ (uint64_t)n;
    (void)rng_next(&r);
    return r;
}

enum { DEMO_DAYS = 730 };

/* What a demo company is made of, while it is made. */
struct demo_shop {
    int64_t seed, number; /* of the company, from 0 */
    struct company company;
    int64_t today;       /* local day; the newest order is of the day before */
    int64_t customers;   /* how many there will be */
    struct uuid *ids;    /* of the customers */
    int64_t *created_at; /* of the customers, rising */
    struct uuid stores[2];
    struct uuid cashier, login; /* users: who sells, and the CUSTOMER */
};

/* The n-th customer; ids and times are kept in the shop. */
void demo_person(const struct demo_shop *s, int64_t n, struct arena *a, struct customer_new *out);
/* Name and phone of the n-th customer alone, the same as demo_person gives. */
void demo_person_brief(const struct demo_shop *s, int64_t n, struct arena *a, struct str *name,
                       struct str *phone);
/* How many of `orders` fall on each day, by days before today (1 is
 * yesterday); all days together have them all. */
void demo_order_counts(const struct demo_shop *s, int64_t orders, int64_t counts[DEMO_DAYS + 1]);
/* The orders of one day, n of them, in the order of their times. */
void demo_day(const struct demo_shop *s, int64_t back, int64_t n, struct arena *a,
              struct order_import *out);
