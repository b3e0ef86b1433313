/* /api/imports: imports over HTTP, opened here, fed in parts (parts_http.c),
 * looked at and taken back. */
#include "base/clock.h"
#include "customers/customers.h"
#include "http/cursor.h"
#include "imports/imports_priv.h"
#include "imports/rollback.h"

enum { COLUMNS_MAX = 128, REJECTS_PAGE = 1000, ROLLBACK_STEP = 200 };
enum { FORMAT_CSV, FORMAT_JSONL };

struct open_in {
    struct given given;
    int64_t kind, format, delimiter; /* places in the names */
    struct str file_name, map;
    struct strs columns;
    _Alignas(8) bool dry_run;
};
struct list_in {
    struct given given;
    struct str cursor;
    int64_t limit, state; /* state: place in its names */
};
/* A field of a kind, as GET /api/imports/fields tells it. */
struct kind_field {
    struct str kind, name, alias, help;
    bool required;
};

static const char *const formats[] = {"csv", "jsonl", NULL};
static const char *const delimiters[] = {"COMMA", "SEMICOLON", "TAB", NULL};
static const char *const states[] = {"running", "done", "rolling back", "rolled back", NULL};

/* clang-format off */
#define F(type_, member_, name_, kind_, ...)                                                       \
    {.name = name_, .type = kind_, .offset = offsetof(struct type_, member_), __VA_ARGS__}
FIELDS(import_path_in, "ImportId", struct import_path,
       F(import_path, id, "id", F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED, .help = "The import"));
FIELDS(import_list_in, "ImportsQuery", struct list_in,
       F(list_in, limit, "limit", F_INT, .place = IN_QUERY, .min = 1, .max = 100, .help = "Rows a page, 50 when not given"),
       F(list_in, cursor, "cursor", F_CURSOR, .place = IN_QUERY, .help = "nextCursor of the page before"),
       F(list_in, state, "state", F_ENUM, .place = IN_QUERY, .names = states, .help = "Only those that are so far"));
FIELDS(import_open_in, "ImportNew", struct open_in,
       F(open_in, kind, "kind", F_ENUM, .flags = FIELD_REQUIRED, .names = import_kind_names, .help = "What the rows are; users need the permission MANAGE_USERS beside"),
       F(open_in, file_name, "fileName", F_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .help = "For people"),
       F(open_in, format, "format", F_ENUM, .names = formats, .help = "csv when not given"),
       F(open_in, columns, "columns", F_STRINGS, .max = COLUMNS_MAX, .help = "Of CSV: the header, a name a column; a name that is no field, such as -, is passed over"),
       F(open_in, delimiter, "delimiter", F_ENUM, .names = delimiters, .help = "Of CSV; COMMA when not given"),
       F(open_in, map, "map", F_TEXT, .max = 8000, .help = "Columns that are named otherwise: Header=field,…"),
       F(open_in, dry_run, "dryRun", F_BOOL, .help = "Say what would become of each row, make nothing; goes on for a day"));
#define OUT                                                                                        \
       F(import_view, row.id, "id", F_UUID, .help = "The import"),                                 \
       F(import_view, row.kind, "kind", F_TEXT_ENUM, .names = import_kind_names, .help = "What the rows are"), \
       F(import_view, row.file_name, "fileName", F_TEXT, .help = "For people"),                    \
       F(import_view, row.format, "format", F_TEXT_ENUM, .flags = FIELD_NULLABLE, .names = formats, .help = "Null: it came by the command"), \
       F(import_view, row.state, "state", F_TEXT_ENUM, .names = states, .help = "How far it is"),  \
       F(import_view, row.is_dry_run, "dryRun", F_BOOL, .help = "It makes nothing"),               \
       F(import_view, row.next_part, "nextPart", F_INT, .help = "The part that is awaited"),       \
       F(import_view, row.last_row, "lastRow", F_INT, .help = "Last row of the file that was read"), \
       F(import_view, row.created, "created", F_INT, .help = "Rows made"),                         \
       F(import_view, row.matched, "matched", F_INT, .help = "Rows that were there already"),      \
       F(import_view, row.rejected, "rejected", F_INT, .help = "Rows refused"),                    \
       F(import_view, row.removed, "removed", F_INT, .help = "Rows that were taken back"),         \
       F(import_view, row.kept, "kept", F_INT, .help = "Rows that stayed when the others were taken back"), \
       F(import_view, row.created_at, "createdAt", F_TIME, .help = "Begin"),                       \
       F(import_view, row.ended_at, "endedAt", F_TIME, .help = "End or roll-back")
