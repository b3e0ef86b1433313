/* The demo company: valid and unique phones, the same by the same seed, once. */
#include "imports/imports_testing.h"

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

/* The customers of the first company, and the orders that they count. */
struct found {
    struct uuid company;
    int64_t customers, orders;
};

static int count_rows(void *arg, struct tx *tx)
{
    struct found *f = arg;
    struct export_customer *people;
    struct export_order *orders;
    size_t npeople = 0, norders = 0;
    int rc = export_customers(tx, f->company, import_before_all, 1000, &people, &npeople);

    if (rc >= 0)
        rc = export_orders(tx, f->company, import_before_all, 1000, &orders, &norders);
    f->customers = (int64_t)npeople;
    f->orders = (int64_t)norders;
    return rc;
}

static void demo_is_made_once(void **state)
{
    struct world *w = *state;
    const struct demo_options o = {.customers = 50, .orders = 300, .companies = 1, .seed = 1};
    struct demo_result r, again, reset;

    assert_int_equal(demo_make(w->store, &o, w->arena, &r), 0);
    assert_int_equal(r.customers, 50);
    assert_int_equal(r.orders, 300);
    struct found f = {.company = r.company};
    assert_true(in_tx(w, count_rows, &f) >= 0);
    assert_int_equal(f.customers, 50); /* and what is told to be there is there */
    assert_int_equal(f.orders, 300);
    assert_int_equal(r.users[ROLE_ADMIN].role, ROLE_ADMIN);
    assert_int_equal(r.users[ROLE_ADMIN].password.n, 14);
    assert_int_equal(demo_make(w->store, &o, w->arena, &again), ERR_SLUG_TAKEN);
    assert_int_equal(demo_reset(w->store, w->arena, &reset), 0);
    assert_true(uuid_eq(reset.company, r.company));
    assert_false(str_eq(reset.users[ROLE_ADMIN].password, r.users[ROLE_ADMIN].password));
}

int main(void)
{
    const struct CMUnitTest sqlite[] = {TEST(demo_phones_are_valid_and_unique, sqlite),
                                        TEST(same_seed_same_shop, sqlite),
                                        TEST(demo_is_made_once, sqlite)},
                            postgres[] = {TEST(demo_is_made_once, postgres)};
    return RUN_TESTS(sqlite, postgres);
}
