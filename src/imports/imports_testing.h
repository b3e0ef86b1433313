/* What the tests of this folder stand on: a store of their own with one
 * company, SQLite always, PostgreSQL when CLIENTELE_TEST_PG names a throw-away
 * database; imports from text and what came of them. */
#pragma once
#include "base/clock.h"
#include "base/phone.h"
#include "base/test.h"
#include "companies/companies.h"
#include "customers/customers.h"
#include "exec/exec.h"
#include "imports/demo_priv.h"
#include "imports/imports_priv.h"
#include "imports/rollback.h"
#include "imports/run.h"
#include "orders/orders.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <unistd.h>

#define UNUSED __attribute__((unused)) /* not every test needs all of it */

struct world {
    struct arena *arena;
    struct store *store;
    struct conn *conn;
    struct uuid company;
    char db[64], input[64], rejects[64];
};

UNUSED static int in_tx(struct world *w, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    return exec_tx(w->store, w->conn, TX_WRITE, w->arena, fn, arg);
}

UNUSED static int empty_database(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

UNUSED static int make_company(void *arg, struct tx *tx)
{
    struct world *w = arg;
    int rc = companies_create(tx,
                              &(struct company_new){.id = w->company,
                                                    .slug = STR("one"),
                                                    .name = STR("One"),
                                                    .country = STR("US"),
                                                    .currency = STR("USD"),
                                                    .zone = STR("America/New_York")},
                              0);
    if (rc == 1)
        rc = stores_create(
            tx, w->company,
            &(struct store_new){.id = uuid_new(0), .name = STR("Main"), .code = STR("M1")}, 0);
    return rc;
}

UNUSED static int open_world(void **state, const char *url)
{
    struct world *w = calloc(1, sizeof(*w));
    struct store_options o = {.create = true};
    struct str why = STR_NULL;

    assert_non_null(w);
    w->arena = arena_new(1 << 16);
    w->company = uuid_new(clock_now());
    snprintf(w->input, sizeof(w->input), "/tmp/clientele-import-%d", (int)getpid());
    snprintf(w->rejects, sizeof(w->rejects), "/tmp/clientele-rejects-%d.csv", (int)getpid());
    assert_int_equal(store_open(&w->store, url, &o, w->arena, &why), 0);
    assert_int_equal(conn_open(w->store, CONN_WRITER, &w->conn), 0);
    if (store_engine(w->store) == ENGINE_POSTGRES)
        assert_int_equal(in_tx(w, empty_database, NULL), 0);
    assert_int_equal(migrate_up(w->store, 0, w->arena, &why), 0);
    assert_int_equal(in_tx(w, make_company, w), 1);
    *state = w;
    return 0;
}

UNUSED static int open_sqlite(void **state)
{
    char url[64];

    snprintf(url, sizeof(url), "sqlite:/tmp/clientele-import-%d.db", (int)getpid());
    (void)unlink(url + 7);
    int rc = open_world(state, url);
    snprintf(((struct world *)*state)->db, sizeof(url), "%s", url + 7);
    return rc;
}

UNUSED static int open_postgres(void **state)
{
    return open_world(state, getenv("CLIENTELE_TEST_PG"));
}

UNUSED static int close_world(void **state)
{
    struct world *w = *state;

    conn_close(&w->conn);
    store_close(&w->store);
    (void)unlink(w->input);
    (void)unlink(w->rejects);
    if (w->db[0])
        (void)unlink(w->db);
    arena_free(&w->arena);
    free(w);
    return 0;
}

/* Imports a text; the whole must succeed. */
UNUSED static struct import_result import(struct world *w, const struct import_kind *kind,
                                          const char *text, const char *map, bool dry)
{
    struct import_result r;
    struct import_job job = {.kind = kind,
                             .store = w->store,
                             .company = w->company,
                             .path = w->input,
                             .map = str_c(map),
                             .rejects = w->rejects,
                             .dry = dry};
    FILE *f = fopen(w->input, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    int rc = import_run(&job, w->arena, &r);
    if (rc != 0)
        fail_msg("%s: %.*s", err_row(rc)->name, STR_ARG(r.why));
    return r;
}

UNUSED static void expect(struct import_result r, int64_t created, int64_t matched,
                          int64_t rejected)
{
    assert_int_equal(r.counts.created, created);
    assert_int_equal(r.counts.matched, matched);
    assert_int_equal(r.counts.rejected, rejected);
}

/* The reject file, whole. */
UNUSED static struct str rejects(struct world *w)
{
    char *text = arena_bytes(w->arena, 65536);
    FILE *f = fopen(w->rejects, "r");

    assert_non_null(f);
    size_t n = fread(text, 1, 65536, f);
    fclose(f);
    return (struct str){text, n};
}

UNUSED static bool says(struct str s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

struct lookup {
    struct world *w;
    const char *external_id;
    struct customer_row c;
};

UNUSED static int look(void *arg, struct tx *tx)
{
    struct lookup *l = arg;

    return customer_by_external_id(tx, l->w->company, str_c(l->external_id), &l->c);
}

UNUSED static struct customer_row customer(struct world *w, const char *external_id)
{
    struct lookup l = {.w = w, .external_id = external_id};

    assert_int_equal(in_tx(w, look, &l), 1);
    return l.c;
}

#define TEST(name, engine)                                                                         \
    {                                                                                              \
#name " (" #engine ")", name, open_##engine, close_world, NULL                             \
    }

/* Both lists; returns how many failed. */
#define RUN_TESTS(sqlite, postgres)                                                                \
    (cmocka_run_group_tests(sqlite, NULL, NULL) +                                                  \
     (getenv("CLIENTELE_TEST_PG")                                                                  \
          ? cmocka_run_group_tests(postgres, NULL, NULL)                                           \
          : (print_message("CLIENTELE_TEST_PG is not set: PostgreSQL left out\n"), 0)))
