/* Writing CSV and JSON Lines. */
#include "imports/csv_out.h"
#include "base/error.h"
#include "base/json_out.h"

enum { ROW_MAX = 1 << 20 };

void csv_field(FILE *f, struct str s)
{
    bool quote = s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');

    for (size_t i = 0; i < s.n && !quote; i++)
        quote = memchr(",;\t\"\r\n", s.p[i], 6) != NULL;
    if (!quote) {
        if (s.n) /* a null text has no bytes to point to */
            fwrite(s.p, 1, s.n, f);
        return;
    }
    fputc('"', f);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            fputc('"', f);
        fputc(s.p[i], f);
    }
    fputc('"', f);
}

void rows_begin(struct rows_out *o)
{
    buf_init(&o->b, ROW_MAX);
    for (size_t i = 0; i < o->n && !o->jsonl; i++)
        fprintf(o->f, "%s%s", i ? "," : "", o->columns[i].name);
    if (!o->jsonl)
        fputc('\n', o->f);
}

static void put_json(struct rows_out *o, const struct str *v)
{
    buf_reset(&o->b);
    struct json_out j = json_out(&o->b);
    json_open(&j, '{');
    for (size_t i = 0; i < o->n; i++) {
        if (str_is_null(v[i]))
            continue;
        json_key(&j, str_c(o->columns[i].name));
        if (o->columns[i].json)
            json_raw(&j, v[i]);
        else
            json_text(&j, v[i]);
    }
    json_close(&j, '}');
    fwrite(o->b.p, 1, o->b.n, o->f);
}

void rows_put(struct rows_out *o, const struct str *v)
{
    if (o->jsonl)
        put_json(o, v);
    for (size_t i = 0; i < o->n && !o->jsonl; i++) {
        if (i)
            fputc(',', o->f);
        csv_field(o->f, v[i]);
    }
    fputc('\n', o->f);
}

int rows_end(struct rows_out *o)
{
    bool full = o->b.full;

    buf_free(&o->b);
    return fflush(o->f) != 0 || ferror(o->f) || full ? ERR_IO : 0;
}
