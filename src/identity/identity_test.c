/* Whose a proved number is: every row of the table, on a store. */
#include "identity/identity_world.h"

#define P1 "+919845011111"
#define P2 "+919845022222"

static void test_one_record_a_login(void **state)
{
    struct fixture *f = *state;
    const char *user = login(f, "Asha", "asha@example.com");
    const char *first = own(f, user);
    assert_int_equal(number(f, "n"), 1);
    assert_string_equal(own(f, user), first);
    assert_int_equal(number(f, "n"), 0);
    me(f, user);
    assert_string_equal(text(f, "id"), first);
    assert_string_equal(text(f, "userId"), user);
    assert_true(is_true(f, "isProvisional"));
    assert_null(text(f, "phone"));
    assert_null(json_object_get(data(f), "notes"));
    assert_int_equal(step(f, step_own, "{\"user\":\"00000000-0000-0000-0000-00000000dead\"}"),
                     ERR_USER_NOT_FOUND);
}

static void test_a_free_number_becomes_ones_own(void **state)
{
    struct fixture *f = *state;
    const char *user = login(f, "Asha", "asha@example.com");
    const char *id = own(f, user);
    assert_string_equal(prove(f, user, P1, "OWNED"), id);
    assert_int_equal(lookup(f, "98450 11111"), 0);
    assert_string_equal(text(f, "id"), id);
    assert_true(is_true(f, "isPhoneVerified"));
    assert_false(is_true(f, "isProvisional"));
    assert_string_equal(text(f, "phoneEvidence"), "verified");
    prove(f, user, P1, "ALREADY");
    /* without a record before */
    const char *other = login(f, "Bela", "bela@example.com");
    id = prove(f, other, P2, "OWNED");
    me(f, other);
    assert_string_equal(text(f, "id"), id);
    assert_string_equal(text(f, "phone"), P2);
}

static void test_one_joins_the_person_who_has_the_number(void **state)
{
    struct fixture *f = *state;
    const char *shop = person(f, "Asha Rao", P1);
    order(f, shop, 40, 1000);
    order(f, shop, 10, 500);
    const char *user = login(f, "A. Rao", "asha@example.com");
    const char *mine = own(f, user);
    order(f, mine, 60, 200);
    order(f, mine, 1, 300);
    assert_string_equal(prove(f, user, P1, "JOINED"), shop);
    me(f, user);
    assert_string_equal(text(f, "id"), shop);
    assert_string_equal(text(f, "name"), "Asha Rao");
    assert_string_equal(text(f, "email"), "asha@example.com"); /* nobody knew one */
    assert_string_equal(text(f, "userId"), user);
    assert_int_equal(number(f, "totalOrders"), 4);
    assert_string_equal(text(f, "totalSpent"), "20.00");
    assert_true(is_true(f, "isPhoneVerified"));
    const char *last = kept(f, "lastOrderAt"), *first = kept(f, "firstOrderAt");
    assert_true(strcmp(first, "2024-11-29") < 0 && strcmp(last, "2025-01-26") > 0);
    read_one(f, mine); /* the old id answers with the person */
    assert_string_equal(text(f, "id"), shop);
    assert_int_equal(json_array_size(json_object_get(data(f), "orders")), 4);
    assert_int_equal(update(f, mine, "{\"area\":\"North\"}"), 0);
    assert_string_equal(text(f, "id"), shop);
    assert_int_equal(with_id(f, customers_delete, mine), ERR_CUSTOMER_NOT_FOUND);
    assert_string_equal(failure(f, "survivorId"), shop);
    finds(f, "name=A+Rao", "Asha Rao|"); /* once, under the name that is left */
}

static void test_a_number_verified_by_another_needs_more(void **state)
{
    struct fixture *f = *state;
    const char *first = login(f, "Asha", "asha@example.com");
    const char *person = prove(f, first, P1, "OWNED");
    order(f, person, 3, 1000);
    const char *second = login(f, "Eve", "eve@example.com");
    const char *mine = prove(f, second, P1, "PROOF_NEEDED");
    assert_string_not_equal(mine, person);
    assert_string_equal(text(f, "hint"), "a•••@example.com");
    me(f, second);
    assert_string_equal(text(f, "id"), mine);
    assert_null(text(f, "phone"));
    assert_int_equal(number(f, "totalOrders"), 0);
    assert_int_equal(with_id(f, customers_users, person), 0);
    assert_int_equal(json_array_size(data(f)), 2);
    assert_true(json_is_true(json_object_get(json_array_get(data(f), 1), "isPending")));
    /* staff decide that it is the same person */
    assert_int_equal(step(f, step_link,
                          "{\"user\":\"%s\",\"customer\":\"%s\",\"evidence\":\"staff\"}", second,
                          person),
                     0);
    me(f, second);
    assert_string_equal(text(f, "id"), person);
    assert_int_equal(number(f, "totalOrders"), 1);
}

