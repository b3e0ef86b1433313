/* JSON writer. Text is scanned for what must be escaped and the runs between
 * are copied at once: nearly every text is one run. */
#include "base/json_out.h"
#include "base/clock.h"

struct json_out json_out(struct buf *b)
{
    return (struct json_out){.b = b};
}

/* Before a value: a comma when one stands before it. */
static void next(struct json_out *j)
{
    if (j->comma)
        buf_char(j->b, ',');
    j->comma = true;
}

void json_open(struct json_out *j, char bracket)
{
    next(j);
    buf_char(j->b, bracket);
    j->comma = false;
}

void json_close(struct json_out *j, char bracket)
{
    buf_char(j->b, bracket);
    j->comma = true;
}

/* 0: as it stands; 'u': \u00XX; 'x': not ASCII; else the letter behind \ */
static const char escapes[256] = {
    [0 ... 0x1f] = 'u', ['\b'] = 'b', ['\t'] = 't',  ['\n'] = 'n',          ['\f'] = 'f',
    ['\r'] = 'r',       ['"'] = '"',  ['\\'] = '\\', [0x80 ... 0xff] = 'x',
};

/* Bytes of the well-formed UTF-8 sequence at p (Unicode 15, table 3-7), or 0. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned c = p[0];
    size_t len = c >= 0xc2 && c <= 0xdf   ? 2
                 : (c & 0xf0) == 0xe0     ? 3
                 : c >= 0xf0 && c <= 0xf4 ? 4
                                          : 0;
    if (!len || n < len)
        return 0;
    unsigned least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < least || p[1] > most)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* Length of the run at p that needs no change. */
static size_t plain(const unsigned char *p, size_t n)
{
    size_t i = 0;
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    for (;;) {
        /* eight at a time: none below blank, no quote, no backslash, all ASCII */
        for (uint64_t w; i + 8 <= n; i += 8) {
            memcpy(&w, p + i, 8);
            uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
            if ((w | (w - ones * 0x20) | (quote - ones) | (slash - ones)) & tops)
                break;
        }
        while (i < n && !escapes[p[i]])
            i++;
        size_t len = i < n && escapes[p[i]] == 'x' ? sequence(p + i, n - i) : 0;
        if (!len)
            return i;
        i += len;
    }
}

static void escaped(struct buf *b, struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = s.n;
    static const char hex[] = "0123456789abcdef";
    for (;;) {
        size_t run = plain(p, n);
        buf_add(b, p, run);
        p += run, n -= run;
        if (!n)
            return;
        char how = escapes[*p];
        if (how == 'x')
            buf_lit(b, "\xef\xbf\xbd");
        else if (how == 'u')
            buf_add(b, (char[]){'\\', 'u', '0', '0', hex[*p >> 4], hex[*p & 15]}, 6);
        else
            buf_add(b, (char[]){'\\', how}, 2);
        p++, n--;
    }
}

static void quoted(struct json_out *j, struct str s)
{
    buf_char(j->b, '"');
    escaped(j->b, s);
    buf_char(j->b, '"');
}

void json_key(struct json_out *j, struct str name)
{
    next(j);
    quoted(j, name);
    buf_char(j->b, ':');
    j->comma = false;
}

void json_text(struct json_out *j, struct str s)
{
    if (str_is_null(s)) {
        json_none(j);
        return;
    }
    next(j);
    quoted(j, s);
}

void json_int(struct json_out *j, int64_t v)
{
    next(j);
    buf_i64(j->b, v);
}

void json_bool(struct json_out *j, bool v)
{
    next(j);
    buf_str(j->b, v ? STR("true") : STR("false"));
}

void json_none(struct json_out *j)
{
    next(j);
    buf_lit(j->b, "null");
}

void json_uuid(struct json_out *j, struct uuid id)
{
    if (uuid_is_nil(id)) {
        json_none(j);
        return;
    }
    char text[UUID_TEXT + 2];
    text[0] = text[UUID_TEXT + 1] = '"';
    uuid_format(id, text + 1);
    next(j);
    buf_add(j->b, text, sizeof text);
}

void json_time(struct json_out *j, int64_t us)
{
    if (us == I64_NULL) {
        json_none(j);
        return;
    }
    char text[TIME_TEXT + 2];
    text[0] = '"';
    size_t n = time_format(us, text + 1);
    text[n + 1] = '"';
    next(j);
    buf_add(j->b, text, n + 2);
}

void json_raw(struct json_out *j, struct str json)
{
    next(j);
    buf_str(j->b, str_is_null(json) ? STR("null") : json);
}
