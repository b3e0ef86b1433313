/* Parsing by rows: every form of an option, every refusal, what help shows,
 * and the progress bar on a terminal and off it. */
#include "base/clock.h"
#include "base/settings.h"
#include "base/test.h"
#include "cli/args.h"
#include "cli/help.h"
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

static const struct opt opts[] = {
    {"dry-run", OPT_FLAG, NULL, NULL, "change nothing"},
    {"reject", OPT_TEXT, "FILE", NULL, "where refused rows go"},
    {"rows", OPT_INT, "N", "100",
     "most rows, a word that is followed by so many others that the "
     "line must be wrapped somewhere"},
    {0},
};

static int run(const struct args *a)
{
    return args_flag(a, "dry-run") ? EXIT_OK : EXIT_FAILED;
}

static const struct command command = {
    .name = "take",
    .usage = "FILE [--dry-run]",
    .help = "take rows from a file\nA paragraph.\n  an example --as it stands",
    .opts = opts,
    .store = true,
    .run = run,
    .settings = SETTING_BIT(SETTING_THREADS),
};

struct parsed {
    struct args a;
    struct str why;
    int bad;
};

static struct parsed parse(char **words)
{
    struct parsed p = {.a = {.arena = arena_new(8192), .command = &command}};
    int argc = 0;
    while (words[argc])
        argc++;
    p.bad = args_parse(&p.a, argc, words, &p.why);
    return p;
}
#define PARSE(...) parse((char *[]){__VA_ARGS__, NULL})

static void refused(struct parsed p, const char *why)
{
    assert_int_equal(p.bad, EXIT_USAGE);
    assert_str(p.why, why);
    arena_free(&p.a.arena);
}

