/* Imports and their roll-back against a real store. */
#include "imports/imports_testing.h"

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
    assert_true(says(why, "5,passwordHash,not a whole bcrypt hash"));
    assert_false(says(why, "$2y$")); /* a secret is not written where it was not */
    assert_true(says(why, "6,role,"));
    assert_true(says(why, "7,role,"));
    assert_true(says(why, "8,email,"));
    assert_true(says(why, "9,passwordHash,this Argon2 hash is too costly"));
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

/* What is kept for a time goes after it, of each company, and nothing before. */
static int tidied(void *arg, struct tx *tx)
{
    struct world *w = arg;
    int64_t now = clock_now();
    struct uuid fresh = uuid_new(now - DAY_US), old = uuid_new(now - 3 * DAY_US),
                ancient = uuid_new(now - 31 * DAY_US), after = UUID_NIL;
    struct job_run j = {.arena = w->arena, .now = now, .after = &after};
    struct import_rejects_page_row *rows;
    struct import_upload u;
    const struct uuid all[] = {fresh, old, ancient};
    size_t n;

    for (size_t i = 0; i < 3; i++) {
        struct import_upload_insert_params p = {.company = w->company,
                                                .id = all[i],
                                                .kind = STR("customers"),
                                                .file_name = STR("x"),
                                                .format = STR("csv"),
                                                .is_dry_run = true,
                                                .now = now};
        assert_true(import_upload_insert(tx, &p) >= 0);
        assert_true(import_reject_insert(tx, w->company, all[i], 2, STR_NULL, STR("bad")) >= 0);
        for (int64_t h = 1; h <= 2500; h++)
            assert_int_equal(import_seen_insert(tx, w->company, all[i], h), 1);
    }
    int pieces = 0;
    while (imports_tidy(&j, tx) == 1)
        pieces++;
    assert_in_range(pieces, 3, 10); /* 5,000 keys, at most 2,000 a piece */
    assert_int_equal(import_seen_insert(tx, w->company, fresh, 1), 0);
    assert_int_equal(import_seen_insert(tx, w->company, old, 1), 1);
    assert_int_equal(import_rejects_page(tx, w->company, old, 0, 10, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(import_rejects_page(tx, w->company, ancient, 0, 10, &rows, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(import_upload_read(tx, w->company, old, &u), 1);
    assert_int_equal(import_upload_read(tx, w->company, ancient, &u), 0);
    return 0;
}

static void what_is_old_goes(void **state)
{
    assert_int_equal(in_tx(*state, tidied, *state), 0);
}

#define TESTS(engine)                                                                              \
    TEST(customers_come_in_once, engine), TEST(a_phone_gets_its_external_id, engine),              \
        TEST(orders_count_once, engine), TEST(a_batch_is_taken_back, engine),                      \
        TEST(logins_come_in_once, engine), TEST(inputs_that_are_none, engine),                     \
        TEST(what_is_old_goes, engine)

int main(void)
{
    const struct CMUnitTest sqlite[] = {TESTS(sqlite)}, postgres[] = {TESTS(postgres)};
    return RUN_TESTS(sqlite, postgres);
}
