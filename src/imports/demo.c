/* The demo company, from its row to its last order. */
#include "imports/demo.h"
#include "accounts/accounts.h"
#include "auth/passwords.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/zone.h"
#include "companies/companies.h"
#include "exec/bulk.h"
#include "exec/exec.h"
#include "imports/demo_priv.h"
#include "imports/kind.h"
#include "imports/pipeline.h"
#include <stdlib.h>

enum { PASSWORD_LETTERS = 12 };

static const struct demo_staff {
    enum role role;
    const char *email, *name, *phone;
} staff[] = {
    {ROLE_SUPER_ADMIN, "super@example.com", "Anita Desai", "+919845000001"},
    {ROLE_ADMIN, "admin@example.com", "Ramesh Iyer", "+919845000002"},
    {ROLE_MANAGER, "manager@example.com", "Fatima Khan", "+919845000003"},
    {ROLE_CASHIER, "cashier@example.com", "Kiran Rao", "+919845000004"},
    {ROLE_STAFF, "staff@example.com", "Meera Nair", "+919845000005"},
    {ROLE_DELIVERY, "delivery@example.com", "Sunil Yadav", "+919845000006"},
    {ROLE_CUSTOMER, "customer@example.com", "Priya Sharma", "+919845000007"},
};
enum { STAFF = sizeof(staff) / sizeof(*staff) };

/* A demo under way. */
struct demo {
    const struct demo_options *options;
    struct arena *a;
    struct writer *writer;
    struct demo_result *out;
    struct str hashes[STAFF];      /* of the passwords, by place in staff */
    struct uuid users[STAFF];      /* of the company in hand */
    struct demo_shop shop;         /* the company in hand */
    int64_t next;                  /* customer to be invented next */
    int64_t counts[DEMO_DAYS + 1]; /* orders of each day */
    int64_t day;                   /* to be invented next */
    int64_t done;                  /* rows written so far */
};

/* Letters that nobody mistakes for others, in three groups: "k7mw-3xqp-9tna". */
static struct str password_make(struct arena *a)
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz"; /* 31 */
    char *p = arena_bytes(a, PASSWORD_LETTERS + 2);
    size_t n = 0;

    for (int i = 0; i < PASSWORD_LETTERS;) {
        uint8_t byte;
        random_bytes(&byte, 1);
        if (byte >= 8 * (sizeof(letters) - 1))
            continue; /* else the first letters would come more often */
        if (i > 0 && i % 4 == 0)
            p[n++] = '-';
        p[n++] = letters[byte % (sizeof(letters) - 1)];
        i++;
    }
    return (struct str){p, n};
}

static void make_passwords(struct demo *d)
{
    for (int i = 0; i < STAFF; i++) {
        struct demo_user *u = &d->out->users[i];
        u->role = staff[i].role;
        u->email = str_c(staff[i].email);
        u->password = password_make(d->a);
        d->hashes[i] = password_hash(u->password, d->a);
    }
}

static int make_stores(struct demo *d, struct tx *tx, int64_t at)
{
    static const struct store_new stores[2] = {
        {.name = {"MG Road", 7}, .code = {"MGR", 3}, .address = {"12, MG Road, Bengaluru", 22}},
        {.name = {"Indiranagar", 11},
         .code = {"IND", 3},
         .address = {"5, CMH Road, Bengaluru", 22}},
    };
    int rc = 1;

    for (int i = 0; i < 2 && rc == 1; i++) {
        struct store_new s = stores[i];
        s.id = d->shop.stores[i] = uuid_new(at + i);
        rc = stores_create(tx, d->shop.company.id, &s, at);
    }
    return rc < 0 ? rc : 0;
}

static int make_users(struct demo *d, struct tx *tx, int64_t at)
{
    int rc = 1;

    for (int i = 0; i < STAFF && rc == 1; i++) {
        bool customer = staff[i].role == ROLE_CUSTOMER;
        struct user_new u = {
            .id = d->users[i],
            .email = str_c(staff[i].email),
            .name = str_c(staff[i].name),
            .phone = str_c(staff[i].phone),
            .password_hash = d->hashes[i],
            .role = staff[i].role,
            .store_id = customer ? UUID_NIL : d->shop.stores[0],
            .customer_id = customer && d->shop.customers ? d->shop.ids[0] : UUID_NIL,
            .link_evidence = customer && d->shop.customers ? STR("staff") : STR_NULL,
            .is_email_verified = true,
        };
        rc = accounts_create_user(tx, d->shop.company.id, &u, at);
    }
    return rc < 0 ? rc : 0;
}

