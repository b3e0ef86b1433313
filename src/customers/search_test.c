/* What needs no store: keys and variants of names, scoring, CSV cells. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "customers/search_priv.h"

static int arena_up(void **state)
{
    *state = arena_new(1 << 16);
    return 0;
}

static int arena_down(void **state)
{
    arena_free((struct arena **)state);
    return 0;
}

static bool among(struct str s, const struct str *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, v[i]))
            return true;
    return false;
}

static void test_pairs(void **state)
{
    struct str p[NAME_PAIRS];
    assert_int_equal(name_pairs(*state, STR("John Smith"), p), 2);
    assert_true(among(STR("john smith"), p, 2) && among(STR("smith john"), p, 2));
    assert_int_equal(name_pairs(*state, STR("Madonna"), p), 1);
    assert_true(str_eq(p[0], STR("madonna")));
    assert_int_equal(name_pairs(*state, STR("a b c"), p), 6);
    assert_int_equal(name_pairs(*state, STR("José José"), p), 1);
    assert_int_equal(name_pairs(*state, STR("..."), p), 0);
    assert_int_equal(name_pairs(*state, STR("a b c d e f g h"), p), NAME_PAIRS);
}

static void test_variants(void **state)
{
    struct str v[NAME_VARIANTS];
    size_t n = name_variants(*state, STR("john"), v);
    assert_int_equal(n, 5);
    assert_true(str_eq(v[0], STR("john")));
    assert_true(among(STR("ohn"), v, n) && among(STR("jhn"), v, n) && among(STR("joh"), v, n));
    assert_int_equal(name_variants(*state, STR("anna"), v), 4); /* either n is the same */
    assert_int_equal(name_variants(*state, STR("a"), v), 1);
    assert_int_equal(name_variants(*state, STR("abcdefghijklmnopqrstuvwx"), v), NAME_VARIANTS);
}

static struct query names(struct arena *a, const char *text)
{
    struct query q = {0};
    q.nwords = name_words(name_fold(a, str_c(text)), q.words);
    return q;
}

static int fit(struct arena *a, const char *asked, const char *name)
{
    struct query q = names(a, asked);
    return score_name(&q, name_fold(a, str_c(name)));
}

static void test_names_score_by_fit(void **state)
{
    struct arena *a = *state;
    assert_int_equal(fit(a, "john smith", "John Smith"), 0);
    assert_int_equal(fit(a, "smith john", "John Smith"), 0);
    assert_int_equal(fit(a, "nunez jose", "José Núñez"), 0);
    int prefix = fit(a, "john s", "John Smith"), typo = fit(a, "jonh smith", "John Smith");
    int two = fit(a, "jonh smiht", "John Smith");
    assert_true(prefix > 0 && prefix < typo && typo < two);
    assert_int_equal(fit(a, "john smith", "John Jones"), -1);
    assert_int_equal(fit(a, "john x smith", "John Smith"), -1);
    assert_int_equal(fit(a, "jo", "Xo Lee"), -1); /* short words forgive nothing */
    assert_true(fit(a, "christofer", "Christopher Lee") > 0);
    assert_int_equal(fit(a, "ann anne", "Anne"), -1); /* one word serves once */
}

static void test_phones_score_by_place(void **state)
{
    (void)state;
    struct query q = {.digits = STR("98765")};
    assert_int_equal(score_phone(&q, STR("+919876543210"), 91), 1);
    assert_int_equal(score_phone(&q, STR("+987651234567"), 91), 2);
    assert_int_equal(score_phone(&q, STR("+911234598765"), 91), 3);
    assert_int_equal(score_phone(&q, STR("+911230000000"), 91), -1);
    assert_int_equal(score_phone(&q, STR_NULL, 91), -1);
    q.digits = STR("098765");
    assert_int_equal(score_phone(&q, STR("+919876543210"), 91), 1);
    q = (struct query){.digits = STR("09876543210"), .phone = STR("+919876543210")};
    assert_int_equal(score_phone(&q, STR("+919876543210"), 91), 0);
    q = (struct query){.digits = STR("919876543210")};
    assert_int_equal(score_phone(&q, STR("+919876543210"), 91), 0);
}

static void test_best_comes_first(void **state)
{
    (void)state;
    struct customer_row rows[4] = {
        {.id.b = {1}, .last_order_at = I64_NULL, .order_count = 0},
        {.id.b = {2}, .last_order_at = 100, .order_count = 9},
        {.id.b = {3}, .last_order_at = 200, .order_count = 1},
        {.id.b = {4}, .last_order_at = 200, .order_count = 2},
    };
    struct hit v[4] = {{&rows[0], 0}, {&rows[1], 4}, {&rows[2], 4}, {&rows[3], 4}};
    struct hits h = {v, 4};
    score_sort(&h);
    assert_int_equal(v[0].c->id.b[0], 1); /* fit before everything */
    assert_int_equal(v[1].c->id.b[0], 4); /* then the last order, then more orders */
    assert_int_equal(v[2].c->id.b[0], 3);
    assert_int_equal(v[3].c->id.b[0], 2);
}

static void test_near_words(void **state)
{
    (void)state;
    const struct str known[] = {STR("john"), STR("joan"),  STR("bonh"), STR("jonah"), STR("jonh"),
                                STR("jon"),  STR("smith"), STR("john"), STR("jo")};
    struct str out[SEARCH_NEAR];
    size_t n = score_near(STR("jonh"), known, sizeof known / sizeof *known, out);
    assert_int_equal(n, 4); /* john, bonh, jonah, jon: not itself, none twice, none two away */
    assert_true(str_eq(out[0], STR("john"))); /* same first letter, same length */
    assert_true(among(STR("jonah"), out, n) && among(STR("jon"), out, n));
    assert_false(among(STR("jonh"), out, n));
    assert_false(among(STR("joan"), out, n));
    assert_int_equal(score_near(STR("jo"), known, 9, out), 0);
}

static void cell(const char *in, bool guard, const char *expected)
{
    struct buf b;
    buf_init(&b, 1000);
    csv_cell(&b, str_c(in), guard);
    if (!str_eq(buf_view(&b), str_c(expected)))
        fail_msg("%s became %.*s, expected %s", in, STR_ARG(buf_view(&b)), expected);
    buf_free(&b);
}

static void test_csv_cells(void **state)
{
    (void)state;
    cell("plain", true, "plain");
    cell("", true, "");
    cell("a,b", true, "\"a,b\"");
    cell("say \"hi\"", true, "\"say \"\"hi\"\"\"");
    cell("two\nlines", true, "\"two\nlines\"");
    cell("=1+1", true, "'=1+1");
    cell("@sum", true, "'@sum");
    cell("-x, y", true, "\"'-x, y\"");
    cell("\tx", true, "'\tx");
    cell("+919876543210", false, "+919876543210");
    cell("+919876543210", true, "'+919876543210");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_up, arena_down)
    const struct CMUnitTest tests[] = {
        TEST(test_pairs),
        TEST(test_variants),
        TEST(test_names_score_by_fit),
        TEST(test_phones_score_by_place),
        TEST(test_best_comes_first),
        TEST(test_near_words),
        TEST(test_csv_cells),
    };
    return cmocka_run_group_tests_name("customer search", tests, NULL, NULL);
}