static void test_a_fresh_start_leaves_the_history(void **state)
{
    struct fixture *f = *state;
    const char *asha = login(f, "Asha", "asha@example.com");
    const char *old = prove(f, asha, P1, "OWNED");
    order(f, old, 3, 1000);
    const char *eve = login(f, "Eve", "eve@example.com");
    const char *new = prove(f, eve, P1, "PROOF_NEEDED");
    const char *third = login(f, "Third", "third@example.com");
    prove(f, third, P1, "PROOF_NEEDED");
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", eve), 0);
    assert_string_equal(text(f, "id"), new);
    assert_string_equal(text(f, "phone"), P1);
    me(f, eve);
    assert_int_equal(number(f, "totalOrders"), 0);
    me(f, asha);
    assert_string_equal(text(f, "id"), old);
    assert_null(text(f, "phone"));
    assert_false(is_true(f, "isPhoneVerified"));
    assert_int_equal(number(f, "totalOrders"), 1);
    assert_int_equal(lookup(f, P1), 0);
    assert_string_equal(text(f, "id"), new);
    /* a code to the number opens the new owner's login and those who proved it since */
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 2);
    /* nothing waits for the old record any more */
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", eve), ERR_NOTHING_PENDING);
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", third), ERR_NOTHING_PENDING);
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", asha), ERR_NOTHING_PENDING);
    /* the first owner gets it back by code and a fresh start of their own */
    prove(f, asha, P1, "PROOF_NEEDED");
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", asha), 0);
    assert_string_equal(text(f, "phone"), P1);
    assert_int_equal(number(f, "totalOrders"), 1);
}

/* As if everything so far had happened a year and a month earlier. */
static void go_on_in_13_months(struct fixture *f)
{
    f->now += 400 * DAY_US;
}

static void test_a_silent_record_is_not_opened(void **state)
{
    struct fixture *f = *state;
    const char *silent = person(f, "Asha Rao", P1), *alive = person(f, "Bela Roy", P2);
    go_on_in_13_months(f);
    guest_order(f, silent, P1, 5); /* perhaps the new owner's */
    order(f, alive, 20, 100);
    const char *user = login(f, "New", "new@example.com");
    assert_string_not_equal(prove(f, user, P1, "PROOF_NEEDED"), silent);
    assert_null(text(f, "hint"));
    const char *other = login(f, "Bela", "bela@example.com");
    assert_string_equal(prove(f, other, P2, "JOINED"), alive);
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", user), 0);
    assert_int_equal(number(f, "totalOrders"), 0);
    read_one(f, silent);
    assert_null(text(f, "phone"));
    assert_int_equal(number(f, "totalOrders"), 1);
}

static void test_guests_orders_are_the_persons_once_proved(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(step(f, step_guest,
                          "{\"name\":\"Guest\",\"phone\":\"" P1
                          "\",\"email\":\"eve@example.com\"}"),
                     0);
    const char *made = kept(f, "id");
    guest_order(f, made, P1, 2);
    const char *user = login(f, "Asha", "asha@example.com");
    own(f, user);
    assert_string_equal(prove(f, user, P1, "JOINED"), made);
    me(f, user);
    assert_int_equal(number(f, "totalOrders"), 1);
    assert_string_equal(text(f, "name"), "Asha");
    assert_string_equal(text(f, "email"), "asha@example.com"); /* not the guest's */
    finds(f, "name=Asha", "Asha|");
    finds(f, "name=Guest", "");
    /* a real record takes a guest's in, number and all */
    assert_int_equal(step(f, step_guest, "{\"name\":\"Guest\",\"phone\":\"" P2 "\"}"), 0);
    const char *second = kept(f, "id");
    guest_order(f, second, P2, 1);
    assert_string_equal(prove(f, user, P2, "OWNED"), made);
    me(f, user);
    assert_string_equal(text(f, "phone"), P2);
    assert_int_equal(number(f, "totalOrders"), 2);
    read_one(f, second);
    assert_string_equal(text(f, "id"), made);
    assert_int_equal(lookup(f, P1), 0); /* still found by the number before */
    assert_true(is_true(f, "matchedFormerPhone"));
}

static void test_guests_orders_of_others_are_not_shown(void **state)
{
    struct fixture *f = *state;
    const char *user = login(f, "Asha", "asha@example.com");
    const char *id = prove(f, user, P1, "OWNED");
    order(f, id, 3, 1000);
    guest_order(f, id, P1, 1);
    me(f, user);
    assert_int_equal(number(f, "totalOrders"), 1);
    assert_string_equal(text(f, "totalSpent"), "10.00");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(data(f), "_count"), "orders")), 1);
    prove(f, user, P1, "ALREADY"); /* another code proves them too */
    me(f, user);
    assert_int_equal(number(f, "totalOrders"), 2);
}

