/* What only PostgreSQL does: deadlocks, lost connections, COMMITs of unknown
 * outcome, plans that are no good any more. Needs CLIENTELE_TEST_PG. */
#include "store/postgres_priv.h"
#include "store/testing.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

static struct pg_conn *inside(struct conn *c)
{
    return (struct pg_conn *)(void *)c;
}

static int bump(struct tx *tx, int n)
{
    const union sql_value v[1] = {{.id = id_of(n)}};
    return tx_count(tx, &thing_bump, v);
}

static void put_two(struct fixture *f)
{
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    assert_int_equal(put_thing(tx, &thing_effect, 2, "b"), 0);
    assert_int_equal(tx_commit(&tx), 0);
}

struct rival {
    struct fixture *f;
    pthread_barrier_t both_hold_one;
    int rc;
};

static void *lock_two_then_one(void *arg)
{
    struct rival *r = arg;
    struct arena *a = arena_new(1024);
    struct tx *tx = NULL;
    r->rc = tx_begin(r->f->other, TX_WRITE, a, &tx);
    if (r->rc == 0)
        r->rc = bump(tx, 2);
    pthread_barrier_wait(&r->both_hold_one);
    if (r->rc == 1)
        r->rc = bump(tx, 1);
    tx_rollback(&tx);
    arena_free(&a);
    return NULL;
}

static void a_deadlock_asks_one_to_run_again(void **state)
{
    struct fixture *f = *state;
    put_two(f);
    struct rival r = {.f = f};
    pthread_t thread;
    assert_int_equal(pthread_barrier_init(&r.both_hold_one, NULL, 2), 0);
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(pthread_create(&thread, NULL, lock_two_then_one, &r), 0);
    assert_int_equal(bump(tx, 1), 1);
    pthread_barrier_wait(&r.both_hold_one);
    int rc = bump(tx, 2);
    tx_rollback(&tx);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true((rc == ERR_RETRY && r.rc == 1) || (rc == 1 && r.rc == ERR_RETRY));
    pthread_barrier_destroy(&r.both_hold_one);
}

static void effects_travel_with_the_next_statement(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    assert_int_equal(put_thing(tx, &thing_effect, 2, "a"), 0); /* not sent yet */
    assert_true(inside(f->conn)->nops >= 4);                   /* BEGIN, PREPARE, two effects */
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), ERR_CONSTRAINT);
    assert_true(str_eq(tx_constraint(tx), STR("things_name_key")));
    assert_int_equal(get_thing(tx, 1, &got), ERR_CONSTRAINT); /* the first error counts */
    assert_int_equal(tx_commit(&tx), ERR_CONSTRAINT);
    assert_int_equal(seen_by_other(f), 0);
}

static void undo_with_a_failed_effect_on_the_way(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    assert_int_equal(tx_savepoint(tx), 0);
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), 1); /* the savepoint is there now */
    assert_int_equal(put_thing(tx, &thing_effect, 2, "a"), 0);
    assert_int_equal(tx_savepoint_undo(tx), 0);
    assert_int_equal(put_thing(tx, &thing_insert, 3, "c"), 1);
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 2);
}

static void a_lock_held_too_long_is_in_progress(void **state)
{
    struct fixture *f = *state;
    put_two(f);
    struct arena *a = arena_new(1024);
    struct str why;
    struct store *s = NULL;
    struct conn *c = NULL;
    struct store_options o = {.busy_us = SECOND_US / 10};
    assert_int_equal(store_open(&s, f->url, &o, a, &why), 0);
    assert_int_equal(conn_open(s, CONN_WRITER, &c), 0);
    struct tx *tx = begin_tx(f, TX_WRITE), *second = NULL;
    assert_int_equal(bump(tx, 1), 1);
    assert_int_equal(tx_begin(c, TX_WRITE, a, &second), 0);
    assert_int_equal(bump(second, 1), ERR_IN_PROGRESS);
    tx_rollback(&second);
    tx_rollback(&tx);
    conn_close(&c);
    store_close(&s);
    arena_free(&a);
}

