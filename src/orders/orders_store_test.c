/* Orders against a real store: SQLite always, PostgreSQL when
 * CLIENTELE_TEST_PG names a database for tests. Requests are JSON, decoded by
 * the same tables as at the API, and run by the handlers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/random.h"
#include "orders/orders_priv.h"
#include "store/migrate.h"

/* 2025-01-27, 23:30 UTC: the 28th in Kolkata. */
static const int64_t late = INT64_C(1738020600) * SECOND_US;

struct fixture {
    struct arena *arena;
    struct store *store;
    struct conn *conn;
    struct company company;
    struct uuid asha, ravi, shop, closed_shop;
    struct req *r; /* of the last call */
    json_t *json;  /* its answer */
    uint64_t perms;
    int64_t now;
    char path[64];
};

static int in_tx(struct fixture *f, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    return exec_tx(f->store, f->conn, TX_WRITE, f->arena, fn, arg);
}

static int make_world(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    bool sqlite = tx_engine(tx) == ENGINE_SQLITE;
    int rc = tx_script(
        tx,
        sqlite ? "INSERT INTO companies VALUES (x'00000000000000000000000000000c01', 'one', 'One', "
                 "'IN', 'INR', 'Asia/Kolkata', 1, 0, 1, 1, 0, 0);"
                 "INSERT INTO stores VALUES (x'00000000000000000000000000000c01', "
                 "x'00000000000000000000000000005001', 'Shop', NULL, NULL, 1, 1, 0, 0), "
                 "(x'00000000000000000000000000000c01', x'00000000000000000000000000005002', "
                 "'Closed', NULL, NULL, 0, 1, 0, 0);"
               : "INSERT INTO companies VALUES ('00000000-0000-0000-0000-000000000c01', 'one', "
                 "'One', 'IN', 'INR', 'Asia/Kolkata', true, false, true, 1, 'epoch', 'epoch');"
                 "INSERT INTO stores VALUES ('00000000-0000-0000-0000-000000000c01', "
                 "'00000000-0000-0000-0000-000000005001', 'Shop', NULL, NULL, true, 1, 'epoch', "
                 "'epoch'), ('00000000-0000-0000-0000-000000000c01', "
                 "'00000000-0000-0000-0000-000000005002', 'Closed', NULL, NULL, false, 1, "
                 "'epoch', 'epoch');");
    const struct customer_new people[] = {
        {.id = f->asha,
         .name = STR("Asha Rao"),
         .phone = STR("+919876543210"),
         .address = STR("12 MG Road"),
         .birthday = I64_NULL,
         .anniversary = I64_NULL},
        {.id = f->ravi,
         .name = STR("Ravi Nair"),
         .phone = STR("+919876543211"),
         .birthday = I64_NULL,
         .anniversary = I64_NULL},
    };
    int8_t made[2];
    return rc < 0 ? rc : customers_insert_many(tx, &f->company, f->arena, people, 2, made);
}

/* What another test left in the throw-away database. */
static int empty_database(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static struct uuid id_of(int n)
{
    struct uuid id = UUID_NIL;
    id.b[14] = (uint8_t)(n >> 8);
    id.b[15] = (uint8_t)n;
    return id;
}

static int open_world(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(65536);
    f->company = (struct company){.id = id_of(0xc01),
                                  .name = STR("One"),
                                  .slug = STR("one"),
                                  .country = STR("IN"),
                                  .currency = STR("INR"),
                                  .digits = 2,
                                  .zone = STR("Asia/Kolkata"),
                                  .phone_required = true,
                                  .is_active = true};
    f->asha = id_of(0xa1);
    f->ravi = id_of(0xa2);
    f->shop = id_of(0x5001);
    f->closed_shop = id_of(0x5002);
    f->perms = role_perms(ROLE_MANAGER);
    f->now = late;
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    int rc = store_open(&f->store, url, &o, f->arena, &why);
    if (rc == 0)
        rc = conn_open(f->store, CONN_WRITER, &f->conn);
    if (rc == 0 && store_engine(f->store) == ENGINE_POSTGRES)
        rc = in_tx(f, empty_database, NULL);
    if (rc == 0)
        rc = migrate_up(f->store, 0, f->arena, &why);
    if (rc < 0)
        print_error("%s %.*s\n", err_row(rc)->name, STR_ARG(why));
    assert_int_equal(rc, 0);
    assert_int_equal(in_tx(f, make_world, f), 0);
    *state = f;
    return 0;
}

static int open_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-orders-%d.db", (int)getpid());
    (void)unlink(url + 7);
    int rc = open_world(state, url);
    snprintf(((struct fixture *)*state)->path, sizeof url, "%s", url + 7);
    return rc;
}

