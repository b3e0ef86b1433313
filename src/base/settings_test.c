/* Settings: which source counts, what is refused and how that is said. */
#include "base/clock.h"
#include "base/settings.h"
#include "base/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct loaded {
    struct arena *arena;
    struct settings *s; /* NULL: refused */
    struct str why;
    int argc;      /* what was left */
    char *argv[8]; /* in the arena */
};

/* Loads with up to seven words, which end with NULL. */
static struct loaded load(const char *const *words)
{
    struct loaded l = {.arena = arena_new(4096)};
    for (; words[l.argc]; l.argc++) {
        struct str s = str_c(words[l.argc]);
        char *copy = arena_bytes(l.arena, s.n + 1);
        memcpy(copy, s.p, s.n + 1);
        l.argv[l.argc] = copy;
    }
    l.s = settings_load(l.arena, &l.argc, l.argv, &l.why);
    return l;
}
#define LOAD(...) load((const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(struct loaded l, const char *why)
{
    assert_null(l.s);
    assert_str(l.why, why);
    arena_free(&l.arena);
}

/* A file of settings with this text; the caller removes it. */
static char *file_of(const char *text)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/clientele-settings-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

static void every_default_is_allowed(void **state)
{
    (void)state;
    struct loaded l = load((const char *const[]){NULL});
    assert_non_null(l.s);
    assert_str(setting_text(l.s, SETTING_STORE), "sqlite:clientele.db");
    assert_true(setting_int(l.s, SETTING_ACCESS_TOKEN) == 15 * 60 * SECOND_US);
    assert_true(setting_int(l.s, SETTING_REFRESH_TOKEN) == 30 * DAY_US);
    assert_true(setting_bool(l.s, SETTING_METRICS));
    assert_false(setting_bool(l.s, SETTING_LOG_REQUESTS));
    assert_int_equal(setting_enum(l.s, SETTING_LOG_LEVEL), 1);
    assert_str(setting_from(l.s, SETTING_STORE), "default");
    arena_free(&l.arena);
}

static void flag_beats_environment_beats_file_beats_default(void **state)
{
    (void)state;
    char *path = file_of("# of the shop\n\nthreads = 3\n  readers=4  \nqueue = 100\n"
                         "key-file = /a b/c#d\nlog-format = json");
    setenv("CLIENTELE_READERS", "5", 1);
    setenv("CLIENTELE_THREADS", "6", 1);
    setenv("CLIENTELE_PG_READERS", "", 1); /* empty: not set */
    struct loaded l = LOAD("--threads=7", "--config", path);
    assert_non_null(l.s);
    assert_int_equal(setting_int(l.s, SETTING_THREADS), 7);
    assert_str(setting_from(l.s, SETTING_THREADS), "--threads");
    assert_int_equal(setting_int(l.s, SETTING_READERS), 5);
    assert_str(setting_from(l.s, SETTING_READERS), "environment CLIENTELE_READERS");
    assert_int_equal(setting_int(l.s, SETTING_QUEUE), 100);
    assert_str(setting_text(l.s, SETTING_KEY_FILE), "/a b/c#d");
    assert_int_equal(setting_enum(l.s, SETTING_LOG_FORMAT), 1);
    assert_int_equal(setting_int(l.s, SETTING_PG_READERS), 4);
    assert_true(str_starts(setting_from(l.s, SETTING_QUEUE), str_c(path)));
    arena_free(&l.arena);

    setenv("CLIENTELE_CONFIG", path, 1);
    l = load((const char *const[]){NULL});
    assert_int_equal(setting_int(l.s, SETTING_QUEUE), 100);
    arena_free(&l.arena);
    unsetenv("CLIENTELE_CONFIG");
    unsetenv("CLIENTELE_READERS");
    unsetenv("CLIENTELE_THREADS");
    unsetenv("CLIENTELE_PG_READERS");
    unlink(path);
}

static void leaves_what_is_not_its_own(void **state)
{
    (void)state;
    struct loaded l = LOAD("a", "--threads", "2", "--other", "-x", "--", "--queue");
    assert_non_null(l.s);
    assert_int_equal(l.argc, 5);
    const char *left[] = {"a", "--other", "-x", "--", "--queue"};
    for (int i = 0; i < 5; i++)
        assert_string_equal(l.argv[i], left[i]);
    assert_null(l.argv[5]);
    arena_free(&l.arena);

    l = LOAD("--log-requests", "--metrics=off");
    assert_true(setting_bool(l.s, SETTING_LOG_REQUESTS));
    assert_false(setting_bool(l.s, SETTING_METRICS));
    assert_int_equal(l.argc, 0);
    arena_free(&l.arena);

    struct arena *a = arena_new(4096);
    char word[] = "--listen=x", *argv[] = {word, NULL};
    int argc = 1;
    struct str why;
    assert_non_null(settings_load_flags(a, SETTING_BIT(SETTING_STORE), &argc, argv, &why));
    assert_int_equal(argc, 1); /* not among the flags this command takes */
    arena_free(&a);
}