static int make_company(void *arg, struct tx *tx)
{
    struct demo *d = arg;
    struct company *c = &d->shop.company;
    int64_t at = zone_day_start(c->zone, d->shop.today - DEMO_DAYS - 1);
    struct company_new n = {.id = c->id,
                            .slug = c->slug,
                            .name = c->name,
                            .country = c->country,
                            .currency = c->currency,
                            .zone = c->zone,
                            .phone_required = true,
                            .auto_create_login = true};
    int rc = companies_create(tx, &n, at);

    if (rc == 0)
        return ERR_SLUG_TAKEN;
    if (rc == 1)
        rc = make_stores(d, tx, at);
    if (rc == 0)
        rc = make_users(d, tx, at);
    if (rc == 0)
        rc = audit_system(tx, c->id, clock_now(), "demo.make", c->id, STR_NULL);
    if (rc >= 0)
        rc = company_load(tx, c->id, d->a, c);
    return rc < 0 ? rc : 0;
}

/* A batch of customers, in the pipeline's thread. */
static int invent_people(void *arg, struct batch *b, size_t room)
{
    struct demo *d = arg;
    size_t left = (size_t)(d->shop.customers - d->next), n = left < room ? left : room;
    struct customer_new *v = ARENA_ARRAY(b->arena, struct customer_new, n);

    for (size_t i = 0; i < n; i++) {
        demo_person(&d->shop, d->next + (int64_t)i, b->arena, &v[i]);
        customers_prepare(&d->shop.company, b->arena, &v[i]);
    }
    if (d->next == 0 && n > 0)
        v[0].user_id = d->shop.login;
    d->next += (int64_t)n;
    b->rows = (char *)v;
    b->n = n;
    return n < left;
}

/* Rows of a batch on their way into the store. */
struct slice_of {
    struct demo *d;
    const void *rows;
    size_t n;
};

static int write_people(void *arg, struct arena *a, struct tx *tx)
{
    struct slice_of *s = arg;
    int8_t *made = ARENA_ARRAY(a, int8_t, s->n);

    return customers_insert_many(tx, &s->d->shop.company, a, s->rows, s->n, made);
}

static void tell(struct demo *d, int64_t more)
{
    d->done += more;
    if (d->options->progress)
        d->options->progress(d->options->progress_arg, d->done);
}

static int take_batch(struct demo *d, const struct batch *b, size_t row_size,
                      int (*write)(void *arg, struct arena *a, struct tx *tx))
{
    int rc = 0;

    for (size_t from = 0, n; rc == 0 && from < b->n; from += n) {
        size_t most = writer_rows(d->writer);
        n = b->n - from < most ? b->n - from : most;
        struct slice_of s = {d, b->rows + from * row_size, n};
        rc = writer_run(d->writer, write, &s);
        tell(d, (int64_t)n);
    }
    return rc;
}

static int take_all(struct demo *d, fill_fn invent, size_t row_size,
                    int (*write)(void *arg, struct arena *a, struct tx *tx))
{
    struct pipeline *p = pipeline_start(invent, d);
    struct batch *b;
    int rc = 0, invented = 0;

    while (rc == 0 && (b = pipeline_next(p, &invented))) {
        rc = take_batch(d, b, row_size, write);
        pipeline_give_back(p, b);
    }
    pipeline_stop(&p);
    if (rc == 0)
        rc = writer_settle(d->writer);
    return rc < 0 ? rc : invented;
}

static int make_people(struct demo *d)
{
    d->next = 0;
    writer_first_load(d->writer, import_customers.tables, d->shop.customers);
    d->out->customers += d->shop.customers;
    if (d->shop.customers == 0)
        return 0;
    return take_all(d, invent_people, sizeof(struct customer_new), write_people);
}

/* A batch of orders: whole days, as many as there is room for. */
static int invent_orders(void *arg, struct batch *b, size_t room)
{
    struct demo *d = arg;
    size_t n = 0;

    while (d->day >= 1 && (n == 0 || n + (size_t)d->counts[d->day] <= room))
        n += (size_t)d->counts[d->day--];
    struct order_import *v = ARENA_ARRAY(b->arena, struct order_import, n);
    b->n = n;
    for (int64_t back = d->day + 1; n > 0; back++) {
        n -= (size_t)d->counts[back]; /* from the last day to the first */
        demo_day(&d->shop, back, d->counts[back], b->arena, v + n);
    }
    b->rows = (char *)v;
    return d->day >= 1;
}

static int write_orders(void *arg, struct arena *a, struct tx *tx)
{
    struct slice_of *s = arg;
    int8_t *made = ARENA_ARRAY(a, int8_t, s->n);
    int rc = orders_import_many(tx, &s->d->shop.company, a, s->rows, s->n, made);

    for (size_t i = 0; rc == 0 && i < s->n; i++)
        if (made[i] != 1)
            rc = ERR_TOTALS; /* an order of ours that does not add up is a bug */
    return rc;
}

static int make_orders(struct demo *d, int64_t orders)
{
    demo_order_counts(&d->shop, orders, d->counts);
    d->day = DEMO_DAYS;
    d->out->orders += orders;
    writer_first_load(d->writer, import_orders.tables, orders);
    return take_all(d, invent_orders, sizeof(struct order_import), write_orders);
}

