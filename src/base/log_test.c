/* Log lines: both forms, what is quoted, what is below the level. */
#include "base/log.h"
#include "base/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Runs f with standard error caught in a pipe; what came, without the time. */
static struct str caught(void (*f)(void), char out[8192])
{
    int pipes[2], before = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    f();
    dup2(before, STDERR_FILENO);
    close(before);
    close(pipes[1]);
    ssize_t n = read(pipes[0], out, 8191);
    close(pipes[0]);
    out[n > 0 ? n : 0] = 0;
    char *level = strstr(out, "level");
    return str_c(level ? level : out);
}

static void one_of_each(void)
{
    struct uuid id;
    memset(&id, 0xab, sizeof id);
    log_warn("payment.late", LOG_I("n", -7), LOG_U("order", id), LOG_C("why", "two words"),
             LOG_C("code", "busy"), LOG_C("empty", ""), LOG_S("none", STR_NULL),
             LOG_C("sly", "a=b\nlevel=error"));
}

static void nothing_but_a_name(void)
{
    log_info("started");
}

static void writes_logfmt(void **state)
{
    (void)state;
    char out[8192];
    log_setup(LOG_INFO, false);
    assert_str(caught(one_of_each, out),
               "level=warn event=payment.late n=-7 order=abababab-abab-abab-abab-abababababab "
               "why=\"two words\" code=busy empty=\"\" none= sly=\"a=b\\nlevel=error\"\n");
    assert_true(str_starts(str_c(out), STR("time=20")));
    assert_str(caught(nothing_but_a_name, out), "level=info event=started\n");
}

static void writes_json(void **state)
{
    (void)state;
    char out[8192];
    log_setup(LOG_INFO, true);
    assert_str(caught(one_of_each, out),
               "level\":\"warn\",\"event\":\"payment.late\",\"n\":-7,"
               "\"order\":\"abababab-abab-abab-abab-abababababab\",\"why\":\"two words\","
               "\"code\":\"busy\",\"empty\":\"\",\"none\":null,\"sly\":\"a=b\\nlevel=error\"}\n");
    assert_true(str_starts(str_c(out), STR("{\"time\":\"20")));
}

static void leaves_out_what_is_below_the_level(void **state)
{
    (void)state;
    char out[8192];
    log_setup(LOG_ERROR, false);
    assert_str(caught(one_of_each, out), "");
}

static void a_long_text(void)
{
    char text[5000];
    memset(text, '\n', sizeof text);
    struct str s = {text, sizeof text};
    log_error("long", LOG_S("a", s), LOG_S("b", s), LOG_C("end", "here"));
}

static void clips_long_texts(void **state)
{
    (void)state;
    char out[8192];
    log_setup(LOG_INFO, true);
    struct str s = caught(a_long_text, out);
    assert_true(s.n < 4200);
    assert_non_null(strstr(out, "\"end\":\"here\"}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_logfmt),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(leaves_out_what_is_below_the_level),
        cmocka_unit_test(clips_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