static void names_what_is_wrong_with_a_value(void **state)
{
    (void)state;
    assert_refused(LOAD("--threads", "65"), "setting threads: \"65\" (--threads) is not a whole "
                                            "number from 0 to 64");
    assert_refused(LOAD("--threads="), "setting threads: \"\" (--threads) is not a whole number "
                                       "from 0 to 64");
    assert_refused(LOAD("--log-level", "loud"), "setting log-level: \"loud\" (--log-level) is not "
                                                "one of debug, info, warn, error");
    assert_refused(LOAD("--metrics=maybe"), "setting metrics: \"maybe\" (--metrics) is not true "
                                            "or false");
    assert_refused(LOAD("--listen"), "--listen needs a value");
    assert_refused(LOAD("--config"), "--config needs a value");
    assert_refused(LOAD("--queue", "20", "--queue", "20"), "--queue is given twice");
    setenv("CLIENTELE_DEADLINE", "700s", 1);
    assert_refused(LOAD("x"), "setting deadline: \"700s\" (environment CLIENTELE_DEADLINE) is not "
                              "a duration from 1s to 10m, such as 500ms, 15m, 30s, 2h or 30d");
    unsetenv("CLIENTELE_DEADLINE");
}

static void reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } v[] = {{"500ms", 500000},
             {"1s", SECOND_US},
             {"10m", 600 * SECOND_US},
             {"0s", -1},
             {"11m", -1},
             {"1", -1},
             {"s", -1},
             {"1.5s", -1},
             {"-5s", -1},
             {" 5s", -1},
             {"5 s", -1},
             {"5S", -1},
             {"9999999999999d", -1},
             {"100ms", 100000}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        struct loaded l = LOAD("--commit-deadline", v[i].text);
        if (v[i].us < 0)
            assert_null(l.s);
        else
            assert_true(l.s && setting_int(l.s, SETTING_COMMIT_DEADLINE) == v[i].us);
        arena_free(&l.arena);
    }
}

static void names_the_line_of_a_bad_file(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } v[] = {
        {"threads = 1\nlissen = x\n", " line 2: there is no setting \"lissen\"; did you mean "
                                      "\"listen\"?"},
        {"# c\n\nthreads\n", " line 3: expected \"name = value\""},
        {"threads = 1\nthreads = 2\n", " line 2: threads is given twice"},
    };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        char *path = file_of(v[i].text);
        struct loaded l = LOAD("--config", path);
        unlink(path);
        assert_null(l.s);
        assert_true(str_starts(l.why, str_c(path)));
        assert_str((struct str){l.why.p + strlen(path), l.why.n - strlen(path)}, v[i].why);
        arena_free(&l.arena);
    }
    char *path = file_of("threads = many\n");
    struct loaded l = LOAD("--config", path);
    unlink(path);
    assert_null(l.s);
    assert_non_null(strstr(l.why.p, "line 1) is not a whole number from 0 to 64"));
    arena_free(&l.arena);
    assert_refused(LOAD("--config", "/nonexistent/x"),
                   "configuration file /nonexistent/x: No such file or directory");
    assert_refused(LOAD("--config", "/tmp"), "configuration file /tmp: Is a directory");
}

/* Every row can be printed and its words are there. */
static void every_row_is_documented(void **state)
{
    (void)state;
    struct arena *a = arena_new(64 * 1024);
    struct str page = settings_markdown(a);
    for (int i = 0; i < SETTING_COUNT_; i++) {
        const struct setting_row *row = &setting_rows[i];
        assert_true(row->help[0] && row->name[0]);
        assert_int_equal(setting_find(str_c(row->name)), i);
        assert_non_null(memmem(page.p, page.n, row->help, strlen(row->help)));
        struct str env = setting_env(row, a);
        assert_non_null(memmem(page.p, page.n, env.p, env.n));
    }
    assert_str(setting_env(&setting_rows[SETTING_RATE_LIMIT_API], a), "CLIENTELE_RATE_LIMIT_API");
    assert_int_equal(setting_find(STR("nothing")), SETTING_COUNT_);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_allowed),
        cmocka_unit_test(flag_beats_environment_beats_file_beats_default),
        cmocka_unit_test(leaves_what_is_not_its_own),
        cmocka_unit_test(names_what_is_wrong_with_a_value),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(names_the_line_of_a_bad_file),
        cmocka_unit_test(every_row_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
