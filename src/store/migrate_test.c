/* Migrations on both engines: up, down with data in it, two processes at once,
 * and both schemas the same, column by column. Every statement of the program
 * is prepared against them. */
#include "slices.h"
#include "store/migrate.h"
#include "store/schema_testing.h"
#include <sys/wait.h>

/* A store without any table. */
static int empty(struct fixture *f)
{
    run_script(f->conn, f->arena,
               test_is_postgres(f) ? "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
                                   : "DROP TABLE things");
    return 0;
}

static int setup_empty_sqlite(void **state)
{
    return setup_sqlite(state) || empty(*state);
}

static int setup_empty_postgres(void **state)
{
    return setup_postgres(state) || empty(*state);
}

static void up(struct fixture *f, int target)
{
    struct str why = STR_NULL;
    assert_int_equal(migrate_up(f->store, target, f->arena, &why), 0);
}

static void down(struct fixture *f, int target)
{
    struct str why = STR_NULL;
    assert_int_equal(migrate_down(f->store, target, f->arena, &why), 0);
}

static void fill(struct fixture *f)
{
    struct lines rows = read_lines(f, &rows_of_all);
    assert_true(rows.n > 15);
    for (size_t i = 0; i < rows.n; i++)
        run_script(f->conn, f->arena, arena_cstr(f->arena, rows.v[i].text));
}

static void up_and_down_with_data_in_it(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    up(f, 0);
    assert_int_equal(migrate_check(f->store, f->arena, &why), 0);
    size_t all = read_lines(f, &tables).n;
    fill(f);
    down(f, 3); /* 0004 made tables */
    assert_true(read_lines(f, &tables).n < all);
    assert_int_equal(migrate_check(f->store, f->arena, &why), ERR_USAGE);
    down(f, 0);
    assert_int_equal(read_lines(f, &tables).n, 0);
    up(f, 0);
    assert_int_equal(read_lines(f, &tables).n, all);
    fill(f);
    up(f, 0);
    assert_int_equal(migrate_check(f->store, f->arena, &why), 0);
}

static void looking_makes_nothing(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct migration_state *v;
    size_t n;
    assert_int_equal(migrate_status(f->store, f->arena, &v, &n, &why), 0);
    assert_int_equal(n, migration_count);
    assert_true(v[0].applied_at == I64_NULL && v[0].number == 1);
    assert_int_equal(read_lines(f, &tables).n, 0);
    assert_int_equal(migrate_check(f->store, f->arena, &why), ERR_USAGE);
    assert_true(why.n > 0);
    up(f, 1);
    assert_int_equal(migrate_status(f->store, f->arena, &v, &n, &why), 0);
    assert_true(v[0].applied_at != I64_NULL && v[1].applied_at == I64_NULL);
}

static void a_newer_store_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct migration_state *v;
    size_t n;
    up(f, 0);
    run_script(f->conn, f->arena,
               test_is_postgres(f)
                   ? "INSERT INTO schema_migrations VALUES (999, '0999_later', 'x', '2026-11-21')"
                   : "INSERT INTO schema_migrations VALUES (999, '0999_later', 'x', 1)");
    assert_int_equal(migrate_status(f->store, f->arena, &v, &n, &why), ERR_STORE_NEWER);
    assert_int_equal(migrate_check(f->store, f->arena, &why), ERR_STORE_NEWER);
    assert_int_equal(migrate_up(f->store, 0, f->arena, &why), ERR_STORE_NEWER);
    assert_int_equal(migrate_down(f->store, 0, f->arena, &why), ERR_STORE_NEWER);
    assert_non_null(strstr(why.p, "0999_later"));
}

static void another_text_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct migration_state *v;
    size_t n;
    up(f, 0);
    run_script(f->conn, f->arena, "UPDATE schema_migrations SET checksum = 'x' WHERE number = 2");
    assert_int_equal(migrate_status(f->store, f->arena, &v, &n, &why), 0);
    assert_true(!v[0].changed && v[1].changed);
    assert_int_equal(migrate_check(f->store, f->arena, &why), ERR_STORE_NEWER);
}

