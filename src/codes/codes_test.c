/* Codes and their caps on the store: what is right, what counts, and when it
 * ends. On PostgreSQL when CLIENTELE_TEST_PG is set. */
#include "app.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/test.h"
#include "base/zone.h"
#include "codes/codes_priv.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "store/migrate.h"
#include "system/system.h"
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    struct store *s;
    struct conn *c;
    char url[300], keys[64];
    struct app app;
    struct company company, other;
    struct req r; /* the one request of these tests; its time moves */
    int (*run)(struct fixture *f, struct tx *tx);
};

static struct settings *settings_of(struct fixture *f)
{
    char *argv[] = {"x", "--codes-per-address=9", "--codes-per-country=7", NULL};
    int argc = 3;
    struct str why;
    struct settings *s = settings_load(f->a, &argc, argv, &why);
    assert_non_null(s);
    return s;
}

static int open_store(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    assert_non_null(f);
    f->a = arena_new(1 << 16);
    snprintf(f->url, sizeof f->url, "%s", url);
    snprintf(f->keys, sizeof f->keys, "/tmp/clientele-codes-%d.keys", (int)getpid());
    (void)unlink(f->keys);
    if (store_open(&f->s, url, &o, f->a, &why) < 0 || migrate_down(f->s, 0, f->a, &why) < 0 ||
        migrate_up(f->s, 0, f->a, &why) < 0 || tokens_open(&f->app.tokens, f->keys, f->a, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(conn_open(f->s, CONN_WRITER, &f->c), 0);
    f->app.settings = settings_of(f);
    f->r = (struct req){.arena = f->a, .app = &f->app, .now = NOW, .address = STR("192.0.2.1")};
    f->r.out = (struct buf){.max = 1 << 16};
    *state = f;
    return 0;
}

static int setup_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-codes-%d.db", (int)getpid());
    (void)unlink(url + 7);
    return open_store(state, url);
}

static int setup_postgres(void **state)
{
    return open_store(state, getenv("CLIENTELE_TEST_PG"));
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    conn_close(&f->c);
    store_close(&f->s);
    if (strncmp(f->url, "sqlite:", 7) == 0)
        (void)unlink(f->url + 7);
    (void)unlink(f->keys);
    tokens_free(&f->app.tokens);
    buf_free(&f->r.out);
    arena_free(&f->a);
    free(f);
    return 0;
}

static struct company make_company(struct fixture *f, struct tx *tx, const char *slug)
{
    struct company_new n = {.id = uuid_new(NOW),
                            .slug = str_c(slug),
                            .name = STR("A"),
                            .country = STR("IN"),
                            .currency = STR("INR"),
                            .zone = STR("Asia/Kolkata")};
    struct company c;
    assert_int_equal(companies_create(tx, &n, NOW), 1);
    assert_int_equal(company_load(tx, n.id, f->a, &c), 1);
    return c;
}

static int with_companies(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    f->company = make_company(f, tx, "one");
    f->other = make_company(f, tx, "two");
    f->r.company = &f->company;
    return f->run(f, tx);
}

static void run(void **state, int (*fn)(struct fixture *f, struct tx *tx))
{
    struct fixture *f = *state;
    f->run = fn;
    assert_int_equal(exec_tx(f->s, f->c, TX_WRITE, f->a, with_companies, f), 0);
}

#define RUN(test_, fn_)                                                                            \
    static void test_(void **state)                                                                \
    {                                                                                              \
        run(state, fn_);                                                                           \
    }

static const struct code_to phone = {CODE_SIGN_IN, STR("+919876543210"), STR_NULL};
static const struct code_to email = {CODE_SIGN_IN, STR_NULL, STR("a@example.com")};
static const struct code_to join = {CODE_JOIN, STR_NULL, STR("a@example.com")};

static struct str make(struct fixture *f, struct tx *tx, const struct code_to *to)
{
    int err;
    struct str code = codes_make(&f->r, tx, to, &err);
    assert_int_equal(err, 0);
    assert_true(code.n == 6 || code.n == 10);
    for (size_t i = 0; i < code.n; i++)
        assert_true(code.p[i] >= '0' && code.p[i] <= '9');
    return code;
}

/* The code with its last digit changed. */
static struct str wrong(struct fixture *f, struct str code)
{
    struct str w = arena_str(f->a, code);
    char *last = (char *)(uintptr_t)w.p + w.n - 1;
    *last = *last == '9' ? '0' : (char)(*last + 1);
    return w;
}

static int guess(struct fixture *f, struct tx *tx, const struct code_to *to, struct str code)
{
    f->r.keep = false;
    return codes_check(&f->r, tx, to, code);
}

static int once_run(struct fixture *f, struct tx *tx)
{
    struct str code = make(f, tx, &phone);
    assert_int_equal(guess(f, tx, &phone, wrong(f, code)), ERR_BAD_CODE);
    assert_true(f->r.keep);
    assert_int_equal(guess(f, tx, &phone, code), 0);
    /* Right guesses do not use it up, whoever uses it does. */
    struct str spaced = arena_printf(f->a, "%.3s %.3s", code.p, code.p + 3);
    assert_int_equal(guess(f, tx, &phone, spaced), 0);
    assert_int_equal(codes_use(&f->r, tx, &phone), 0);
    assert_int_equal(guess(f, tx, &phone, code), ERR_BAD_CODE);
    assert_int_equal(codes_use(&f->r, tx, &phone), ERR_BAD_CODE);
    return 0;
}

RUN(test_is_good_once, once_run)

static int tries_run(struct fixture *f, struct tx *tx)
{
    struct str code = make(f, tx, &phone);
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess(f, tx, &phone, wrong(f, code)), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &phone, code), 0);
    assert_int_equal(guess(f, tx, &phone, STR("no code at all")), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &phone, code), ERR_BAD_CODE);
    /* The next code has tries of its own. */
    assert_int_equal(guess(f, tx, &phone, make(f, tx, &phone)), 0);
    return 0;
}

