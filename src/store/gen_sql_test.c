/* The statement generator: what it refuses, with file and line, and that what
 * it makes compiles without a warning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct arena *arena;
    char folder[64];
    const char *source; /* of the project */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new(4096);
    f->source = getenv("CLIENTELE_SOURCE");
    assert_non_null(f->source);
    snprintf(f->folder, sizeof f->folder, "/tmp/clientele-gen-%d", (int)getpid());
    (void)mkdir(f->folder, 0700);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"t.sql", "t.sql.h", "t.sql.c"};
    for (size_t i = 0; i < 3; i++)
        (void)unlink(arena_printf(f->arena, "%s/%s", f->folder, names[i]).p);
    (void)rmdir(f->folder);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* The exit status; what the command said in *said. */
static int run(struct fixture *f, const char *command, struct str *said)
{
    char *text = arena_bytes(f->arena, 16384);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(text, 1, 16383, p);
    int status = pclose(p);
    text[n] = 0;
    *said = (struct str){text, n};
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int generate(struct fixture *f, const char *sql, struct str *said)
{
    FILE *out = fopen(arena_printf(f->arena, "%s/t.sql", f->folder).p, "w");
    assert_non_null(out);
    fputs(sql, out);
    assert_int_equal(fclose(out), 0);
    return run(f,
               arena_printf(f->arena, "python3 '%s/tools/gen_sql.py' %s/t.sql %s 2>&1", f->source,
                            f->folder, f->folder)
                   .p,
               said);
}

static const struct {
    const char *sql, *where, *why;
} refused[] = {
    {"-- a (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1::uuid;\n", "t.sql:1",
     "use CAST"},
    {"-- a (company: uuid) -> count\nUPDATE t SET at = now() WHERE company_id = $1;\n", "t.sql:1",
     "times come as parameters"},
    {"\n\n-- a (company: uuid, n: number) -> count\nDELETE FROM t WHERE company_id = $1;\n",
     "t.sql:3", "is no 'name: type'"},
    {"-- a (company: uuid, id: uuid) -> count\nDELETE FROM t WHERE company_id = $1;\n", "t.sql:1",
     "2 parameters, but its text uses [1]"},
    {"-- a (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1 AND id = $2;\n", "t.sql:1",
     "1 parameters, but its text uses [1, 2]"},
    {"-- a (company: uuid, id: uuid) -> count\nDELETE FROM t WHERE id = $2 AND company = $1;\n",
     "t.sql:1", "no company_id = $1"},
    {"-- a (id: uuid) -> count\nDELETE FROM t WHERE company_id = $1;\n", "t.sql:1",
     "the first parameter is company: uuid"},
    {"-- a (company: uuid) -> one thing\nSELECT id FROM t WHERE company_id = $1;\n", "t.sql:1",
     "no row thing"},
    {"-- a (company: uuid) -> one\nSELECT id FROM t WHERE company_id = $1;\n", "t.sql:1",
     "needs a row"},
    {"-- a (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1\n", "t.sql:1", "no ';'"},
    {"-- a (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1\n\n"
     "-- b (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1;\n",
     "t.sql:1", "no ';'"},
    {"SELECT 1;\n", "t.sql:1", "SQL without a name"},
    {"-- a (company: uuid) -> one (id: uuid)\n"
     "SELECT id FROM t WHERE company_id = $1 FOR UPDATE;\n",
     "t.sql:1", "/*for update*/"},
    {"-- a (company: uuid) -> one (id: uuid)\n"
     "SELECT id FROM t WHERE company_id = $1 /*nowait*/;\n",
     "t.sql:1", "is none of"},
    {"-- a (company: uuid) -> count   sqlite\nDELETE FROM t WHERE company_id = $1;\n", "t.sql:1",
     "one engine only"},
    {"-- a (company: uuid, name: text) -> count   sqlite\n"
     "DELETE FROM t WHERE company_id = $1 AND name = $2;\n"
     "-- a (company: uuid, name: uuid) -> count   postgres\n"
     "DELETE FROM t WHERE company_id = $1 AND name = $2;\n",
     "t.sql:3", "two bodies, two signatures"},
    {"-- a (company: uuid, on: bool?) -> count\n"
     "DELETE FROM t WHERE company_id = $1 AND o = $2;\n",
     "t.sql:1", "a bool is never NULL"},
    {"-- a (company: uuid, register: int) -> count\n"
     "DELETE FROM t WHERE company_id = $1 AND r = $2;\n",
     "t.sql:1", "a word of C"},
    {"-- a (company: uuid) -> count\nINSERT INTO t (id, company_id) VALUES ($1, $1);\n", "t.sql:1",
     "no company_id = $1"},
    {"-- a (company: uuid) -> count\nDELETE FROM t WHERE company_id = $1; DELETE FROM t;\n",
     "t.sql:1", "more than one statement"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct str said;
        int status = generate(f, refused[i].sql, &said);
        if (status == 0 || !strstr(said.p, refused[i].where) || !strstr(said.p, refused[i].why))
            fail_msg("%s\nexit %d, said: %s\nwanted: %s … %s", refused[i].sql, status, said.p,
                     refused[i].where, refused[i].why);
        assert_int_equal(access(arena_printf(f->arena, "%s/t.sql.c", f->folder).p, F_OK), -1);
    }
}

static const char good[] =
    "-- What a shop is.\n"
    "-- row shop (id: uuid, name: text, n: int?, is_on: bool, at: time?,\n"
    "--   day: date?, doc: json?, raw: blob)\n"
    "\n"
    "-- One of them, and \"locked\".\n"
    "-- shop_lock (company: uuid, id: uuid) -> one shop\n"
    "SELECT id, name, n, is_on, at, day, doc, raw FROM shops -- all of it\n"
    "WHERE company_id = $1 AND id = $2 AND name <> '; :: $9' /*for update*/;\n"
    "\n"
    "-- shop_queue (company: uuid) -> many shop\n"
    "SELECT id, name, n, is_on, at, day, doc, raw FROM shops\n"
    "WHERE company_id = $1 /*skip locked*/;\n"
    "\n"
    "-- shop_put struct (company: uuid, id: uuid, name: text, n: int?, is_on: bool,\n"
    "--   at: time?, day: date?, doc: json?, raw: blob) -> effect\n"
    "INSERT INTO shops (company_id, id, name, n, is_on, at, day, doc, raw)\n"
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);\n"
    "\n"
    "-- shop_count () -> one (n: int)\n"
    "-- across companies: for the owner of the house\n"
    "SELECT count(*) AS n FROM shops;\n"
    "\n"
    "-- shop_find (company: uuid, words: text) -> count   sqlite\n"
    "DELETE FROM shops WHERE company_id = $1 AND name GLOB $2;\n"
    "-- shop_find (company: uuid, words: text) -> count   postgres\n"
    "DELETE FROM shops WHERE company_id = $1 AND name ILIKE $2;\n";

