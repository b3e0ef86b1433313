/* Log lines: made in a buffer, written with one write(2), so that lines of
 * threads and processes do not mix. */
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json_out.h"
#include <unistd.h>

static enum log_level least = LOG_INFO; /* global: set before threads start, read afterwards */
static bool as_json;                    /* global: the same */

enum { LINE_MOST = 64 * 1024, TEXT_MAX = 1024 };
static const char *const levels[] = {"debug", "info", "warn", "error"};

void log_setup(enum log_level at_least, bool json)
{
    least = at_least;
    as_json = json;
}

static struct str clip(struct str s)
{
    return s.n > TEXT_MAX ? (struct str){s.p, TEXT_MAX} : s;
}

static void json_line(struct buf *b, enum log_level level, const char *what,
                      const struct log_field *fields, size_t n)
{
    struct json_out j = json_out(b);
    json_open(&j, '{');
    json_key(&j, STR("time"));
    json_time(&j, clock_now());
    json_key(&j, STR("level"));
    json_text(&j, str_c(levels[level]));
    json_key(&j, STR("event"));
    json_text(&j, str_c(what));
    for (size_t i = 0; i < n; i++) {
        json_key(&j, str_c(fields[i].key));
        if (fields[i].kind == LF_INT)
            json_int(&j, fields[i].v.i);
        else if (fields[i].kind == LF_UUID)
            json_uuid(&j, fields[i].v.id);
        else
            json_text(&j, clip(fields[i].v.text));
    }
    json_close(&j, '}');
}

/* A value that logfmt can carry without quotes. */
static bool bare(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return s.n > 0;
}

static void logfmt_text(struct buf *b, struct str s)
{
    s = clip(s);
    if (bare(s)) {
        buf_str(b, s);
        return;
    }
    struct json_out j = json_out(b); /* quotes and escapes are the same */
    if (!str_is_null(s))
        json_text(&j, s);
}

static void logfmt_line(struct buf *b, enum log_level level, const char *what,
                        const struct log_field *fields, size_t n)
{
    char time[TIME_TEXT], id[UUID_TEXT];
    buf_lit(b, "time=");
    buf_add(b, time, time_format(clock_now(), time));
    buf_lit(b, " level=");
    buf_str(b, str_c(levels[level]));
    buf_lit(b, " event=");
    logfmt_text(b, str_c(what));
    for (size_t i = 0; i < n; i++) {
        buf_char(b, ' ');
        buf_str(b, str_c(fields[i].key));
        buf_char(b, '=');
        if (fields[i].kind == LF_INT) {
            buf_i64(b, fields[i].v.i);
        } else if (fields[i].kind == LF_UUID) {
            uuid_format(fields[i].v.id, id);
            buf_add(b, id, UUID_TEXT);
        } else {
            logfmt_text(b, fields[i].v.text);
        }
    }
}

void log_event(enum log_level level, const char *what, const struct log_field *fields, size_t n)
{
    if (level < least)
        return;
    struct buf line;
    buf_init(&line, LINE_MOST);
    if (as_json)
        json_line(&line, level, what, fields, n);
    else
        logfmt_line(&line, level, what, fields, n);
    buf_char(&line, '\n');
    /* nobody is left to tell when standard error does not take it */
    ssize_t sent = line.n ? write(STDERR_FILENO, line.p, line.n) : 0;
    (void)sent;
    buf_free(&line);
}