FIELDS(import_out, "Import", struct import_view, OUT);
FIELDS(import_column_out, "ImportColumn", struct import_column,
       F(import_column, column, "column", F_TEXT, .help = "Name of the file"),
       F(import_column, field, "field", F_TEXT, .help = "The field that it is; null: passed over"));
FIELDS(import_opened_out, "ImportOpened", struct import_view, OUT,
       F(import_view, rows, "columns", F_LIST, .sub = &import_column_out, .help = "What was made of the columns"));
FIELDS(import_read_out, "ImportRead", struct import_view, OUT,
       F(import_view, row.column_map, "map", F_TEXT, .flags = FIELD_NULLABLE, .help = "Columns that are named otherwise, as it was opened with"),
       F(import_view, rows, "columns", F_LIST, .sub = &import_column_out, .help = "Of CSV: the header that each part is read with"));
FIELDS(import_stay_out, "ImportStay", struct import_stay,
       F(import_stay, id, "id", F_UUID, .help = "The record"),
       F(import_stay, reason, "reason", F_TEXT, .help = "Why it stays"));
FIELDS(import_rolled_out, "ImportRollback", struct import_view, OUT,
       F(import_view, rows, "stays", F_LIST, .sub = &import_stay_out, .help = "Records of this step that stay"));
FIELDS(import_field_out, "ImportField", struct kind_field,
       F(kind_field, kind, "kind", F_TEXT_ENUM, .names = import_kind_names, .help = "Kind of rows"),
       F(kind_field, name, "name", F_TEXT, .help = "Of the field; case, spaces and signs do not matter"),
       F(kind_field, alias, "alias", F_TEXT, .help = "Another name that is taken"),
       F(kind_field, required, "required", F_BOOL, .help = "Every row needs it"),
       F(kind_field, help, "help", F_TEXT, .help = "What it takes"));
/* clang-format on */

int imports_http_fields(struct req *r, struct tx *tx)
{
    struct kind_field *v = ARENA_ARRAY(r->arena, struct kind_field, 3 * IMPORT_FIELDS_MAX);
    size_t n = 0;

    (void)tx;
    for (size_t k = 0; import_kind_names[k]; k++) {
        const struct fields *f = import_kinds[k]->fields;
        for (size_t i = 0; i < f->n; i++)
            v[n++] = (struct kind_field){
                .kind = str_c(import_kind_names[k]),
                .name = str_c(f->v[i].name),
                .alias = f->v[i].alias ? str_c(f->v[i].alias) : STR_NULL,
                .help = str_c(f->v[i].help),
                .required = f->v[i].flags & FIELD_REQUIRED,
            };
    }
    return req_answer_list(r, &import_field_out, v, n, STR_NULL);
}

