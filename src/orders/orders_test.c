/* The rules of orders that need no store: arithmetic of lines, what is due,
 * states, statistics, numbers, what buyers may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/money.h"
#include "base/zone.h"
#include "orders/orders_priv.h"

static int64_t amount_of(int64_t quantity, int64_t price, int64_t discount)
{
    int64_t amount = -1;
    return order_line_amount(quantity, price, discount, &amount) ? amount : I64_NULL;
}

static void line_amounts_round_half_up(void **state)
{
    (void)state;
    assert_int_equal(amount_of(1000, 199, 0), 199);
    assert_int_equal(amount_of(3000, 3333, 0), 9999);
    assert_int_equal(amount_of(350, 1999, 0), 700); /* 699.65 */
    assert_int_equal(amount_of(1, 499, 0), 0);      /* 0.499 */
    assert_int_equal(amount_of(1, 500, 0), 1);      /* half: up */
    assert_int_equal(amount_of(1, 1499, 0), 1);
    assert_int_equal(amount_of(1, 1500, 0), 2);
    assert_int_equal(amount_of(2500, 101, 0), 253); /* 252.5 */
    assert_int_equal(amount_of(2500, 101, 53), 200);
    assert_int_equal(amount_of(1000, 0, 0), 0);
}

static void line_amounts_have_bounds(void **state)
{
    (void)state;
    assert_int_equal(amount_of(1000, 100, 100), 0);
    assert_int_equal(amount_of(1000, 100, 101), I64_NULL);
    assert_int_equal(amount_of(-1, 100, 0), I64_NULL);
    assert_int_equal(amount_of(1000, -1, 0), I64_NULL);
    assert_int_equal(amount_of(1000, 100, -1), I64_NULL);
    assert_int_equal(amount_of(1000, MONEY_MAX, 0), MONEY_MAX);
    assert_int_equal(amount_of(1001, MONEY_MAX, 0), I64_NULL);
    assert_int_equal(amount_of(1000000000, MONEY_MAX, 0), I64_NULL); /* past 64 bits */
}

static void sums_stay_in_range(void **state)
{
    (void)state;
    struct order_line_row lines[2] = {{.amount = MONEY_MAX - 5}, {.amount = 5}};
    int64_t sum = 0;
    assert_true(order_lines_sum(lines, 2, &sum));
    assert_int_equal(sum, MONEY_MAX);
    lines[1].amount = 6;
    assert_false(order_lines_sum(lines, 2, &sum));
    assert_true(order_lines_sum(lines, 0, &sum));
    assert_int_equal(sum, 0);
}

static struct order_row order(struct str status, int64_t total, int64_t paid, int64_t refunded)
{
    return (struct order_row){.status = status,
                              .source = STR("POS"),
                              .total_amount = total,
                              .paid_amount = paid,
                              .refunded_amount = refunded,
                              .paid_at = I64_NULL,
                              .created_at = 77};
}

static void only_open_orders_owe(void **state)
{
    (void)state;
    struct order_row o = order(ORDER_OPEN, 1000, 400, 100);
    assert_int_equal(order_due(&o), 700);
    o.status = ORDER_PAID;
    assert_int_equal(order_due(&o), 0);
    o.status = ORDER_CANCELLED;
    assert_int_equal(order_due(&o), 0);
}

static void payment_settles_once_nothing_is_due(void **state)
{
    (void)state;
    struct order_row o = order(ORDER_OPEN, 1000, 999, 0);
    assert_false(order_settle(&o, 5));
    o.paid_amount = 1000;
    assert_true(order_settle(&o, 5));
    assert_true(order_is(&o, ORDER_PAID));
    assert_int_equal(o.paid_at, 5);
    assert_false(order_settle(&o, 6));

    struct order_row empty = order(ORDER_OPEN, 0, 0, 0); /* closed by hand only */
    assert_false(order_settle(&empty, 5));
    struct order_row back = order(ORDER_OPEN, 0, 100, 100);
    assert_false(order_settle(&back, 5));
}

