/* `clientele import …`: the command around run.c and rollback.c. */
#include "base/clock.h"
#include "base/json_out.h"
#include "exec/exec.h"
#include "imports/commands.h"
#include "imports/imports_priv.h"
#include "imports/rollback.h"
#include "imports/run.h"
#include <sys/stat.h>

enum { SUMMARY_MAX = 64 << 20, LIST_MAX = 50 };

static void show_progress(void *arg, int64_t done, int64_t total)
{
    struct progress **p = arg;

    (void)total;
    progress_set(*p, done);
}

static const char *uuid_text(struct arena *a, struct uuid id)
{
    char text[UUID_TEXT];

    uuid_format(id, text);
    return arena_cstr(a, (struct str){text, UUID_TEXT});
}

static void summary_json(const struct import_job *job, const struct import_result *r)
{
    struct buf b;

    buf_init(&b, SUMMARY_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("batch"));
    json_uuid(&j, r->batch);
    json_key(&j, STR("kind"));
    json_text(&j, str_c(job->kind->name));
    json_key(&j, STR("dryRun"));
    json_bool(&j, job->dry);
    json_key(&j, STR("created"));
    json_int(&j, r->counts.created);
    json_key(&j, STR("matched"));
    json_int(&j, r->counts.matched);
    json_key(&j, STR("rejected"));
    json_int(&j, r->counts.rejected);
    json_key(&j, STR("rejects"));
    json_text(&j, r->rejects_made ? str_c(job->rejects) : STR_NULL);
    json_key(&j, STR("ignored"));
    json_open(&j, '[');
    for (size_t i = 0; i < r->ignored.n; i++)
        json_text(&j, r->ignored.v[i]);
    json_close(&j, ']');
    json_key(&j, STR("milliseconds"));
    json_int(&j, r->took_us / 1000);
    json_close(&j, '}');
    printf("%.*s\n", (int)b.n, b.p);
    buf_free(&b);
}

static void summary_text(const struct args *a, const struct import_job *job,
                         const struct import_result *r)
{
    printf("%s %s%lld created, %lld matched, %lld rejected in %lld.%03lld s\n", job->kind->name,
           job->dry ? "(dry run, nothing was written): " : "", (long long)r->counts.created,
           (long long)r->counts.matched, (long long)r->counts.rejected,
           (long long)(r->took_us / SECOND_US), (long long)(r->took_us % SECOND_US / 1000));
    for (size_t i = 0; i < r->ignored.n; i++)
        printf("column \"%.*s\" is not a field of %s and was ignored\n", STR_ARG(r->ignored.v[i]),
               job->kind->name);
    if (r->rejects_made)
        printf("rejected rows, with the reason: %s\n", job->rejects);
    if (!job->dry && r->counts.created)
        printf("batch %s; to take it back: clientele import rollback %s\n",
               uuid_text(args_arena(a), r->batch), uuid_text(args_arena(a), r->batch));
}

static const char *rejects_path(const struct args *a, const char *path)
{
    struct str named = args_text(a, "rejects");

    if (named.n)
        return arena_cstr(args_arena(a), named);
    return arena_printf(args_arena(a), "%s.rejects.csv", strcmp(path, "-") == 0 ? "stdin" : path).p;
}

