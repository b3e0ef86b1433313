/* The world of this slice's store tests: a real store (SQLite always,
 * PostgreSQL when CLIENTELE_TEST_PG names a database for tests) with two
 * companies and a user. Requests are JSON, queries and paths, decoded by the
 * same tables as at the API, and run by the handlers. */
#pragma once
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/random.h"
#include "customers/customers_priv.h"
#include "exec/exec.h"
#include "store/migrate.h"
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static const char one_sqlite[] =
    "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
    "auto_create_login, is_active, version, created_at, updated_at) VALUES "
    "(x'00000000000000000000000000000c01', 'one', 'One', 'IN', 'INR', "
    "'Asia/Kolkata', 1, 0, 1, 1, 0, 0), (x'00000000000000000000000000000c02', 'two', 'Two', 'IN', "
    "'INR', 'Asia/Kolkata', 1, 0, 1, 1, 0, 0);"
    "INSERT INTO users (company_id, id, name, role, grants, denials, is_active, is_phone_verified, "
    "is_email_verified, version, created_at, updated_at) VALUES "
    "(x'00000000000000000000000000000c01', x'00000000000000000000000000000e01', 'User', "
    "'CUSTOMER', "
    "0, 0, 1, 0, 0, 1, 0, 0)";
static const char one_postgres[] =
    "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
    "auto_create_login, is_active, version, created_at, updated_at) VALUES "
    "('00000000-0000-0000-0000-000000000c01', 'one', 'One', 'IN', "
    "'INR', 'Asia/Kolkata', true, false, true, 1, 'epoch', 'epoch'), "
    "('00000000-0000-0000-0000-000000000c02', 'two', 'Two', 'IN', "
    "'INR', 'Asia/Kolkata', true, false, true, 1, 'epoch', 'epoch');"
    "INSERT INTO users (company_id, id, name, role, grants, denials, is_active, is_phone_verified, "
    "is_email_verified, version, created_at, updated_at) VALUES "
    "('00000000-0000-0000-0000-000000000c01', '00000000-0000-0000-0000-000000000e01', 'User', "
    "'CUSTOMER', 0, 0, true, false, false, 1, 'epoch', 'epoch')";

struct fixture {
    struct arena *arena;
    struct store *store;
    struct conn *conn;
    struct company company;
    struct req *r; /* of the last call */
    json_t *json;  /* its answer */
    struct str if_match;
    enum role role;
    int64_t now;
    char path[64];
};

static inline struct uuid id_of(int n)
{
    struct uuid id = UUID_NIL;
    id.b[14] = (uint8_t)(n >> 8);
    id.b[15] = (uint8_t)n;
    return id;
}

static inline int make_world(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, tx_engine(tx) == ENGINE_SQLITE ? one_sqlite : one_postgres);
}

static inline int empty_database(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static inline int in_tx(struct fixture *f, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    return exec_tx(f->store, f->conn, TX_WRITE, f->arena, fn, arg);
}

static inline int open_world(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    struct store_options o = {.create = true};

    assert_non_null(f);
    f->arena = arena_new(65536);
    f->role = ROLE_ADMIN;
    f->now = INT64_C(1738020600) * SECOND_US;
    f->company = (struct company){.id = id_of(0xc01),
                                  .name = STR("One"),
                                  .slug = STR("one"),
                                  .country = STR("IN"),
                                  .currency = STR("INR"),
                                  .digits = 2,
                                  .zone = STR("Asia/Kolkata"),
                                  .phone_required = true,
                                  .recycle_months = 12,
                                  .is_active = true};
    int rc = store_open(&f->store, url, &o, f->arena, &why);
    if (rc == 0)
        rc = conn_open(f->store, CONN_WRITER, &f->conn);
    if (rc == 0 && store_engine(f->store) == ENGINE_POSTGRES)
        rc = in_tx(f, empty_database, NULL);
    if (rc == 0)
        rc = migrate_up(f->store, 0, f->arena, &why);
    if (rc < 0)
        print_error("%s %.*s\n", err_row(rc)->name, STR_ARG(why));
    assert_int_equal(rc, 0);
    assert_int_equal(in_tx(f, make_world, NULL), 0);
    *state = f;
    return 0;
}

static inline int open_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-customers-%d.db", (int)getpid());
    (void)unlink(url + 7);
    int rc = open_world(state, url);
    snprintf(((struct fixture *)*state)->path, sizeof url, "%s", url + 7);
    return rc;
}