static void shares_follow_the_state(void **state)
{
    (void)state;
    struct order_row o = order(ORDER_OPEN, 1000, 400, 0);
    struct customer_delta d = order_share(&o);
    assert_int_equal(d.order_count, 1);
    assert_int_equal(d.total_orders, 0);
    assert_int_equal(d.total_spent, 0); /* what is not fully paid does not count */
    assert_int_equal(d.order_at, I64_NULL);

    o = order(ORDER_PAID, 1000, 1000, 300);
    d = order_share(&o);
    assert_int_equal(d.total_orders, 1);
    assert_int_equal(d.visit_count, 1);
    assert_int_equal(d.total_spent, 700);
    assert_int_equal(d.order_at, 77);

    o.source = STR("WEB");
    assert_int_equal(order_share(&o).visit_count, 0);

    o = order(ORDER_REFUNDED, 1000, 1000, 1000);
    d = order_share(&o);
    assert_int_equal(d.order_count, 1);
    assert_int_equal(d.total_orders, 0);
    assert_int_equal(d.visit_count, 0);
    assert_int_equal(d.total_spent, 0);
}

static void changes_are_differences(void **state)
{
    (void)state;
    struct order_row o = order(ORDER_OPEN, 1000, 0, 0);
    struct customer_delta open = order_share(&o);
    o = order(ORDER_PAID, 1000, 1000, 0);
    struct customer_delta paid = order_share(&o), d = order_share_change(open, paid);
    assert_int_equal(d.order_count, 0);
    assert_int_equal(d.total_orders, 1);
    assert_int_equal(d.total_spent, 1000);
    assert_int_equal(d.order_at, 77);

    o.refunded_amount = 250;
    d = order_share_change(paid, order_share(&o));
    assert_int_equal(d.total_orders, 0);
    assert_int_equal(d.total_spent, -250);
    assert_int_equal(d.order_at, I64_NULL);

    d = order_share_less(paid);
    assert_int_equal(d.order_count, -1);
    assert_int_equal(d.visit_count, -1);
    assert_int_equal(d.total_spent, -1000);
}

static void numbers_grow_past_999(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    int64_t day = date_days(2025, 1, 27);
    assert_string_equal(order_number_text(a, day, 1).p, "ORD-20250127-001");
    assert_string_equal(order_number_text(a, day, 999).p, "ORD-20250127-999");
    assert_string_equal(order_number_text(a, day, 1000).p, "ORD-20250127-1000");
    assert_string_equal(order_number_text(a, day, 12345).p, "ORD-20250127-12345");
    arena_free(&a);
}

static void numbers_are_of_the_local_day(void **state)
{
    (void)state;
    int64_t late = date_days(2025, 1, 27) * DAY_US + (23 * 60 + 30) * 60 * SECOND_US;
    assert_int_equal(zone_day(STR("UTC"), late), date_days(2025, 1, 27));
    assert_int_equal(zone_day(STR("Asia/Kolkata"), late), date_days(2025, 1, 28));
    assert_int_equal(zone_day(STR("America/New_York"), late), date_days(2025, 1, 27));
}

/* A request of a customer for their own, and what it answers. */
static struct req *own_request(struct arena *a, struct company *c)
{
    struct req *r = ARENA_NEW(a, struct req);
    *c = (struct company){.currency = STR("INR"), .digits = 2, .cod_requires_verified_phone = true};
    *r = (struct req){.arena = a, .company = c, .own_only = true};
    r->who = (struct principal){.kind = WHO_USER, .role = ROLE_CUSTOMER};
    r->who.customer.b[0] = 1;
    buf_init(&r->out, 65536);
    return r;
}

