/* Sign-ups that came to nothing, on the store: which go, and what keeps one. On
 * PostgreSQL when CLIENTELE_TEST_PG is set. */
#include "app.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/test.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "exec/job.h"
#include "orders/orders.h"
#include "signup/signup_priv.h"
#include "store/migrate.h"
#include "system.sql.h"
#include <stdlib.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    struct store *s;
    struct conn *c;
    char url[300];
    struct app app;
    struct company companies[2];
    struct req r; /* the one request of these tests; its time moves */
    int serial;   /* of the sign-ups */
    int (*run)(struct fixture *f, struct tx *tx);
};

static struct settings *settings_of(struct fixture *f, char *age)
{
    char *argv[] = {"x", age, NULL};
    int argc = 2;
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
    if (store_open(&f->s, url, &o, f->a, &why) < 0 || migrate_down(f->s, 0, f->a, &why) < 0 ||
        migrate_up(f->s, 0, f->a, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(conn_open(f->s, CONN_WRITER, &f->c), 0);
    f->app.settings = settings_of(f, "--unproved-signups=30d");
    f->r = (struct req){.arena = f->a, .app = &f->app, .now = NOW};
    *state = f;
    return 0;
}

static int setup_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-signup-%d.db", (int)getpid());
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

static void make_company(struct fixture *f, struct tx *tx, const char *slug, int days,
                         struct company *out)
{
    struct company_new n = {.id = uuid_new(NOW - days * DAY_US),
                            .slug = str_c(slug),
                            .name = STR("A"),
                            .country = STR("IN"),
                            .currency = STR("INR"),
                            .zone = STR("Asia/Kolkata")};
    assert_int_equal(companies_create(tx, &n, NOW), 1);
    assert_int_equal(company_load(tx, n.id, f->a, out), 1);
}

static int with_companies(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    make_company(f, tx, "one", 400, &f->companies[0]);
    make_company(f, tx, "two", 399, &f->companies[1]);
    f->r.company = &f->companies[0];
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

/* A sign-up so many days ago. */
static struct uuid signed_up(struct fixture *f, struct tx *tx, int days)
{
    f->r.now = NOW - days * DAY_US;
    random_bytes(f->r.seed, sizeof f->r.seed);
    struct login_new n = {.id = uuid_new(f->r.now),
                          .name = STR("Asha Rao"),
                          .email = arena_printf(f->a, "asha%d@example.com", f->serial++),
                          .phone = STR("+919876543210"),
                          .hash = STR("x")};
    assert_int_equal(signup_make(&f->r, tx, &n), 0);
    return n.id;
}

static struct uuid record_of(struct fixture *f, struct tx *tx, struct uuid login)
{
    struct user_row u;
    assert_int_equal(user_read(tx, f->r.company->id, login, &u), 1);
    assert_false(uuid_is_nil(u.customer_id));
    return u.customer_id;
}

/* Runs the job to its end; how many pieces it took. */
static int prune(struct fixture *f, struct tx *tx)
{
    struct uuid after = UUID_NIL, within = UUID_NIL;
    struct job_run j = {
        .app = &f->app, .arena = f->a, .now = NOW, .after = &after, .within = &within};
    int rc, pieces = 1;
    while ((rc = signup_prune(&j, tx)) == 1)
        assert_true(++pieces < 1000);
    assert_int_equal(rc, 0);
    return pieces;
}

static bool is_there(struct fixture *f, struct tx *tx, struct uuid login)
{
    struct user_row u;
    int rc = user_read(tx, f->r.company->id, login, &u);
    assert_true(rc >= 0);
    return rc == 1;
}

static struct audit_row newest_audit(struct fixture *f, struct tx *tx)
{
    struct audit_row *rows;
    struct uuid last;
    size_t n;
    memset(&last, 0xff, sizeof last);
    assert_int_equal(audit_list(tx, f->r.company->id, last, 1, &rows, &n), 0);
    return n ? rows[0] : (struct audit_row){.action = STR_NULL};
}

static int goes_run(struct fixture *f, struct tx *tx)
{
    struct uuid login = signed_up(f, tx, 31), record = record_of(f, tx, login);
    struct uuid young = signed_up(f, tx, 29);
    struct customer_row c;
    struct event_row *events;
    size_t n;
    prune(f, tx);
    assert_false(is_there(f, tx, login));
    assert_int_equal(customer_by_id(tx, f->r.company->id, record, &c), 0);
    assert_true(is_there(f, tx, young));
    record_of(f, tx, young);
    struct audit_row audit = newest_audit(f, tx);
    assert_true(str_eq(audit.action, STR("signup.prune")));
    assert_true(str_eq(audit.actor_kind, STR("system")));
    assert_true(uuid_eq(audit.subject_id, login));
    assert_true(outbox_number(tx, f->r.company->id, 0, 100) > 0);
    assert_int_equal(
        outbox_after(tx, f->r.company->id, 0, STR("customer.deleted"), 10, &events, &n), 0);
    assert_int_equal(n, 1);
    assert_true(uuid_eq(events[0].subject_id, record));
    return 0;
}

RUN(test_old_ones_go_with_their_record, goes_run)

static int never_run(struct fixture *f, struct tx *tx)
{
    struct uuid login = signed_up(f, tx, 3000);
    f->app.settings = settings_of(f, "--unproved-signups=0d");
    prune(f, tx);
    assert_true(is_there(f, tx, login));
    f->app.settings = settings_of(f, "--unproved-signups=3000d");
    prune(f, tx);
    assert_true(is_there(f, tx, login));
    f->app.settings = settings_of(f, "--unproved-signups=2999d");
    prune(f, tx);
    assert_false(is_there(f, tx, login));
    return 0;
}

RUN(test_the_setting_says_when, never_run)

/* What keeps an old sign-up. */
static void sign_in(struct fixture *f, struct tx *tx, struct uuid login, int64_t until, bool ended)
{
    struct session_insert_params s = {.company = f->r.company->id,
                                      .id = uuid_new(NOW),
                                      .user = login,
                                      .hash = STR("x"),
                                      .now = NOW - 31 * DAY_US,
                                      .expires_at = until};
    assert_int_equal(session_insert(tx, &s), 1);
    if (ended)
        assert_int_equal(session_end(tx, s.company, s.id, NOW), 1);
}

static int sessions_run(struct fixture *f, struct tx *tx)
{
    struct uuid in = signed_up(f, tx, 40), out = signed_up(f, tx, 40),
                expired = signed_up(f, tx, 40);
    struct uuid lately = signed_up(f, tx, 40);
    sign_in(f, tx, in, NOW + 1, false);
    sign_in(f, tx, out, NOW + DAY_US, true);
    sign_in(f, tx, expired, NOW, false);
    assert_true(user_signed_in(tx, f->r.company->id, lately, NOW - 29 * DAY_US) >= 0);
    prune(f, tx);
    assert_true(is_there(f, tx, in));
    assert_false(is_there(f, tx, out));
    assert_false(is_there(f, tx, expired));
    assert_true(is_there(f, tx, lately));
    return 0;
}

RUN(test_who_is_signed_in_stays, sessions_run)

static int proofs_run(struct fixture *f, struct tx *tx)
{
    struct uuid phone = signed_up(f, tx, 40), email = signed_up(f, tx, 40);
    struct identity_result result;
    struct user_row u;
    assert_int_equal(identity_phone_proved(&f->r, tx, phone, STR("+919876543210"), &result), 0);
    assert_int_equal(user_read(tx, f->r.company->id, email, &u), 1);
    assert_int_equal(signup_email_proved(&f->r, tx, email, u.claimed_email), 0);
    prune(f, tx);
    assert_true(is_there(f, tx, phone));
    assert_true(is_there(f, tx, email));
    return 0;
}

RUN(test_who_proved_anything_stays, proofs_run)

static int history_run(struct fixture *f, struct tx *tx)
{
    struct uuid bought = signed_up(f, tx, 40), noted = signed_up(f, tx, 40);
    struct uuid linked = signed_up(f, tx, 40);
    struct order_import o = {.id = uuid_new(NOW),
                             .customer_id = record_of(f, tx, bought),
                             .source = "WEB",
                             .status = "OPEN",
                             .method = "CASH",
                             .quantity = I64_NULL,
                             .total = 100,
                             .created_at = NOW - 40 * DAY_US};
    int8_t made;
    assert_true(orders_import_many(tx, f->r.company, f->a, &o, 1, &made) >= 0);
    assert_int_equal(made, 1);
    struct customer_row c;
    assert_int_equal(customer_by_id(tx, f->r.company->id, record_of(f, tx, noted), &c), 1);
    c.notes = STR("Knows the owner");
    assert_int_equal(customers_save(&f->r, tx, &c, c.name), 0);
    struct customer_new n = {.id = uuid_new(NOW),
                             .name = STR("Meera"),
                             .birthday = I64_NULL,
                             .anniversary = I64_NULL,
                             .created_at = NOW};
    int taken;
    assert_int_equal(customers_insert(tx, f->r.company, f->a, &n, &c, &taken), 1);
    assert_int_equal(identity_link(&f->r, tx, linked, n.id, EVIDENCE_STAFF), 0);
    prune(f, tx);
    assert_true(is_there(f, tx, bought));
    assert_true(is_there(f, tx, noted));
    assert_true(is_there(f, tx, linked));
    return 0;
}

RUN(test_who_has_a_history_stays, history_run)

static int pile_run(struct fixture *f, struct tx *tx)
{
    struct uuid pile[45], other;
    for (size_t i = 0; i < 45; i++)
        pile[i] = signed_up(f, tx, 40);
    f->r.company = &f->companies[1];
    other = signed_up(f, tx, 50);
    f->r.company = &f->companies[0];
    struct uuid after = UUID_NIL, within = UUID_NIL;
    struct job_run j = {
        .app = &f->app, .arena = f->a, .now = NOW, .after = &after, .within = &within};
    assert_int_equal(signup_prune(&j, tx), 1);
    size_t left = 0;
    for (size_t i = 0; i < 45; i++)
        left += is_there(f, tx, pile[i]);
    assert_int_equal(left, 25);
    assert_true(prune(f, tx) > 2);
    for (size_t i = 0; i < 45; i++)
        assert_false(is_there(f, tx, pile[i]));
    f->r.company = &f->companies[1];
    assert_false(is_there(f, tx, other));
    return 0;
}

RUN(test_a_pile_goes_in_pieces, pile_run)

#define ON(engine, name)                                                                           \
    {                                                                                              \
#name " on " #engine, test_##name, setup_##engine, teardown, NULL                          \
    }
#define ALL(engine)                                                                                \
    ON(engine, old_ones_go_with_their_record), ON(engine, the_setting_says_when),                  \
        ON(engine, who_is_signed_in_stays), ON(engine, who_proved_anything_stays),                 \
        ON(engine, who_has_a_history_stays), ON(engine, a_pile_goes_in_pieces)

int main(void)
{
    const struct CMUnitTest everywhere[] = {ALL(sqlite)};
    const struct CMUnitTest postgres[] = {ALL(postgres)};
    int failed = cmocka_run_group_tests(everywhere, NULL, NULL);
    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("PostgreSQL: left out, CLIENTELE_TEST_PG is not set\n");
    return failed;
}
