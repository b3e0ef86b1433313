/* Groups of writes: a member that is refused, before or after it has written,
 * takes nothing of its neighbours with it. Queue and running keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "exec.sql.h"
#include "exec/exec_priv.h"
#include "store/migrate.h"
#include "system.sql.h"

enum { REQUESTS = 200 };

struct fixture {
    struct app app;
    struct arena *arena;
    char path[64];
    struct uuid company;
    atomic_int done;
};
static struct fixture *fixture; /* of the running test, for done() */

static int make_company(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    (void)f;
    return tx_script(
        tx, "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
            "auto_create_login, is_active, version, created_at, updated_at) VALUES "
            "(x'00000000000000000000000000000001', "
            "'one', 'One', 'IN', 'INR', 'Asia/Kolkata', 1, 0, 1, 1, 0, 0)");
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(4096);
    snprintf(f->path, sizeof f->path, "sqlite:/tmp/clientele-exec-%d.db", (int)getpid());
    (void)unlink(f->path + 7);
    int argc = 1;
    char *argv[] = {(char *)"test", NULL};
    struct str why = STR_NULL;
    f->app.settings = settings_load(f->arena, &argc, argv, &why);
    assert_non_null(f->app.settings);
    struct store_options o = {.create = true};
    assert_int_equal(store_open(&f->app.store, f->path, &o, f->arena, &why), 0);
    assert_int_equal(migrate_up(f->app.store, 0, f->arena, &why), 0);
    struct conn *c = NULL;
    assert_int_equal(conn_open(f->app.store, CONN_WRITER, &c), 0);
    assert_int_equal(exec_tx(f->app.store, c, TX_WRITE, f->arena, make_company, f), 0);
    conn_close(&c);
    f->company = UUID_NIL;
    f->company.b[15] = 1;
    assert_int_equal(exec_start(&f->app, &f->app.exec), 0);
    fixture = f;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    exec_stop(&f->app.exec);
    store_close(&f->app.store);
    (void)unlink(f->path + 7);
    arena_free(&f->arena);
    free(f);
    return 0;
}

struct plan {
    struct given given;
    int64_t kind; /* 0 well, 1 refused before, 2 refused after a write, 3 refused but kept */
};

static int handler(struct req *r, struct tx *tx)
{
    int64_t kind = r->query.p[r->query.n - 1] - '0';
    if (kind == 1)
        return req_fail(r, ERR_ORDER_STATE);
    int rc = audit_system(tx, r->company->id, r->now, "test.write", r->id, STR_NULL);
    if (rc < 0)
        return rc;
    if (kind == 2)
        return req_fail(r, ERR_TOTALS);
    if (kind == 3)
        return req_fail_keep(r, ERR_BAD_CREDENTIALS);
    return req_answer_message(r, 200, "well");
}

FIELDS(plan_in, "Plan", struct plan,
       {.name = "kind",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct plan, kind),
        .max = 9,
        .help = "what happens"});

static const struct route test_route = {.method = "POST",
                                        .path = "/test",
                                        .perm = PERM_PUBLIC,
                                        .rule = COMPANY_HOST,
                                        .mode = RUN_WRITE,
                                        .limit = LIMIT_NONE,
                                        .in = &plan_in,
                                        .handler = handler,
                                        .action = "test.route"};

static void done(struct req *r)
{
    (void)r;
    atomic_fetch_add(&fixture->done, 1);
}

static struct req *make_request(struct fixture *f, int kind)
{
    struct arena *a = arena_new(2048);
    struct req *r = ARENA_NEW(a, struct req);
    *r = (struct req){.arena = a,
                      .app = &f->app,
                      .route = &test_route,
                      .now = clock_now(),
                      .method = STR("POST"),
                      .path = STR("/test"),
                      .host = STR("localhost"),
                      .address = STR("127.0.0.1"),
                      .authorization = STR_NULL,
                      .query = arena_printf(a, "kind=%d", kind),
                      .body = STR("{}")};
    r->id = uuid_new(r->now);
    random_bytes(r->seed, sizeof r->seed);
    buf_init(&r->out, 65536);
    return r;
}

