/* Who is asking: what the cache remembers, for how long, and what ends it. A
 * request with a NULL transaction proves that no statement was run. */
#include "app.h"
#include "auth/principal.h"
#include "auth/secrets.h"
#include "base/clock.h"
#include "base/test.h"
#include "exec/exec.h"
#include "store/migrate.h"
#include "store/store.h"
#include <stdlib.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    struct app app;
    struct conn *c;
    struct auth_cache *cache;
    char db[64], keys[64];
    struct req r;
    struct str bearer;
};

/* Ids 1 company, 2 user, 3 session, 4 customer, 5 key. */
static struct uuid id(uint8_t n)
{
    struct uuid u = UUID_NIL;
    u.b[15] = n;
    return u;
}

static int script(void *arg, struct tx *tx)
{
    return tx_script(tx, arg);
}

static void sql(struct fixture *f, const char *text)
{
    union {
        const char *in;
        void *out;
    } arg = {.in = text};
    assert_int_equal(exec_tx(f->app.store, f->c, TX_WRITE, f->a, script, arg.out), 0);
}

static const char *const rows =
    "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
    "auto_create_login, is_active, version, created_at, updated_at) VALUES "
    "(x'00000000000000000000000000000001', 'one', 'One', 'IN', 'INR',"
    " 'Asia/Kolkata', 1, 0, 1, 1, 0, 0);"
    "INSERT INTO users (company_id, id, email, name, phone, password_hash, role, grants, denials, "
    "store_id, customer_id, is_active, is_phone_verified, is_email_verified, last_login_at, "
    "batch_id, "
    "version, created_at, updated_at) VALUES (x'00000000000000000000000000000001',"
    " x'00000000000000000000000000000002', 'a@example.com', 'A', NULL, NULL, 'CASHIER', 0, 0, NULL,"
    " NULL, 1, 0, 0, NULL, NULL, 1, 0, 0);"
    "INSERT INTO sessions VALUES (x'00000000000000000000000000000001',"
    " x'00000000000000000000000000000003', x'00000000000000000000000000000002', 1, x'00', 0, 0, 9,"
    " NULL);";

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    assert_non_null(f);
    f->a = arena_new(1 << 16);
    snprintf(f->db, sizeof f->db, "sqlite:/tmp/clientele-principal-%d.db", (int)getpid());
    snprintf(f->keys, sizeof f->keys, "%s.keys", f->db + 7);
    (void)unlink(f->db + 7);
    (void)unlink(f->keys);
    assert_int_equal(store_open(&f->app.store, f->db, &o, f->a, &why), 0);
    assert_int_equal(migrate_up(f->app.store, 0, f->a, &why), 0);
    assert_int_equal(conn_open(f->app.store, CONN_WRITER, &f->c), 0);
    assert_int_equal(tokens_open(&f->app.tokens, f->keys, f->a, &why), 0);
    sql(f, rows);
    f->cache = auth_cache_new();
    struct claims c = {.user = id(2),
                       .company = id(1),
                       .session = id(3),
                       .role = ROLE_ADMIN, /* the store says CASHIER, and the store counts */
                       .expires = NOW + 900 * SECOND_US};
    f->bearer =
        arena_printf(f->a, "Bearer %.*s", STR_ARG(tokens_issue(f->app.tokens, &c, NOW, f->a)));
    f->r = (struct req){.arena = f->a, .app = &f->app, .now = NOW, .authorization = f->bearer};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    auth_cache_free(&f->cache);
    assert_null(f->cache);
    conn_close(&f->c);
    store_close(&f->app.store);
    tokens_free(&f->app.tokens);
    (void)unlink(f->db + 7);
    (void)unlink(f->keys);
    arena_free(&f->a);
    free(f);
    return 0;
}

static int ask(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    return auth_principal(f->cache, &f->r, tx);
}

/* As a request at `now` would. */
static int ask_at(struct fixture *f, int64_t now)
{
    f->r.now = now;
    return exec_tx(f->app.store, f->c, TX_READ, f->a, ask, f);
}

