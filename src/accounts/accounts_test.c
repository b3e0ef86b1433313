/* Rules of accounts on the store: who is an admin, links that void each other,
 * sessions that end. On PostgreSQL when CLIENTELE_TEST_PG is set. */
#include "accounts/accounts.h"
#include "auth/secrets.h"
#include "base/clock.h"
#include "base/test.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    struct store *s;
    struct conn *c;
    char url[300];
    struct uuid company;
};

static int open_store(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    assert_non_null(f);
    f->a = arena_new(1 << 16);
    snprintf(f->url, sizeof f->url, "%s", url);
    if (store_open(&f->s, url, &o, f->a, &why) < 0 || migrate_down(f->s, 0, f->a, &why) < 0 ||
        migrate_up(f->s, 0, f->a, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(conn_open(f->s, CONN_WRITER, &f->c), 0);
    *state = f;
    return 0;
}

static int setup_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-accounts-%d.db", (int)getpid());
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
    arena_free(&f->a);
    free(f);
    return 0;
}

static void run(struct fixture *f, int (*fn)(void *arg, struct tx *tx))
{
    assert_int_equal(exec_tx(f->s, f->c, TX_WRITE, f->a, fn, f), 0);
}

static struct uuid make_company(struct tx *tx, const char *slug, int64_t at)
{
    struct company_new c = {.id = uuid_new(at),
                            .slug = str_c(slug),
                            .name = STR("A"),
                            .country = STR("IN"),
                            .currency = STR("INR"),
                            .zone = STR("Asia/Kolkata")};
    assert_int_equal(companies_create(tx, &c, at), 1);
    return c.id;
}

static struct user_row make_user(struct tx *tx, struct uuid company, const char *email,
                                 enum role role)
{
    struct user_new u = {
        .id = uuid_new(NOW), .email = str_c(email), .name = STR("A"), .role = role};
    struct user_row row;
    assert_int_equal(accounts_create_user(tx, company, &u, NOW), 1);
    assert_int_equal(user_read(tx, company, u.id, &row), 1);
    return row;
}

static int names_run(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    struct uuid found;
    struct user_new twice = {.id = uuid_new(NOW), .email = STR("a@x.de"), .name = STR("A")};
    assert_int_equal(companies_find(tx, STR_NULL, &found), 0);
    struct uuid one = make_company(tx, "one", NOW);
    assert_int_equal(companies_find(tx, STR_NULL, &found), 1);
    assert_true(uuid_eq(found, one));
    struct uuid two = make_company(tx, "two", NOW);
    assert_int_equal(companies_find(tx, STR_NULL, &found), ERR_USAGE);
    assert_int_equal(companies_find(tx, STR("two"), &found), 1);
    assert_true(uuid_eq(found, two));
    assert_int_equal(companies_find(tx, STR("three"), &found), 0);
    struct company_new same = {.id = uuid_new(NOW), .slug = STR("one"), .name = STR("B")};
    assert_int_equal(companies_create(tx, &same, NOW), 0);
    make_user(tx, one, "a@x.de", ROLE_ADMIN);
    assert_int_equal(accounts_create_user(tx, one, &twice, NOW), 0);
    assert_int_equal(accounts_create_user(tx, two, &twice, NOW), 1);
    struct store_new shop = {.id = uuid_new(NOW), .name = STR("A"), .code = STR("C")};
    assert_int_equal(stores_create(tx, one, &shop, NOW), 1);
    shop.id = uuid_new(NOW);
    assert_int_equal(stores_create(tx, one, &shop, NOW), 0);
    assert_int_equal(stores_create(tx, two, &shop, NOW), 1);
    (void)f;
    return 0;
}

static void test_names_are_unique(void **state)
{
    run(*state, names_run);
}

static int admins_run(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    f->company = make_company(tx, "one", NOW);
    struct user_row a = make_user(tx, f->company, "a@x.de", ROLE_ADMIN);
    struct user_row b = make_user(tx, f->company, "b@x.de", ROLE_SUPER_ADMIN);
    struct user_row c = make_user(tx, f->company, "c@x.de", ROLE_MANAGER);
    assert_true(accounts_is_admin(&a) && accounts_is_admin(&b));
    assert_false(accounts_is_admin(&c));
    assert_int_equal(accounts_other_admin(tx, f->company, a.id), 1);
    struct user_row gone = b;
    gone.is_active = false;
    assert_false(accounts_is_admin(&gone));
    assert_int_equal(accounts_update(tx, f->company, &gone, NOW), 0);
    assert_int_equal(accounts_other_admin(tx, f->company, a.id), 0);
    b.denials = (int64_t)PERM_BIT(PERM_MANAGE_USERS);
    assert_false(accounts_is_admin(&b));
    assert_int_equal(accounts_update(tx, f->company, &b, NOW), 0);
    assert_int_equal(accounts_other_admin(tx, f->company, a.id), 0);
    b.denials = (int64_t)PERM_BIT(PERM_EXPORT);
    assert_true(accounts_is_admin(&b));
    assert_int_equal(accounts_update(tx, f->company, &b, NOW), 0);
    assert_int_equal(accounts_other_admin(tx, f->company, a.id), 1);
    /* An admin elsewhere is nobody here. */
    struct uuid other = make_company(tx, "two", NOW);
    struct user_row d = make_user(tx, other, "a@x.de", ROLE_ADMIN);
    assert_int_equal(accounts_other_admin(tx, other, d.id), 0);
    return 0;
}

static void test_other_admins(void **state)
{
    run(*state, admins_run);
}

static void test_permissions(void **state)
{
    (void)state;
    struct user_row u = {.role = STR("CASHIER"), .is_active = true};
    assert_int_equal(accounts_perms(&u), role_perms(ROLE_CASHIER));
    u.grants = (int64_t)(PERM_BIT(PERM_EXPORT) | PERM_BIT(PERM_ERASE));
    u.denials = (int64_t)(PERM_BIT(PERM_ERASE) | PERM_BIT(PERM_READ_ORDER));
    assert_int_equal(accounts_perms(&u), (role_perms(ROLE_CASHIER) & ~PERM_BIT(PERM_READ_ORDER)) |
                                             PERM_BIT(PERM_EXPORT));
}

static int good(struct tx *tx, struct uuid company, const struct user_link *l, const char *purpose)
{
    struct link_read_row row;
    struct uuid in_token;
    uint8_t hash[32];
    assert_true(link_parse(l->token, &in_token, hash));
    assert_true(uuid_eq(in_token, company));
    int rc = link_read(tx, company, (struct str){(const char *)hash, 32}, NOW, &row);
    return rc == 1 ? str_eq(row.purpose, str_c(purpose)) : rc;
}

static int links_run(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    struct user_link one, two;
    f->company = make_company(tx, "one", NOW);
    struct user_row u = make_user(tx, f->company, "a@x.de", ROLE_ADMIN);
    assert_int_equal(accounts_one_time_link(tx, f->company, &u, STR("http://x"), NOW, f->a, &one),
                     0);
    assert_true(str_starts(one.url, STR("http://x/activate#token=")));
    assert_int_equal(good(tx, f->company, &one, "activate"), 1);
    assert_int_equal(good(tx, f->company, &one, "reset"), 0);
    u.has_password = true;
    assert_int_equal(accounts_one_time_link(tx, f->company, &u, STR("http://x"), NOW, f->a, &two),
                     0);
    assert_true(str_starts(two.url, STR("http://x/reset#token=")));
    assert_int_equal(good(tx, f->company, &one, "activate"), 0);
    assert_int_equal(good(tx, f->company, &two, "reset"), 1);
    assert_int_equal(accounts_sign_out(tx, f->company, u.id, UUID_NIL, NOW), 0);
    assert_int_equal(good(tx, f->company, &two, "reset"), 0);
    return 0;
}

static void test_links(void **state)
{
    run(*state, links_run);
}

static bool lives(struct tx *tx, struct uuid company, struct uuid session)
{
    struct session_lock_row row;
    assert_int_equal(session_lock(tx, company, session, &row), 1);
    return row.revoked_at == I64_NULL;
}

static struct uuid make_session(struct tx *tx, struct uuid company, struct uuid user, int64_t ends)
{
    struct uuid id = uuid_new(NOW);
    struct session_insert_params p = {.company = company,
                                      .id = id,
                                      .user = user,
                                      .hash = STR("x"),
                                      .now = NOW,
                                      .expires_at = ends};
    assert_int_equal(session_insert(tx, &p), 1);
    return id;
}

static int sign_out_run(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    f->company = make_company(tx, "one", NOW);
    struct user_row a = make_user(tx, f->company, "a@x.de", ROLE_ADMIN);
    struct user_row b = make_user(tx, f->company, "b@x.de", ROLE_ADMIN);
    struct uuid here = make_session(tx, f->company, a.id, NOW + DAY_US);
    struct uuid there = make_session(tx, f->company, a.id, NOW + DAY_US);
    struct uuid other = make_session(tx, f->company, b.id, NOW + DAY_US);
    assert_int_equal(accounts_sign_out(tx, f->company, a.id, here, NOW), 0);
    assert_true(lives(tx, f->company, here) && lives(tx, f->company, other));
    assert_false(lives(tx, f->company, there));
    assert_int_equal(accounts_sign_out(tx, f->company, a.id, UUID_NIL, NOW), 0);
    assert_false(lives(tx, f->company, here));
    assert_true(lives(tx, f->company, other));
    return 0;
}

static void test_sign_out(void **state)
{
    run(*state, sign_out_run);
}

#define ON(engine, name)                                                                           \
    {                                                                                              \
#name " on " #engine, test_##name, setup_##engine, teardown, NULL                          \
    }
#define ALL(engine)                                                                                \
    ON(engine, names_are_unique), ON(engine, other_admins), ON(engine, links), ON(engine, sign_out)

int main(void)
{
    const struct CMUnitTest everywhere[] = {cmocka_unit_test(test_permissions), ALL(sqlite)};
    const struct CMUnitTest postgres[] = {ALL(postgres)};
    int failed = cmocka_run_group_tests(everywhere, NULL, NULL);
    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("PostgreSQL: left out, CLIENTELE_TEST_PG is not set\n");
    return failed;
}