struct counts {
    int64_t writes, routes;
};

static int count_rows(void *arg, struct tx *tx)
{
    struct counts *c = arg;
    struct uuid last = {
        {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};
    struct uuid company = UUID_NIL;
    company.b[15] = 1;
    struct audit_row *rows;
    size_t n = 0;
    int rc = audit_list(tx, company, last, 10000, &rows, &n);
    for (size_t i = 0; i < n; i++) {
        c->writes += str_eq(rows[i].action, STR("test.write"));
        c->routes += str_eq(rows[i].action, STR("test.route"));
    }
    return rc;
}

static void group_members_are_independent(void **state)
{
    struct fixture *f = *state;
    struct req *all[REQUESTS];
    int kinds[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
        kinds[i] = i % 7 == 3 ? 2 : i % 5 == 1 ? 1 : i % 11 == 0 ? 3 : 0;
        all[i] = make_request(f, kinds[i]);
    }
    for (int i = 0; i < REQUESTS; i++)
        exec_submit(f->app.exec, all[i], done);
    while (atomic_load(&f->done) < REQUESTS)
        usleep(1000);
    int64_t kept = 0;
    static const int status[] = {200, 409, 400, 401};
    for (int i = 0; i < REQUESTS; i++) {
        assert_int_equal(all[i]->status, status[kinds[i]]);
        kept += kinds[i] == 0 || kinds[i] == 3;
        buf_free(&all[i]->out);
        struct arena *a = all[i]->arena;
        arena_free(&a);
    }
    struct counts c = {0};
    struct conn *conn = NULL;
    assert_int_equal(conn_open(f->app.store, CONN_READER, &conn), 0);
    assert_int_equal(exec_tx(f->app.store, conn, TX_READ, f->arena, count_rows, &c), 0);
    conn_close(&conn);
    assert_int_equal(c.writes, kept);
    assert_int_equal(c.routes, kept);
}

static void queue_gives_groups_in_order(void **state)
{
    (void)state;
    struct queue q;
    queue_init(&q, 3);
    struct ticket t[4] = {{0}};
    assert_true(queue_put(&q, &t[0]));
    assert_true(queue_put(&q, &t[1]));
    assert_true(queue_put(&q, &t[2]));
    assert_false(queue_put(&q, &t[3]));
    struct ticket *list = queue_take(&q, 2);
    assert_ptr_equal(list, &t[0]);
    assert_ptr_equal(list->next, &t[1]);
    assert_null(list->next->next);
    assert_int_equal(queue_length(&q), 1);
    queue_close(&q);
    assert_ptr_equal(queue_take(&q, 2), &t[2]);
    assert_null(queue_take(&q, 2));
    assert_false(queue_put(&q, &t[3]));
    queue_free(&q);
}

static void a_running_key_is_known(void **state)
{
    (void)state;
    struct flights *f = flights_new();
    uint8_t a[HASH_BYTES] = {1, 2, 3}, b[HASH_BYTES] = {1, 2, 4};
    assert_true(flights_enter(f, a));
    assert_false(flights_enter(f, a));
    assert_true(flights_enter(f, b));
    flights_leave(f, a);
    assert_true(flights_enter(f, a));
    flights_leave(f, a);
    flights_leave(f, b);
    flights_free(&f);
}

static void presuming_in_vain_pauses_longer_each_time(void **state)
{
    (void)state;
    struct presume p = {0};
    static const unsigned pauses[] = {1, 3, 7, 15, 31, 63, 64, 64};
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        assert_true(presume_now(&p));
        presume_failed(&p);
        for (unsigned k = 0; k < pauses[i]; k++)
            assert_false(presume_now(&p));
    }
    for (int i = 0; i < 7; i++) { /* it goes well again */
        assert_true(presume_now(&p));
        presume_held(&p);
    }
    presume_failed(&p);
    assert_false(presume_now(&p));
    assert_true(presume_now(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(group_members_are_independent, setup, teardown),
        cmocka_unit_test(queue_gives_groups_in_order),
        cmocka_unit_test(a_running_key_is_known),
        cmocka_unit_test(presuming_in_vain_pauses_longer_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