/* Without a transaction: only what is remembered. */
static int remembered_at(struct fixture *f, int64_t now)
{
    f->r.now = now;
    return auth_principal(f->cache, &f->r, NULL);
}

static void test_nobody(void **state)
{
    struct fixture *f = *state;
    f->r.authorization = STR_NULL;
    assert_int_equal(remembered_at(f, NOW), 0);
    assert_int_equal(f->r.who.kind, WHO_NOBODY);
    assert_int_equal(f->r.who.perms, 0);
    const char *const others[] = {"",          "Bearer",   "Bearer ",    "Basic YTpi",
                                  "bearerx y", "Bearer x", "Bearer ck_", "Bearer ck_x"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        f->r.authorization = str_c(others[i]);
        assert_int_equal(remembered_at(f, NOW), ERR_TOKEN_INVALID);
        assert_int_equal(f->r.who.kind, WHO_NOBODY);
    }
}

static void test_user(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask_at(f, NOW), 0);
    assert_int_equal(f->r.who.kind, WHO_USER);
    assert_int_equal(f->r.who.role, ROLE_CASHIER);
    assert_true(uuid_eq(f->r.who.id, id(2)) && uuid_eq(f->r.who.company, id(1)));
    assert_true(uuid_eq(f->r.who.session, id(3)));
    assert_int_equal(f->r.who.perms, role_perms(ROLE_CASHIER));
    f->r.authorization =
        arena_printf(f->a, "  bEARER   %.*s ", (int)f->bearer.n - 7, f->bearer.p + 7);
    f->r.who = (struct principal){0};
    assert_int_equal(remembered_at(f, NOW), 0);
    assert_int_equal(f->r.who.kind, WHO_USER);
}

static void test_remembered_for_three_seconds(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask_at(f, NOW), 0);
    sql(f, "UPDATE users SET role = 'MANAGER'");
    assert_int_equal(remembered_at(f, NOW + 3 * SECOND_US - 1), 0);
    assert_int_equal(f->r.who.role, ROLE_CASHIER);
    assert_int_equal(ask_at(f, NOW + 3 * SECOND_US), 0);
    assert_int_equal(f->r.who.role, ROLE_MANAGER);
    /* A clock that goes back does not make it last longer. */
    sql(f, "UPDATE users SET role = 'STAFF'");
    assert_int_equal(ask_at(f, NOW), 0);
    assert_int_equal(f->r.who.role, ROLE_STAFF);
}

static void test_grants_and_denials(void **state)
{
    struct fixture *f = *state;
    char text[200];
    snprintf(text, sizeof text, "UPDATE users SET grants = %llu, denials = %llu",
             (unsigned long long)(PERM_BIT(PERM_EXPORT) | PERM_BIT(PERM_READ_AUDIT)),
             (unsigned long long)(PERM_BIT(PERM_TAKE_PAYMENT) | PERM_BIT(PERM_READ_AUDIT)));
    sql(f, text);
    assert_int_equal(ask_at(f, NOW), 0);
    assert_true(req_may(&f->r, PERM_EXPORT));
    assert_true(req_may(&f->r, PERM_CREATE_ORDER));
    assert_false(req_may(&f->r, PERM_TAKE_PAYMENT));
    assert_false(req_may(&f->r, PERM_READ_AUDIT)); /* a denial wins */
    assert_false(req_may(&f->r, PERM_SUPER));
}