static int open_postgres(void **state)
{
    return open_world(state, getenv("CLIENTELE_TEST_PG"));
}

static void drop_call(struct fixture *f)
{
    json_decref(f->json);
    f->json = NULL;
    if (!f->r)
        return;
    struct arena *a = f->r->arena;
    buf_free(&f->r->out);
    arena_free(&a);
    f->r = NULL;
}

static int close_world(void **state)
{
    struct fixture *f = *state;
    drop_call(f);
    conn_close(&f->conn);
    store_close(&f->store);
    if (f->path[0])
        (void)unlink(f->path);
    arena_free(&f->arena);
    free(f);
    return 0;
}

struct call {
    struct req *r;
    int (*handler)(struct req *r, struct tx *tx);
};

static int run_call(void *arg, struct tx *tx)
{
    struct call *c = arg;
    tx_arena(tx, c->r->arena);
    c->r->ids = 0;
    return c->handler(c->r, tx);
}

/* Decodes as the executor does, runs the handler in a transaction of its own;
 * the answer is in f->json. id: path parameter or NULL. */
static int call(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                const struct fields *in, const char *id, const char *line, const char *json)
{
    drop_call(f);
    struct arena *a = arena_new(65536);
    struct req *r = f->r = ARENA_NEW(a, struct req);
    *r = (struct req){.arena = a, .now = f->now++, .company = &f->company};
    r->who = (struct principal){.kind = WHO_USER,
                                .id = id_of(0xee),
                                .company = f->company.id,
                                .role = ROLE_MANAGER,
                                .perms = f->perms,
                                .store = f->shop};
    r->id = uuid_new(r->now);
    random_bytes(r->seed, sizeof r->seed);
    buf_init(&r->out, 1 << 20);
    struct decode_context c = {.a = a,
                               .region = f->company.country,
                               .zone = f->company.zone,
                               .digits = 2,
                               .creating = true};
    void *decoded = arena_alloc(a, in->size);
    int rc = fields_decode_body(in, str_c(json), &c, decoded, &r->errors);
    if (rc == 0 && id)
        rc = fields_decode_path(in, STR("id"), str_c(id), &c, decoded, &r->errors);
    if (rc == 0 && line)
        rc = fields_decode_path(in, STR("line"), str_c(line), &c, decoded, &r->errors);
    if (rc == 0) {
        fields_defaults(in, decoded);
        rc = fields_check_required(in, decoded, &r->errors, a);
    }
    r->in = decoded;
    if (rc == 0)
        rc = exec_tx(f->store, f->conn, TX_WRITE, a, run_call, &(struct call){r, handler});
    else
        (void)req_fail(r, rc);
    struct str out = buf_view(&r->out);
    f->json = json_loadb(out.p, out.n, 0, NULL);
    return rc;
}

static const char *text(const struct fixture *f, const char *name)
{
    return json_string_value(json_object_get(json_object_get(f->json, "data"), name));
}

static const char *part(const struct fixture *f, const char *list, size_t i, const char *name)
{
    json_t *rows = json_object_get(json_object_get(f->json, "data"), list);
    return json_string_value(json_object_get(json_array_get(rows, i), name));
}

static int create(struct fixture *f, const char *json)
{
    return call(f, orders_create, &order_in_fields, NULL, NULL, json);
}

/* The id of the order last answered, to be kept. */
static const char *kept_id(struct fixture *f)
{
    return arena_cstr(f->arena, str_c(text(f, "id")));
}

struct stats {
    struct uuid id;
    struct customer_row row;
};

static int read_stats(void *arg, struct tx *tx)
{
    struct stats *s = arg;
    struct uuid company = id_of(0xc01);
    return customer_by_id(tx, company, s->id, &s->row);
}

static void expect_stats(struct fixture *f, struct uuid who, int64_t count, int64_t orders,
                         int64_t visits, int64_t spent)
{
    struct stats s = {.id = who};
    assert_int_equal(in_tx(f, read_stats, &s), 1);
    assert_int_equal(s.row.order_count, count);
    assert_int_equal(s.row.total_orders, orders);
    assert_int_equal(s.row.visit_count, visits);
    assert_int_equal(s.row.total_spent, spent);
    assert_int_equal(s.row.first_order_at == I64_NULL, orders == 0);
    assert_int_equal(s.row.last_order_at == I64_NULL, orders == 0);
}

