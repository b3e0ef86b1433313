/* One import: a thread reads ahead, this one writes, a slice of a batch in a
 * transaction: a large slice when nobody else is at the store, a small one with
 * a pause behind it beside a server. */
#include "imports/run.h"
#include "base/clock.h"
#include "companies/companies.h"
#include "exec/bulk.h"
#include "exec/exec.h"
#include "imports/imports_priv.h"
#include "imports/reading.h"
#include "imports/rejects.h"

enum { ROW_BYTES = 80 }; /* of a usual row, to guess how many there are */

/* An import under way. */
struct run {
    const struct import_job *job;
    struct import x;
    struct company company;
    struct writer *writer;
    struct rejects *rejects;
    struct import_result *out;
    struct import_counts pending; /* of what is not committed yet */
};

void import_check_time(const struct import *x, const char *field, int64_t at, struct outcome *o)
{
    if (o->verdict != VERDICT_OPEN)
        return;
    if (at < 0)
        outcome_reject_lit(o, field, "is before 1970");
    else if (at > x->now + DAY_US)
        outcome_reject_lit(o, field, "lies in the future");
}

/* The part of the path that says no more than the file's name. */
static struct str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return str_c(slash ? slash + 1 : path);
}

static int begin(void *arg, struct tx *tx)
{
    struct run *r = arg;
    struct company loaded;
    struct arena *a = r->x.arena;
    int rc = company_load(tx, r->job->company, a, &loaded);

    if (rc <= 0)
        return rc < 0 ? rc : ERR_COMPANY_NOT_FOUND;
    r->company = loaded;
    r->x.company = &r->company;
    rc = r->job->kind->start ? r->job->kind->start(&r->x, tx) : 0;
    if (rc < 0 || r->x.dry)
        return rc;
    rc = import_batch_insert(tx, r->company.id, r->x.batch, str_c(r->job->kind->name),
                             file_name(r->job->path), r->x.now);
    if (rc >= 0)
        rc = audit_system(tx, r->company.id, r->x.now, "import.begin", r->x.batch,
                          str_c(r->job->kind->name));
    return rc < 0 ? rc : 0;
}

/* A slice of a batch in one transaction; run again from the start after a
 * rollback. */
struct attempt {
    struct run *r;
    struct import_rows rows;
    struct outcome *before;      /* what was decided by reading alone */
    struct import_counts counts; /* of this slice */
};

static void count(struct attempt *t)
{
    t->counts = (struct import_counts){0};
    for (size_t i = 0; i < t->rows.n; i++) {
        enum verdict v = t->rows.outcomes[i].verdict;
        t->counts.created += v == VERDICT_CREATED;
        t->counts.matched += v == VERDICT_MATCHED;
        t->counts.rejected += v == VERDICT_REJECTED;
    }
}

static int write_slice(void *arg, struct arena *a, struct tx *tx)
{
    struct attempt *t = arg;
    struct run *r = t->r;

    memcpy(t->rows.outcomes, t->before, t->rows.n * sizeof(*t->before));
    int rc = r->job->kind->write(&r->x, tx, a, &t->rows);
    if (rc < 0)
        return rc;
    count(t);
    if (r->x.dry)
        return 0;
    rc = import_batch_add(tx, r->company.id, r->x.batch, t->counts.created, t->counts.matched,
                          t->counts.rejected);
    return rc < 0 ? rc : 0;
}

/* The rejected ones of a slice that begins at `from`. */
static int refuse(struct run *r, const struct batch *b, size_t from, size_t n)
{
    int rc = 0;

    for (size_t i = from; rc == 0 && i < from + n; i++)
        if (b->outcomes[i].verdict == VERDICT_REJECTED)
            rc = rejects_add(r->rejects, &b->records[i], &b->outcomes[i]);
    if (rc < 0)
        r->out->why = arena_printf(r->x.arena, "%s: cannot be written", r->job->rejects);
    return rc;
}

/* What was pending is committed. */
static void settled(struct run *r)
{
    r->out->counts.created += r->pending.created;
    r->out->counts.matched += r->pending.matched;
    r->out->counts.rejected += r->pending.rejected;
    r->pending = (struct import_counts){0};
}

