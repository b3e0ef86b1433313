/* The demo company: a believable shop to try things on, and the data that
 * measurements run on. The same seed gives the same shop on the same day, but
 * for ids and passwords. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include "http/perm.h"
#include <stdint.h>

struct store;
struct args;

struct demo_options {
    int64_t customers, orders; /* in all, spread over the companies */
    int64_t companies;         /* "demo", "demo-2", … */
    int64_t seed;
    /* Told of rows made; NULL none. */
    void (*progress)(void *arg, int64_t done);
    void *progress_arg;
};
enum { DEMO_CUSTOMERS = 10000, DEMO_ORDERS = 50000, DEMO_CUSTOMERS_MAX = 8000000 };

struct demo_user {
    enum role role;
    struct str email, password;
};
/* Of the first company; the others have the same users and passwords. */
struct demo_result {
    struct uuid company;
    struct str slug;
    struct demo_user users[ROLE_END_];
    int64_t customers, orders, companies; /* made */
    int64_t took_us;
};
/* 0; ERR_SLUG_TAKEN: there is a demo company already. */
MUST_CHECK int demo_make(struct store *s, const struct demo_options *o, struct arena *a,
                         struct demo_result *out);
/* New passwords for the users of "demo". ERR_COMPANY_NOT_FOUND without one. */
MUST_CHECK int demo_reset(struct store *s, struct arena *a, struct demo_result *out);

/* `serve --demo`: makes the demo company when the store has no company yet and
 * prints how to sign in; when it has, says how to get new passwords. */
MUST_CHECK int demo_greet(struct store *s, struct arena *a);
