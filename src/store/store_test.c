/* What both engines have to do alike, run on each. */
#include "store/testing.h"

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.p, want, got.n);
}

static void every_type_comes_back(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "one"), 1);
    const union sql_value v[9] = {{.id = id_of(2)},
                                  {.id = id_of(1)},
                                  {.text = STR("राम \"quoted\" \\ ")},
                                  {.i = INT64_MAX},
                                  {.b = true},
                                  {.i = INT64_C(1795253400123456)},
                                  {.i = -719162},
                                  {.text = STR("{\"a\": [1, \"x\"]}")},
                                  {.text = STR("\0\1\xff")}};
    assert_int_equal(tx_count(tx, &thing_insert, v), 1);
    assert_int_equal(tx_commit(&tx), 0);

    struct thing got;
    tx = begin_tx(f, TX_READ);
    assert_int_equal(get_thing(tx, 2, &got), 1);
    assert_true(uuid_eq(got.id, id_of(2)) && uuid_eq(got.parent, id_of(1)));
    assert_str(got.name, "राम \"quoted\" \\ ");
    assert_true(got.count == INT64_MAX && got.on);
    assert_true(got.at == INT64_C(1795253400123456));
    assert_true(got.day == -719162); /* 0001-01-01 */
    assert_str(got.doc, "{\"a\": [1, \"x\"]}");
    assert_int_equal(got.raw.n, 3);
    assert_memory_equal(got.raw.p, "\0\1\xff", 3);
    assert_int_equal(get_thing(tx, 3, &got), 0);
    assert_int_equal(tx_commit(&tx), 0);
}

static void null_comes_back_as_null_and_empty_as_empty(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, NULL), 1);
    const union sql_value v[9] = {{.id = id_of(2)}, {.id = UUID_NIL},    {.text = STR("")},
                                  {.i = 0},         {.b = false},        {.i = 0},
                                  {.i = 0},         {.text = STR("{}")}, {.text = STR("")}};
    assert_int_equal(tx_count(tx, &thing_insert, v), 1);
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_true(uuid_is_nil(got.parent) && str_is_null(got.name) && got.at == I64_NULL);
    assert_true(got.day == I64_NULL && str_is_null(got.doc) && str_is_null(got.raw));
    assert_int_equal(get_thing(tx, 2, &got), 1);
    assert_true(!str_is_null(got.name) && got.name.n == 0 && !got.on);
    assert_true(got.count == 0 && got.at == 0 && got.day == 0);
    assert_true(!str_is_null(got.raw) && got.raw.n == 0);
    assert_int_equal(tx_commit(&tx), 0);
}

static void many_rows_come_in_order(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(put_thing(tx, &thing_effect, 99 - i, name), 0);
    }
    void *rows;
    size_t n;
    assert_int_equal(tx_many(tx, &thing_list, NULL, &rows, &n), 0);
    assert_int_equal(n, 100);
    const struct thing *t = rows;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "n%d", 99 - i);
        assert_true(t[i].count == i);
        assert_str(t[i].name, name);
    }
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 100);
}

static void returning_gives_the_row_and_does_the_change(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_false(tx_wrote(tx));
    assert_int_equal(put_thing(tx, &thing_effect, 5, "x"), 0);
    assert_true(tx_wrote(tx));
    tx_clear_wrote(tx);
    struct thing got;
    assert_int_equal(get_thing(tx, 5, &got), 1);
    assert_false(tx_wrote(tx));
    const union sql_value v[1] = {{.id = id_of(5)}};
    assert_int_equal(tx_one(tx, &thing_take, v, &got), 1);
    assert_true(tx_wrote(tx) && got.count == 6);
    assert_int_equal(tx_count(tx, &thing_bump, v), 1);
    tx_assert_idle(tx);
    assert_int_equal(tx_commit(&tx), 0);
    tx = begin_tx(f, TX_READ);
    assert_int_equal(get_thing(tx, 5, &got), 1);
    assert_true(got.count == 7);
    tx_rollback(&tx);
}

static void a_conflict_has_the_same_name_on_both(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "same"), 1);
    assert_int_equal(put_thing(tx, &thing_insert, 2, "same"), ERR_CONSTRAINT);
    assert_str(tx_constraint(tx), "things_name_key");
    assert_true(tx_alive(tx));
    tx_rollback(&tx);
    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "b"), ERR_CONSTRAINT);
    assert_str(tx_constraint(tx), "things_pkey");
    tx_rollback(&tx);
    assert_int_equal(seen_by_other(f), 0);
}