RUN(test_dies_of_five_wrong_guesses, tries_run)

static int time_run(struct fixture *f, struct tx *tx)
{
    struct str code = make(f, tx, &phone);
    f->r.now += CODES_LIFE * SECOND_US - 1;
    assert_int_equal(guess(f, tx, &phone, code), 0);
    f->r.now += 1;
    assert_int_equal(guess(f, tx, &phone, code), ERR_BAD_CODE);
    return 0;
}

RUN(test_is_good_for_five_minutes, time_run)

static int bound_run(struct fixture *f, struct tx *tx)
{
    struct str code = make(f, tx, &email);
    assert_int_equal(guess(f, tx, &phone, code), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &join, code), ERR_BAD_CODE);
    struct code_to neighbour = {CODE_SIGN_IN, STR_NULL, STR("b@example.com")};
    assert_int_equal(guess(f, tx, &neighbour, code), ERR_BAD_CODE);
    f->r.company = &f->other;
    assert_int_equal(guess(f, tx, &email, code), ERR_BAD_CODE);
    f->r.company = &f->company;
    assert_int_equal(guess(f, tx, &email, code), 0);
    /* A new one makes it void, one for another purpose does not. */
    struct str joining = make(f, tx, &join);
    assert_int_equal(guess(f, tx, &email, code), 0);
    struct str second = make(f, tx, &email);
    if (!str_eq(code, second))
        assert_int_equal(guess(f, tx, &email, code), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &email, second), 0);
    assert_int_equal(guess(f, tx, &join, joining), 0);
    return 0;
}

RUN(test_is_bound_to_whom_and_what, bound_run)

