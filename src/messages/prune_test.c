/* What goes with time, on the store: rows 30 days after their end, the content
 * of dead ones when it is of no use; and what must stay. On PostgreSQL when
 * CLIENTELE_TEST_PG is set. */
#include "base/clock.h"
#include "base/test.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "exec/job.h"
#include "messages/messages_priv.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    struct store *s;
    struct conn *c;
    char file[64]; /* of SQLite */
    struct uuid companies[2];
};

static int open_store(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    assert_non_null(f);
    f->a = arena_new(1 << 16);
    snprintf(f->file, sizeof f->file, "/tmp/clientele-messages-%d.db", (int)getpid());
    (void)unlink(f->file);
    if (!url)
        url = arena_printf(f->a, "sqlite:%s", f->file).p;
    if (store_open(&f->s, url, &o, f->a, &why) < 0 || migrate_down(f->s, 0, f->a, &why) < 0 ||
        migrate_up(f->s, 0, f->a, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
    assert_int_equal(conn_open(f->s, CONN_WRITER, &f->c), 0);
    *state = f;
    return 0;
}

static int setup_sqlite(void **state)
{
    return open_store(state, NULL);
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
    (void)unlink(f->file);
    arena_free(&f->a);
    free(f);
    return 0;
}

/* A message that was queued a while ago, with an end or none. */
static struct uuid queued(struct tx *tx, struct uuid company, int64_t ago, int64_t expires_at)
{
    struct uuid id = uuid_new(NOW - ago);
    assert_int_equal(message_insert(tx, &(struct message_insert_params){.company = company,
                                                                        .id = id,
                                                                        .channel = STR("SMS"),
                                                                        .target = company,
                                                                        .content_sealed = STR("x"),
                                                                        .purpose = STR("code"),
                                                                        .expires_at = expires_at,
                                                                        .now = NOW - ago}),
                     0);
    return id;
}

static struct uuid dead(struct tx *tx, struct uuid company, int64_t ago, int64_t expires_at)
{
    struct uuid id = queued(tx, company, ago, expires_at);
    assert_int_equal(message_dead(tx, &(struct message_dead_params){.company = company,
                                                                    .id = id,
                                                                    .status = 500,
                                                                    .error = STR("why"),
                                                                    .now = NOW - ago}),
                     1);
    return id;
}

/* 0 gone, 1 there without content, 2 with it. */
static int left(struct tx *tx, struct uuid company, struct uuid id)
{
    struct message_row m;
    int rc = message_read(tx, company, id, &m);
    assert_true(rc >= 0);
    return rc == 1 && m.content_sealed.n ? 2 : rc;
}

static void tidy(struct fixture *f, struct tx *tx)
{
    struct uuid after = UUID_NIL;
    struct job_run run = {.arena = f->a, .now = NOW, .after = &after};
    int rc, pieces = 0;
    while ((rc = messages_tidy(&run, tx)) == 1)
        assert_true(++pieces < 100);
    assert_int_equal(rc, 0);
}

static int scenario(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    static const char *const slugs[] = {"one", "two"};
    for (size_t i = 0; i < 2; i++) {
        f->companies[i] = uuid_new(NOW);
        assert_int_equal(companies_create(tx,
                                          &(struct company_new){.id = f->companies[i],
                                                                .slug = str_c(slugs[i]),
                                                                .name = STR("A"),
                                                                .country = STR("IN"),
                                                                .currency = STR("INR"),
                                                                .zone = STR("Asia/Kolkata")},
                                          NOW),
                         1);
    }
    struct uuid a = f->companies[0], b = f->companies[1];
    struct uuid old_dead = dead(tx, a, 31 * DAY_US, I64_NULL);
    struct uuid other_dead = dead(tx, b, 31 * DAY_US, NOW + DAY_US);
    struct uuid young_dead = dead(tx, a, 29 * DAY_US, I64_NULL);
    struct uuid useless = dead(tx, b, DAY_US, NOW - 1);
    struct uuid useful = dead(tx, b, DAY_US, NOW + DAY_US);
    struct uuid waiting = queued(tx, a, 40 * DAY_US, NOW - 1);
    struct uuid sent = queued(tx, a, 31 * DAY_US, I64_NULL);
    assert_int_equal(message_sent(tx, a, sent, 201, NOW - DAY_US), 1);
    for (int i = 0; i < 2500; i++) /* more than one piece takes */
        (void)dead(tx, a, 32 * DAY_US, I64_NULL);
    tidy(f, tx);
    assert_int_equal(left(tx, a, old_dead), 0);
    assert_int_equal(left(tx, b, other_dead), 0);
    assert_int_equal(left(tx, a, young_dead), 2);
    assert_int_equal(left(tx, b, useless), 1);
    assert_int_equal(left(tx, b, useful), 2);
    assert_int_equal(left(tx, a, waiting), 2); /* the sender's business */
    assert_int_equal(left(tx, a, sent), 1);
    struct message_row *rows;
    size_t n;
    struct uuid last;
    memset(last.b, 0xff, sizeof last.b);
    assert_int_equal(messages_page(tx, a, last, STR_NULL, 100, &rows, &n), 0);
    assert_int_equal(n, 3);
    return ERR_CONFLICT; /* undone: nothing is left in the store */
}

static void test_tidy(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(exec_tx(f->s, f->c, TX_WRITE, f->a, scenario, f), ERR_CONFLICT);
}

/* What one process has taken meanwhile, another does not end. */
static int fenced(void *arg, struct tx *tx)
{
    (void)arg;
    struct uuid a = uuid_new(NOW);
    struct company_new c = {.id = a,
                            .slug = STR("one"),
                            .name = STR("A"),
                            .country = STR("IN"),
                            .currency = STR("INR"),
                            .zone = STR("Asia/Kolkata")};
    assert_int_equal(companies_create(tx, &c, NOW), 1);
    struct uuid id = queued(tx, a, 0, I64_NULL);
    struct message_put_off_params later = {
        .company = a, .id = id, .tries = 1, .next_at = NOW, .status = 500, .error = STR("why")};
    struct message_dead_params end = {
        .company = a, .id = id, .tries = 1, .status = 500, .error = STR("why"), .now = NOW};
    assert_int_equal(message_lease(tx, a, id, NOW + SECOND_US), 0);
    assert_int_equal(message_lease(tx, a, id, NOW + SECOND_US), 0); /* the lease was over */
    assert_int_equal(message_put_off(tx, &later), 0);
    assert_int_equal(message_dead(tx, &end), 0);
    assert_int_equal(message_sent(tx, a, id, 200, NOW), 1); /* sent is sent */
    later.tries = end.tries = 2;
    assert_int_equal(message_put_off(tx, &later), 0);
    assert_int_equal(message_dead(tx, &end), 0);
    assert_int_equal(message_sent(tx, a, id, 200, NOW), 0);
    assert_int_equal(left(tx, a, id), 1);
    assert_int_equal(message_revive(tx, a, id, NOW), 0);
    return ERR_CONFLICT;
}

static void test_fenced(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(exec_tx(f->s, f->c, TX_WRITE, f->a, fenced, f), ERR_CONFLICT);
}

#define ALL(engine)                                                                                \
    cmocka_unit_test_setup_teardown(test_tidy, setup_##engine, teardown),                          \
        cmocka_unit_test_setup_teardown(test_fenced, setup_##engine, teardown)

int main(void)
{
    const struct CMUnitTest sqlite[] = {ALL(sqlite)}, postgres[] = {ALL(postgres)};
    int failed = cmocka_run_group_tests(sqlite, NULL, NULL);
    if (getenv("CLIENTELE_TEST_PG"))
        failed += cmocka_run_group_tests(postgres, NULL, NULL);
    else
        print_message("PostgreSQL: left out, CLIENTELE_TEST_PG is not set\n");
    return failed;
}