static void takes_options_in_every_form(void **state)
{
    (void)state;
    struct parsed p = PARSE("a.csv", "--reject=r.csv", "--rows", "7", "--dry-run", "--json", "-",
                            "--store=sqlite:x", "--threads", "3", "--", "--rows", "-x");
    assert_int_equal(p.bad, 0);
    assert_true(args_flag(&p.a, "dry-run"));
    assert_str(args_text(&p.a, "reject"), "r.csv");
    assert_int_equal(args_int(&p.a, "rows"), 7);
    assert_true(args_json(&p.a));
    const char *const *rest, *expected[] = {"a.csv", "-", "--rows", "-x"};
    assert_int_equal(args_rest(&p.a, &rest), 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(rest[i], expected[i]);
    assert_str(setting_text(args_settings(&p.a), SETTING_STORE), "sqlite:x");
    assert_int_equal(setting_int(args_settings(&p.a), SETTING_THREADS), 3);
    assert_int_equal(run(&p.a), EXIT_OK);
    arena_free(&p.a.arena);
}

static void absent_is_the_default_or_nothing(void **state)
{
    (void)state;
    struct parsed p = parse((char *[]){NULL});
    assert_int_equal(p.bad, 0);
    assert_false(args_flag(&p.a, "dry-run"));
    assert_true(str_is_null(args_text(&p.a, "reject")));
    assert_true(args_int(&p.a, "rows") == 100);
    assert_false(args_json(&p.a));
    assert_false(p.a.help);
    const char *const *rest;
    assert_int_equal(args_rest(&p.a, &rest), 0);
    arena_free(&p.a.arena);

    p = PARSE("--reject", "", "--rows=-5");
    assert_str(args_text(&p.a, "reject"), ""); /* given, and empty */
    assert_false(str_is_null(args_text(&p.a, "reject")));
    assert_int_equal(args_int(&p.a, "rows"), -5);
    arena_free(&p.a.arena);

    p = PARSE("-h");
    assert_true(p.bad == 0 && p.a.help);
    arena_free(&p.a.arena);
}

static void refuses_wrong_use(void **state)
{
    (void)state;
    refused(PARSE("--dryrun"), "there is no option \"--dryrun\"; did you mean \"--dry-run\"?");
    refused(PARSE("--stoer=x"), "there is no option \"--stoer=x\"; did you mean \"--store\"?");
    refused(PARSE("--listen", "x"), "there is no option \"--listen\"");
    refused(PARSE("--xyzzyxyzzy"), "there is no option \"--xyzzyxyzzy\"");
    refused(PARSE("-n"), "there is no option \"-n\"");
    refused(PARSE("--reject"), "--reject needs a value, FILE");
    refused(PARSE("--dry-run=yes"), "--dry-run takes no value");
    refused(PARSE("--json=1"), "--json takes no value");
    refused(PARSE("--rows", "many"), "--rows: \"many\" is not a whole number");
    refused(PARSE("--rows=9223372036854775808"),
            "--rows: \"9223372036854775808\" is not a whole number");
    refused(PARSE("--rows=1", "--rows=1"), "--rows is given twice");
    refused(PARSE("--dry-run", "--dry-run"), "--dry-run is given twice");
    refused(PARSE("--json", "--json"), "--json is given twice");
    refused(PARSE("--threads=99"),
            "setting threads: \"99\" (--threads) is not a whole number from 0 to 64");
}

static void help_shows_every_option(void **state)
{
    (void)state;
    struct arena *a = arena_new(8192);
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(help_command_print(&command, a, out), EXIT_OK);
    fclose(out);
    assert_non_null(strstr(text, "clientele take: take rows from a file\n\n"
                                 "Usage: clientele take FILE [--dry-run]\n\nA paragraph.\n"
                                 "  an example --as it stands\n\nOptions:\n"));
    size_t shown = 0;
    for (const struct opt *o = args_options(&command, a); o->name; o++, shown++) {
        struct str line = arena_printf(a, "\n  --%s", o->name);
        assert_non_null(strstr(text, line.p));
    }
    assert_int_equal(shown, 3 + 4 + 3); /* its own, settings, config json help */
    for (char *p = text, *end; *p; p = end + 1) {
        end = strchr(p, '\n');
        assert_non_null(end);
        assert_true(end - p <= 80);
    }
    free(text);
    arena_free(&a);
}

static void overview_lists_commands(void **state)
{
    (void)state;
    const struct command *v[] = {&command};
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    help_overview_print(v, 1, out);
    fclose(out);
    assert_non_null(strstr(text, "\n  take        take rows from a file\n"));
    free(text);
}

/* What f draws on a terminal of its own. */
static struct str on_terminal(const struct args *a, char out[4096])
{
    int terminal, behind, before = dup(STDERR_FILENO);
    assert_int_equal(openpty(&terminal, &behind, NULL, NULL, NULL), 0);
    dup2(behind, STDERR_FILENO);
    struct progress *p = progress_new(a, "take", 2000);
    for (int i = 1; i <= 1500; i++)
        progress_set(p, i);
    progress_end(&p);
    assert_null(p);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    close(behind);
    size_t n = 0;
    struct pollfd ready = {terminal, POLLIN, 0};
    while (n < 4095 && poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN)) {
        ssize_t got = read(terminal, out + n, 4095 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(terminal);
    out[n] = 0;
    return (struct str){out, n};
}

static void draws_progress_on_a_terminal_only(void **state)
{
    (void)state;
    char out[4096];
    struct parsed p = PARSE("x");
    struct str s = on_terminal(&p.a, out);
    assert_non_null(strstr(out, "take [##################......]  75 %  1,500 of 2,000"));
    size_t drawn = 0;
    for (size_t i = 0; i < s.n; i++)
        drawn += s.p[i] == '[' && i && s.p[i - 1] == ' ';
    assert_true(drawn <= 4); /* 1500 steps took far less than a second */
    arena_free(&p.a.arena);

    p = PARSE("--json");
    assert_str(on_terminal(&p.a, out), "");
    arena_free(&p.a.arena);

    int pipes[2], before = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    p = PARSE("x");
    struct progress *none = progress_new(&p.a, "take", 10);
    progress_set(none, 5);
    progress_end(&none);
    dup2(before, STDERR_FILENO);
    close(before);
    close(pipes[1]);
    assert_int_equal(read(pipes[0], out, 1), 0);
    close(pipes[0]);
    arena_free(&p.a.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_options_in_every_form),
        cmocka_unit_test(absent_is_the_default_or_nothing),
        cmocka_unit_test(refuses_wrong_use),
        cmocka_unit_test(help_shows_every_option),
        cmocka_unit_test(overview_lists_commands),
        cmocka_unit_test(draws_progress_on_a_terminal_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
