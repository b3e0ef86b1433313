/* Whose a login is, by what matches. */
#include "base/test.h"
#include "identity/identity.h"
#include "linking/linking_priv.h"

static struct uuid id_of(uint8_t n)
{
    return (struct uuid){{1, n}};
}

static struct link_match match(uint8_t n, bool proved)
{
    return (struct link_match){.customer = n ? id_of(n) : UUID_NIL, .proved = proved};
}

static void expect(struct link_facts f, bool trusted, enum link_outcome outcome, uint8_t customer,
                   const char *evidence)
{
    struct link_decision d = link_decide(&f, trusted);

    assert_int_equal(d.outcome, outcome);
    if (outcome == LINK_LINKED || outcome == LINK_PENDING) {
        assert_true(uuid_eq(d.customer, id_of(customer)));
        assert_str(d.evidence, evidence);
    }
}

static void test_one_kind(void **state)
{
    (void)state;
    expect((struct link_facts){0}, false, LINK_UNMATCHED, 0, NULL);
    expect((struct link_facts){0}, true, LINK_UNMATCHED, 0, NULL);
    expect((struct link_facts){.phone = match(1, true)}, false, LINK_LINKED, 1, "backfill-phone");
    expect((struct link_facts){.email = match(1, true)}, false, LINK_LINKED, 1, "backfill-email");
    expect((struct link_facts){.phone = match(1, false)}, false, LINK_PENDING, 1, "pending");
    expect((struct link_facts){.email = match(1, false)}, false, LINK_PENDING, 1, "pending");
    expect((struct link_facts){.id = match(1, false)}, false, LINK_PENDING, 1, "pending");
    expect((struct link_facts){.id = match(1, false)}, true, LINK_LINKED, 1, "backfill-id");
    expect((struct link_facts){.phone = match(1, false)}, true, LINK_LINKED, 1, "backfill-phone");
    expect((struct link_facts){.email = match(1, false)}, true, LINK_LINKED, 1, "backfill-email");
}

/* The strongest of what was proved is the evidence. */
static void test_kinds_agree(void **state)
{
    (void)state;
    expect((struct link_facts){match(1, false), match(1, true), match(1, true)}, false, LINK_LINKED,
           1, "backfill-phone");
    expect((struct link_facts){match(1, false), match(1, false), match(1, true)}, false,
           LINK_LINKED, 1, "backfill-email");
    expect((struct link_facts){match(1, false), match(1, true), match(0, false)}, true, LINK_LINKED,
           1, "backfill-id");
    expect((struct link_facts){match(1, false), match(1, false), match(1, false)}, false,
           LINK_PENDING, 1, "pending");
}

/* Neither proof nor trust decides between people. */
static void test_kinds_differ(void **state)
{
    (void)state;
    for (int trusted = 0; trusted < 2; trusted++) {
        expect((struct link_facts){.phone = match(1, true), .email = match(2, false)}, trusted,
               LINK_AMBIGUOUS, 0, NULL);
        expect((struct link_facts){.id = match(1, false), .phone = match(2, true)}, trusted,
               LINK_AMBIGUOUS, 0, NULL);
        expect((struct link_facts){match(1, true), match(1, true), match(2, false)}, trusted,
               LINK_AMBIGUOUS, 0, NULL);
        struct link_match two = match(1, true);
        two.several = true;
        expect((struct link_facts){.email = two}, trusted, LINK_AMBIGUOUS, 0, NULL);
        expect((struct link_facts){.phone = match(1, true), .email = two}, trusted, LINK_AMBIGUOUS,
               0, NULL);
    }
}

static void test_adding(void **state)
{
    (void)state;
    struct link_match m = {0};
    link_match_add(&m, UUID_NIL, true, true);
    assert_true(uuid_is_nil(m.customer));
    link_match_add(&m, id_of(1), true, false);
    link_match_add(&m, id_of(1), true, false);
    assert_true(uuid_eq(m.customer, id_of(1)) && m.names && !m.several && !m.proved);
    link_match_add(&m, id_of(2), false, false);
    assert_true(uuid_eq(m.customer, id_of(1)) && m.several);
}

static void test_pattern(void **state)
{
    (void)state;
    assert_str(link_pattern_id(STR("customer-42@shop.example")), "42");
    assert_str(link_pattern_id(STR("customer-0190a7e4-0000-7000-8000-000000000001@x")),
               "0190a7e4-0000-7000-8000-000000000001");
    assert_str(link_pattern_id(STR("customer-a@b@shop.example")), "a@b");
    static const char *const others[] = {
        "customer-@x",   "customer-", "customer-42", "xcustomer-42@y", "customers-42@y",
        "Customer-42@y", ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(str_is_null(link_pattern_id(str_c(others[i]))));
    assert_true(str_is_null(link_pattern_id(STR_NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_kind),     cmocka_unit_test(test_kinds_agree),
        cmocka_unit_test(test_kinds_differ), cmocka_unit_test(test_adding),
        cmocka_unit_test(test_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