/* Each of these ends the token at the next look, and it stays ended. */
static void test_what_ends_it(void **state)
{
    struct fixture *f = *state;
    static const char *const ends[][2] = {
        {"UPDATE users SET is_active = 0", "UPDATE users SET is_active = 1"},
        {"UPDATE companies SET is_active = 0", "UPDATE companies SET is_active = 1"},
        {"UPDATE sessions SET revoked_at = 1", "UPDATE sessions SET revoked_at = NULL"},
        {"UPDATE users SET role = 'KING'", "UPDATE users SET role = 'CASHIER'"},
    };
    int64_t now = NOW;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++, now += 10 * SECOND_US) {
        assert_int_equal(ask_at(f, now), 0);
        sql(f, ends[i][0]);
        assert_int_equal(ask_at(f, now + 3 * SECOND_US), ERR_TOKEN_INVALID);
        assert_int_equal(f->r.who.kind, WHO_NOBODY);
        assert_int_equal(ask_at(f, now + 3 * SECOND_US), ERR_TOKEN_INVALID);
        sql(f, ends[i][1]);
    }
    assert_int_equal(ask_at(f, now), 0);
    sql(f, "DELETE FROM sessions");
    assert_int_equal(ask_at(f, now + 3 * SECOND_US), ERR_TOKEN_INVALID);
}

/* An admin without the second factor that the company requires may nothing but
 * what everybody may who is signed in. */
static void test_factor_missing(void **state)
{
    struct fixture *f = *state;
    int64_t now = NOW;
    sql(f, "UPDATE users SET role = 'SUPER_ADMIN'; UPDATE companies SET require_second_factor = 1");
    assert_int_equal(ask_at(f, now), 0);
    assert_true(f->r.who.factor_missing);
    assert_int_equal(f->r.who.perms, 0);
    assert_true(req_may(&f->r, PERM_ANY) && req_may(&f->r, PERM_PUBLIC));
    assert_false(req_may(&f->r, PERM_STAFF) || req_may(&f->r, PERM_SUPER) ||
                 req_may(&f->r, PERM_READ_CUSTOMER) || req_staff(&f->r));
    sql(f, "INSERT INTO second_factors (company_id, user_id, pending_sealed, last_step, created_at)"
           " VALUES (x'00000000000000000000000000000001', x'00000000000000000000000000000002',"
           " x'00', 0, 0)");
    assert_int_equal(ask_at(f, now += 3 * SECOND_US), 0);
    assert_true(f->r.who.factor_missing); /* being set up is not set up */
    sql(f, "UPDATE second_factors SET secret_sealed = x'00'");
    assert_int_equal(ask_at(f, now += 3 * SECOND_US), 0);
    assert_false(f->r.who.factor_missing);
    assert_true(req_may(&f->r, PERM_SUPER) && req_may(&f->r, PERM_MANAGE_COMPANY));
    sql(f, "DELETE FROM second_factors; UPDATE users SET role = 'MANAGER'");
    assert_int_equal(ask_at(f, now += 3 * SECOND_US), 0);
    assert_true(req_may(&f->r, PERM_READ_CUSTOMER)); /* it is asked of admins only */
}

/* A login goes with its person. */
static void test_inactive_customer(void **state)
{
    struct fixture *f = *state;
    sql(f, "INSERT INTO customers (company_id, id, name, name_key, tags, preferences, is_active,"
           " is_phone_verified, balance, order_count, total_orders, visit_count, total_spent,"
           " loyalty_points, version, created_at, updated_at) VALUES"
           " (x'00000000000000000000000000000001', x'00000000000000000000000000000004', 'P', x'00',"
           " '[]', '{}', 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0);"
           "UPDATE users SET role = 'CUSTOMER',"
           " customer_id = x'00000000000000000000000000000004'");
    assert_int_equal(ask_at(f, NOW), 0);
    assert_true(uuid_eq(f->r.who.customer, id(4)));
    assert_false(req_staff(&f->r));
    sql(f, "UPDATE customers SET is_active = 0");
    assert_int_equal(ask_at(f, NOW + 3 * SECOND_US), ERR_TOKEN_INVALID);
}

static void test_expiry_of_what_is_remembered(void **state)
{
    struct fixture *f = *state;
    int64_t end = NOW + 900 * SECOND_US;
    assert_int_equal(ask_at(f, end - SECOND_US), 0);
    assert_int_equal(remembered_at(f, end - 1), 0);
    assert_int_equal(remembered_at(f, end), ERR_TOKEN_EXPIRED);
    assert_int_equal(f->r.who.kind, WHO_NOBODY);
}

