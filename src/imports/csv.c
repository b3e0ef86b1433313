/* CSV reading: a window over the input, a scan for the end of the record, and
 * fields unquoted in place. */
#include "imports/csv.h"
#include "http/text.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WINDOW = CSV_RECORD_MAX + 256 * 1024 };

struct csv {
    read_fn read;
    void *from;
    char *buf;         /* WINDOW bytes */
    size_t at, end;    /* what is not consumed yet: buf[at, end) */
    int64_t consumed;  /* bytes before buf[at] */
    int64_t row;       /* of the last record */
    char delimiter;    /* 0: not known yet */
    bool eof, started; /* no more input; the first line was looked at */
    bool at_line_end;  /* the last record is consumed, but not what ended it */
    bool cut;          /* the input ended inside quotes */
};

struct csv *csv_new(read_fn read, void *from, char delimiter)
{
    struct csv *c = calloc(1, sizeof(*c));

    if (!c || !(c->buf = malloc(WINDOW)))
        abort();
    c->read = read;
    c->from = from;
    c->delimiter = delimiter;
    return c;
}

void csv_free(struct csv **c)
{
    if (*c) {
        free((*c)->buf);
        free(*c);
    }
    *c = NULL;
}

int64_t csv_position(const struct csv *c)
{
    return c->consumed;
}

int64_t csv_row(const struct csv *c)
{
    return c->row;
}

bool csv_cut(const struct csv *c)
{
    return c->cut;
}

static void consume(struct csv *c, size_t n)
{
    c->at += n;
    c->consumed += (int64_t)n;
}

/* More bytes into the window: 1 some, 0 none are left or no room, negative. */
static int fill(struct csv *c)
{
    if (c->eof || c->end - c->at > CSV_RECORD_MAX + 1) /* what follows a last quote, too */
        return 0;
    if (c->at > 0) {
        memmove(c->buf, c->buf + c->at, c->end - c->at);
        c->end -= c->at;
        c->at = 0;
    }
    ssize_t got = c->read(c->from, c->buf + c->end, WINDOW - c->end);
    if (got < 0)
        return ERR_IO;
    c->eof = got == 0;
    c->end += (size_t)got;
    return got > 0;
}

/* Where a scan for the end of a record stands. */
struct scan {
    size_t n;    /* bytes of the record looked at */
    bool quoted; /* inside quotes */
    bool fresh;  /* at the beginning of a field */
};

/* Goes on to the record's end within the window: true when it is there. */
static bool scan_on(const struct csv *c, struct scan *s)
{
    const char *p = c->buf + c->at;
    size_t have = c->end - c->at;

    while (s->n < have) {
        char ch = p[s->n];
        if (s->quoted) {
            const char *q = memchr(p + s->n, '"', have - s->n);
            s->n = q ? (size_t)(q - p) + 1 : have;
            s->quoted = !q; /* "" opens again at once */
            s->fresh = false;
            if (q && s->n < have && p[s->n] == '"') {
                s->quoted = true;
                s->n++;
            } else if (q && s->n == have && !c->eof) {
                s->n--; /* whether it is doubled is in the bytes to come */
                s->quoted = true;
                return false;
            }
            continue;
        }
        if (ch == '\n' || ch == '\r')
            return true;
        s->quoted = ch == '"' && s->fresh;
        s->fresh = ch == c->delimiter;
        s->n++;
    }
    return false;
}

/* Finds the record that begins at c->at: 1 whole, 0 the end of the input
 * before anything, negative; *n its length without the line end. */
static int find_record(struct csv *c, struct scan *s, const char **bad)
{
    bool whole;

    *s = (struct scan){.fresh = true};
    while (!(whole = scan_on(c, s)) && s->n <= CSV_RECORD_MAX) {
        int rc = fill(c);
        if (rc < 0)
            return rc;
        if (rc == 0 && c->eof) {
            whole = scan_on(c, s); /* a quote at the very end closes only now */
            break;
        }
    }
    if (s->n > CSV_RECORD_MAX)
        *bad = "the record is longer than 512 KiB, or a quote is not closed";
    else if (s->quoted)
        *bad = "a quote is not closed";
    c->cut |= s->quoted && c->eof;
    return whole || s->n > 0;
}

/* A quoted field that begins at p (behind the quote): unquotes in place.
 * Returns the byte behind the closing quote, NULL when text follows it. */
static char *unquote(char *p, const char *end, char delimiter, struct str *out)
{
    char *to = p;

    out->p = p;
    while (p < end) {
        if (*p == '"') {
            p++;
            if (p == end || *p != '"')
                break;
        }
        *to++ = *p++;
    }
    out->n = (size_t)(to - out->p);
    return p == end || *p == delimiter ? p : NULL;
}