static void foreign_keys_and_missing_values_are_named(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    union sql_value v[9] = {{.id = id_of(2)}, {.id = id_of(9)},   {.text = STR("x")},
                            {.i = 0},         {.b = true},        {.i = 0},
                            {.i = 0},         {.text = STR_NULL}, {.text = STR_NULL}};
    assert_int_equal(tx_count(tx, &thing_insert, v), ERR_CONSTRAINT);
    assert_str(tx_constraint(tx), test_is_postgres(f) ? "things_parent_fkey" : "fkey");
    tx_rollback(&tx);
    static const struct sql_col nullable[] = {{"id", SQL_UUID, true, 0}};
    static const struct stmt s = {.name = "no_id",
                                  .sqlite = "INSERT INTO things (id, is_on) VALUES (?1, TRUE)",
                                  .postgres = "INSERT INTO things (id, is_on) VALUES ($1, TRUE)",
                                  .kind = STMT_COUNT,
                                  .params = nullable,
                                  .nparams = 1};
    const union sql_value nothing[1] = {{.id = UUID_NIL}};
    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(tx_count(tx, &s, nothing), ERR_CONSTRAINT);
    assert_str(tx_constraint(tx), "things_id_not_null");
    tx_rollback(&tx);
}

static void rolled_back_is_gone_and_committed_is_seen(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    tx_rollback(&tx);
    assert_null(tx);
    assert_int_equal(seen_by_other(f), 0);
    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    assert_int_equal(seen_by_other(f), 0);
    assert_int_equal(tx_commit(&tx), 0);
    assert_null(tx);
    assert_int_equal(seen_by_other(f), 1);
}

static void a_savepoint_takes_one_member_back(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(tx_savepoint(tx), 0);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    assert_int_equal(tx_savepoint_keep(tx), 0);

    assert_int_equal(tx_savepoint(tx), 0);
    assert_int_equal(put_thing(tx, &thing_effect, 2, "b"), 0);
    assert_int_equal(tx_savepoint_undo(tx), 0);

    assert_int_equal(tx_savepoint(tx), 0);
    assert_int_equal(put_thing(tx, &thing_insert, 3, "a"), ERR_CONSTRAINT);
    assert_true(tx_alive(tx));
    assert_int_equal(tx_savepoint_undo(tx), 0);

    assert_int_equal(tx_savepoint(tx), 0);
    assert_int_equal(put_thing(tx, &thing_insert, 4, "d"), 1);
    assert_int_equal(tx_savepoint_keep(tx), 0);
    assert_int_equal(tx_commit(&tx), 0);
    struct thing got;
    tx = begin_tx(f, TX_READ);
    assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_int_equal(get_thing(tx, 2, &got), 0);
    assert_int_equal(get_thing(tx, 3, &got), 0);
    assert_int_equal(get_thing(tx, 4, &got), 1);
    tx_rollback(&tx);
}

static void an_effect_that_fails_is_told_at_commit_at_the_latest(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    int rc = put_thing(tx, &thing_effect, 2, "a");
    if (rc == 0)
        rc = tx_commit(&tx);
    else
        tx_rollback(&tx);
    assert_int_equal(rc, ERR_CONSTRAINT);
    assert_int_equal(seen_by_other(f), 0);
    /* and the connection goes on */
    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 1);
}

static void more_effects_than_the_queue_holds(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    const union sql_value v[1] = {{.id = id_of(1)}};
    static const struct stmt bump_effect = {.name = "bump_effect",
                                            .sqlite = BUMP_SQL("?"),
                                            .postgres = BUMP_SQL("$"),
                                            .kind = STMT_EFFECT,
                                            .params = thing_cols,
                                            .nparams = 1};
    assert_int_equal(put_thing(tx, &thing_effect, 1, "a"), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(tx_effect(tx, &bump_effect, v), 0);
    assert_int_equal(tx_commit(&tx), 0);
    struct thing got;
    tx = begin_tx(f, TX_READ);
    assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_true(got.count == 3001);
    tx_rollback(&tx);
}

static void a_row_that_is_made_says_so(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_made, 1, "a"), 1);
    tx_clear_wrote(tx);
    assert_int_equal(put_thing(tx, &thing_made, 2, "a"), 0);
    assert_false(tx_wrote(tx));
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 1);
}

/* SQLite knows at once; PostgreSQL says 1 first, and that it was not so later. */
static void what_was_presumed_wrongly_is_not_committed(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    tx_presume(tx, true);
    assert_int_equal(put_thing(tx, &thing_made, 1, "a"), 1);
    int rc = put_thing(tx, &thing_made, 2, "a");
    if (!test_is_postgres(f)) {
        assert_int_equal(rc, 0);
        tx_rollback(&tx);
        return;
    }
    assert_int_equal(rc, 1);
    assert_int_equal(put_thing(tx, &thing_effect, 3, "c"), 0);
    assert_int_equal(tx_commit(&tx), ERR_RETRY);
    assert_int_equal(seen_by_other(f), 0);

    tx = begin_tx(f, TX_WRITE); /* a statement that waits shows it too */
    tx_presume(tx, true);
    assert_int_equal(put_thing(tx, &thing_made, 1, "a"), 1);
    assert_int_equal(put_thing(tx, &thing_made, 2, "a"), 1);
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), ERR_RETRY);
    tx_rollback(&tx);
    assert_int_equal(seen_by_other(f), 0);

    tx = begin_tx(f, TX_WRITE); /* and what was so is there */
    tx_presume(tx, true);
    assert_int_equal(put_thing(tx, &thing_made, 1, "a"), 1);
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 1);
}

