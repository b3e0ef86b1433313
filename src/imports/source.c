/* An import's input: which form it has, and which column is which field. */
#include "imports/source.h"
#include "imports/csv.h"
#include "imports/jsonl.h"
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IGNORED_MAX = 32, PEEK = 4096 };

struct source {
    int fd;                    /* -1: the texts below */
    struct str texts[3];       /* one after another; what is handed out is cut off */
    int64_t size;              /* 0: unknown */
    char peeked[PEEK];         /* first bytes, looked at to tell the form */
    size_t npeeked, peeked_at; /* what of them was not handed out yet */
    struct csv *csv;           /* one of the two */
    struct jsonl *jsonl;
    const struct fields *fields;
    struct str map;                  /* "Header=field,…" */
    int column[CSV_FIELDS_MAX];      /* CSV: field of each column, -1 none */
    size_t ncolumns;                 /* of the header */
    bool has[IMPORT_FIELDS_MAX];     /* fields that the input has */
    struct str ignored[IGNORED_MAX]; /* names that nobody wanted, in arena */
    size_t nignored;
    struct arena *arena; /* the caller's, for names */
};

static ssize_t read_text(struct source *s, char *buf, size_t n)
{
    size_t i = 0;

    while (i < 2 && s->texts[i].n == 0)
        i++;
    struct str *t = &s->texts[i];
    size_t take = t->n < n ? t->n : n;
    if (take > 0) {
        memcpy(buf, t->p, take);
        *t = (struct str){t->p + take, t->n - take};
    }
    return (ssize_t)take;
}

static ssize_t source_read(void *from, char *buf, size_t n)
{
    struct source *s = from;
    size_t left = s->npeeked - s->peeked_at;
    ssize_t got;

    if (left > 0) {
        size_t take = left < n ? left : n;
        memcpy(buf, s->peeked + s->peeked_at, take);
        s->peeked_at += take;
        return (ssize_t)take;
    }
    if (s->fd < 0)
        return read_text(s, buf, n);
    do
        got = read(s->fd, buf, n);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Equal by letters and digits, in any case: "External ID", "external_id". */
static bool same_name(struct str a, struct str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.n && !isalnum((unsigned char)a.p[i]))
            i++;
        while (k < b.n && !isalnum((unsigned char)b.p[k]))
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (tolower((unsigned char)a.p[i++]) != tolower((unsigned char)b.p[k++]))
            return false;
    }
}

static int field_named(const struct source *s, struct str name)
{
    for (size_t i = 0; i < s->fields->n; i++) {
        const struct field *f = &s->fields->v[i];
        if (same_name(name, str_c(f->name)) || (f->alias && same_name(name, str_c(f->alias))))
            return (int)i;
    }
    return -1;
}

/* The next "header=field" of the map; false at its end. */
static bool map_next(struct str *map, struct str *header, struct str *field)
{
    if (map->n == 0)
        return false;
    const char *comma = memchr(map->p, ',', map->n);
    struct str pair = {map->p, comma ? (size_t)(comma - map->p) : map->n};
    *map = comma ? (struct str){comma + 1, map->n - pair.n - 1} : (struct str){map->p, 0};
    const char *eq = memrchr(pair.p, '=', pair.n);
    *header = eq ? str_trim((struct str){pair.p, (size_t)(eq - pair.p)}) : STR_NULL;
    *field = eq ? str_trim((struct str){eq + 1, (size_t)(pair.p + pair.n - eq - 1)}) : pair;
    return true;
}

int source_field(const struct source *s, struct str name)
{
    struct str map = s->map, header, field;

    while (map_next(&map, &header, &field))
        if (str_eq(header, str_trim(name)))
            return field_named(s, field);
    return field_named(s, name);
}

static int check_map(const struct source *s, struct arena *a, struct str *why)
{
    struct str map = s->map, header, field;

    while (map_next(&map, &header, &field)) {
        if (header.n == 0) {
            *why = arena_printf(a, "map: \"%.*s\" is not of the form header=field", STR_ARG(field));
            return ERR_USAGE;
        }
        if (field_named(s, field) < 0) {
            *why = arena_printf(a, "map: there is no field \"%.*s\"", STR_ARG(field));
            return ERR_USAGE;
        }
    }
    return 0;
}

static void ignore(struct source *s, struct str name)
{
    if (name.n == 0)
        return;
    for (size_t i = 0; i < s->nignored; i++)
        if (str_eq(s->ignored[i], name))
            return;
    if (s->nignored < IGNORED_MAX)
        s->ignored[s->nignored++] = arena_str(s->arena, name);
}

/* Columns of the header row; at least one must be known. */
static int read_header(struct source *s, const char *path, struct arena *a, struct str *why)
{
    struct csv_record r;
    int rc = csv_next(s->csv, &r);
    bool any = false;

    if (rc == 0 || (rc > 0 && r.bad)) {
        *why = arena_printf(a, "%s: the first line is no header: %s", path,
                            rc == 0 ? "the file is empty" : r.bad);
        return ERR_INVALID;
    }
    if (rc < 0) {
        *why = arena_printf(a, "%s: %s", path, strerror(errno));
        return rc;
    }
    s->ncolumns = r.n;
    for (size_t i = 0; i < r.n; i++) {
        int f = source_field(s, r.v[i]);
        s->column[i] = f;
        if (f < 0) {
            ignore(s, str_trim(r.v[i]));
        } else if (s->has[f]) {
            *why = arena_printf(a, "%s: two columns are %s", path, s->fields->v[f].name);
            return ERR_INVALID;
        } else {
            s->has[f] = any = true;
        }
    }
    if (!any) {
        *why = arena_printf(a, "%s: no column of the header is known; a map can name them", path);
        return ERR_INVALID;
    }
    return 0;
}