static const char *split(char *p, size_t n, char delimiter, struct csv_record *out)
{
    char *end = p + n;

    for (;;) {
        if (out->n == CSV_FIELDS_MAX)
            return "too many fields";
        struct str *f = &out->v[out->n++];
        if (p < end && *p == '"') {
            p = unquote(p + 1, end, delimiter, f);
            if (!p)
                return "text follows a closing quote";
        } else {
            char *d = memchr(p, delimiter, (size_t)(end - p));
            f->p = p;
            p = d ? d : end;
            f->n = (size_t)(p - f->p);
        }
        if (f->n > CSV_FIELD_MAX)
            return "a field is longer than 64 KiB";
        if (p == end)
            return NULL;
        p++; /* the delimiter */
    }
}

/* A record that is broken off is passed over up to its first line end, so that
 * one stray quote does not cost the rest of the file. */
static int resync(struct csv *c)
{
    for (;;) {
        size_t i = c->at;
        while (i < c->end && c->buf[i] != '\n' && c->buf[i] != '\r')
            i++;
        bool found = i < c->end;
        consume(c, i - c->at);
        if (found)
            return 0;
        int rc = fill(c);
        if (rc <= 0)
            return rc;
    }
}

/* The delimiter of the first line: the one that occurs most outside quotes. */
static char guess(const char *p, size_t n)
{
    size_t count[3] = {0};
    static const char choices[] = {',', ';', '\t'};
    bool quoted = false;
    int best = 0;

    for (size_t i = 0; i < n && (quoted || (p[i] != '\n' && p[i] != '\r')); i++) {
        quoted ^= p[i] == '"';
        for (int k = 0; k < 3; k++)
            count[k] += !quoted && p[i] == choices[k];
    }
    for (int k = 1; k < 3; k++)
        if (count[k] > count[best])
            best = k;
    return choices[best];
}

/* Byte order mark, "sep=;" of spreadsheets, delimiter. */
static int start(struct csv *c)
{
    int rc;

    c->started = true;
    while ((rc = fill(c)) > 0 && c->end - c->at < CSV_FIELD_MAX)
        continue;
    if (rc < 0)
        return rc;
    if (c->end - c->at >= 3 && memcmp(c->buf + c->at, "\xEF\xBB\xBF", 3) == 0)
        consume(c, 3);
    const char *p = c->buf + c->at;
    size_t n = c->end - c->at;
    if (n >= 6 && memcmp(p, "sep=", 4) == 0 && (p[5] == '\n' || p[5] == '\r')) {
        if (c->delimiter == 0)
            c->delimiter = p[4];
        bool crlf = n > 6 && p[5] == '\r' && p[6] == '\n';
        consume(c, crlf ? 7 : 6);
        c->row++;
        p = c->buf + c->at;
        n = c->end - c->at;
    }
    if (c->delimiter == 0)
        c->delimiter = guess(p, n < CSV_FIELD_MAX ? n : CSV_FIELD_MAX);
    return 0;
}

/* A byte at c->at, if there is one left: 1, 0 or negative. */
static int peek(struct csv *c)
{
    return c->at < c->end ? 1 : fill(c);
}

/* Passes over the LF, CRLF or CR behind the last record. Put off until the
 * next record is asked for: filling the window moves the last one's texts. */
static int pass_line_end(struct csv *c)
{
    int rc = peek(c);

    c->at_line_end = false;
    if (rc <= 0)
        return rc;
    bool cr = c->buf[c->at] == '\r';
    consume(c, 1);
    rc = cr ? peek(c) : 0;
    if (rc > 0 && c->buf[c->at] == '\n')
        consume(c, 1);
    return rc < 0 ? rc : 0;
}

int csv_next(struct csv *c, struct csv_record *out)
{
    struct scan s;
    int rc = c->started ? 0 : start(c);

    do {
        if (rc == 0 && c->at_line_end)
            rc = pass_line_end(c);
        if (rc < 0)
            return rc;
        out->n = 0;
        out->bad = NULL;
        rc = find_record(c, &s, &out->bad);
        if (rc < 0 || (rc == 0 && c->at == c->end))
            return rc;
        out->row = ++c->row;
        c->at_line_end = true;
        rc = 0;
    } while (s.n == 0 && !out->bad); /* a blank line */
    if (out->bad) {
        rc = resync(c);
        return rc < 0 ? rc : 1;
    }
    char *p = c->buf + c->at;
    if (memchr(p, '\0', s.n))
        out->bad = "a NUL byte";
    else if (!utf8_valid((struct str){p, s.n}))
        out->bad = "not valid UTF-8";
    else
        out->bad = split(p, s.n, c->delimiter, out);
    consume(c, s.n);
    return 1;
}