static void what_was_learnt_is_known_until_a_rollback(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_false(tx_knows(tx, id_of(1), STR("asha")));
    tx_learn(tx, id_of(1), STR("asha"));
    assert_true(tx_knows(tx, id_of(1), STR("asha")));
    assert_false(tx_knows(tx, id_of(2), STR("asha"))); /* another company's */
    assert_false(tx_knows(tx, id_of(1), STR("ash")));
    assert_int_equal(tx_commit(&tx), 0);
    tx = begin_tx(f, TX_WRITE);
    assert_true(tx_knows(tx, id_of(1), STR("asha")));
    tx_rollback(&tx);
    tx = begin_tx(f, TX_WRITE);
    assert_false(tx_knows(tx, id_of(1), STR("asha")));
    char longer[400];
    memset(longer, 'a', sizeof longer);
    tx_learn(tx, id_of(1), (struct str){longer, sizeof longer});
    assert_false(tx_knows(tx, id_of(1), (struct str){longer, sizeof longer}));
    tx_rollback(&tx);
}

static void a_read_transaction_refuses_changes(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_READ);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), ERR_INTERNAL);
    assert_int_equal(tx_count(tx, &thing_wipe, NULL), ERR_INTERNAL);
    tx_rollback(&tx);
    assert_int_equal(seen_by_other(f), 0);
}

static void rows_go_to_the_arena_that_was_named(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    char name[2000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_int_equal(put_thing(tx, &thing_insert, 1, name), 1);
    struct arena *mine = arena_new(256);
    tx_arena(tx, mine);
    struct thing got;
    assert_int_equal(get_thing(tx, 1, &got), 1);
    assert_true(arena_size(mine) >= sizeof name - 1);
    tx_arena(tx, f->arena);
    arena_free(&mine);
    assert_int_equal(tx_commit(&tx), 0);
}

static void statements_are_prepared_or_named(void **state)
{
    struct fixture *f = *state;
    static const struct stmt bad = {.name = "bad_one",
                                    .sqlite = "SELECT nothing FROM things",
                                    .postgres = "SELECT nothing FROM things",
                                    .kind = STMT_ONE,
                                    .cols = thing_cols,
                                    .ncols = 1,
                                    .row_size = sizeof(struct thing)};
    const struct stmt *good_list[] = {&thing_insert, &thing_get, &thing_list, &thing_take};
    const struct stmt *bad_list[] = {&thing_get, &bad};
    const struct stmt_set good = {"good", good_list, 4}, wrong = {"wrong", bad_list, 2};
    const struct stmt_set *sets[] = {&good, &wrong};
    struct str why = STR_NULL;
    assert_int_equal(conn_prepare_all(f->conn, sets, 1, f->arena, &why), 0);
    assert_int_equal(conn_prepare_all(f->conn, sets, 2, f->arena, &why), ERR_INTERNAL);
    assert_true(str_starts(why, STR("bad_one: ")));
    assert_int_equal(conn_ping(f->conn), 0);
}

#define TESTS                                                                                      \
    {                                                                                              \
        BOTH(every_type_comes_back), BOTH(null_comes_back_as_null_and_empty_as_empty),             \
            BOTH(many_rows_come_in_order), BOTH(returning_gives_the_row_and_does_the_change),      \
            BOTH(a_conflict_has_the_same_name_on_both),                                            \
            BOTH(foreign_keys_and_missing_values_are_named),                                       \
            BOTH(rolled_back_is_gone_and_committed_is_seen),                                       \
            BOTH(a_savepoint_takes_one_member_back),                                               \
            BOTH(an_effect_that_fails_is_told_at_commit_at_the_latest),                            \
            BOTH(more_effects_than_the_queue_holds), BOTH(a_row_that_is_made_says_so),             \
            BOTH(what_was_presumed_wrongly_is_not_committed),                                      \
            BOTH(what_was_learnt_is_known_until_a_rollback),                                       \
            BOTH(a_read_transaction_refuses_changes), BOTH(rows_go_to_the_arena_that_was_named),   \
            BOTH(statements_are_prepared_or_named),                                                \
    }

static int on(CMFixtureFunction setup)
{
    const struct CMUnitTest list[] = TESTS;
    return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void)
{
    int failed = on(setup_sqlite);
    if (test_postgres())
        failed += on(setup_postgres);
    return failed;
}