/* The child's exit status is its result. */
static pid_t migrate_in_child(const struct fixture *f)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid)
        return pid;
    struct arena *a = arena_new(4096);
    struct store *s = NULL;
    struct str why = STR_NULL;
    struct store_options o = {.create = true};
    int rc = store_open(&s, f->url, &o, a, &why);
    if (rc == 0)
        rc = migrate_up(s, 0, a, &why);
    if (rc < 0)
        fprintf(stderr, "child: %.*s\n", STR_ARG(why));
    _exit(rc == 0 ? 0 : 1);
}

static void two_processes_at_once(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    pid_t pids[3];
    for (int i = 0; i < 3; i++)
        pids[i] = migrate_in_child(f);
    for (int i = 0; i < 3; i++) {
        int status = 1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(migrate_check(f->store, f->arena, &why), 0);
}

static void every_statement_is_prepared(void **state)
{
    struct fixture *f = *state;
    up(f, 0);
    struct str why = STR_NULL;
    int rc = conn_prepare_all(f->conn, all_statements, all_statement_count, f->arena, &why);
    if (rc < 0)
        print_error("%.*s\n", STR_ARG(why));
    assert_int_equal(rc, 0);
}

static void assert_same(struct fixture *a, struct fixture *b, const struct stmt *s)
{
    struct lines x = sorted_lines(a, s), y = sorted_lines(b, s);
    for (size_t i = 0; i < x.n && i < y.n; i++)
        if (!str_eq(x.v[i].text, y.v[i].text))
            fail_msg("%s: SQLite \"%.*s\", PostgreSQL \"%.*s\"", s->name, STR_ARG(x.v[i].text),
                     STR_ARG(y.v[i].text));
    assert_int_equal(x.n, y.n);
    assert_true(x.n > 5);
}

/* "customers (company_id,phone)": the company comes first in every key but
 * those of the tables that stand above companies. */
static void assert_company_first(struct fixture *f)
{
    static const char *const above[] = {"companies_pkey ", "company_slugs_pkey ",
                                        "company_hosts_pkey ", "instance_pkey "};
    struct lines v = sorted_lines(f, &keys);
    for (size_t i = 0; i < v.n; i++) {
        bool fine = memmem(v.v[i].text.p, v.v[i].text.n, "(company_id", 11) != NULL;
        for (size_t j = 0; j < 4 && !fine; j++)
            fine = str_starts(v.v[i].text, str_c(above[j]));
        if (!fine)
            fail_msg("company_id is not first: %.*s", STR_ARG(v.v[i].text));
    }
}

static void both_schemas_are_the_same(void **state)
{
    (void)state;
    void *one = NULL, *two = NULL;
    assert_int_equal(setup_empty_sqlite(&one), 0);
    assert_int_equal(setup_empty_postgres(&two), 0);
    up(one, 0);
    up(two, 0);
    assert_same(one, two, &tables);
    assert_same(one, two, &columns);
    assert_same(one, two, &keys);
    assert_same(one, two, &foreign_keys);
    assert_same(one, two, &indexes);
    assert_company_first(one);
    teardown(&one);
    teardown(&two);
}

#define TESTS                                                                                      \
    {                                                                                              \
        BOTH(up_and_down_with_data_in_it), BOTH(looking_makes_nothing),                            \
            BOTH(a_newer_store_is_left_alone), BOTH(another_text_is_noticed),                      \
            BOTH(two_processes_at_once), BOTH(every_statement_is_prepared),                        \
    }

static int on(CMFixtureFunction setup)
{
    const struct CMUnitTest list[] = TESTS;
    return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void)
{
    int failed = on(setup_empty_sqlite);
    if (test_postgres()) {
        const struct CMUnitTest schemas[] = {cmocka_unit_test(both_schemas_are_the_same)};
        failed += on(setup_empty_postgres);
        failed += cmocka_run_group_tests(schemas, NULL, NULL);
    }
    return failed;
}
