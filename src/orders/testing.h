/* For the tests of this folder: a small company in a fresh store of either
 * engine, and requests as JSON, decoded by the same tables as at the API and
 * run by the handlers in a transaction of their own. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/random.h"
#include "orders/orders_priv.h"
#include "store/migrate.h"

/* 2025-01-27, 23:30 UTC: the 28th in Kolkata. */
static const int64_t late = INT64_C(1738020600) * SECOND_US;

struct fixture {
    struct arena *arena;
    struct store *store;
    struct conn *conn;
    struct company company;
    struct uuid asha, ravi, shop, closed_shop;
    struct req *r; /* of the last call */
    json_t *json;  /* its answer */
    uint64_t perms;
    int64_t now;
    char path[64];
};

static inline int in_tx(struct fixture *f, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    return exec_tx(f->store, f->conn, TX_WRITE, f->arena, fn, arg);
}

static inline int make_world(void *arg, struct tx *tx)
{
    struct fixture *f = arg;
    bool sqlite = tx_engine(tx) == ENGINE_SQLITE;
    int rc = tx_script(
        tx, sqlite
                ? "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
                  "auto_create_login, is_active, version, created_at, updated_at) VALUES "
                  "(x'00000000000000000000000000000c01', 'one', 'One', "
                  "'IN', 'INR', 'Asia/Kolkata', 1, 0, 1, 1, 0, 0);"
                  "INSERT INTO stores VALUES (x'00000000000000000000000000000c01', "
                  "x'00000000000000000000000000005001', 'Shop', NULL, NULL, 1, 1, 0, 0), "
                  "(x'00000000000000000000000000000c01', x'00000000000000000000000000005002', "
                  "'Closed', NULL, NULL, 0, 1, 0, 0);"
                : "INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, "
                  "auto_create_login, is_active, version, created_at, updated_at) VALUES "
                  "('00000000-0000-0000-0000-000000000c01', 'one', "
                  "'One', 'IN', 'INR', 'Asia/Kolkata', true, false, true, 1, 'epoch', 'epoch');"
                  "INSERT INTO stores VALUES ('00000000-0000-0000-0000-000000000c01', "
                  "'00000000-0000-0000-0000-000000005001', 'Shop', NULL, NULL, true, 1, 'epoch', "
                  "'epoch'), ('00000000-0000-0000-0000-000000000c01', "
                  "'00000000-0000-0000-0000-000000005002', 'Closed', NULL, NULL, false, 1, "
                  "'epoch', 'epoch');");
    const struct customer_new people[] = {
        {.id = f->asha,
         .name = STR("Asha Rao"),
         .phone = STR("+919876543210"),
         .address = STR("12 MG Road"),
         .birthday = I64_NULL,
         .anniversary = I64_NULL},
        {.id = f->ravi,
         .name = STR("Ravi Nair"),
         .phone = STR("+919876543211"),
         .birthday = I64_NULL,
         .anniversary = I64_NULL},
    };
    int8_t made[2];
    return rc < 0 ? rc : customers_insert_many(tx, &f->company, f->arena, people, 2, made);
}

/* What another test left in the throw-away database. */
static inline int empty_database(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static inline struct uuid id_of(int n)
{
    struct uuid id = UUID_NIL;
    id.b[14] = (uint8_t)(n >> 8);
    id.b[15] = (uint8_t)n;
    return id;
}

static inline int open_world(void **state, const char *url)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(65536);
    f->company = (struct company){.id = id_of(0xc01),
                                  .name = STR("One"),
                                  .slug = STR("one"),
                                  .country = STR("IN"),
                                  .currency = STR("INR"),
                                  .digits = 2,
                                  .zone = STR("Asia/Kolkata"),
                                  .phone_required = true,
                                  .is_active = true};
    f->asha = id_of(0xa1);
    f->ravi = id_of(0xa2);
    f->shop = id_of(0x5001);
    f->closed_shop = id_of(0x5002);
    f->perms = role_perms(ROLE_MANAGER);
    f->now = late;
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
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
    assert_int_equal(in_tx(f, make_world, f), 0);
    *state = f;
    return 0;
}