static void assert_in_file(struct fixture *f, const char *name, const char *const *words)
{
    struct str text;
    assert_int_equal(run(f, arena_printf(f->arena, "cat %s/%s", f->folder, name).p, &text), 0);
    for (; *words; words++)
        if (!strstr(text.p, *words))
            fail_msg("%s lacks: %s\n%s", name, *words, text.p);
}

static void what_it_makes_is_typed_c(void **state)
{
    struct fixture *f = *state;
    struct str said;
    if (generate(f, good, &said) != 0)
        fail_msg("%s", said.p);
    static const char *const in_header[] = {
        "extern const struct stmt_set t_statements;",
        "/* One of them, and \"locked\". */",
        "int shop_lock(struct tx *tx, struct uuid company, struct uuid id, struct shop *out);",
        "int shop_queue(struct tx *tx, struct uuid company, struct shop **rows, size_t *n);",
        "int shop_put(struct tx *tx, const struct shop_put_params *in);",
        "int shop_count(struct tx *tx, struct shop_count_row *out);",
        NULL};
    static const char *const in_source[] = {
        "\"shop_lock\"", "?1", "?9", "GLOB ?2", "ILIKE $2", "FOR UPDATE\"", "SKIP LOCKED\"", NULL};
    assert_in_file(f, "t.sql.c", in_source);
    assert_in_file(f, "t.sql.h", in_header);
    int status = run(f,
                     arena_printf(f->arena,
                                  "cc -std=gnu17 -fsyntax-only -Wall -Wextra -Wshadow -Wconversion "
                                  "-Wno-sign-conversion -Werror -I '%s/src' -I %s %s/t.sql.c 2>&1",
                                  f->source, f->folder, f->folder)
                         .p,
                     &said);
    if (status != 0)
        fail_msg("%s", said.p);
}

int main(void)
{
    const struct CMUnitTest list[] = {
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(what_it_makes_is_typed_c, setup, teardown),
    };
    return cmocka_run_group_tests(list, NULL, NULL);
}
