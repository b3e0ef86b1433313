/* A part of a file: whole records, read beside the store and written in one
 * transaction with the count of what was taken, so that a part is taken once
 * however often it is sent, and nothing waits anywhere for its import. */
#include "imports/imports_priv.h"
#include "imports/reading.h"
#include "imports/source.h"

static const char *const verdict_names[] = {"created", "matched", "rejected", NULL};

/* clang-format off */
#define P(member_, name_, type_, ...)                                                              \
    {.name = name_, .type = type_, .offset = offsetof(struct import_part, member_), __VA_ARGS__}
FIELDS(import_part_in, "ImportPartQuery", struct import_part,
       P(id, "id", F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED, .help = "The import"),
       P(part, "partNo", F_INT, .place = IN_PATH, .flags = FIELD_REQUIRED, .min = 1, .max = 1000000000, .help = "1, 2, 3 …: `nextPart` of the import"),
       P(last, "last", F_BOOL, .place = IN_QUERY, .help = "The file ends with this part; its last record needs no line break"),
       P(force, "force", F_BOOL, .place = IN_QUERY, .help = "A quote that is not closed is a rejected row: for a record that ends nowhere"));
#define V(member_, name_, type_, ...)                                                              \
    {.name = name_, .type = type_, .offset = offsetof(struct import_verdict, member_), __VA_ARGS__}
FIELDS(import_verdict_out, "ImportVerdict", struct import_verdict,
       V(row, "row", F_INT, .help = "Row of the file, from 1; the header is one"),
       V(verdict, "verdict", F_ENUM, .names = verdict_names, .help = "What became of it; of a dry run: what would"),
       V(field, "field", F_TEXT, .flags = FIELD_OMIT_NULL, .help = "At fault"),
       V(reason, "reason", F_TEXT, .flags = FIELD_OMIT_NULL, .help = "Why it was rejected"));
#define A(member_, name_, type_, ...)                                                              \
    {.name = name_, .type = type_, .offset = offsetof(struct import_view, member_), __VA_ARGS__}
FIELDS(import_part_out, "ImportPart", struct import_view,
       A(row.id, "id", F_UUID, .help = "The import"),
       A(row.state, "state", F_TEXT, .help = "\"running\", or \"done\" after the last part"),
       A(row.next_part, "nextPart", F_INT, .help = "The part that is awaited now"),
       A(row.last_row, "lastRow", F_INT, .help = "Last row of the file that was read"),
       A(row.created, "created", F_INT, .help = "Rows made, of all parts"),
       A(row.matched, "matched", F_INT, .help = "Rows that were there already, of all parts"),
       A(row.rejected, "rejected", F_INT, .help = "Rows refused, of all parts"),
       A(repeated, "repeated", F_BOOL, .help = "This part was taken before; its rows are not told again"),
       A(rows, "rows", F_LIST, .sub = &import_verdict_out, .help = "A verdict a row of this part"));
/* clang-format on */

/* A part on its way. */
struct part {
    struct import_upload at_look; /* the import, before the part was read */
    const struct import_kind *kind;
    struct import x;
    struct batch batch; /* rows and outcomes, in the request's arena */
    int64_t rows;       /* of the file, blank ones with them */
};

static int answer(struct req *r, const struct import_upload *u, bool repeated,
                  struct import_verdict *v, size_t n)
{
    struct import_view view = {.row = *u, .repeated = repeated, .rows = {v, n}};

    return req_answer(r, 200, &import_part_out, &view);
}

/* 1: this is the part that is awaited; 0: answered, it was taken before. */
static int awaited(struct req *r, const struct import_upload *u)
{
    const struct import_part *in = r->in;
    static struct import_verdict none;

    if (!str_is_null(u->format) && in->part < u->next_part)
        return answer(r, u, true, &none, 0);
    bool forgotten = u->is_dry_run && r->now - u->created_at > import_dry_us;
    if (str_is_null(u->format) || !str_eq(u->state, STR("running")) || forgotten)
        return req_fail(r, ERR_IMPORT_ENDED);
    return in->part == u->next_part ? 1 : req_fail(r, ERR_PART_ORDER);
}

int imports_part_lookup(struct req *r, struct tx *tx)
{
    const struct import_part *in = r->in;
    struct part *p = ARENA_NEW(r->arena, struct part);
    int rc = import_upload_read(tx, r->company->id, in->id, &p->at_look);

    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    p->kind = import_kind_named(p->at_look.kind);
    r->prepared = p;
    /* By the rights of who sends the rows, whoever opened the import. */
    if (p->kind == &import_users && !req_may(r, PERM_MANAGE_USERS))
        return req_fail(r, ERR_FORBIDDEN);
    rc = awaited(r, &p->at_look);
    return rc < 0 ? rc : 0;
}

static bool ends_line(struct str s)
{
    return s.n == 0 || s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r';
}