static inline int open_sqlite(void **state)
{
    char url[64];
    snprintf(url, sizeof url, "sqlite:/tmp/clientele-orders-%d.db", (int)getpid());
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
    drop_call(f);
    conn_close(&f->conn);
    store_close(&f->store);
    if (f->path[0])
        (void)unlink(f->path);
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

/* Decodes as the executor does, runs the handler in a transaction of its own;
 * the answer is in f->json. id: path parameter or NULL. */
static inline int call(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                       const struct fields *in, const char *id, const char *line, const char *json)
{
    drop_call(f);
    struct arena *a = arena_new(65536);
    struct req *r = f->r = ARENA_NEW(a, struct req);
    *r = (struct req){.arena = a, .now = f->now++, .company = &f->company};
    r->who = (struct principal){.kind = WHO_USER,
                                .id = id_of(0xee),
                                .company = f->company.id,
                                .role = ROLE_MANAGER,
                                .perms = f->perms,
                                .store = f->shop};
    r->id = uuid_new(r->now);
    random_bytes(r->seed, sizeof r->seed);
    buf_init(&r->out, 1 << 20);
    struct decode_context c = {.a = a,
                               .region = f->company.country,
                               .zone = f->company.zone,
                               .digits = 2,
                               .creating = true};
    void *decoded = arena_alloc(a, in->size);
    int rc = fields_decode_body(in, str_c(json), &c, decoded, &r->errors);
    if (rc == 0 && id)
        rc = fields_decode_path(in, STR("id"), str_c(id), &c, decoded, &r->errors);
    if (rc == 0 && line)
        rc = fields_decode_path(in, STR("line"), str_c(line), &c, decoded, &r->errors);
    if (rc == 0) {
        fields_defaults(in, decoded);
        rc = fields_check_required(in, decoded, &r->errors, a);
    }
    r->in = decoded;
    if (rc == 0)
        rc = exec_tx(f->store, f->conn, TX_WRITE, a, run_call, &(struct call){r, handler});
    else
        (void)req_fail(r, rc);
    struct str out = buf_view(&r->out);
    f->json = json_loadb(out.p, out.n, 0, NULL);
    return rc;
}

static const char *text(const struct fixture *f, const char *name)
{
    return json_string_value(json_object_get(json_object_get(f->json, "data"), name));
}

static const char *part(const struct fixture *f, const char *list, size_t i, const char *name)
{
    json_t *rows = json_object_get(json_object_get(f->json, "data"), list);
    return json_string_value(json_object_get(json_array_get(rows, i), name));
}

static inline int create(struct fixture *f, const char *json)
{
    return call(f, orders_create, &order_in_fields, NULL, NULL, json);
}

/* The id of the order last answered, to be kept. */
static const char *kept_id(struct fixture *f)
{
    return arena_cstr(f->arena, str_c(text(f, "id")));
}

struct stats {
    struct uuid id;
    struct customer_row row;
};

static inline int read_stats(void *arg, struct tx *tx)
{
    struct stats *s = arg;
    struct uuid company = id_of(0xc01);
    return customer_by_id(tx, company, s->id, &s->row);
}

static inline void expect_stats(struct fixture *f, struct uuid who, int64_t count, int64_t orders,
                                int64_t visits, int64_t spent)
{
    struct stats s = {.id = who};
    assert_int_equal(in_tx(f, read_stats, &s), 1);
    assert_int_equal(s.row.order_count, count);
    assert_int_equal(s.row.total_orders, orders);
    assert_int_equal(s.row.visit_count, visits);
    assert_int_equal(s.row.total_spent, spent);
    assert_int_equal(s.row.first_order_at == I64_NULL, orders == 0);
    assert_int_equal(s.row.last_order_at == I64_NULL, orders == 0);
}

static inline int count_drift(void *arg, struct tx *tx)
{
    struct order_check_stats_row *rows;
    size_t n;
    int rc = order_check_stats(tx, id_of(0xc01), id_of(1), &rows, &n);
    int64_t *drift = arg;
    for (size_t i = 0; rc >= 0 && i < n; i++)
        *drift += rows[i].order_count != rows[i].found_count ||
                  rows[i].total_orders != rows[i].found_orders ||
                  rows[i].visit_count != rows[i].found_visits ||
                  rows[i].total_spent != rows[i].found_spent ||
                  rows[i].first_order_at != rows[i].found_first ||
                  rows[i].last_order_at != rows[i].found_last;
    return rc;
}

static inline void expect_no_drift(struct fixture *f)
{
    int64_t drift = 0;
    assert_true(in_tx(f, count_drift, &drift) >= 0);
    assert_int_equal(drift, 0);
}