/* A fifth of the customers are there when the two years begin. */
static void number_people(struct demo_shop *s)
{
    int64_t from = zone_day_start(s->company.zone, s->today - DEMO_DAYS) - 180 * DAY_US;
    int64_t step = (DEMO_DAYS + 179) * DAY_US / (s->customers ? s->customers : 1);

    for (int64_t i = 0; i < s->customers; i++) {
        struct rng r = rng_for(s->seed, s->number, 't', i);
        s->created_at[i] = from + i * step + rng_below(&r, step > 0 ? step : 1);
        s->ids[i] = uuid_new(s->created_at[i]);
    }
}

static int64_t share(int64_t all, int64_t parts, int64_t i)
{
    return all / parts + (i < all % parts);
}

static int make_one(struct demo *d, int64_t i)
{
    const struct demo_options *o = d->options;
    struct demo_shop *s = &d->shop;

    *s = (struct demo_shop){.seed = o->seed, .number = i, .today = s->today};
    s->company = (struct company){
        .id = uuid_new(clock_now()),
        .name = i ? arena_printf(d->a, "Corner Shop %lld", (long long)i + 1) : STR("Corner Shop"),
        .slug = i ? arena_printf(d->a, "demo-%lld", (long long)i + 1) : STR("demo"),
        .country = STR("IN"),
        .currency = STR("INR"),
        .zone = STR("Asia/Kolkata"),
    };
    s->today = zone_day(s->company.zone, clock_now());
    s->customers = share(o->customers, o->companies, i);
    s->ids = calloc((size_t)s->customers + 1, sizeof(*s->ids));
    s->created_at = calloc((size_t)s->customers + 1, sizeof(*s->created_at));
    if (!s->ids || !s->created_at)
        abort();
    number_people(s);
    for (int k = 0; k < STAFF; k++)
        d->users[k] = uuid_new(clock_now());
    s->cashier = d->users[3];
    s->login = d->users[STAFF - 1];
    int rc = writer_once(d->writer, make_company, d, d->a);
    if (rc == 0)
        rc = make_people(d);
    if (rc == 0)
        rc = make_orders(d, share(o->orders, o->companies, i));
    free(s->ids);
    free(s->created_at);
    if (i == 0) {
        d->out->company = s->company.id;
        d->out->slug = STR("demo");
    }
    return rc;
}

/* Before the passwords, which take their time. */
static int find_demo(void *arg, struct tx *tx)
{
    struct demo_result *out = arg;

    return companies_find(tx, STR("demo"), &out->company);
}

int demo_make(struct store *s, const struct demo_options *o, struct arena *a,
              struct demo_result *out)
{
    int64_t begun = clock_mono();
    struct demo d = {.options = o, .a = a, .out = out};

    *out = (struct demo_result){.companies = o->companies};
    int rc = writer_open(&d.writer, s, false);
    if (rc == 0)
        rc = writer_once(d.writer, find_demo, out, a);
    if (rc == 1)
        rc = ERR_SLUG_TAKEN;
    if (rc == 0) {
        make_passwords(&d);
        for (int64_t i = 0; rc == 0 && i < o->companies; i++)
            rc = make_one(&d, i);
    }
    writer_close(&d.writer);
    out->took_us = clock_mono() - begun;
    return rc;
}

static int reset_all(void *arg, struct tx *tx)
{
    struct demo *d = arg;
    struct uuid company = d->out->company;
    int64_t now = clock_now();
    int rc = 0;

    for (int i = 0; rc >= 0 && i < STAFF; i++) {
        struct user_row u;
        rc = user_by_email(tx, company, str_c(staff[i].email), &u);
        if (rc == 0)
            d->out->users[i].password = STR_NULL; /* somebody took the demo user away */
        if (rc == 1)
            rc = user_set_password(tx, company, u.id, d->hashes[i], now);
        if (rc == 1)
            rc = accounts_sign_out(tx, company, u.id, UUID_NIL, now);
    }
    if (rc >= 0)
        rc = audit_system(tx, company, now, "demo.passwords", company, STR_NULL);
    return rc < 0 ? rc : 0;
}

int demo_reset(struct store *s, struct arena *a, struct demo_result *out)
{
    struct demo d = {.a = a, .out = out};

    *out = (struct demo_result){.slug = STR("demo"), .companies = 1};
    int rc = writer_open(&d.writer, s, false);
    if (rc == 0)
        rc = writer_once(d.writer, find_demo, out, a);
    if (rc == 0)
        rc = ERR_COMPANY_NOT_FOUND;
    if (rc == 1) {
        make_passwords(&d);
        rc = writer_once(d.writer, reset_all, &d, a);
    }
    writer_close(&d.writer);
    return rc;
}
