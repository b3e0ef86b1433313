/* JSON Lines: lines found in a window over the input, parsed by Jansson. */
#include "imports/jsonl.h"
#include "base/arena.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = CSV_RECORD_MAX, LINES_WINDOW = LINE_MAX_BYTES + 256 * 1024 };

struct jsonl {
    read_fn read;
    void *from;
    char *buf;        /* LINES_WINDOW bytes */
    size_t at, end;   /* what is not consumed yet */
    int64_t consumed; /* bytes before buf[at] */
    int64_t row;      /* of the last line */
    bool eof;
};

struct jsonl *jsonl_new(read_fn read, void *from)
{
    struct jsonl *j = calloc(1, sizeof(*j));

    if (!j || !(j->buf = malloc(LINES_WINDOW)))
        abort();
    j->read = read;
    j->from = from;
    return j;
}

void jsonl_free(struct jsonl **j)
{
    if (*j) {
        free((*j)->buf);
        free(*j);
    }
    *j = NULL;
}

int64_t jsonl_row(const struct jsonl *j)
{
    return j->row;
}

int64_t jsonl_position(const struct jsonl *j)
{
    return j->consumed;
}

static int fill(struct jsonl *j)
{
    if (j->eof)
        return 0;
    memmove(j->buf, j->buf + j->at, j->end - j->at);
    j->end -= j->at;
    j->at = 0;
    ssize_t got = j->read(j->from, j->buf + j->end, LINES_WINDOW - j->end);
    if (got < 0)
        return ERR_IO;
    j->eof = got == 0;
    j->end += (size_t)got;
    return got > 0;
}

/* The next line without its end: 1, 0 the end, negative. A line that is too
 * long is passed over and comes as null. */
static int next_line(struct jsonl *j, struct str *line)
{
    size_t seen = 0;
    bool too_long = false;

    for (;;) {
        char *p = j->buf + j->at;
        size_t have = j->end - j->at;
        char *nl = memchr(p + seen, '\n', have - seen);
        if (nl || j->eof) {
            size_t n = nl ? (size_t)(nl - p) : have;
            if (n == 0 && !nl && !too_long)
                return 0;
            *line = too_long || n > LINE_MAX_BYTES ? STR_NULL : (struct str){p, n};
            j->at += n + (nl != NULL);
            j->consumed += (int64_t)(n + (nl != NULL));
            j->row++;
            return 1;
        }
        seen = have;
        if (have > LINE_MAX_BYTES) {
            too_long = true;
            j->consumed += (int64_t)have;
            j->at = j->end;
            seen = 0;
        }
        int rc = fill(j);
        if (rc < 0)
            return rc;
    }
}

static struct str number_text(struct arena *a, const json_t *v)
{
    if (json_is_integer(v))
        return arena_printf(a, "%lld", (long long)json_integer_value(v));
    return arena_printf(a, "%.15g", json_real_value(v));
}

static struct str value_text(struct arena *a, const json_t *v)
{
    if (json_is_string(v))
        return arena_str(a, (struct str){json_string_value(v), json_string_length(v)});
    if (json_is_null(v))
        return STR_NULL;
    if (json_is_boolean(v))
        return json_is_true(v) ? STR("true") : STR("false");
    if (json_is_number(v))
        return number_text(a, v);
    char *text = json_dumps(v, JSON_COMPACT);
    struct str out = arena_str(a, str_c(text));
    free(text);
    return out;
}

static void members(const json_t *object, struct arena *a, struct jsonl_record *out)
{
    const char *name;
    json_t *v;

    json_object_foreach((json_t *)object, name, v)
    {
        if (out->n == CSV_FIELDS_MAX) {
            out->bad = "too many fields";
            return;
        }
        struct jsonl_member *m = &out->v[out->n++];
        m->name = arena_str(a, str_c(name));
        m->value = value_text(a, v);
        if (m->value.n > CSV_FIELD_MAX)
            out->bad = "a field is longer than 64 KiB";
    }
}

int jsonl_next(struct jsonl *j, struct arena *a, struct jsonl_record *out)
{
    struct str line;
    int rc;

    do {
        rc = next_line(j, &line);
        if (rc <= 0)
            return rc;
        if (j->row == 1 && str_starts(line, STR("\xEF\xBB\xBF")))
            line = (struct str){line.p + 3, line.n - 3};
        line = str_is_null(line) ? line : str_trim(line);
    } while (line.p && line.n == 0);
    out->n = 0;
    out->bad = NULL;
    out->row = j->row;
    if (!line.p) {
        out->bad = "the line is longer than 512 KiB";
        return 1;
    }
    json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object))
        out->bad = object ? "not a JSON object" : "not valid JSON";
    else
        members(object, a, out);
    json_decref(object);
    return 1;
}
