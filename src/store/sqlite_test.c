/* What only SQLite does: files that are no store, the write-ahead log, a
 * transaction that the engine ends by itself, backup. */
#include "store/sqlite_priv.h"
#include "store/testing.h"
#include <fcntl.h>
#include <sys/stat.h>

static void write_file(const char *path, const void *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

/* Opening must fail with that error and a sentence that has these words. */
static void refuses(struct fixture *f, const char *path, bool create, int want, const char *words)
{
    struct store *s = NULL;
    struct str why = STR_NULL;
    struct store_options o = {.create = create};
    int rc = store_open(&s, arena_printf(f->arena, "sqlite:%s", path).p, &o, f->arena, &why);
    if (rc != want || !why.p || !strstr(why.p, words))
        fail_msg("%s: %d (wanted %d): %.*s (wanted: %s)", path, rc, want, STR_ARG(why), words);
    assert_null(s);
}

static const char *beside(struct fixture *f, const char *ending)
{
    return arena_printf(f->arena, "%s.%s", f->path, ending).p;
}

static void files_that_are_no_store(void **state)
{
    struct fixture *f = *state;
    const char *path = beside(f, "odd");
    char text[8192];
    memset(text, 'x', sizeof text);
    write_file(path, text, sizeof text);
    refuses(f, path, true, ERR_STORE_CORRUPT, "is not a database file");
    assert_int_equal(unlink(path), 0);
    refuses(f, path, false, ERR_STORE_DOWN, "there is no file");
    refuses(f, "/tmp", true, ERR_STORE_DOWN, "is a directory");
    refuses(f, "/nowhere/at/all.db", true, ERR_STORE_DOWN, "No such file or directory");
    refuses(f, "", true, ERR_USAGE, "needs a path");
    struct store *s = NULL;
    struct str why = STR_NULL;
    assert_int_equal(store_open(&s, "mysql://x", NULL, f->arena, &why), ERR_USAGE);
    assert_null(s);
}

static void another_programs_database_is_left_alone(void **state)
{
    struct fixture *f = *state;
    const char *path = beside(f, "other");
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE bookmarks (url)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refuses(f, path, true, ERR_USAGE, "of another program");
    remove_files(path);
}

static void damage_is_called_damage(void **state)
{
    struct fixture *f = *state;
    const char *path = beside(f, "damaged");
    struct str why = STR_NULL;
    assert_int_equal(store_backup(f->store, path, f->arena, &why), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 4096), 0);
    refuses(f, path, false, ERR_STORE_CORRUPT, "is damaged");
    remove_files(path);
}

static void a_file_that_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    const char *path = beside(f, "fixed");
    struct str why = STR_NULL;
    assert_int_equal(store_backup(f->store, path, f->arena, &why), 0);
    assert_int_equal(chmod(path, 0444), 0);
    bool root = geteuid() == 0;
    if (root) /* whom no mode stops: be somebody else for a moment */
        assert_int_equal(seteuid(65534), 0);
    struct store *s = NULL;
    int rc = store_open(&s, arena_printf(f->arena, "sqlite:%s", path).p, NULL, f->arena, &why);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, ERR_STORE_FULL);
    assert_non_null(strstr(why.p, "cannot be written"));
    remove_files(path);
}