int imports_http_list(struct req *r, struct tx *tx)
{
    const struct list_in *in = r->in;
    struct import_upload *rows = NULL;
    struct uuid before;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &before);

    if (str_is_null(in->cursor))
        memset(before.b, 0xff, sizeof before.b);
    if (rc == 0)
        rc = import_uploads_page(tx, r->company->id, before,
                                 in->state == I64_NULL ? STR_NULL : str_c(states[in->state]),
                                 (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct import_view *v = ARENA_ARRAY(r->arena, struct import_view, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i].row = rows[i];
    return req_answer_list(r, &import_out, v, n, more ? cursor_of_id(&rows[n - 1].id) : STR_NULL);
}

/* The last row of a page stands in the page's cursor. */
static int64_t row_of(struct uuid after)
{
    int64_t row;

    memcpy(&row, after.b, sizeof row);
    return row;
}

int imports_http_rejects(struct req *r, struct tx *tx)
{
    const struct import_path *in = r->in;
    struct import_upload u;
    struct import_rejects_page_row *rows;
    size_t n = 0;
    int rc = import_upload_read(tx, r->company->id, in->id, &u);

    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    rc = import_rejects_page(tx, r->company->id, in->id, row_of(r->page_after), REJECTS_PAGE, &rows,
                             &n);
    if (rc < 0)
        return rc;
    r->status = 200;
    r->content_type = "text/csv; charset=utf-8";
    r->disposition = STR("attachment; filename=\"rejects.csv\"");
    if (uuid_is_nil(r->page_after))
        buf_lit(&r->out, "row,field,reason\r\n");
    for (size_t i = 0; i < n; i++) {
        buf_i64(&r->out, rows[i].row_no);
        buf_char(&r->out, ',');
        csv_cell(&r->out, rows[i].field, true);
        buf_char(&r->out, ',');
        csv_cell(&r->out, rows[i].reason, true);
        buf_lit(&r->out, "\r\n");
    }
    if (n > 0)
        memcpy(r->page_after.b, &rows[n - 1].row_no, sizeof rows[n - 1].row_no);
    return n == REJECTS_PAGE;
}

/* The header as a file has it, every name in quotes. */
static struct str header_of(struct req *r, const struct open_in *in)
{
    static const char delimiter[] = ",;\t";
    size_t room = 0, n = 0;

    for (size_t i = 0; i < in->columns.n; i++)
        room += in->columns.v[i].n * 2 + 3;
    char *p = arena_bytes(r->arena, room + 1);
    for (size_t i = 0; i < in->columns.n; i++) {
        if (i > 0)
            p[n++] = delimiter[in->delimiter == I64_NULL ? 0 : in->delimiter];
        p[n++] = '"';
        for (size_t k = 0; k < in->columns.v[i].n; k++) {
            if (in->columns.v[i].p[k] == '"')
                p[n++] = '"';
            p[n++] = in->columns.v[i].p[k];
        }
        p[n++] = '"';
    }
    return (struct str){p, n};
}

/* What is made of the columns; refuses what no part could be read with. */
static int columns_of(struct req *r, const struct source_text *text, const struct import_kind *kind,
                      struct strs columns, struct list *out)
{
    struct source *s = NULL;
    struct str why = STR_NULL;
    int rc = source_open_text(&s, text, kind->fields, r->arena, &why);

    if (rc < 0)
        return req_fail_field(r, ERR_INVALID, str_starts(why, STR("map:")) ? "map" : "columns",
                              "format", "%.*s", STR_ARG(why));
    struct import_column *v = ARENA_ARRAY(r->arena, struct import_column, columns.n + 1);
    for (size_t i = 0; i < columns.n; i++) {
        int f = source_field(s, columns.v[i]);
        v[i] =
            (struct import_column){columns.v[i], f < 0 ? STR_NULL : str_c(kind->fields->v[f].name)};
    }
    source_close(&s);
    *out = (struct list){v, columns.n};
    return 0;
}

/* The names of a header that header_of made. */
static struct strs names_of(struct req *r, struct str header)
{
    struct str *v = ARENA_ARRAY(r->arena, struct str, COLUMNS_MAX);
    char *text = arena_bytes(r->arena, header.n + 1);
    size_t n = 0, at = 0;

    for (size_t i = 0; i < header.n && n < COLUMNS_MAX; i++) {
        size_t begin = at;
        for (i++; i < header.n; i++) {
            if (header.p[i] == '"' && (i + 1 == header.n || header.p[++i] != '"'))
                break; /* i: at the delimiter behind the name */
            text[at++] = header.p[i];
        }
        v[n++] = (struct str){text + begin, at - begin};
    }
    return (struct strs){v, n};
}

int imports_http_read(struct req *r, struct tx *tx)
{
    const struct import_path *in = r->in;
    struct import_view v = {0};
    struct import_upload *u = &v.row;
    int rc = import_upload_read(tx, r->company->id, in->id, u);

    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    if (!str_is_null(u->header)) {
        struct source_text text = {.header = u->header,
                                   .map = str_is_null(u->column_map) ? STR("") : u->column_map};
        rc = columns_of(r, &text, import_kind_named(u->kind), names_of(r, u->header), &v.rows);
    }
    return rc < 0 ? rc : req_answer(r, 200, &import_read_out, &v);
}

int imports_http_open(struct req *r, struct tx *tx)
{
    const struct open_in *in = r->in;
    const struct import_kind *kind = import_kinds[in->kind];
    bool csv = in->format == I64_NULL || in->format == FORMAT_CSV;
    struct import_view v = {0};

    if (kind == &import_users && !req_may(r, PERM_MANAGE_USERS))
        return req_fail(r, ERR_FORBIDDEN);
    if (csv != (in->columns.n > 0))
        return req_fail_field(r, ERR_INVALID, "columns", csv ? "required" : "unknown",
                              csv ? "is needed for csv" : "is for csv only");
    struct source_text text = {.jsonl = !csv,
                               .header = csv ? header_of(r, in) : STR_NULL,
                               .map = in->map.n ? in->map : STR("")};
    int rc = columns_of(r, &text, kind, in->columns, &v.rows);
    if (rc < 0)
        return rc;
    struct import_upload_insert_params p = {.company = r->company->id,
                                            .id = req_new_id(r),
                                            .kind = str_c(kind->name),
                                            .file_name = in->file_name,
                                            .format = str_c(formats[csv ? 0 : 1]),
                                            .header = text.header,
                                            .column_map = in->map.n ? in->map : STR_NULL,
                                            .is_dry_run = in->dry_run,
                                            .last_row = csv,
                                            .now = r->now};
    rc = import_upload_insert(tx, &p);
    if (rc >= 0)
        rc = import_upload_read(tx, r->company->id, p.id, &v.row);
    return rc < 0 ? rc : req_answer(r, 201, &import_opened_out, &v);
}

/* One step of taking back, its outcome into u and out. */
static int step(struct req *r, struct tx *tx, struct import_upload *u, struct list *out)
{
    struct rollback_page *p = ARENA_NEW(r->arena, struct rollback_page);
    struct import_stay *v = ARENA_ARRAY(r->arena, struct import_stay, ROLLBACK_STEP);
    bool again = !str_eq(u->state, STR("rolling back"));

    if (again)
        u->rollback_after = import_before_all;
    if (again)
        u->kept = 0; /* those of an earlier time are looked at anew */
    *p = (struct rollback_page){.company = r->company->id,
                                .batch = u->id,
                                .after = u->rollback_after,
                                .kind = u->kind,
                                .most = ROLLBACK_STEP};
    int rc = import_rollback_page(tx, r->arena, p);
    *out = (struct list){v, 0};
    for (size_t i = 0; rc >= 0 && i < p->n; i++) {
        u->removed += !p->fates[i].reason;
        u->kept += p->fates[i].reason != NULL;
        if (p->fates[i].reason)
            v[out->n++] = (struct import_stay){p->fates[i].id, str_c(p->fates[i].reason)};
        u->rollback_after = p->fates[i].id;
    }
    bool over = p->n < ROLLBACK_STEP;
    u->state = over ? STR("rolled back") : STR("rolling back");
    u->ended_at = over ? r->now : I64_NULL;
    return rc < 0 ? rc : 0;
}

int imports_http_rollback(struct req *r, struct tx *tx)
{
    const struct import_path *in = r->in;
    struct import_view v = {0};
    int rc = import_upload_lock(tx, r->company->id, in->id, &v.row);

    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    if (str_eq(v.row.kind, STR("users")) && !req_may(r, PERM_MANAGE_USERS))
        return req_fail(r, ERR_FORBIDDEN);
    rc = step(r, tx, &v.row, &v.rows);
    if (rc < 0)
        return rc;
    struct import_upload_rolled_params p = {.company = r->company->id,
                                            .id = v.row.id,
                                            .after = v.row.rollback_after,
                                            .removed = v.row.removed,
                                            .kept = v.row.kept,
                                            .state = v.row.state,
                                            .ended = v.row.ended_at};
    rc = import_upload_rolled(tx, &p);
    return rc < 0 ? rc : req_answer(r, 200, &import_rolled_out, &v);
}