static int guesses_run(struct fixture *f, struct tx *tx)
{
    /* 30 a day by default; right ones are none, nor those where there is no code. */
    for (int i = 0; i < 40; i++)
        assert_int_equal(guess(f, tx, &phone, STR("123456")), ERR_BAD_CODE);
    for (int i = 0; i < 30; i++) {
        struct str code = make(f, tx, &phone);
        assert_int_equal(code.n, 6);
        assert_int_equal(guess(f, tx, &phone, wrong(f, code)), ERR_BAD_CODE);
        assert_int_equal(guess(f, tx, &phone, code), 0);
    }
    /* Then nobody is kept out, and the codes are longer, for this number alone. */
    struct str code = make(f, tx, &phone);
    assert_int_equal(code.n, 10);
    for (int i = 0; i < 999; i++)
        assert_int_equal(guess(f, tx, &phone, wrong(f, code)), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &phone, code), 0);
    assert_int_equal(guess(f, tx, &phone, wrong(f, code)), ERR_BAD_CODE);
    assert_int_equal(guess(f, tx, &phone, code), ERR_BAD_CODE);
    assert_int_equal(make(f, tx, &email).n, 6);
    f->r.company = &f->other;
    assert_int_equal(make(f, tx, &phone).n, 6);
    f->r.company = &f->company;
    f->r.now += DAY_US - 1;
    assert_int_equal(make(f, tx, &phone).n, 10);
    f->r.now += 1;
    assert_int_equal(make(f, tx, &phone).n, 6);
    return 0;
}

RUN(test_wrong_guesses_of_a_day, guesses_run)

static int ask(struct fixture *f, struct tx *tx, const struct code_to *to)
{
    f->r.keep = false;
    f->r.retry_after = 0;
    return caps_send(&f->r, tx, to);
}

static int number_run(struct fixture *f, struct tx *tx)
{
    assert_int_equal(ask(f, tx, &phone), 0);
    assert_int_equal(ask(f, tx, &phone), ERR_RATE_LIMITED);
    assert_true(f->r.keep);
    assert_int_equal(f->r.retry_after, CODES_PAUSE);
    for (int i = 0; i < 4; i++) {
        f->r.now += CODES_PAUSE * SECOND_US;
        assert_int_equal(ask(f, tx, &phone), 0);
    }
    f->r.now += CODES_PAUSE * SECOND_US;
    f->r.address = STR("192.0.2.2");
    assert_int_equal(ask(f, tx, &phone), ERR_RATE_LIMITED);
    assert_int_equal(f->r.retry_after, 3600 - 5 * CODES_PAUSE);
    /* Nobody else has to wait, another company's customer neither. */
    assert_int_equal(ask(f, tx, &email), 0);
    f->r.company = &f->other;
    assert_int_equal(ask(f, tx, &phone), 0);
    f->r.company = &f->company;
    f->r.now = NOW + 3600 * SECOND_US;
    assert_int_equal(ask(f, tx, &phone), 0);
    return 0;
}

RUN(test_codes_to_one_number, number_run)

static struct code_to nth(struct fixture *f, int n)
{
    return (struct code_to){CODE_SIGN_IN, arena_printf(f->a, "+9198765432%02d", n), STR_NULL};
}

static int address_run(struct fixture *f, struct tx *tx)
{
    struct code_to to;
    for (int i = 0; i < 9; i++) {
        to = nth(f, i);
        assert_int_equal(ask(f, tx, &to), i < 7 ? 0 : ERR_RATE_LIMITED); /* of the country */
    }
    assert_int_equal(ask(f, tx, &email), ERR_RATE_LIMITED); /* of the address */
    f->r.address = STR("192.0.2.2");
    assert_int_equal(ask(f, tx, &email), 0);
    to = nth(f, 20);
    assert_int_equal(ask(f, tx, &to), ERR_RATE_LIMITED);
    assert_int_equal(f->r.retry_after, 3600);
    assert_int_equal(codes_allow_link(&f->r, tx, STR("a@example.com")), 0);
    assert_int_equal(codes_allow_link(&f->r, tx, STR("a@example.com")), ERR_RATE_LIMITED);
    return 0;
}

RUN(test_codes_by_address_and_country, address_run)