static inline int open_postgres(void **state)
{
    return open_world(state, getenv("CLIENTELE_TEST_PG"));
}

static inline void drop_call(struct fixture *f)
{
    json_decref(f->json);
    f->json = NULL;
    if (!f->r)
        return;
    struct arena *a = f->r->arena;
    buf_free(&f->r->out);
    arena_free(&a);
    f->r = NULL;
}

static inline int close_world(void **state)
{
    struct fixture *f = *state;
    char wal[80];
    drop_call(f);
    conn_close(&f->conn);
    store_close(&f->store);
    if (f->path[0]) {
        (void)unlink(f->path);
        snprintf(wal, sizeof wal, "%s-wal", f->path);
        (void)unlink(wal);
        snprintf(wal, sizeof wal, "%s-shm", f->path);
        (void)unlink(wal);
    }
    arena_free(&f->arena);
    free(f);
    return 0;
}

struct call {
    struct req *r;
    int (*handler)(struct req *r, struct tx *tx);
};

static inline int run_call(void *arg, struct tx *tx)
{
    struct call *c = arg;
    tx_arena(tx, c->r->arena);
    c->r->ids = 0;
    return c->handler(c->r, tx);
}

static inline int decode(struct fixture *f, const struct fields *in, const char *param,
                         const char *value, const char *query, const char *body, void *decoded)
{
    struct req *r = f->r;
    struct decode_context c = {.a = r->arena,
                               .region = f->company.country,
                               .zone = f->company.zone,
                               .digits = 2,
                               .creating = in == &customer_create_in};
    int rc = fields_decode_body(in, str_c(body), &c, decoded, &r->errors);
    if (rc == 0)
        rc = fields_decode_query(in, str_c(query), &c, decoded, &r->errors);
    if (rc == 0 && param)
        rc = fields_decode_path(in, str_c(param), str_c(value), &c, decoded, &r->errors);
    if (rc == 0) {
        fields_defaults(in, decoded);
        rc = fields_check_required(in, decoded, &r->errors, r->arena);
    }
    return rc;
}

/* Decodes as the executor does and runs the handler in a transaction of its
 * own; the answer is in f->json. */
static inline int call(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                       const struct fields *in, const char *param, const char *value,
                       const char *query, const char *body)
{
    drop_call(f);
    struct arena *a = arena_new(65536);
    struct req *r = f->r = ARENA_NEW(a, struct req);
    *r = (struct req){.arena = a, .now = f->now += SECOND_US, .company = &f->company};
    r->who = (struct principal){.kind = WHO_USER,
                                .id = id_of(0xee),
                                .company = f->company.id,
                                .role = f->role,
                                .perms = role_perms(f->role)};
    r->id = uuid_new(r->now);
    r->if_match = f->if_match;
    random_bytes(r->seed, sizeof r->seed);
    buf_init(&r->out, 4 << 20);
    void *decoded = arena_alloc(a, in->size);
    int rc = decode(f, in, param, value, query, body, decoded);
    r->in = decoded;
    if (rc == 0)
        rc = exec_tx(f->store, f->conn, TX_WRITE, a, run_call, &(struct call){r, handler});
    else
        (void)req_fail(r, rc);
    struct str out = buf_view(&r->out);
    f->json = json_loadb(out.p, out.n, 0, NULL);
    return rc;
}