static bool ends(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);

    return n >= k && strcmp(path + n - k, suffix) == 0;
}

/* By the file's name, else by its first character. */
static bool is_jsonl(const struct source *s, const char *path)
{
    size_t i = s->npeeked >= 3 && memcmp(s->peeked, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    if (ends(path, ".jsonl") || ends(path, ".ndjson"))
        return true;
    if (ends(path, ".csv") || ends(path, ".tsv"))
        return false;
    while (i < s->npeeked && isspace((unsigned char)s->peeked[i]))
        i++;
    return i < s->npeeked && s->peeked[i] == '{';
}

static int open_file(struct source *s, const char *path, struct arena *a, struct str *why)
{
    struct stat st;
    ssize_t got;

    s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st) < 0) {
        *why = arena_printf(a, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    s->size = S_ISREG(st.st_mode) ? st.st_size : 0;
    do
        got = read(s->fd, s->peeked, PEEK);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        *why = arena_printf(a, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    s->npeeked = (size_t)got;
    return 0;
}

int source_open(struct source **out, const char *path, const struct fields *fields, struct str map,
                struct arena *a, struct str *why)
{
    struct source *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    assert(fields->n <= IMPORT_FIELDS_MAX);
    s->fields = fields;
    s->map = str_is_null(map) ? STR("") : map;
    s->arena = a;
    *out = s;
    s->fd = -1;
    int rc = check_map(s, a, why);
    if (rc == 0)
        rc = open_file(s, path, a, why);
    if (rc < 0) {
        source_close(out);
        return rc;
    }
    if (is_jsonl(s, path)) {
        s->jsonl = jsonl_new(source_read, s);
        return 0;
    }
    s->csv = csv_new(source_read, s, ends(path, ".tsv") ? '\t' : 0);
    rc = read_header(s, path, a, why);
    if (rc < 0)
        source_close(out);
    return rc;
}

int source_open_text(struct source **out, const struct source_text *t, const struct fields *fields,
                     struct arena *a, struct str *why)
{
    struct source *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    assert(fields->n <= IMPORT_FIELDS_MAX);
    *s = (struct source){.fd = -1, .fields = fields, .map = t->map, .arena = a};
    *out = s;
    int rc = check_map(s, a, why);
    if (rc == 0 && t->jsonl) {
        s->texts[0] = t->text;
        s->jsonl = jsonl_new(source_read, s);
    } else if (rc == 0) {
        s->texts[0] = t->header;
        s->texts[1] = STR("\n");
        s->texts[2] = t->text;
        s->csv = csv_new(source_read, s, 0);
        rc = read_header(s, "columns", a, why);
    }
    if (rc < 0)
        source_close(out);
    return rc;
}

void source_close(struct source **s)
{
    if (!*s)
        return;
    csv_free(&(*s)->csv);
    jsonl_free(&(*s)->jsonl);
    if ((*s)->fd > STDIN_FILENO)
        close((*s)->fd);
    free(*s);
    *s = NULL;
}

static struct str clean(struct arena *a, struct str v)
{
    v = str_is_null(v) ? v : str_trim(v);
    return v.n ? arena_str(a, v) : STR_NULL;
}

static int next_csv(struct source *s, struct arena *a, struct import_record *out)
{
    struct csv_record r;
    int rc = csv_next(s->csv, &r);

    if (rc <= 0)
        return rc;
    out->row = r.row;
    out->bad = r.bad;
    for (size_t i = 0; i < r.n && !r.bad; i++) {
        if (i < s->ncolumns && s->column[i] >= 0)
            out->v[s->column[i]] = clean(a, r.v[i]);
        else if (i >= s->ncolumns && str_trim(r.v[i]).n)
            out->bad = "more fields than the header has columns";
    }
    return 1;
}

static int next_jsonl(struct source *s, struct arena *a, struct import_record *out)
{
    struct jsonl_record r;
    int rc = jsonl_next(s->jsonl, a, &r);

    if (rc <= 0)
        return rc;
    out->row = r.row;
    out->bad = r.bad;
    for (size_t i = 0; i < r.n && !r.bad; i++) {
        int f = source_field(s, r.v[i].name);
        if (f < 0) {
            ignore(s, r.v[i].name);
            continue;
        }
        out->v[f] = clean(a, r.v[i].value);
    }
    return 1;
}

int source_next(struct source *s, struct arena *a, struct import_record *out)
{
    *out = (struct import_record){.v = ARENA_ARRAY(a, struct str, s->fields->n)};
    return s->csv ? next_csv(s, a, out) : next_jsonl(s, a, out);
}

int64_t source_position(const struct source *s)
{
    return s->csv ? csv_position(s->csv) : jsonl_position(s->jsonl);
}

int64_t source_row(const struct source *s)
{
    return s->csv ? csv_row(s->csv) : jsonl_row(s->jsonl);
}

bool source_cut(const struct source *s)
{
    return s->csv && csv_cut(s->csv);
}

int64_t source_size(const struct source *s)
{
    return s->size;
}

struct strs source_ignored(const struct source *s)
{
    return (struct strs){s->ignored, s->nignored};
}