static int day_run(struct fixture *f, struct tx *tx)
{
    f->company.daily_messages = 2;
    struct code_to to[] = {nth(f, 1), nth(f, 2), nth(f, 3)};
    assert_int_equal(ask(f, tx, &to[0]), 0);
    assert_int_equal(codes_allow_link(&f->r, tx, STR("a@example.com")), 0);
    assert_int_equal(ask(f, tx, &to[1]), ERR_RATE_LIMITED);
    int64_t day = zone_day(STR("Asia/Kolkata"), NOW);
    int64_t midnight = zone_day_start(STR("Asia/Kolkata"), day + 1);
    assert_int_equal(f->r.retry_after, (midnight - NOW) / SECOND_US);
    f->r.now = midnight;
    assert_int_equal(ask(f, tx, &to[2]), 0);
    return 0;
}

RUN(test_messages_of_a_day, day_run)

static int countries_run(struct fixture *f, struct tx *tx)
{
    struct code_to canada = {CODE_SIGN_IN, STR("+14165551234"), STR_NULL};
    assert_int_equal(ask(f, tx, &canada), ERR_CODE_COUNTRY);
    f->company.code_countries = STR("IN,US");
    assert_int_equal(ask(f, tx, &canada), ERR_CODE_COUNTRY);
    f->company.code_countries = STR("US,CA");
    assert_int_equal(ask(f, tx, &canada), 0);
    assert_int_equal(ask(f, tx, &phone), ERR_CODE_COUNTRY);
    assert_int_equal(ask(f, tx, &email), 0);
    return 0;
}

RUN(test_countries, countries_run)

static int prune_run(struct fixture *f, struct tx *tx)
{
    struct uuid after = UUID_NIL;
    struct job_run run = {.app = &f->app, .arena = f->a, .after = &after};
    make(f, tx, &phone);
    f->r.now += CODES_PAUSE * SECOND_US;
    struct str code = make(f, tx, &email);
    run.now = NOW + CODES_LIFE * SECOND_US + 1;
    while (prune_companies(&run, tx) == 1)
        continue;
    f->r.now = run.now;
    assert_int_equal(codes_use(&f->r, tx, &phone), ERR_BAD_CODE); /* it is not there */
    assert_int_equal(guess(f, tx, &email, code), 0);
    return 0;
}

RUN(test_old_ones_are_forgotten, prune_run)

static void test_country_lists(void **state)
{
    (void)state;
    struct company c = {.country = STR("IN")};
    assert_true(caps_country_served(&c, "IN"));
    assert_false(caps_country_served(&c, "US"));
    c.code_countries = STR("US,DE,AT");
    assert_true(caps_country_served(&c, "US") && caps_country_served(&c, "AT"));
    assert_false(caps_country_served(&c, "IN") || caps_country_served(&c, "S,"));
    c.code_countries = STR("");
    assert_false(caps_country_served(&c, "IN"));
}

#define ON(engine, name)                                                                           \
    {                                                                                              \
#name " on " #engine, test_##name, setup_##engine, teardown, NULL                          \
    }
#define ALL(engine)                                                                                \
    ON(engine, is_good_once), ON(engine, dies_of_five_wrong_guesses),                              \
        ON(engine, is_good_for_five_minutes), ON(engine, is_bound_to_whom_and_what),               \
        ON(engine, wrong_guesses_of_a_day), ON(engine, codes_to_one_number),                       \
        ON(engine, codes_by_address_and_country), ON(engine, messages_of_a_day),                   \
        ON(engine, countries), ON(engine, old_ones_are_forgotten)

int main(void)
{
    const struct CMUnitTest everywhere[] = {cmocka_unit_test(test_country_lists), ALL(sqlite)};
    const struct CMUnitTest postgres[] = {ALL(postgres)};
    int failed = cmocka_run_group_tests(everywhere, NULL, NULL);
    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("PostgreSQL: left out, CLIENTELE_TEST_PG is not set\n");
    return failed;
}