static void kill_backend(struct fixture *f)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", PQbackendPID(inside(f->conn)->pg));
    run_script(f->other, f->arena, sql);
}

static void a_lost_connection_is_said_and_made_anew(void **state)
{
    struct fixture *f = *state;
    put_two(f);
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(bump(tx, 1), 1);
    kill_backend(f);
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), ERR_STORE_DOWN);
    assert_false(tx_alive(tx));
    assert_int_equal(get_thing(tx, 1, &got), ERR_STORE_DOWN);
    assert_int_equal(tx_savepoint_undo(tx), ERR_STORE_DOWN);
    assert_int_equal(tx_commit(&tx), ERR_STORE_DOWN);

    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_true(got.count == 1); /* the change is gone with its transaction */
    assert_int_equal(bump(tx, 1), 1);
    assert_int_equal(tx_commit(&tx), 0);
}

static void an_idle_connection_that_died_is_replaced_unnoticed(void **state)
{
    struct fixture *f = *state;
    put_two(f);
    kill_backend(f);
    struct timespec wait = {.tv_sec = 1, .tv_nsec = 100000000};
    nanosleep(&wait, NULL);
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(bump(tx, 1), 1);
    assert_int_equal(tx_commit(&tx), 0);
}

static void a_changed_plan_asks_to_run_again(void **state)
{
    struct fixture *f = *state;
    put_two(f);
    struct thing got;
    struct tx *tx = begin_tx(f, TX_WRITE);
    for (int i = 0; i < 7; i++)
        assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_int_equal(tx_commit(&tx), 0);
    run_script(f->other, f->arena, "ALTER TABLE things ALTER COLUMN name TYPE varchar(99)");
    int rc = ERR_RETRY;
    for (int tries = 0; rc == ERR_RETRY && tries < 2; tries++) {
        tx = begin_tx(f, TX_WRITE);
        rc = get_thing(tx, 1, &got);
        assert_true(tries == 1 || rc == ERR_RETRY);
        tx_rollback(&tx);
    }
    assert_int_equal(rc, 1);
}

/* A relay between the program and the server, so that it can fall silent. */
struct relay {
    int listener, port;
    struct sockaddr_storage server;
    socklen_t server_size;
    atomic_bool silent, stop;
    pthread_t thread;
};

static bool pass(int from, int to)
{
    char block[8192];
    ssize_t n = read(from, block, sizeof block);
    return n > 0 && write(to, block, (size_t)n) == n;
}

static void *relay_loop(void *arg)
{
    struct relay *r = arg;
    int client = accept(r->listener, NULL, NULL);
    int server = socket(r->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool open = client >= 0 && connect(server, (struct sockaddr *)&r->server, r->server_size) == 0;
    while (open && !atomic_load(&r->stop)) {
        struct pollfd p[2] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
        poll(p, 2, 20);
        /* Silent: what the program sends arrives, what the server answers does not. */
        if (p[0].revents)
            open = pass(client, server);
        if (open && p[1].revents && !atomic_load(&r->silent))
            open = pass(server, client);
    }
    if (client >= 0)
        close(client);
    close(server);
    return NULL;
}

static void start_relay(struct relay *r, const struct fixture *f)
{
    const struct pg_conn *c = inside(f->conn);
    r->server_size = sizeof r->server;
    assert_int_equal(getpeername(PQsocket(c->pg), (struct sockaddr *)&r->server, &r->server_size),
                     0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(r->listener, 4), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&at, &size), 0);
    r->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&r->thread, NULL, relay_loop, r), 0);
}

static void stop_relay(struct relay *r)
{
    atomic_store(&r->stop, true);
    assert_int_equal(pthread_join(r->thread, NULL), 0);
    close(r->listener);
}

/* A store that reaches the same database through the relay. */
static struct store *open_through(const struct relay *r, struct fixture *f)
{
    const PGconn *pg = inside(f->conn)->pg;
    const char *password = PQpass(pg);
    char url[512];
    snprintf(url, sizeof url, "postgresql://%s%s%s@127.0.0.1:%d/%s", PQuser(pg),
             password && *password ? ":" : "", password ? password : "", r->port, PQdb(pg));
    struct store *s = NULL;
    struct str why;
    struct store_options o = {.commit_deadline_us = SECOND_US / 2};
    assert_int_equal(store_open(&s, url, &o, f->arena, &why), 0);
    return s;
}