static int take_slice(struct run *r, struct batch *b, size_t from, size_t n)
{
    struct attempt t = {
        .r = r, .rows = {b->rows + from * r->job->kind->fields->size, b->outcomes + from, n}};

    t.before = ARENA_ARRAY(b->arena, struct outcome, n);
    memcpy(t.before, t.rows.outcomes, n * sizeof(*t.before));
    int rc = writer_run(r->writer, write_slice, &t);
    if (rc < 0)
        return rc;
    r->pending.created += t.counts.created;
    r->pending.matched += t.counts.matched;
    r->pending.rejected += t.counts.rejected;
    if (writer_settled(r->writer))
        settled(r);
    return refuse(r, b, from, n);
}

static int take_batch(struct run *r, struct batch *b)
{
    int rc = 0;

    for (size_t from = 0, n; rc == 0 && from < b->n; from += n) {
        size_t most = writer_rows(r->writer);
        n = b->n - from < most ? b->n - from : most;
        rc = take_slice(r, b, from, n);
    }
    return rc;
}

static int all_batches(struct run *r, struct source *source)
{
    struct reading reading = {r->job->kind, &r->x, source};
    struct pipeline *p = pipeline_start(reading_fill, &reading);
    struct batch *b;
    int rc = 0, read_rc = 0;

    while (rc == 0 && (b = pipeline_next(p, &read_rc))) {
        rc = take_batch(r, b);
        if (rc == 0 && r->job->progress)
            r->job->progress(r->job->progress_arg, b->position, source_size(source));
        pipeline_give_back(p, b);
    }
    pipeline_stop(&p);
    if (rc == 0)
        rc = writer_settle(r->writer);
    if (rc == 0)
        settled(r);
    if (rc == 0 && read_rc < 0) {
        r->out->why = arena_printf(r->x.arena, "%s: cannot be read", r->job->path);
        rc = read_rc;
    }
    return rc;
}

static int end(void *arg, struct tx *tx)
{
    struct run *r = arg;
    int rc = import_batch_state(tx, r->company.id, r->x.batch, STR("done"), clock_now());

    if (rc >= 0)
        rc = audit_system(tx, r->company.id, clock_now(), "import.end", r->x.batch,
                          str_c(r->job->kind->name));
    return rc < 0 ? rc : 0;
}

/* Between opening the input and the last commit. */
static int run_open(struct run *r, struct source *source)
{
    int rc = writer_open(&r->writer, r->job->store, r->x.dry);

    if (rc == 0)
        rc = writer_once(r->writer, begin, r, r->x.arena);
    if (rc == 0) {
        if (r->job->kind->tables)
            writer_first_load(r->writer, r->job->kind->tables, source_size(source) / ROW_BYTES);
        r->rejects = rejects_new(r->job->rejects, r->job->kind->fields);
        rc = all_batches(r, source);
        int closed = rejects_end(&r->rejects, &r->out->rejects_made);
        if (rc == 0 && closed < 0) {
            rc = closed;
            r->out->why = arena_printf(r->x.arena, "%s: cannot be written", r->job->rejects);
        }
    }
    if (rc == 0 && !r->x.dry)
        rc = writer_once(r->writer, end, r, r->x.arena);
    writer_close(&r->writer);
    if (r->job->kind->stop)
        r->job->kind->stop(&r->x);
    return rc;
}

static void name_ignored(const struct source *source, struct arena *a, struct strs *out)
{
    struct strs ignored = source_ignored(source);
    struct str *v = ARENA_ARRAY(a, struct str, ignored.n);

    for (size_t i = 0; i < ignored.n; i++)
        v[i] = arena_str(a, ignored.v[i]);
    *out = (struct strs){v, ignored.n};
}

int import_run(const struct import_job *job, struct arena *a, struct import_result *out)
{
    int64_t begun = clock_mono();
    struct source *source = NULL;
    struct run r = {.job = job, .out = out};

    *out = (struct import_result){0};
    r.x = (struct import){.now = clock_now(), .dry = job->dry, .may = UINT64_MAX, .arena = a};
    r.x.batch = job->dry ? UUID_NIL : uuid_new(r.x.now);
    int rc = source_open(&source, job->path, job->kind->fields, job->map, a, &out->why);
    if (rc < 0)
        return rc;
    rc = run_open(&r, source);
    if (rc < 0 && str_is_null(out->why))
        out->why = str_c(err_row(rc)->message);
    name_ignored(source, a, &out->ignored);
    out->batch = r.x.batch;
    source_close(&source);
    out->took_us = clock_mono() - begun;
    return rc;
}