static void test_two_full_records_stay_two(void **state)
{
    struct fixture *f = *state;
    const char *user = login(f, "Asha", "asha@example.com");
    const char *mine = prove(f, user, P1, "OWNED");
    order(f, mine, 1, 100);
    const char *other = person(f, "Somebody", P2);
    order(f, other, 1, 700);
    assert_string_equal(prove(f, user, P2, "PROOF_NEEDED"), mine);
    me(f, user);
    assert_string_equal(text(f, "phone"), P1);
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", user), 0);
    me(f, user);
    assert_string_equal(text(f, "phone"), P2);
    assert_string_equal(text(f, "totalSpent"), "1.00");
    assert_int_equal(lookup(f, P1), 0);
    assert_string_equal(text(f, "id"), mine);
    assert_true(is_true(f, "matchedFormerPhone"));
    read_one(f, other);
    assert_string_equal(text(f, "totalSpent"), "7.00");
}

static void test_a_deactivated_person_keeps_the_number(void **state)
{
    struct fixture *f = *state;
    const char *gone = person(f, "Gone", P1);
    assert_int_equal(with_id(f, customers_deactivate, gone), 0);
    const char *user = login(f, "New", "new@example.com");
    prove(f, user, P1, "PROOF_NEEDED");
    assert_int_equal(step(f, step_fresh, "{\"user\":\"%s\"}", user), ERR_CUSTOMER_INACTIVE);
    assert_int_equal(lookup(f, P1), 0);
    assert_string_equal(text(f, "id"), gone);
}

static void test_a_guest_proves_without_a_login(void **state)
{
    struct fixture *f = *state;
    const char *ask = "{\"name\":\"Guest\",\"phone\":\"" P1 "\"}";
    assert_int_equal(step(f, step_guest_prove, "%s", ask), 0);
    const char *id = kept(f, "id");
    assert_int_equal(lookup(f, P1), 0);
    assert_true(is_true(f, "isPhoneVerified"));
    assert_int_equal(step(f, step_guest_prove, "%s", ask), 0);
    assert_string_equal(text(f, "id"), id);
    const char *user = login(f, "Asha", "asha@example.com");
    assert_string_equal(prove(f, user, P1, "JOINED"), id);
    /* now that a login has proved it, it takes more */
    assert_int_equal(step(f, step_guest_prove, "%s", ask), 0);
    assert_null(text(f, "id"));
}

static void test_which_logins_a_code_opens(void **state)
{
    struct fixture *f = *state;
    f->company.auto_create_login = true;
    const char *shop = person(f, "Asha Rao", P1);
    const char *made = kept(f, "userId");
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 1); /* the one that came with the record */
    assert_string_equal(text(f, "id"), made);
    const char *user = login(f, "Asha", "asha@example.com");
    assert_string_equal(prove(f, user, P1, "JOINED"), shop);
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 2);
    assert_string_equal(text(f, "id"), user); /* the newest first */
    assert_int_equal(with_id(f, customers_deactivate, shop), 0);
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 0);
    assert_int_equal(with_id(f, customers_activate, shop), 0);
    go_on_in_13_months(f); /* nobody signed in since */
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 0);
    /* another number: a code to the old one opens nothing */
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P2 "\"}"), 0);
    assert_int_equal(number(f, "n"), 0);
}

static void test_a_changed_number_no_longer_opens(void **state)
{
    struct fixture *f = *state;
    const char *user = login(f, "Asha", "asha@example.com");
    const char *id = prove(f, user, P1, "OWNED");
    assert_int_equal(update(f, id, "{\"phone\":\"" P2 "\"}"), 0);
    assert_false(is_true(f, "isPhoneVerified"));
    assert_int_equal(step(f, step_logins, "{\"phone\":\"" P1 "\"}"), 0);
    assert_int_equal(number(f, "n"), 0);
    const char *next = login(f, "Next", "next@example.com");
    assert_string_not_equal(prove(f, next, P1, "OWNED"), id);
    assert_string_equal(prove(f, user, P2, "OWNED"), id); /* its own record has it */
}

#define TESTS(engine)                                                                              \
    TEST(one_record_a_login, engine), TEST(a_free_number_becomes_ones_own, engine),                \
        TEST(one_joins_the_person_who_has_the_number, engine),                                     \
        TEST(a_number_verified_by_another_needs_more, engine),                                     \
        TEST(a_fresh_start_leaves_the_history, engine),                                            \
        TEST(a_silent_record_is_not_opened, engine),                                               \
        TEST(guests_orders_are_the_persons_once_proved, engine),                                   \
        TEST(guests_orders_of_others_are_not_shown, engine),                                       \
        TEST(two_full_records_stay_two, engine),                                                   \
        TEST(a_deactivated_person_keeps_the_number, engine),                                       \
        TEST(a_guest_proves_without_a_login, engine), TEST(which_logins_a_code_opens, engine),     \
        TEST(a_changed_number_no_longer_opens, engine)
RUN_ON_BOTH(TESTS)