static int count_drift(void *arg, struct tx *tx)
{
    struct order_check_stats_row *rows;
    size_t n;
    int rc = order_check_stats(tx, id_of(0xc01), id_of(1), &rows, &n);
    int64_t *drift = arg;
    for (size_t i = 0; rc >= 0 && i < n; i++)
        *drift += rows[i].order_count != rows[i].found_count ||
                  rows[i].total_orders != rows[i].found_orders ||
                  rows[i].visit_count != rows[i].found_visits ||
                  rows[i].total_spent != rows[i].found_spent ||
                  rows[i].first_order_at != rows[i].found_first ||
                  rows[i].last_order_at != rows[i].found_last;
    return rc;
}

static void expect_no_drift(struct fixture *f)
{
    int64_t drift = 0;
    assert_true(in_tx(f, count_drift, &drift) >= 0);
    assert_int_equal(drift, 0);
}

/* Flow A of the POS: opened for nobody, filled, paid in cash. */
static void walk_in_is_filled_and_paid(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"customerName\":\"Walk-in\",\"customerPhone\":null}"), 0);
    assert_int_equal(f->r->status, 201);
    assert_string_equal(text(f, "status"), "OPEN");
    assert_string_equal(text(f, "customerName"), "Walk-in");
    assert_null(text(f, "customerPhone"));
    assert_string_equal(text(f, "orderNumber"), "ORD-20250128-001");
    const char *id = kept_id(f);

    assert_int_equal(call(f, orders_line_add, &order_line_new, id, NULL,
                          "{\"name\":\"Rice\",\"quantity\":0.35,\"unitPrice\":\"19.99\"}"),
                     0);
    assert_string_equal(text(f, "totalAmount"), "7.00");
    assert_int_equal(call(f, orders_line_add, &order_line_new, id, NULL,
                          "{\"name\":\"Tea\",\"quantity\":2,\"unitPrice\":\"100\"}"),
                     0);
    assert_string_equal(text(f, "totalAmount"), "207.00");
    assert_int_equal(call(f, orders_line_remove, &order_line_ref_fields, id, "1", ""), 0);
    assert_int_equal(call(f, orders_line_change, &order_line_patch, id, "2",
                          "{\"quantity\":1,\"discount\":\"10.00\"}"),
                     0);
    assert_string_equal(text(f, "dueAmount"), "90.00");
    assert_int_equal(call(f, orders_line_add, &order_line_new, id, NULL,
                          "{\"name\":\"Salt\",\"unitPrice\":\"10\"}"),
                     0);
    json_t *line = json_array_get(json_object_get(json_object_get(f->json, "data"), "lines"), 1);
    assert_int_equal(json_integer_value(json_object_get(line, "line")),
                     3); /* 1 is not used again */

    assert_int_equal(call(f, orders_pay, &order_payment_new, id, NULL,
                          "{\"method\":\"CASH\",\"tendered\":\"500\"}"),
                     0);
    assert_string_equal(text(f, "status"), "PAID");
    assert_string_equal(part(f, "payments", 0, "amount"), "100.00");
    assert_string_equal(part(f, "payments", 0, "change"), "400.00");
    assert_int_equal(call(f, orders_line_add, &order_line_new, id, NULL,
                          "{\"name\":\"Late\",\"unitPrice\":\"1\"}"),
                     ERR_ORDER_STATE);
    expect_no_drift(f);
}

