/* For the tests of this folder: a fresh store of either engine, a table with a
 * column of every type, and statements over it. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/store_priv.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct thing {
    struct uuid id, parent;
    struct str name;
    int64_t count;
    bool on;
    int64_t at, day;
    struct str doc, raw;
};

static const struct sql_col thing_cols[] = {
    {"id", SQL_UUID, false, offsetof(struct thing, id)},
    {"parent", SQL_UUID, true, offsetof(struct thing, parent)},
    {"name", SQL_TEXT, true, offsetof(struct thing, name)},
    {"count", SQL_INT, true, offsetof(struct thing, count)},
    {"is_on", SQL_BOOL, false, offsetof(struct thing, on)},
    {"at", SQL_TIME, true, offsetof(struct thing, at)},
    {"day", SQL_DATE, true, offsetof(struct thing, day)},
    {"doc", SQL_JSON, true, offsetof(struct thing, doc)},
    {"raw", SQL_BLOB, true, offsetof(struct thing, raw)},
};

/* The columns as parameters; the insert needs all, the others the first. */
#define THING_STMT(stmt_name, sql_of, stmt_kind, params_used, cols_used)                           \
    static const struct stmt stmt_name                                                             \
        __attribute__((unused)) = {.name = #stmt_name,                                             \
                                   .sqlite = sql_of("?"),                                          \
                                   .postgres = sql_of("$"),                                        \
                                   .kind = stmt_kind,                                              \
                                   .params = thing_cols,                                           \
                                   .nparams = params_used,                                         \
                                   .cols = thing_cols,                                             \
                                   .ncols = cols_used,                                             \
                                   .row_size = sizeof(struct thing)}

#define VALUES_SQL(p)                                                                              \
    "INSERT INTO things VALUES (" p "1, " p "2, " p "3, " p "4, " p "5, " p "6, " p "7, " p        \
    "8, " p "9)"
#define MADE_SQL(p) VALUES_SQL(p) " ON CONFLICT DO NOTHING"
#define GET_SQL(p) "SELECT * FROM things WHERE id = " p "1"
#define LIST_SQL(p) "SELECT * FROM things ORDER BY id"
#define TAKE_SQL(p) "UPDATE things SET count = count + 1 WHERE id = " p "1 RETURNING *"
#define BUMP_SQL(p) "UPDATE things SET count = count + 1 WHERE id = " p "1"
#define WIPE_SQL(p) "DELETE FROM things"
THING_STMT(thing_insert, VALUES_SQL, STMT_COUNT, 9, 0);
THING_STMT(thing_made, MADE_SQL, STMT_MADE, 9, 0);
THING_STMT(thing_effect, VALUES_SQL, STMT_EFFECT, 9, 0);
THING_STMT(thing_get, GET_SQL, STMT_ONE, 1, 9);
THING_STMT(thing_list, LIST_SQL, STMT_MANY, 0, 9);
THING_STMT(thing_take, TAKE_SQL, STMT_ONE, 1, 9);
THING_STMT(thing_bump, BUMP_SQL, STMT_COUNT, 1, 0);
THING_STMT(thing_wipe, WIPE_SQL, STMT_COUNT, 0, 0);

struct fixture {
    struct arena *arena;
    struct store *store;
    struct conn *conn, *other; /* a writer, and one more connection */
    char url[512], path[128];
};

static const char things_sqlite[] =
    "CREATE TABLE things (id blob NOT NULL, parent blob, name text, count integer, "
    "is_on integer NOT NULL, at integer, day integer, doc text, raw blob, "
    "CONSTRAINT things_pkey PRIMARY KEY (id), CONSTRAINT things_name_key UNIQUE (name), "
    "CONSTRAINT things_parent_fkey FOREIGN KEY (parent) REFERENCES things (id)) STRICT";
static const char things_postgres[] =
    "DROP SCHEMA public CASCADE; CREATE SCHEMA public; "
    "CREATE TABLE things (id uuid NOT NULL, parent uuid, name text, count bigint, "
    "is_on boolean NOT NULL, at timestamptz, day date, doc jsonb, raw bytea, "
    "CONSTRAINT things_pkey PRIMARY KEY (id), CONSTRAINT things_name_key UNIQUE (name), "
    "CONSTRAINT things_parent_fkey FOREIGN KEY (parent) REFERENCES things (id))";