static int read_rows(struct req *r, struct part *p, struct source *s)
{
    const struct import_part *in = r->in;
    struct reading reading = {p->kind, &p->x, s};

    p->batch.arena = r->arena;
    int rc = reading_fill(&reading, &p->batch, IMPORT_PART_ROWS + 1);
    if (rc < 0)
        return rc;
    if (p->batch.n > IMPORT_PART_ROWS)
        return req_fail_field(r, ERR_INVALID, "body", "range", "takes at most %d rows",
                              IMPORT_PART_ROWS);
    if (source_cut(s) && !in->force)
        return req_fail(r, ERR_PART_CUT);
    p->rows = source_row(s);
    return 0;
}

int imports_part_prepare(struct req *r)
{
    const struct import_part *in = r->in;
    struct part *p = r->prepared;
    const struct import_upload *u = &p->at_look;
    struct source *s = NULL;
    struct str why = STR_NULL;
    struct source_text text = {.jsonl = str_eq(u->format, STR("jsonl")),
                               .header = u->header,
                               .text = r->body,
                               .map = str_is_null(u->column_map) ? STR("") : u->column_map};

    if (!in->last && !ends_line(r->body))
        return req_fail(r, ERR_PART_CUT);
    p->x = (struct import){.company = r->company,
                           .batch = u->id,
                           .now = r->now,
                           .dry = u->is_dry_run,
                           .part = true,
                           .may = r->who.perms,
                           .arena = r->arena};
    int rc = source_open_text(&s, &text, p->kind->fields, r->arena, &why);
    if (rc == 0)
        rc = read_rows(r, p, s);
    source_close(&s);
    return rc;
}

/* The kind's own way with the rows, from what reading alone decided. */
static int write_rows(struct req *r, struct tx *tx, struct part *p, struct outcome *o)
{
    struct import x = p->x;
    struct import_rows rows = {p->batch.rows, o, p->batch.n};

    memcpy(o, p->batch.outcomes, p->batch.n * sizeof(*o));
    int rc = p->kind->start ? p->kind->start(&x, tx) : 0;
    if (rc >= 0)
        rc = p->kind->write(&x, tx, r->arena, &rows);
    if (p->kind->stop)
        p->kind->stop(&x);
    return rc < 0 ? rc : 0;
}

/* Counts, verdicts, and the rejected rows as they are kept. */
static int conclude(struct req *r, struct tx *tx, const struct part *p, const struct outcome *o,
                    struct import_upload *u, struct import_verdict *v)
{
    /* The first row of each part of a CSV file is the header again. */
    int64_t before = u->last_row - str_eq(u->format, STR("csv"));
    int rc = 0;

    for (size_t i = 0; rc >= 0 && i < p->batch.n; i++) {
        bool rejected = o[i].verdict == VERDICT_REJECTED;
        v[i] = (struct import_verdict){.row = before + p->batch.records[i].row,
                                       .verdict = (int64_t)o[i].verdict - VERDICT_CREATED};
        u->created += o[i].verdict == VERDICT_CREATED;
        u->matched += o[i].verdict == VERDICT_MATCHED;
        u->rejected += rejected;
        if (!rejected)
            continue;
        v[i].field = o[i].field ? str_c(o[i].field) : STR_NULL;
        v[i].reason = o[i].reason;
        if (u->rejected <= IMPORT_REJECTS_KEPT)
            rc = import_reject_insert(tx, r->company->id, u->id, v[i].row, v[i].field, v[i].reason);
    }
    u->last_row = before + p->rows;
    return rc < 0 ? rc : 0;
}

int imports_http_part(struct req *r, struct tx *tx)
{
    const struct import_part *in = r->in;
    struct part *p = r->prepared;
    struct outcome *o = ARENA_ARRAY(r->arena, struct outcome, p->batch.n + 1);
    struct import_verdict *v = ARENA_ARRAY(r->arena, struct import_verdict, p->batch.n + 1);
    struct import_upload u;
    int rc = import_upload_lock(tx, r->company->id, in->id, &u);

    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    rc = awaited(r, &u);
    if (rc <= 0)
        return rc;
    rc = write_rows(r, tx, p, o);
    if (rc == 0)
        rc = conclude(r, tx, p, o, &u, v);
    if (rc < 0)
        return rc;
    u.next_part++;
    u.state = in->last ? STR("done") : u.state;
    u.ended_at = in->last ? r->now : I64_NULL;
    rc = import_upload_taken(tx, &(struct import_upload_taken_params){.company = r->company->id,
                                                                      .id = u.id,
                                                                      .next_part = u.next_part,
                                                                      .last_row = u.last_row,
                                                                      .created = u.created,
                                                                      .matched = u.matched,
                                                                      .rejected = u.rejected,
                                                                      .state = u.state,
                                                                      .ended = u.ended_at});
    return rc < 0 ? rc : answer(r, &u, false, v, p->batch.n);
}