static void a_commit_without_answer_is_of_unknown_outcome(void **state)
{
    struct fixture *f = *state;
    struct relay r = {.silent = false};
    start_relay(&r, f);
    struct store *s = open_through(&r, f);
    struct conn *c = NULL;
    struct tx *tx = NULL;
    assert_int_equal(conn_open(s, CONN_WRITER, &c), 0);
    assert_int_equal(tx_begin(c, TX_WRITE, f->arena, &tx), 0);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    atomic_store(&r.silent, true);
    int64_t before = clock_mono();
    assert_int_equal(tx_commit(&tx), ERR_OUTCOME_UNKNOWN);
    int64_t took = clock_mono() - before;
    assert_true(took >= SECOND_US / 2 && took < 3 * SECOND_US);
    assert_null(tx);
    assert_int_equal(seen_by_other(f), 1); /* it was committed, in fact */
    stop_relay(&r);
    /* Nothing listens there any more: an error at once, and no waiting in between. */
    assert_int_equal(tx_begin(c, TX_WRITE, f->arena, &tx), ERR_STORE_DOWN);
    assert_true(conn_trouble(c).n > 0);
    assert_int_equal(tx_begin(c, TX_WRITE, f->arena, &tx), ERR_STORE_DOWN);
    conn_close(&c);
    store_close(&s);
}

static void a_password_is_never_shown(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    struct store *s = NULL;
    struct conn *c = NULL;
    struct str why = STR_NULL;
    assert_int_equal(store_open(&s, "postgresql://anna:verysecret@127.0.0.1:1/shop", NULL, a, &why),
                     0);
    assert_true(str_eq(store_name(s), STR("postgresql://anna@127.0.0.1:1/shop")));
    assert_int_equal(conn_open(s, CONN_READER, &c), 0);
    assert_int_equal(conn_ping(c), ERR_STORE_DOWN);
    assert_null(memmem(conn_trouble(c).p, conn_trouble(c).n, "verysecret", 10));
    conn_close(&c);
    store_close(&s);
    assert_int_equal(store_open(&s, "postgresql://anna:verysecret@[::1/shop", NULL, a, &why),
                     ERR_USAGE);
    assert_true(why.n > 0 && !memmem(why.p, why.n, "verysecret", 10));
    arena_free(&a);
}

static void a_shard_is_stripped_from_a_name(void **state)
{
    (void)state;
    char name[64];
    pg_constraint_name("duplicate key value violates unique constraint "
                       "\"customers_phone_key_102042\"",
                       "23505", "", "", "", name, sizeof name);
    assert_string_equal(name, "customers_phone_key");
    pg_constraint_name("null value in column \"name\" of relation \"customers_102042\" violates "
                       "not-null constraint",
                       "23502", "", "", "", name, sizeof name);
    assert_string_equal(name, "customers_name_not_null");
    pg_constraint_name("x", "23505", "orders_2026_key", "", "", name, sizeof name);
    assert_string_equal(name, "orders_2026_key");
}

int main(void)
{
    if (!test_postgres())
        return 0;
    CMFixtureFunction setup = setup_postgres;
    const struct CMUnitTest list[] = {
        BOTH(a_deadlock_asks_one_to_run_again),
        BOTH(effects_travel_with_the_next_statement),
        BOTH(undo_with_a_failed_effect_on_the_way),
        BOTH(a_lock_held_too_long_is_in_progress),
        BOTH(a_lost_connection_is_said_and_made_anew),
        BOTH(an_idle_connection_that_died_is_replaced_unnoticed),
        BOTH(a_changed_plan_asks_to_run_again),
        BOTH(a_commit_without_answer_is_of_unknown_outcome),
        cmocka_unit_test(a_password_is_never_shown),
        cmocka_unit_test(a_shard_is_stripped_from_a_name),
    };
    return cmocka_run_group_tests(list, NULL, NULL);
}