static bool same_file(const char *x, const char *y)
{
    struct stat a, b;

    return stat(x, &a) == 0 && stat(y, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int run_import(const struct args *a, struct store *s, const struct import_kind *kind,
                      const char *path)
{
    struct stat st;
    struct import_result r;
    struct import_job job = {.kind = kind,
                             .store = s,
                             .path = path,
                             .map = args_text(a, "map"),
                             .rejects = rejects_path(a, path),
                             .dry = args_flag(a, "dry-run")};
    int status = cli_company(a, s, &job.company);

    if (status != EXIT_OK)
        return status;
    if (same_file(path, job.rejects))
        return cli_usage("--rejects would overwrite the input");
    struct progress *bar =
        progress_new(a, "bytes read", stat(path, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0);
    job.progress = bar ? show_progress : NULL;
    job.progress_arg = &bar;
    int rc = import_run(&job, args_arena(a), &r);
    progress_end(&bar);
    bool begun = r.counts.created + r.counts.matched + r.counts.rejected > 0;
    if (rc < 0) {
        cli_fail("%.*s", STR_ARG(r.why));
        if (!begun)
            return rc == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
        fprintf(stderr, "What was written before stays; the same import goes on where it ended.\n");
    }
    if (args_json(a))
        summary_json(&job, &r);
    else
        summary_text(a, &job, &r);
    return rc < 0 || r.counts.rejected ? EXIT_FAILED : EXIT_OK;
}

/* Lines of the roll-back as they come, on standard error. */
static void say_stays(void *arg, struct uuid id, const char *reason)
{
    char text[UUID_TEXT];

    (void)arg;
    uuid_format(id, text);
    fprintf(stderr, "%.*s stays: %s\n", UUID_TEXT, text, reason);
}

static int run_rollback(const struct args *a, struct store *s, const char *text)
{
    struct rollback r = {.stays = say_stays};
    struct uuid company, batch;

    if (!uuid_parse(str_c(text), &batch))
        return cli_usage("import rollback: \"%s\" is not the id of a batch", text);
    int status = cli_company(a, s, &company);
    if (status != EXIT_OK)
        return status;
    int rc = import_rollback(s, company, batch, args_arena(a), &r);
    if (rc == ERR_NOT_FOUND)
        return cli_fail("there is no batch %s", text);
    if (rc < 0)
        return cli_fail("%s; run it again to go on", err_row(rc)->message);
    if (args_json(a))
        printf("{\"batch\":\"%s\",\"removed\":%lld,\"kept\":%lld}\n",
               uuid_text(args_arena(a), batch), (long long)r.removed, (long long)r.kept);
    else
        printf("%lld taken back, %lld stay\n", (long long)r.removed, (long long)r.kept);
    return EXIT_OK;
}

/* The latest batches. */
struct listing {
    struct uuid company;
    struct import_batch *v;
    size_t n;
};

static int read_batches(void *arg, struct tx *tx)
{
    struct listing *l = arg;

    return import_batches_latest(tx, l->company, LIST_MAX, &l->v, &l->n);
}

static void batch_json(struct json_out *j, const struct import_batch *b)
{
    json_open(j, '{');
    json_key(j, STR("batch"));
    json_uuid(j, b->id);
    json_key(j, STR("kind"));
    json_text(j, b->kind);
    json_key(j, STR("file"));
    json_text(j, b->file_name);
    json_key(j, STR("state"));
    json_text(j, b->state);
    json_key(j, STR("created"));
    json_int(j, b->created);
    json_key(j, STR("matched"));
    json_int(j, b->matched);
    json_key(j, STR("rejected"));
    json_int(j, b->rejected);
    json_key(j, STR("createdAt"));
    json_time(j, b->created_at);
    json_key(j, STR("endedAt"));
    json_time(j, b->ended_at);
    json_close(j, '}');
}

static void print_list(const struct args *a, const struct listing *l)
{
    struct buf b;

    buf_init(&b, SUMMARY_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < l->n; i++) {
        const struct import_batch *v = &l->v[i];
        char at[TIME_TEXT + 1];
        at[time_format(v->created_at, at)] = '\0';
        if (args_json(a))
            batch_json(&j, v);
        else
            printf("%s  %s  %-9.*s %-11.*s created %lld, matched %lld, rejected %lld  %.*s\n",
                   uuid_text(args_arena(a), v->id), at, STR_ARG(v->kind), STR_ARG(v->state),
                   (long long)v->created, (long long)v->matched, (long long)v->rejected,
                   STR_ARG(v->file_name));
    }
    json_close(&j, ']');
    if (args_json(a))
        printf("%.*s\n", (int)b.n, b.p);
    buf_free(&b);
}

static int run_list(const struct args *a, struct store *s)
{
    struct listing l = {0};
    struct conn *c = NULL;
    int status = cli_company(a, s, &l.company);

    if (status != EXIT_OK)
        return status;
    int rc = conn_open(s, CONN_READER, &c);
    if (rc == 0)
        rc = exec_tx(s, c, TX_READ, args_arena(a), read_batches, &l);
    conn_close(&c);
    if (rc < 0)
        return cli_fail("%s", err_row(rc)->message);
    print_list(a, &l);
    return EXIT_OK;
}

/* `import fields`: what a file may have, from the rows that decode it. */
static int print_fields(const struct args *a)
{
    (void)a;
    for (size_t k = 0; import_kind_names[k]; k++) {
        const struct fields *f = import_kinds[k]->fields;
        printf("%s%s\n", k ? "\n" : "", import_kind_names[k]);
        for (size_t i = 0; i < f->n; i++)
            printf("  %-20s%s%s%s%s%s\n", f->v[i].name,
                   f->v[i].flags & FIELD_REQUIRED ? "needed; " : "", f->v[i].alias ? "or " : "",
                   f->v[i].alias ? f->v[i].alias : "", f->v[i].alias ? "; " : "", f->v[i].help);
    }
    return EXIT_OK;
}

int import_command(const struct args *a)
{
    const char *const *rest;
    struct store *s = NULL;
    size_t n = args_rest(a, &rest);
    struct str what = n ? str_c(rest[0]) : STR_NULL;
    bool list = str_eq(what, STR("list")), back = str_eq(what, STR("rollback"));

    const struct import_kind *kind = import_kind_named(what);
    if (str_eq(what, STR("fields")) && n == 1)
        return print_fields(a);
    if (!list && !back && !kind)
        return cli_usage("import: say customers, orders, users, fields, rollback or list");
    if (n != (list ? 1 : 2))
        return cli_usage(list   ? "import list takes nothing more"
                         : back ? "import rollback: name the batch"
                                : "import: name the file, - is standard input");
    int status = cli_store(a, false, false, &s);
    if (status != EXIT_OK)
        return status;
    status = list   ? run_list(a, s)
             : back ? run_rollback(a, s, rest[1])
                    : run_import(a, s, kind, rest[1]);
    store_close(&s);
    return status;
}