/* Flow B: a registered person, whole and paid in one call, then refunded. */
static void registered_order_counts_and_uncounts(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        create(f,
               "{\"customerId\":\"00000000-0000-0000-0000-0000000000a1\",\"items\":["
               "{\"sku\":\"A\",\"name\":\"Shirt\",\"quantity\":\"2\",\"unitPrice\":\"250.00\"},"
               "{\"name\":\"Sock\",\"unitPrice\":\"50.00\"}],\"discount\":\"50\","
               "\"totalAmount\":\"500.00\",\"payments\":[{\"method\":\"UPI\",\"amount\":\"200\"},"
               "{\"method\":\"CASH\"}]}"),
        0);
    assert_string_equal(text(f, "status"), "PAID");
    assert_string_equal(text(f, "customerName"), "Asha Rao");
    assert_string_equal(text(f, "customerPhone"), "+919876543210");
    assert_string_equal(text(f, "customerAddress"), "12 MG Road");
    assert_string_equal(text(f, "subtotal"), "550.00");
    assert_string_equal(part(f, "payments", 1, "amount"), "300.00");
    assert_string_equal(text(f, "storeId"), "00000000-0000-0000-0000-000000005001");
    const char *id = kept_id(f);
    expect_stats(f, f->asha, 1, 1, 1, 50000);

    assert_int_equal(call(f, orders_refund, &order_refund_new, id, NULL,
                          "{\"amount\":\"120.50\",\"reason\":\"torn\"}"),
                     0);
    assert_string_equal(text(f, "status"), "PAID");
    expect_stats(f, f->asha, 1, 1, 1, 37950);
    assert_int_equal(call(f, orders_refund, &order_refund_new, id, NULL, "{\"amount\":\"379.51\"}"),
                     ERR_OVERREFUNDED);
    assert_int_equal(call(f, orders_refund, &order_refund_new, id, NULL, "{}"), 0);
    assert_string_equal(text(f, "status"), "REFUNDED");
    assert_string_equal(part(f, "refunds", 1, "amount"), "379.50");
    expect_stats(f, f->asha, 1, 0, 0, 0);
    expect_no_drift(f);
}

static void open_orders_do_not_count_until_paid(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a1\","
                               "\"totalAmountCents\":10000,\"source\":\"WEB\"}"),
                     0);
    const char *id = kept_id(f);
    expect_stats(f, f->asha, 1, 0, 0, 0);
    assert_int_equal(call(f, orders_pay, &order_payment_new, id, NULL,
                          "{\"method\":\"CARD\",\"amount\":\"40\"}"),
                     0);
    expect_stats(f, f->asha, 1, 0, 0, 0);
    assert_int_equal(call(f, orders_cancel, &order_ref_fields, id, NULL, ""), ERR_ORDER_STATE);
    assert_int_equal(call(f, orders_pay, &order_payment_new, id, NULL,
                          "{\"method\":\"CARD\",\"amount\":\"60.01\"}"),
                     ERR_OVERPAID);
    assert_int_equal(call(f, orders_pay, &order_payment_new, id, NULL,
                          "{\"method\":\"CARD\",\"amount\":\"60\"}"),
                     0);
    assert_string_equal(text(f, "status"), "PAID");
    expect_stats(f, f->asha, 1, 1, 0, 10000); /* on the web: no visit */

    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a1\","
                               "\"totalAmount\":\"10\"}"),
                     0);
    id = kept_id(f);
    assert_int_equal(
        call(f, orders_pay, &order_payment_new, id, NULL, "{\"method\":\"CASH\",\"amount\":\"4\"}"),
        0);
    assert_int_equal(call(f, orders_refund, &order_refund_new, id, NULL, "{}"), 0);
    assert_int_equal(call(f, orders_cancel, &order_ref_fields, id, NULL, ""), 0);
    assert_string_equal(text(f, "status"), "CANCELLED");
    expect_stats(f, f->asha, 2, 1, 0, 10000);
    expect_no_drift(f);
}

static void orders_of_nothing_are_closed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a2\","
                               "\"lines\":[{\"name\":\"Gift\",\"unitPrice\":\"0\"}]}"),
                     0);
    assert_string_equal(text(f, "status"), "OPEN");
    const char *id = kept_id(f);
    assert_int_equal(call(f, orders_close, &order_ref_fields, id, NULL, ""), 0);
    assert_string_equal(text(f, "status"), "PAID");
    expect_stats(f, f->ravi, 1, 1, 1, 0);
    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a2\","
                               "\"status\":\"PAID\"}"),
                     0);
    expect_stats(f, f->ravi, 2, 2, 2, 0);
    assert_int_equal(create(f, "{\"totalAmount\":\"5\"}"), 0);
    id = kept_id(f);
    assert_int_equal(call(f, orders_close, &order_ref_fields, id, NULL, ""), ERR_ORDER_STATE);
    expect_no_drift(f);
}