static void test_api_key(void **state)
{
    struct fixture *f = *state;
    uint8_t hash[32];
    char hex[65], text[400];
    struct str key = api_key_make(id(1), id(5), f->a, hash);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    snprintf(text, sizeof text,
             "INSERT INTO api_keys VALUES (x'00000000000000000000000000000001',"
             " x'00000000000000000000000000000005', 'k', x'%s', %llu, NULL, %lld, NULL, 1, 0, 0)",
             hex, (unsigned long long)PERM_BIT(PERM_READ_CUSTOMER),
             (long long)(NOW + 60 * SECOND_US));
    sql(f, text);
    f->r.authorization = arena_printf(f->a, "Bearer %.*s", STR_ARG(key));
    assert_int_equal(ask_at(f, NOW), 0);
    assert_int_equal(f->r.who.kind, WHO_KEY);
    assert_true(req_may(&f->r, PERM_READ_CUSTOMER) && req_staff(&f->r));
    assert_false(req_may(&f->r, PERM_CREATE_CUSTOMER));
    assert_int_equal(remembered_at(f, NOW + SECOND_US), 0);
    assert_int_equal(ask_at(f, NOW + 60 * SECOND_US), ERR_TOKEN_EXPIRED);

    /* The same key with another secret. */
    struct str other = api_key_make(id(1), id(5), f->a, hash);
    f->r.authorization = arena_printf(f->a, "Bearer %.*s", STR_ARG(other));
    assert_int_equal(ask_at(f, NOW), ERR_TOKEN_INVALID);
    f->r.authorization = arena_printf(f->a, "Bearer %.*s", STR_ARG(key));
    assert_int_equal(ask_at(f, NOW), 0);
    sql(f, "UPDATE api_keys SET revoked_at = 1");
    assert_int_equal(ask_at(f, NOW + 3 * SECOND_US), ERR_TOKEN_INVALID);
}

/* More tokens than there is room for: all are right, whoever is forgotten. */
static void test_more_than_there_is_room_for(void **state)
{
    struct fixture *f = *state;
    enum { MANY = 6000 };
    struct str *all = ARENA_ARRAY(f->a, struct str, MANY);
    char text[200];
    uint8_t hash[32];
    for (int i = 0; i < MANY; i++)
        all[i] = arena_printf(f->a, "Bearer %.*s", STR_ARG(api_key_make(id(1), id(9), f->a, hash)));
    snprintf(text, sizeof text, "DELETE FROM api_keys");
    sql(f, text);
    assert_int_equal(ask_at(f, NOW), 0);
    for (int i = 0; i < MANY; i++) {
        f->r.authorization = all[i];
        assert_int_equal(ask_at(f, NOW), ERR_TOKEN_INVALID);
    }
    f->r.authorization = f->bearer;
    assert_int_equal(remembered_at(f, NOW), 0); /* refusals take nobody's place */
}

static void test_role_masks(void **state)
{
    (void)state;
    for (int p = PERM_FIRST_ + 1; p < PERM_END_; p++)
        assert_true(role_perms(ROLE_SUPER_ADMIN) & role_perms(ROLE_ADMIN) & PERM_BIT(p));
    assert_int_equal(role_perms(ROLE_CUSTOMER), 0);
    assert_int_equal(role_perms(ROLE_NONE_), 0);
    assert_int_equal(role_perms(ROLE_CASHIER), role_perms(ROLE_STAFF));
    assert_int_equal(role_perms(ROLE_CASHIER) & ~role_perms(ROLE_MANAGER), 0);
    const int admins[] = {PERM_ERASE, PERM_MANAGE_USERS, PERM_MANAGE_COMPANY, PERM_READ_AUDIT};
    for (size_t i = 0; i < sizeof admins / sizeof *admins; i++)
        assert_false(role_perms(ROLE_MANAGER) & PERM_BIT(admins[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_user, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remembered_for_three_seconds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_grants_and_denials, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inactive_customer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_factor_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expiry_of_what_is_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_api_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_than_there_is_room_for, setup, teardown),
        cmocka_unit_test(test_role_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