static inline bool test_is_postgres(const struct fixture *f)
{
    return store_engine(f->store) == ENGINE_POSTGRES;
}

static inline void run_script(struct conn *c, struct arena *a, const char *sql)
{
    struct tx *tx = NULL;
    assert_int_equal(tx_begin(c, TX_WRITE, a, &tx), 0);
    assert_int_equal(tx_script(tx, sql), 0);
    assert_int_equal(tx_commit(&tx), 0);
}

static inline void remove_files(const char *path)
{
    char name[160];
    static const char *const endings[] = {"", "-wal", "-shm", ".part"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
}

static inline int open_fixture(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(4096);
    snprintf(f->url, sizeof f->url, "%s", url);
    struct str why = STR_NULL;
    struct store_options o = {.create = true, .commit_deadline_us = 2 * SECOND_US};
    assert_int_equal(store_open(&f->store, f->url, &o, f->arena, &why), 0);
    assert_int_equal(conn_open(f->store, CONN_WRITER, &f->conn), 0);
    assert_int_equal(conn_open(f->store, CONN_READER, &f->other), 0);
    run_script(f->conn, f->arena, test_is_postgres(f) ? things_postgres : things_sqlite);
    *state = f;
    return 0;
}

static inline int setup_sqlite(void **state)
{
    char url[128];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-store-%d.db", (int)getpid());
    remove_files(url + 7);
    int rc = open_fixture(state, url);
    struct fixture *f = *state;
    snprintf(f->path, sizeof f->path, "%s", url + 7);
    return rc;
}

/* The throw-away database of the test runner. */
static inline const char *test_postgres(void)
{
    const char *url = getenv("CLIENTELE_TEST_PG");
    if (!url || !*url)
        printf("# CLIENTELE_TEST_PG is not set: PostgreSQL is not tested\n");
    return url && *url ? url : NULL;
}

static inline int setup_postgres(void **state)
{
    return open_fixture(state, getenv("CLIENTELE_TEST_PG"));
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct tx *left = &f->conn->tx; /* by a test that failed in the middle */
    if (f->conn->in_tx)
        tx_rollback(&left);
    conn_close(&f->conn);
    conn_close(&f->other);
    store_close(&f->store);
    if (*f->path)
        remove_files(f->path);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static inline struct tx *begin_tx(struct fixture *f, enum tx_mode mode)
{
    struct tx *tx = NULL;
    assert_int_equal(tx_begin(f->conn, mode, f->arena, &tx), 0);
    return tx;
}

static inline struct uuid id_of(int n)
{
    struct uuid id = UUID_NIL;
    id.b[15] = (uint8_t)n;
    id.b[0] = 1;
    return id;
}

/* A row of NULLs but for id, name and count. */
static inline int put_thing(struct tx *tx, const struct stmt *s, int n, const char *name)
{
    const union sql_value v[9] = {{.id = id_of(n)}, {.id = UUID_NIL},   {.text = str_c(name)},
                                  {.i = n},         {.b = true},        {.i = I64_NULL},
                                  {.i = I64_NULL},  {.text = STR_NULL}, {.text = STR_NULL}};
    switch (s->kind) {
    case STMT_EFFECT:
        return tx_effect(tx, s, v);
    case STMT_MADE:
        return tx_made(tx, s, v);
    default:
        return tx_count(tx, s, v);
    }
}

static inline int get_thing(struct tx *tx, int n, struct thing *out)
{
    const union sql_value v[1] = {{.id = id_of(n)}};
    return tx_one(tx, &thing_get, v, out);
}

/* How many rows another connection sees. */
static inline size_t seen_by_other(struct fixture *f)
{
    struct tx *tx = NULL;
    void *rows;
    size_t n = 0;
    assert_int_equal(tx_begin(f->other, TX_READ, f->arena, &tx), 0);
    assert_int_equal(tx_many(tx, &thing_list, NULL, &rows, &n), 0);
    assert_int_equal(tx_commit(&tx), 0);
    return n;
}

/* For tables of tests that are run with `setup` of either engine. */
#define BOTH(test)                                                                                 \
    {                                                                                              \
#test, test, setup, teardown, NULL                                                         \
    }