/* Flow C and what follows: registered from the snapshot, given to another, taken away. */
static void attaching_moves_statistics(void **state)
{
    struct fixture *f = *state;
    const char *paid = "{\"customerName\":\"Meera\",\"customerPhone\":\"98765 43299\","
                       "\"totalAmount\":\"75\",\"payments\":[{\"method\":\"CASH\"}]}";
    assert_int_equal(create(f, paid), 0);
    const char *earlier = kept_id(f);
    assert_int_equal(create(f, paid), 0);
    const char *id = kept_id(f);
    assert_int_equal(
        call(f, orders_set_customer, &order_attach_fields, id, NULL, "{\"register\":true}"), 0);
    assert_string_equal(text(f, "customerName"), "Meera");
    assert_string_equal(part(f, "offers", 0, "id"), earlier);
    struct uuid meera;
    assert_true(uuid_parse(str_c(text(f, "customerId")), &meera));
    expect_stats(f, meera, 1, 1, 1, 7500);

    assert_int_equal(
        call(f, orders_set_customer, &order_attach_fields, earlier, NULL, "{\"register\":true}"),
        ERR_PHONE_TAKEN);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(f->json, "existing"), "name")), "Meera");
    assert_int_equal(call(f, orders_set_customer, &order_attach_fields, id, NULL,
                          "{\"customerId\":\"00000000-0000-0000-0000-0000000000a2\"}"),
                     0);
    assert_string_equal(text(f, "customerName"), "Ravi Nair");
    expect_stats(f, meera, 0, 0, 0, 0);
    expect_stats(f, f->ravi, 1, 1, 1, 7500);

    f->perms = role_perms(ROLE_CASHIER);
    assert_int_equal(
        call(f, orders_set_customer, &order_attach_fields, id, NULL, "{\"customerId\":null}"),
        ERR_FORBIDDEN);
    f->perms = role_perms(ROLE_MANAGER);
    assert_int_equal(
        call(f, orders_set_customer, &order_attach_fields, id, NULL, "{\"customerId\":null}"), 0);
    assert_string_equal(text(f, "customerName"), "Walk-in");
    expect_stats(f, f->ravi, 0, 0, 0, 0);
    expect_no_drift(f);
}

static void refusals_name_the_field(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *json;
        int err;
        const char *field;
    } cases[] = {
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"5\"}],\"totalAmount\":\"6\"}", ERR_TOTALS,
         "totalAmount"},
        {"{\"totalAmount\":\"5\",\"totalAmountCents\":600}", ERR_TOTALS, "totalAmountCents"},
        {"{\"customerId\":\"00000000-0000-0000-0000-0000000000a9\"}", ERR_INVALID, "customerId"},
        {"{\"storeId\":\"00000000-0000-0000-0000-000000005009\"}", ERR_INVALID, "storeId"},
        {"{\"storeId\":\"00000000-0000-0000-0000-000000005002\"}", ERR_INVALID, "storeId"},
        {"{\"id\":\"00000000-0000-4000-8000-0000000000a9\"}", ERR_INVALID, "id"},
        {"{\"totalAmount\":\"5\",\"payments\":[{\"method\":\"CASH\",\"amount\":\"6\"}]}",
         ERR_OVERPAID, "payments[0].amount"},
        {"{\"totalAmount\":\"5\",\"payments\":[{\"method\":\"CARD\",\"tendered\":\"6\"}]}",
         ERR_INVALID, "payments[0].tendered"},
        {"{\"totalAmount\":\"5\",\"payments\":[{\"method\":\"CASH\",\"tendered\":\"4\"}]}",
         ERR_INVALID, "payments[0].tendered"},
        {"{\"totalAmount\":\"5\",\"status\":\"PAID\"}", ERR_INVALID, "status"},
        {"{\"status\":\"REFUNDED\"}", ERR_INVALID, "status"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"5\",\"discount\":\"5.01\"}]}", ERR_INVALID,
         "lines[0].discount"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"5\",\"quantity\":1.0001}]}", ERR_INVALID,
         "lines[0].quantity"},
        {"{\"discount\":\"1\"}", ERR_INVALID, "discount"},
        {"{\"totalAmount\":\"-1\"}", ERR_INVALID, "totalAmount"},
        {"{\"totalAmount\":\"1.005\"}", ERR_INVALID, "totalAmount"},
        {"{\"colour\":\"red\"}", ERR_INVALID, "colour"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(create(f, cases[i].json), cases[i].err);
        json_t *first = json_array_get(json_object_get(f->json, "errors"), 0);
        assert_string_equal(json_string_value(json_object_get(first, "field")), cases[i].field);
    }
}

