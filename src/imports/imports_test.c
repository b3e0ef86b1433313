/* Imports, roll-back and the demo against a real store: SQLite always,
 * PostgreSQL when CLIENTELE_TEST_PG names a throw-away database. */
#include "base/clock.h"
#include "base/phone.h"
#include "base/test.h"
#include "companies/companies.h"
#include "customers/customers.h"
#include "exec/exec.h"
#include "imports/demo_priv.h"
#include "imports/imports_priv.h"
#include "imports/rollback.h"
#include "imports/run.h"
#include "orders/orders.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <unistd.h>

struct world {
    struct arena *arena;
    struct store *store;
    struct conn *conn;
    struct uuid company;
    char db[64], input[64], rejects[64];
};

static int in_tx(struct world *w, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    return exec_tx(w->store, w->conn, TX_WRITE, w->arena, fn, arg);
}

static int empty_database(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static int make_company(void *arg, struct tx *tx)
{
    struct world *w = arg;
    int rc = companies_create(tx,
                              &(struct company_new){.id = w->company,
                                                    .slug = STR("one"),
                                                    .name = STR("One"),
                                                    .country = STR("US"),
                                                    .currency = STR("USD"),
                                                    .zone = STR("America/New_York")},
                              0);
    if (rc == 1)
        rc = stores_create(
            tx, w->company,
            &(struct store_new){.id = uuid_new(0), .name = STR("Main"), .code = STR("M1")}, 0);
    return rc;
}

static int open_world(void **state, const char *url)
{
    struct world *w = calloc(1, sizeof(*w));
    struct store_options o = {.create = true};
    struct str why = STR_NULL;

    assert_non_null(w);
    w->arena = arena_new(1 << 16);
    w->company = uuid_new(clock_now());
    snprintf(w->input, sizeof(w->input), "/tmp/clientele-import-%d", (int)getpid());
    snprintf(w->rejects, sizeof(w->rejects), "/tmp/clientele-rejects-%d.csv", (int)getpid());
    assert_int_equal(store_open(&w->store, url, &o, w->arena, &why), 0);
    assert_int_equal(conn_open(w->store, CONN_WRITER, &w->conn), 0);
    if (store_engine(w->store) == ENGINE_POSTGRES)
        assert_int_equal(in_tx(w, empty_database, NULL), 0);
    assert_int_equal(migrate_up(w->store, 0, w->arena, &why), 0);
    assert_int_equal(in_tx(w, make_company, w), 1);
    *state = w;
    return 0;
}

static int open_sqlite(void **state)
{
    char url[64];

    snprintf(url, sizeof(url), "sqlite:/tmp/clientele-import-%d.db", (int)getpid());
    (void)unlink(url + 7);
    int rc = open_world(state, url);
    snprintf(((struct world *)*state)->db, sizeof(url), "%s", url + 7);
    return rc;
}

static int open_postgres(void **state)
{
    return open_world(state, getenv("CLIENTELE_TEST_PG"));
}

static int close_world(void **state)
{
    struct world *w = *state;

    conn_close(&w->conn);
    store_close(&w->store);
    (void)unlink(w->input);
    (void)unlink(w->rejects);
    if (w->db[0])
        (void)unlink(w->db);
    arena_free(&w->arena);
    free(w);
    return 0;
}

/* Imports a text; the whole must succeed. */
static struct import_result import(struct world *w, const struct import_kind *kind,
                                   const char *text, const char *map, bool dry)
{
    struct import_result r;
    struct import_job job = {.kind = kind,
                             .store = w->store,
                             .company = w->company,
                             .path = w->input,
                             .map = str_c(map),
                             .rejects = w->rejects,
                             .dry = dry};
    FILE *f = fopen(w->input, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    int rc = import_run(&job, w->arena, &r);
    if (rc != 0)
        fail_msg("%s: %.*s", err_row(rc)->name, STR_ARG(r.why));
    return r;
}

static void expect(struct import_result r, int64_t created, int64_t matched, int64_t rejected)
{
    assert_int_equal(r.counts.created, created);
    assert_int_equal(r.counts.matched, matched);
    assert_int_equal(r.counts.rejected, rejected);
}

/* The reject file, whole. */
static struct str rejects(struct world *w)
{
    char *text = arena_bytes(w->arena, 65536);
    FILE *f = fopen(w->rejects, "r");

    assert_non_null(f);
    size_t n = fread(text, 1, 65536, f);
    fclose(f);
    return (struct str){text, n};
}

static bool says(struct str s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

struct lookup {
    struct world *w;
    const char *external_id;
    struct customer_row c;
};

static int look(void *arg, struct tx *tx)
{
    struct lookup *l = arg;

    return customer_by_external_id(tx, l->w->company, str_c(l->external_id), &l->c);
}

static struct customer_row customer(struct world *w, const char *external_id)
{
    struct lookup l = {.w = w, .external_id = external_id};

    assert_int_equal(in_tx(w, look, &l), 1);
    return l.c;
}

static const char people[] =
    "External ID,Full name,phone,e-mail,tags,birthday,createdAt,shoe size\n"
    "C1,Zoë O'Brien,(212) 555-0134,Zoe@Example.COM,vip; regular,1980-02-29,2024-05-06,38\n"
    "C2,\"Rao, Asha\",+91 98765 43210,,,,2024-05-06T10:00:00Z,\n"
    "C3,No Phone,,,,,,\n"
    "C4,Bad Phone,12345,,,,,\n"
    ",Nobody,,,,,,\n"
    "C5,,2125550135,,,,,\n"
    "C6,Late,2125550136,,,1999-02-30,,\n"
    "C7,Twin,212-555-0134,,,,,\n"
    "C1,Again,2125550199,,,,,\n";

static void customers_come_in_once(void **state)
{
    struct world *w = *state;
    const char *map = "Full name=name,e-mail=email";

    struct import_result dry = import(w, &import_customers, people, map, true);
    expect(dry, 3, 1, 5);
    assert_true(uuid_is_nil(dry.batch));
    struct import_result r = import(w, &import_customers, people, map, false);
    expect(r, 3, 1, 5);
    assert_int_equal(r.ignored.n, 1);
    assert_str(r.ignored.v[0], "shoe size");
    struct str why = rejects(w);
    assert_true(says(why, "\n5,phone,"));
    assert_true(says(why, "\n6,phone,a phone or an externalId is needed"));
    assert_true(says(why, "\n7,name,"));
    assert_true(says(why, "\n8,birthday,"));
    assert_true(says(why, "\n9,phone,belongs to a customer with another externalId"));

    struct customer_row zoe = customer(w, "C1");
    assert_str(zoe.name, "Zoë O'Brien");
    assert_str(zoe.phone, "+12125550134");
    assert_str(zoe.email, "zoe@example.com");
    assert_true(says(zoe.tags, "\"vip\"") && says(zoe.tags, "\"regular\""));
    assert_int_equal(zoe.birthday, date_days(1980, 2, 29));
    /* Midnight in New York, and the id says the same. */
    assert_int_equal(zoe.created_at, INT64_C(1714968000) * SECOND_US);
    assert_int_equal(uuid_time_us(zoe.id), zoe.created_at);
    assert_true(str_is_null(customer(w, "C3").phone));

    expect(import(w, &import_customers, people, map, false), 0, 4, 5);
    struct customer_row again = customer(w, "C1");
    assert_int_equal(again.version, 1);
    assert_true(uuid_eq(again.id, zoe.id));
}

/* Somebody known by phone is given the other system's id. */
static void a_phone_gets_its_external_id(void **state)
{
    struct world *w = *state;

    expect(import(w, &import_customers, "name,phone\nAsha,2125550134\n", NULL, false), 1, 0, 0);
    expect(import(w, &import_customers, "name,phone\nAsha,2125550134\n", NULL, false), 0, 1, 0);
    expect(import(w, &import_customers, "externalId,name,phone\nC9,A,+12125550134\n", NULL, false),
           0, 1, 0);
    assert_str(customer(w, "C9").name, "Asha");
    expect(import(w, &import_customers, "externalId,name,phone\nC10,A,+12125550134\n", NULL, false),
           0, 0, 1);
}

static const char sales[] =
    "{\"externalId\":\"O1\",\"customerExternalId\":\"C1\",\"date\":\"2024-06-01\","
    "\"quantity\":2,\"totalAmount\":29.53,\"storeCode\":\"M1\"}\n"
    "{\"externalId\":\"O2\",\"customerPhone\":\"212 555 0134\",\"date\":\"2024-06-03\","
    "\"totalAmount\":\"0.00\",\"source\":\"WEB\"}\n"
    "{\"externalId\":\"O3\",\"customerExternalId\":\"C1\",\"date\":\"2024-05-20\","
    "\"totalAmount\":\"10\",\"refundedAmount\":\"4.00\"}\n"
    "{\"externalId\":\"O4\",\"date\":\"2024-06-04\",\"totalAmount\":\"7.00\","
    "\"customerName\":\"Passer-by\",\"walkInPhone\":\"just 12\"}\n"
    "{\"externalId\":\"O5\",\"customerExternalId\":\"C1\",\"date\":\"2024-06-05\","
    "\"totalAmount\":\"8.00\",\"status\":\"REFUNDED\"}\n"
    "{\"externalId\":\"O6\",\"customerExternalId\":\"nobody\",\"date\":\"2024-06-05\","
    "\"totalAmount\":\"8.00\"}\n"
    "{\"externalId\":\"O7\",\"date\":\"2024-06-05\",\"totalAmount\":\"-8.00\"}\n"
    "{\"externalId\":\"O8\",\"date\":\"2024-06-05\",\"totalAmount\":\"8.001\"}\n"
    "{\"externalId\":\"O9\",\"date\":\"2024-06-05\",\"totalAmount\":\"8\",\"storeCode\":\"X\"}\n"
    "{\"externalId\":\"OA\",\"date\":\"2024-06-05\",\"totalAmount\":\"8\",\"lines\":"
    "[{\"name\":\"Tea\",\"quantity\":\"1\",\"unitPrice\":\"9\"}]}\n"
    "{\"date\":\"2024-06-05\",\"totalAmount\":\"8\"}\n"
    "{\"externalId\":\"OB\",\"date\":\"2124-06-05\",\"totalAmount\":\"8\"}\n"
    "nonsense\n";

static void expect_stats(struct world *w, int64_t orders, int64_t counted, int64_t spent)
{
    struct customer_row c = customer(w, "C1");

    assert_int_equal(c.order_count, orders);
    assert_int_equal(c.total_orders, counted);
    assert_int_equal(c.total_spent, spent);
    assert_int_equal(c.first_order_at == I64_NULL, counted == 0);
}

static void orders_count_once(void **state)
{
    struct world *w = *state;

    expect(import(w, &import_customers, people, "Full name=name", false), 3, 1, 5);
    expect(import(w, &import_orders, sales, NULL, true), 5, 0, 8);
    struct import_result r = import(w, &import_orders, sales, NULL, false);
    expect(r, 5, 0, 8);
    struct str why = rejects(w);
    assert_true(says(why, "\n6,customerExternalId,there is no such customer"));
    assert_true(says(why, "\n7,totalAmount,"));
    assert_true(says(why, "\n8,totalAmount,"));
    assert_true(says(why, "\n9,storeCode,"));
    assert_true(says(why, "\n10,totalAmount,the lines do not add up"));
    assert_true(says(why, "\n11,externalId,is missing"));
    assert_true(says(why, "\n12,createdAt,lies in the future"));
    assert_true(says(why, "\n13,,not valid JSON"));
    /* 29.53, 0.00 and 10.00 less 4.00; the refunded one is an order no more. */
    expect_stats(w, 4, 3, 2953 + 600);
    struct customer_row c = customer(w, "C1");
    assert_int_equal(c.first_order_at, INT64_C(1716177600) * SECOND_US); /* 2024-05-20, New York */
    assert_int_equal(c.last_order_at, INT64_C(1717387200) * SECOND_US);  /* 2024-06-03 */
    assert_int_equal(c.visit_count, 2);

    expect(import(w, &import_orders, sales, NULL, false), 0, 5, 8);
    expect_stats(w, 4, 3, 2953 + 600);
}

struct kept {
    int n;
    const char *reason;
};

static void note_kept(void *arg, struct uuid id, const char *reason)
{
    struct kept *k = arg;

    assert_false(uuid_is_nil(id));
    k->n++;
    k->reason = reason;
}

static struct rollback take_back(struct world *w, struct uuid batch, struct kept *k)
{
    struct rollback r = {.stays = note_kept, .arg = k};

    *k = (struct kept){0};
    assert_int_equal(import_rollback(w->store, w->company, batch, w->arena, &r), 0);
    return r;
}

static void a_batch_is_taken_back(void **state)
{
    struct world *w = *state;
    struct kept k;

    struct uuid first = import(w, &import_customers, people, "Full name=name", false).batch;
    struct uuid second = import(w, &import_orders, sales, NULL, false).batch;
    struct rollback r = take_back(w, first, &k);
    assert_int_equal(r.removed, 2); /* C2 and C3 */
    assert_int_equal(r.kept, 1);
    assert_string_equal(k.reason, "has orders");
    r = take_back(w, second, &k);
    assert_int_equal(r.removed, 5);
    assert_int_equal(k.n, 0);
    expect_stats(w, 0, 0, 0);
    r = take_back(w, first, &k);
    assert_int_equal(r.removed, 1);
    r = take_back(w, first, &k); /* again: there is nothing left */
    assert_int_equal(r.removed + r.kept, 0);
    struct rollback none = {0};
    assert_int_equal(import_rollback(w->store, w->company, uuid_new(clock_now()), w->arena, &none),
                     ERR_NOT_FOUND);
    expect(import(w, &import_customers, people, "Full name=name", false), 3, 1, 5);
}

static void logins_come_in_once(void **state)
{
    struct world *w = *state;
    static const char users[] =
        "email,name,role,passwordHash,storeCode\n"
        "a@example.com,A,CASHIER,\"$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\",M1\n"
        "b@example.com,B,,,\n"
        "B@example.com,B,,,\n"
        "c@example.com,C,,$2y$10$abcdefghijklmnopqrstuv,\n"
        "d@example.com,D,SUPER_ADMIN,,\n"
        "e@example.com,E,KING,,\n"
        "nonsense,F,,,\n"
        "g@example.com,G,,\"$argon2id$v=19$m=4000000,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\",\n";

    expect(import(w, &import_users, users, NULL, true), 2, 1, 5);
    struct import_result r = import(w, &import_users, users, NULL, false);
    expect(r, 2, 1, 5);
    struct str why = rejects(w);
    assert_true(says(why, "5,passwordHash,only Argon2id"));
    assert_false(says(why, "$2y$")); /* a secret is not written where it was not */
    assert_true(says(why, "6,role,"));
    assert_true(says(why, "7,role,"));
    assert_true(says(why, "8,email,"));
    assert_true(says(why, "9,passwordHash,this Argon2id hash is too costly"));
    expect(import(w, &import_users, users, NULL, false), 0, 3, 5);
    struct kept k;
    assert_int_equal(take_back(w, r.batch, &k).removed, 2);
}

static void inputs_that_are_none(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *text, *map, *why;
    } rows[] = {
        {"", NULL, "the file is empty"},
        {"foo,bar\n1,2\n", NULL, "no column of the header is known"},
        {"name,Name\n1,2\n", NULL, "two columns are name"},
        {"a,b\n", "a=nose", "there is no field \"nose\""},
        {"a,b\n", "=name", "not of the form"},
        {"\xff\xfen\0a\0", NULL, "not valid UTF-8"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct import_result r;
        struct import_job job = {.kind = &import_customers,
                                 .store = w->store,
                                 .company = w->company,
                                 .path = w->input,
                                 .map = str_c(rows[i].map),
                                 .rejects = w->rejects};
        FILE *f = fopen(w->input, "w");
        assert_non_null(f);
        fputs(rows[i].text, f);
        fclose(f);
        assert_true(import_run(&job, w->arena, &r) < 0);
        if (!says(r.why, rows[i].why))
            fail_msg("\"%.*s\" does not say \"%s\"", STR_ARG(r.why), rows[i].why);
    }
}

/* -- The demo -- */

static struct demo_shop shop_of(struct world *w, int64_t seed, int64_t customers)
{
    struct demo_shop s = {.seed = seed, .today = 20000, .customers = customers};

    s.company = (struct company){.zone = STR("Asia/Kolkata")};
    s.ids = ARENA_ARRAY(w->arena, struct uuid, customers);
    s.created_at = ARENA_ARRAY(w->arena, int64_t, customers);
    for (int64_t i = 0; i < customers; i++) {
        s.created_at[i] = (20000 - DEMO_DAYS) * DAY_US + i;
        s.ids[i] = uuid_new(s.created_at[i]);
    }
    return s;
}

static int phone_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Every phone is one that libphonenumber takes, and nobody has another's. */
static void demo_phones_are_valid_and_unique(void **state)
{
    struct world *w = *state;
    enum { MANY = 20000 };
    struct demo_shop s = shop_of(w, 7, MANY);
    struct str *phones = ARENA_ARRAY(w->arena, struct str, MANY), name;
    size_t n = 0;

    for (int64_t i = 0; i < MANY; i++) {
        char e164[PHONE_MAX];
        size_t len;
        demo_person_brief(&s, i, w->arena, &name, &phones[n]);
        assert_true(name.n > 3);
        if (str_is_null(phones[n]))
            continue;
        if (phone_normalise(phones[n], STR("IN"), e164, &len) != PHONE_OK ||
            !str_eq(phones[n], (struct str){e164, len}))
            fail_msg("%.*s is no phone number", STR_ARG(phones[n]));
        n++;
    }
    assert_true(n > MANY / 10 * 9);
    qsort(phones, n, sizeof(*phones), phone_order);
    for (size_t i = 1; i < n; i++)
        assert_false(str_eq(phones[i], phones[i - 1]));
}

static void same_seed_same_shop(void **state)
{
    struct world *w = *state;
    struct demo_shop a = shop_of(w, 1, 100), b = a, c = a;
    int64_t counts[DEMO_DAYS + 1], sum = 0;
    struct order_import x[40], y[40], z[40];
    bool differs = false;

    c.seed = 2;
    demo_order_counts(&a, 12345, counts);
    for (int64_t d = 1; d <= DEMO_DAYS; d++)
        sum += counts[d];
    assert_int_equal(sum, 12345);
    demo_day(&a, 3, 40, w->arena, x);
    demo_day(&b, 3, 40, w->arena, y);
    demo_day(&c, 3, 40, w->arena, z);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(x[i].total, y[i].total);
        assert_int_equal(x[i].created_at, y[i].created_at);
        assert_true(uuid_eq(x[i].customer_id, y[i].customer_id));
        assert_true(i == 0 || x[i].created_at >= x[i - 1].created_at);
        assert_true(x[i].refunded <= x[i].total);
        differs |= x[i].total != z[i].total;
    }
    assert_true(differs);
    for (int64_t i = 0; i < 100; i++) {
        struct customer_new p, q;
        demo_person(&a, i, w->arena, &p);
        demo_person(&b, i, w->arena, &q);
        assert_true(str_eq(p.name, q.name) && str_eq(p.phone, q.phone) &&
                    str_eq(p.email, q.email) && p.birthday == q.birthday);
    }
}

static void demo_is_made_once(void **state)
{
    struct world *w = *state;
    const struct demo_options o = {.customers = 50, .orders = 300, .companies = 2, .seed = 1};
    struct demo_result r, again, reset;

    assert_int_equal(demo_make(w->store, &o, w->arena, &r), 0);
    assert_int_equal(r.customers, 50);
    assert_int_equal(r.orders, 300);
    assert_int_equal(r.users[ROLE_ADMIN].role, ROLE_ADMIN);
    assert_int_equal(r.users[ROLE_ADMIN].password.n, 14);
    assert_int_equal(demo_make(w->store, &o, w->arena, &again), ERR_SLUG_TAKEN);
    assert_int_equal(demo_reset(w->store, w->arena, &reset), 0);
    assert_true(uuid_eq(reset.company, r.company));
    assert_false(str_eq(reset.users[ROLE_ADMIN].password, r.users[ROLE_ADMIN].password));
}

#define TEST(name, engine)                                                                         \
    {                                                                                              \
#name " (" #engine ")", name, open_##engine, close_world, NULL                             \
    }
#define TESTS(engine)                                                                              \
    TEST(customers_come_in_once, engine), TEST(a_phone_gets_its_external_id, engine),              \
        TEST(orders_count_once, engine), TEST(a_batch_is_taken_back, engine),                      \
        TEST(logins_come_in_once, engine), TEST(inputs_that_are_none, engine),                     \
        TEST(demo_is_made_once, engine)

int main(void)
{
    const struct CMUnitTest sqlite[] = {TESTS(sqlite),
                                        TEST(demo_phones_are_valid_and_unique, sqlite),
                                        TEST(same_seed_same_shop, sqlite)},
                            postgres[] = {TESTS(postgres)};
    int failed = cmocka_run_group_tests(sqlite, NULL, NULL);

    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("CLIENTELE_TEST_PG is not set: PostgreSQL left out\n");
    return failed;
}
