/* Orders against a real store: SQLite always, PostgreSQL when
 * CLIENTELE_TEST_PG names a throw-away database. */
#include "orders/testing.h"

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
                          "{\"name\":\"Salt\",\"quantity\":1,\"unitPrice\":\"10\"}"),
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
                          "{\"name\":\"Late\",\"quantity\":1,\"unitPrice\":\"1\"}"),
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
               "{\"name\":\"Sock\",\"quantity\":1,\"unitPrice\":\"50.00\"}],\"discount\":\"50\","
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
    assert_int_equal(create(f,
                            "{\"customerId\":\"00000000-0000-0000-0000-0000000000a2\","
                            "\"lines\":[{\"name\":\"Gift\",\"quantity\":1,\"unitPrice\":\"0\"}]}"),
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
        {"{\"lines\":[{\"name\":\"a\",\"quantity\":1,\"unitPrice\":\"5\"}],\"totalAmount\":\"6\"}",
         ERR_TOTALS, "totalAmount"},
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
        {"{\"lines\":[{\"name\":\"a\",\"quantity\":1,\"unitPrice\":\"5\",\"discount\":\"5.01\"}]}",
         ERR_INVALID, "lines[0].discount"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"5\",\"quantity\":1.0001}]}", ERR_INVALID,
         "lines[0].quantity"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"5\",\"quantity\":\"\"}]}", ERR_INVALID,
         "lines[0].quantity"},
        {"{\"discount\":\"1\"}", ERR_INVALID, "discount"},
        {"{\"totalAmount\":\"-1\"}", ERR_INVALID, "totalAmount"},
        {"{\"totalAmount\":\"1.005\"}", ERR_INVALID, "totalAmount"},
        {"{\"createdAt\":\"2025-01-27T23:36:00Z\"}", ERR_INVALID, "createdAt"},
        {"{\"createdAt\":\"2024-11-28T23:29:00Z\"}", ERR_INVALID, "createdAt"},
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

/* Sold the day before, sent now: everything is of then but the number. */
static void a_sale_sent_later_keeps_its_time(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a1\","
                               "\"createdAt\":\"2025-01-26T10:00:00Z\",\"totalAmount\":\"5\","
                               "\"payments\":[{\"method\":\"CASH\"}]}"),
                     0);
    assert_string_equal(text(f, "orderNumber"), "ORD-20250128-001");
    assert_string_equal(text(f, "createdAt"), "2025-01-26T10:00:00Z");
    assert_string_equal(text(f, "paidAt"), "2025-01-26T10:00:00Z");
    assert_string_equal(part(f, "payments", 0, "createdAt"), "2025-01-26T10:00:00Z");
    assert_string_equal(text(f, "updatedAt"), "2025-01-27T23:30:00Z");

    /* Open then, paid now. */
    assert_int_equal(create(f, "{\"customerId\":\"00000000-0000-0000-0000-0000000000a1\","
                               "\"createdAt\":\"2024-11-28T23:31:00Z\",\"totalAmount\":\"5\"}"),
                     0);
    const char *id = kept_id(f);
    assert_int_equal(call(f, orders_pay, &order_payment_new, id, NULL, "{\"method\":\"CASH\"}"), 0);
    assert_string_equal(text(f, "createdAt"), "2024-11-28T23:31:00Z");
    assert_string_equal(text(f, "paidAt"), "2025-01-27T23:30:00.000002Z");
    assert_int_equal(create(f, "{\"createdAt\":\"2025-01-27T23:35:00Z\"}"), 0);
    expect_stats(f, f->asha, 2, 2, 2, 1000);
    expect_no_drift(f); /* first and last order as well */
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
        TEST(a_sale_sent_later_keeps_its_time, engine), TEST(numbers_go_on_past_999, engine),      \
        TEST(imports_count_once, engine)

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