static void a_new_file_is_its_owners_alone(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(arena_printf(f->arena, "%s-wal", f->path).p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void durable_and_checked(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *pragma;
        long long value;
    } want[] = {{"synchronous", 2}, {"foreign_keys", 1}, {"temp_store", 2}, {"mmap_size", 0}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        sqlite3_stmt *st = NULL;
        const char *sql = arena_printf(f->arena, "PRAGMA %s", want[i].pragma).p;
        assert_int_equal(sqlite3_prepare_v2(sqlite_self(f->conn)->db, sql, -1, &st, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        if (sqlite3_column_int64(st, 0) != want[i].value)
            fail_msg("%s is %lld", want[i].pragma, sqlite3_column_int64(st, 0));
        sqlite3_finalize(st);
    }
}

static void put_many(struct fixture *f, int from, int to)
{
    struct tx *tx = begin_tx(f, TX_WRITE);
    for (int i = from; i < to; i++)
        assert_int_equal(put_thing(tx, &thing_effect, i, NULL), 0);
    assert_int_equal(tx_commit(&tx), 0);
}

static void the_log_is_moved_and_used_again(void **state)
{
    struct fixture *f = *state;
    put_many(f, 0, 100);
    int64_t before = store_wal_bytes(f->store);
    assert_true(before > 0);
    put_many(f, 100, 200);
    assert_true(store_wal_bytes(f->store) > before);
    conn_checkpoint(f->other, false); /* a connection that has not read yet */
    assert_int_equal(store_wal_bytes(f->store), 0);
    put_many(f, 200, 210);
    assert_true(store_wal_bytes(f->store) < before); /* from the start again */
    conn_checkpoint(f->conn, true);
    assert_int_equal(store_wal_bytes(f->store), 0);
    assert_int_equal(seen_by_other(f), 210);
}

static void a_reader_holds_the_log_and_nobody_waits_long(void **state)
{
    struct fixture *f = *state;
    put_many(f, 0, 10);
    struct tx *reader = NULL;
    struct thing got;
    assert_int_equal(tx_begin(f->other, TX_READ, f->arena, &reader), 0);
    assert_int_equal(get_thing(reader, 1, &got), 1);
    put_many(f, 10, 20);
    int64_t before = clock_mono();
    conn_checkpoint(f->conn, true);
    assert_true(clock_mono() - before < SECOND_US);
    assert_true(store_wal_bytes(f->store) > 0);
    assert_int_equal(get_thing(reader, 15, &got), 0); /* one snapshot */
    assert_int_equal(tx_commit(&reader), 0);
    conn_checkpoint(f->conn, true);
    assert_int_equal(store_wal_bytes(f->store), 0);
}

static void a_clean_end_leaves_one_file(void **state)
{
    struct fixture *f = *state;
    put_many(f, 0, 10);
    conn_close(&f->conn);
    conn_close(&f->other);
    assert_int_equal(access(arena_printf(f->arena, "%s-wal", f->path).p, F_OK), -1);
    assert_int_equal(conn_open(f->store, CONN_WRITER, &f->conn), 0);
    assert_int_equal(conn_open(f->store, CONN_READER, &f->other), 0);
    assert_int_equal(seen_by_other(f), 10);
}

static void a_second_writer_waits_and_is_told(void **state)
{
    struct fixture *f = *state;
    struct store *s = NULL;
    struct conn *c = NULL;
    struct tx *tx = begin_tx(f, TX_WRITE), *second = NULL;
    struct str why = STR_NULL;
    struct store_options o = {.busy_us = SECOND_US / 10};
    assert_int_equal(store_open(&s, f->url, &o, f->arena, &why), 0);
    assert_int_equal(conn_open(s, CONN_WRITER, &c), 0);
    assert_int_equal(tx_begin(c, TX_WRITE, f->arena, &second), ERR_BUSY);
    tx_rollback(&tx);
    assert_int_equal(tx_begin(c, TX_WRITE, f->arena, &second), 0);
    tx_rollback(&second);
    conn_close(&c);
    store_close(&s);
}

/* No page more than there are: the engine says SQLITE_FULL. */
static void a_full_disk_loses_nothing_that_was_confirmed(void **state)
{
    struct fixture *f = *state;
    put_many(f, 0, 10);
    run_script(f->conn, f->arena, "PRAGMA max_page_count = 1"); /* the least that is possible */
    struct tx *tx = begin_tx(f, TX_WRITE);
    char name[4000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    int rc = put_thing(tx, &thing_insert, 100, name);
    for (int i = 101; rc == 1 && i < 250; i++) {
        name[0] = (char)i;
        rc = put_thing(tx, &thing_insert, i, name);
    }
    assert_int_equal(rc, ERR_STORE_FULL);
    if (!tx_alive(tx)) {
        assert_true(tx_commit(&tx) < 0);
    } else {
        tx_rollback(&tx);
    }
    assert_int_equal(seen_by_other(f), 10);
}

/* Lost in the middle: what comes after must not commit by itself. */
static void after_a_lost_transaction_nothing_commits(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    assert_int_equal(put_thing(tx, &thing_insert, 2, "b"), 1);
    static const struct stmt or_rollback = {
        .name = "or_rollback",
        .sqlite = "INSERT OR ROLLBACK INTO things (id, is_on) SELECT id, TRUE FROM things",
        .postgres = "",
        .kind = STMT_COUNT};
    assert_int_equal(tx_count(tx, &or_rollback, NULL), ERR_CONSTRAINT);
    assert_false(tx_alive(tx));
    assert_int_equal(put_thing(tx, &thing_insert, 3, "c"), ERR_STORE_FULL);
    assert_int_equal(tx_savepoint_undo(tx), ERR_STORE_FULL);
    assert_int_equal(tx_commit(&tx), ERR_STORE_FULL);
    assert_int_equal(seen_by_other(f), 0);
    tx = begin_tx(f, TX_WRITE);
    assert_true(tx_alive(tx));
    assert_int_equal(put_thing(tx, &thing_insert, 3, "c"), 1);
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(seen_by_other(f), 1);
}

static int64_t indexes_of_things(struct fixture *f)
{
    static const struct sql_col n[] = {{"n", SQL_INT, false, 0}};
    static const struct stmt count = {
        .name = "count_indexes",
        .sqlite = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'things' "
                  "AND name LIKE 'things%'",
        .postgres = "",
        .kind = STMT_ONE,
        .cols = n,
        .ncols = 1,
        .row_size = sizeof(int64_t)};
    struct tx *tx = NULL;
    int64_t found = -1;
    assert_int_equal(tx_begin(f->other, TX_READ, f->arena, &tx), 0);
    assert_int_equal(tx_one(tx, &count, NULL, &found), 1);
    assert_int_equal(tx_commit(&tx), 0);
    return found;
}

/* Away while the transaction lasts, there for everybody else, and there again
 * after it, however it ends. */
static void a_first_load_brings_its_indexes_back(void **state)
{
    struct fixture *f = *state;
    run_script(f->conn, f->arena,
               "CREATE INDEX things_at ON things (at); CREATE INDEX things_day ON things (day, id) "
               "WHERE day IS NOT NULL; CREATE UNIQUE INDEX things_raw ON things (raw, id)");
    assert_int_equal(indexes_of_things(f), 3);
    struct tx *tx = begin_tx(f, TX_WRITE);
    assert_int_equal(tx_first_load(tx, "things"), 1);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    assert_int_equal(indexes_of_things(f), 3); /* as others see it */
    tx_rollback(&tx);
    assert_int_equal(indexes_of_things(f), 3);

    tx = begin_tx(f, TX_WRITE);
    assert_int_equal(tx_first_load(tx, "things"), 1);
    assert_int_equal(tx_script(tx,
                               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                               "LIMIT 1498) INSERT INTO things (id, is_on) SELECT "
                               "randomblob(16), 1 FROM n"),
                     0);
    assert_int_equal(put_thing(tx, &thing_insert, 1, "a"), 1);
    assert_int_equal(put_thing(tx, &thing_insert, 2, "b"), 1);
    assert_int_equal(put_thing(tx, &thing_made, 3, "a"), 0); /* constraints hold */
    assert_int_equal(tx_commit(&tx), 0);
    assert_int_equal(indexes_of_things(f), 3);
    assert_int_equal(seen_by_other(f), 1500);

    tx = begin_tx(f, TX_WRITE); /* it has rows now */
    assert_int_equal(tx_first_load(tx, "things"), 0);
    assert_int_equal(tx_commit(&tx), 0);
}

static void a_backup_is_whole_and_takes_nobodys_place(void **state)
{
    struct fixture *f = *state;
    const char *path = beside(f, "copy");
    struct str why = STR_NULL;
    put_many(f, 0, 200);
    struct tx *tx = begin_tx(f, TX_WRITE); /* what is not committed is not in it */
    assert_int_equal(put_thing(tx, &thing_insert, 201, NULL), 1);
    assert_int_equal(store_backup(f->store, path, f->arena, &why), 0);
    assert_int_equal(tx_commit(&tx), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(store_backup(f->store, path, f->arena, &why), ERR_IO);
    assert_non_null(strstr(why.p, "exists already"));
    assert_int_equal(store_backup(f->store, "/nowhere/copy", f->arena, &why), ERR_IO);

    struct fixture copy = {.arena = f->arena};
    assert_int_equal(
        store_open(&copy.store, arena_printf(f->arena, "sqlite:%s", path).p, NULL, f->arena, &why),
        0);
    assert_int_equal(conn_open(copy.store, CONN_READER, &copy.other), 0);
    assert_int_equal(seen_by_other(&copy), 200);
    conn_close(&copy.other);
    store_close(&copy.store);
    remove_files(path);
}

int main(void)
{
    CMFixtureFunction setup = setup_sqlite;
    const struct CMUnitTest list[] = {
        BOTH(files_that_are_no_store),
        BOTH(another_programs_database_is_left_alone),
        BOTH(damage_is_called_damage),
        BOTH(a_file_that_cannot_be_written),
        BOTH(a_new_file_is_its_owners_alone),
        BOTH(durable_and_checked),
        BOTH(the_log_is_moved_and_used_again),
        BOTH(a_reader_holds_the_log_and_nobody_waits_long),
        BOTH(a_clean_end_leaves_one_file),
        BOTH(a_second_writer_waits_and_is_told),
        BOTH(a_full_disk_loses_nothing_that_was_confirmed),
        BOTH(after_a_lost_transaction_nothing_commits),
        BOTH(a_first_load_brings_its_indexes_back),
        BOTH(a_backup_is_whole_and_takes_nobodys_place),
    };
    return cmocka_run_group_tests(list, NULL, NULL);
}