static void the_same_id_again_is_the_same_order(void **state)
{
    struct fixture *f = *state;
    const char *json = "{\"id\":\"019485a0-0000-7000-8000-000000000001\",\"totalAmount\":\"5\","
                       "\"externalId\":\"T-1\"}";
    assert_int_equal(create(f, json), 0);
    assert_int_equal(f->r->status, 201);
    const char *number = arena_cstr(f->arena, str_c(text(f, "orderNumber")));
    assert_int_equal(create(f, json), 0);
    assert_int_equal(f->r->status, 200);
    assert_string_equal(text(f, "orderNumber"), number);
    assert_int_equal(create(f, "{\"externalId\":\"T-1\"}"), ERR_EXTERNAL_ID_TAKEN);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(f->json, "existing"), "id")),
        "019485a0-0000-7000-8000-000000000001");
}

static int number_999(void *arg, struct tx *tx)
{
    struct order_number_take_row row;
    (void)arg;
    return order_number_take(tx, id_of(0xc01), date_days(2025, 1, 28), 999, &row);
}

static void numbers_go_on_past_999(void **state)
{
    struct fixture *f = *state;
    assert_true(in_tx(f, number_999, NULL) >= 0);
    assert_int_equal(create(f, "{}"), 0);
    assert_string_equal(text(f, "orderNumber"), "ORD-20250128-1000");
}

struct many {
    struct fixture *f;
    struct order_import v[5];
    int8_t made[5];
};

static int import(void *arg, struct tx *tx)
{
    struct many *m = arg;
    return orders_import_many(tx, &m->f->company, m->f->arena, m->v, 5, m->made);
}

static void imports_count_once(void **state)
{
    struct fixture *f = *state;
    static const struct order_import_line wrong = {
        .name = {"Cup", 3}, .quantity = 1000, .unit_price = 100};
    struct many m = {.f = f};
    for (int i = 0; i < 5; i++)
        m.v[i] = (struct order_import){.id = id_of(0x700 + i),
                                       .customer_id = f->asha,
                                       .external_id = arena_printf(f->arena, "X-%d", i),
                                       .source = "POS",
                                       .method = "CARD",
                                       .quantity = 3000,
                                       .item = STR("CD"),
                                       .total = 2500,
                                       .numbered = i == 0,
                                       .created_at = late + i * DAY_US};
    m.v[1].external_id = STR("X-0"); /* twice in the input */
    m.v[2].total = 0;                /* paid by being closed */
    m.v[3].customer_id = UUID_NIL;
    m.v[4].lines = &wrong;
    m.v[4].nlines = 1;
    assert_int_equal(in_tx(f, import, &m), 0);
    assert_int_equal(m.made[0], 1);
    assert_int_equal(m.made[1], 0);
    assert_int_equal(m.made[2], 1);
    assert_int_equal(m.made[3], 1);
    assert_int_equal(m.made[4], -1);
    expect_stats(f, f->asha, 2, 2, 2, 2500);
    assert_int_equal(
        call(f, orders_read, &order_ref_fields, "00000000-0000-0000-0000-000000000700", NULL, ""),
        0);
    assert_string_equal(text(f, "orderNumber"), "ORD-20250128-001");
    assert_string_equal(text(f, "customerName"), "Asha Rao");
    assert_string_equal(part(f, "lines", 0, "amount"), "25.00"); /* 3 at 8.34 less 0.02 */
    assert_string_equal(part(f, "lines", 0, "discount"), "0.02");

    assert_int_equal(in_tx(f, import, &m), 0); /* again: all are there */
    assert_int_equal(m.made[0] + m.made[2] + m.made[3], 0);
    expect_stats(f, f->asha, 2, 2, 2, 2500);
    expect_no_drift(f);
}

#define TEST(name, engine)                                                                         \
    {                                                                                              \
#name " (" #engine ")", name, open_##engine, close_world, NULL                             \
    }
#define TESTS(engine)                                                                              \
    TEST(walk_in_is_filled_and_paid, engine), TEST(registered_order_counts_and_uncounts, engine),  \
        TEST(open_orders_do_not_count_until_paid, engine),                                         \
        TEST(orders_of_nothing_are_closed, engine), TEST(attaching_moves_statistics, engine),      \
        TEST(refusals_name_the_field, engine), TEST(the_same_id_again_is_the_same_order, engine),  \
        TEST(numbers_go_on_past_999, engine), TEST(imports_count_once, engine)

int main(void)
{
    const struct CMUnitTest sqlite[] = {TESTS(sqlite)}, postgres[] = {TESTS(postgres)};
    int failed = cmocka_run_group_tests(sqlite, NULL, NULL);
    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("CLIENTELE_TEST_PG is not set: PostgreSQL left out\n");
    return failed;
}