static inline int create(struct fixture *f, const char *body)
{
    return call(f, customers_create, &customer_create_in, NULL, NULL, "", body);
}

static inline int update(struct fixture *f, const char *id, const char *body)
{
    return call(f, customers_update, &customer_update_in, "id", id, "", body);
}

static inline int lookup(struct fixture *f, const char *phone)
{
    return call(f, customers_lookup, &customer_phone_fields, "phone", phone, "", "");
}

static inline int with_id(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                          const char *id)
{
    return call(f, handler, &customer_id_fields, "id", id, "", "");
}

static inline int search(struct fixture *f, const char *query)
{
    return call(f, customers_search, &customer_search_fields, NULL, NULL, query, "");
}

static inline json_t *data(const struct fixture *f)
{
    return json_object_get(f->json, "data");
}

static inline const char *text(const struct fixture *f, const char *name)
{
    return json_string_value(json_object_get(data(f), name));
}

static inline const char *failure(const struct fixture *f, const char *name)
{
    return json_string_value(json_object_get(f->json, name));
}

static inline const char *kept(struct fixture *f, const char *name)
{
    return arena_cstr(f->arena, str_c(text(f, name)));
}

/* "A|B|": the names of a list, in its order. */
static inline const char *names_of(struct fixture *f)
{
    struct str all = STR("");
    size_t i;
    json_t *row;
    json_array_foreach(data(f), i, row) all = arena_printf(
        f->arena, "%.*s%s|", STR_ARG(all), json_string_value(json_object_get(row, "name")));
    return arena_cstr(f->arena, all);
}

static inline int fake_order(void *arg, struct tx *tx)
{
    const char *id = arg;
    char sql[600];
    bool sqlite = tx_engine(tx) == ENGINE_SQLITE;
    char hex[33];
    size_t n = 0;
    for (const char *p = id; *p; p++)
        if (*p != '-')
            hex[n++] = *p;
    hex[n] = 0;
    snprintf(
        sql, sizeof sql,
        "INSERT INTO orders (company_id, id, customer_id, customer_type, customer_name, source, "
        "status, fulfilment, subtotal, discount, total_amount, paid_amount, refunded_amount, "
        "%s currency, version, created_at, updated_at) VALUES (%s00000000000000000000000000000c01"
        "', %s00000000000000000000000000000d01', %s%s', 'RETAIL', 'A', 'POS', 'OPEN', 'NONE', 0, "
        "0, 0, 0, 0, 0, 'INR', 1, %s, %s)",
        "last_line,", sqlite ? "x'" : "'", sqlite ? "x'" : "'", sqlite ? "x'" : "'", hex,
        sqlite ? "1738020600000000" : "'2025-01-27T23:30:00Z'",
        sqlite ? "1738020600000000" : "'2025-01-27T23:30:00Z'");
    return tx_script(tx, sql);
}

static inline void finds(struct fixture *f, const char *query, const char *names)
{
    assert_int_equal(search(f, query), 0);
    if (strcmp(names_of(f), names) != 0)
        fail_msg("%s found %s, expected %s", query, names_of(f), names);
}

#define TEST(name, engine)                                                                         \
    {                                                                                              \
#name " (" #engine ")", test_##name, open_##engine, close_world, NULL                      \
    }

/* The same tests on both engines; PostgreSQL only where there is one. */
#define RUN_ON_BOTH(TESTS)                                                                         \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest sqlite[] = {TESTS(sqlite)}, postgres[] = {TESTS(postgres)};        \
        int failed = cmocka_run_group_tests_name("customers", sqlite, NULL, NULL);                 \
        if (getenv("CLIENTELE_TEST_PG"))                                                           \
            failed += cmocka_run_group_tests_name("customers", postgres, NULL, NULL);              \
        else                                                                                       \
            print_message("CLIENTELE_TEST_PG is not set: PostgreSQL left out\n");                  \
        return failed;                                                                             \
    }