static void what_is_a_customers_own(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct company c;
    struct req *r = own_request(a, &c);
    struct order_row o = {.customer_id = r->who.customer};
    assert_true(orders_is_own(r, &o));
    o.is_unproven = true;
    assert_false(orders_is_own(r, &o));
    o = (struct order_row){.customer_id.b = {2}};
    assert_false(orders_is_own(r, &o));
    assert_false(orders_is_own(r, &(struct order_row){0})); /* a walk-in's */
    r->own_only = false;
    assert_true(orders_is_own(r, &o)); /* staff see all */
    buf_free(&r->out);
    arena_free(&a);
}

static void what_a_customer_has_no_say_in(void **state)
{
    (void)state;
    struct arena *a = arena_new(16384);
    struct company c;
    struct req *r = own_request(a, &c);
    struct order_line_in lines[2] = {{.discount = I64_NULL}, {.discount = 0}};
    const struct order_in good = {.customer_type = I64_NULL,
                                  .source = I64_NULL,
                                  .status = I64_NULL,
                                  .discount = I64_NULL,
                                  .lines = {lines, 2}};
    struct order_in in = good;
    assert_int_equal(orders_own_words(r, &in), 0);
    in.customer_id = r->who.customer;
    in.customer_type = 0;
    in.source = 1; /* WEB */
    in.status = 0; /* OPEN */
    in.discount = 0;
    assert_int_equal(orders_own_words(r, &in), 0);
    in = good;
    in.customer_id.b[0] = 9;
    assert_int_equal(orders_own_words(r, &in), ERR_FORBIDDEN);
    in = good;
    in.source = 0; /* POS */
    assert_int_equal(orders_own_words(r, &in), ERR_FORBIDDEN);
    in = good;
    in.status = 1; /* PAID */
    assert_int_equal(orders_own_words(r, &in), ERR_FORBIDDEN);
    in = good;
    in.discount = 1;
    assert_int_equal(orders_own_words(r, &in), ERR_FORBIDDEN);
    in = good;
    in.lines.n = 0;
    assert_int_equal(orders_own_words(r, &in), ERR_INVALID);
    lines[1].discount = 1;
    assert_int_equal(orders_own_words(r, &good), ERR_FORBIDDEN);
    buf_free(&r->out);
    arena_free(&a);
}

static void cash_on_delivery_on_the_web(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct company c;
    struct req *r = own_request(a, &c);
    struct order_row o = {.source = STR("WEB"), .payment_method = STR("COD")};
    assert_int_equal(orders_check_cod(r, &o, true), 0);
    assert_int_equal(orders_check_cod(r, &o, false), ERR_PHONE_UNVERIFIED);
    struct str out = buf_view(&r->out);
    assert_non_null(memmem(out.p, out.n, "\"next\":{", 8));
    o.source = STR("POS");
    assert_int_equal(orders_check_cod(r, &o, false), 0);
    o = (struct order_row){.source = STR("WEB"), .payment_method = STR("CARD")};
    assert_int_equal(orders_check_cod(r, &o, false), 0);
    o.payment_method = STR_NULL;
    assert_int_equal(orders_check_cod(r, &o, false), 0);
    o.payment_method = STR("COD");
    c.cod_requires_verified_phone = false;
    assert_int_equal(orders_check_cod(r, &o, false), 0);
    buf_free(&r->out);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_amounts_round_half_up),
        cmocka_unit_test(line_amounts_have_bounds),
        cmocka_unit_test(sums_stay_in_range),
        cmocka_unit_test(only_open_orders_owe),
        cmocka_unit_test(payment_settles_once_nothing_is_due),
        cmocka_unit_test(shares_follow_the_state),
        cmocka_unit_test(changes_are_differences),
        cmocka_unit_test(numbers_grow_past_999),
        cmocka_unit_test(numbers_are_of_the_local_day),
        cmocka_unit_test(what_is_a_customers_own),
        cmocka_unit_test(what_a_customer_has_no_say_in),
        cmocka_unit_test(cash_on_delivery_on_the_web),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
