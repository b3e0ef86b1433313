/* `clientele link`: the command around apply.c and rollback.c. */
#include "cli/command.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "cli/health.h"
#include "linking/command.h"
#include "linking/linking_priv.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { SHOWN_MAX = 50, SUMMARY_MAX = 1 << 20 };

/* What a run would crawl without. */
static const char *const needed[] = {
    "customers_phone_key", "customers_external_id_key", "customers_email", "customers_user",
    "users_customer",      "users_pending_customer",
};
enum { NEEDED = sizeof needed / sizeof *needed };

/* What is shown while it runs, and kept for the summary. */
struct show {
    const struct args *a;
    struct progress *bar;
    bool people; /* the bar is of the second pass */
    FILE *list;  /* --ambiguous, or NULL */
    struct link_ambiguous shown[SHOWN_MAX];
    size_t nshown;
    const char *missing[NEEDED];
    size_t nmissing;
};

static const char *text_of(struct arena *a, struct uuid id)
{
    char text[UUID_TEXT];

    if (uuid_is_nil(id))
        return "";
    uuid_format(id, text);
    return arena_cstr(a, (struct str){text, UUID_TEXT});
}

static void show_progress(void *arg, bool people, int64_t done, int64_t total)
{
    struct show *s = arg;

    if (!s->bar || people != s->people) {
        progress_end(&s->bar);
        s->bar = progress_new(s->a, people ? "people told" : "logins seen", total);
        s->people = people;
    }
    progress_set(s->bar, done);
}

static void put_id(FILE *f, struct uuid id, char end)
{
    char text[UUID_TEXT];

    uuid_format(id, text);
    fprintf(f, "%.*s%c", uuid_is_nil(id) ? 0 : UUID_TEXT, text, end);
}

static void keep_ambiguous(void *arg, const struct link_ambiguous *v)
{
    struct show *s = arg;

    if (s->nshown < SHOWN_MAX)
        s->shown[s->nshown++] = *v;
    if (!s->list)
        return;
    put_id(s->list, v->user, ',');
    put_id(s->list, v->facts.id.customer, ',');
    put_id(s->list, v->facts.phone.customer, ',');
    put_id(s->list, v->facts.email.customer, ',');
    fprintf(s->list, "%s\n", v->facts.email.several || v->facts.id.several ? "true" : "false");
}

static void ambiguous_json(struct json_out *j, const struct show *s)
{
    json_key(j, STR("ambiguousLogins"));
    json_open(j, '[');
    for (size_t i = 0; i < s->nshown; i++) {
        const struct link_ambiguous *v = &s->shown[i];
        json_open(j, '{');
        json_key(j, STR("userId"));
        json_uuid(j, v->user);
        json_key(j, STR("byId"));
        json_uuid(j, v->facts.id.customer);
        json_key(j, STR("byPhone"));
        json_uuid(j, v->facts.phone.customer);
        json_key(j, STR("byEmail"));
        json_uuid(j, v->facts.email.customer);
        json_key(j, STR("several"));
        json_bool(j, v->facts.email.several || v->facts.id.several);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Percent with one decimal, of what was seen. */
static struct str share(struct arena *a, const struct link_counts *c)
{
    int64_t permille = c->seen ? c->linked * 1000 / c->seen : 0;

    return arena_printf(a, "%lld.%lld", (long long)(permille / 10), (long long)(permille % 10));
}

static void summary_json(const struct show *s, const struct link_job *job,
                         const struct link_result *r)
{
    const struct {
        const char *name;
        int64_t n;
    } counts[] = {{"seen", r->counts.seen},           {"linked", r->counts.linked},
                  {"pending", r->counts.pending},     {"ambiguous", r->counts.ambiguous},
                  {"unmatched", r->counts.unmatched}, {"milliseconds", r->took_us / 1000}};
    struct buf b;

    buf_init(&b, SUMMARY_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("batch"));
    json_uuid(&j, r->batch);
    json_key(&j, STR("dryRun"));
    json_bool(&j, job->dry);
    json_key(&j, STR("trusted"));
    json_bool(&j, job->trusted);
    json_key(&j, STR("resumed"));
    json_bool(&j, r->resumed);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_key(&j, str_c(counts[i].name));
        json_int(&j, counts[i].n);
    }
    json_key(&j, STR("shareLinked"));
    json_raw(&j, share(args_arena(s->a), &r->counts));
    json_key(&j, STR("missingIndexes"));
    json_open(&j, '[');
    for (size_t i = 0; i < s->nmissing; i++)
        json_text(&j, str_c(s->missing[i]));
    json_close(&j, ']');
    ambiguous_json(&j, s);
    json_close(&j, '}');
    printf("%.*s\n", (int)b.n, b.p);
    buf_free(&b);
}

static void summary_text(const struct show *s, const struct link_job *job,
                         const struct link_result *r)
{
    struct arena *a = args_arena(s->a);
    const struct link_counts *c = &r->counts;

    printf("%s%lld logins without a person seen in %lld.%03lld s\n",
           job->dry ? "dry run, nothing was written: " : "", (long long)c->seen,
           (long long)(r->took_us / SECOND_US), (long long)(r->took_us % SECOND_US / 1000));
    printf("linked     %lld (%s %%)\n", (long long)c->linked, share(a, c).p);
    printf("pending    %lld, until a code proves them\n", (long long)c->pending);
    printf("ambiguous  %lld, left to people\n", (long long)c->ambiguous);
    printf("unmatched  %lld\n", (long long)c->unmatched);
    if (s->nmissing == 0)
        printf("indexes    all %d there\n", NEEDED);
    for (size_t i = 0; i < s->nmissing; i++)
        printf("index %s is missing: `clientele doctor`\n", s->missing[i]);
    for (size_t i = 0; i < s->nshown; i++) {
        const struct link_facts *f = &s->shown[i].facts;
        printf("ambiguous: login %s, by id %s, by phone %s, by e-mail %s%s\n",
               text_of(a, s->shown[i].user), text_of(a, f->id.customer),
               text_of(a, f->phone.customer), text_of(a, f->email.customer),
               f->email.several || f->id.several ? " and further ones" : "");
    }
    if (c->ambiguous > SHOWN_MAX && !s->list)
        printf("…: --ambiguous FILE writes all of them\n");
    if (!job->dry && c->linked + c->pending)
        printf("batch %s; to take it back: clientele link --rollback %s\n", text_of(a, r->batch),
               text_of(a, r->batch));
}

/* Which of the needed indexes the store lacks. */
static int look_at_indexes(struct show *s, struct store *store)
{
    struct strs missing = {0};
    struct conn *c = NULL;
    int rc = conn_open(store, CONN_READER, &c);

    if (rc == 0)
        rc = health_missing_indexes(c, args_arena(s->a), &missing);
    for (size_t i = 0; rc == 0 && i < missing.n; i++)
        for (size_t k = 0; k < NEEDED; k++)
            if (str_eq(missing.v[i], str_c(needed[k])))
                s->missing[s->nmissing++] = needed[k];
    conn_close(&c);
    return rc;
}

static int open_list(struct show *s)
{
    struct str path = args_text(s->a, "ambiguous");

    if (path.n == 0)
        return EXIT_OK;
    const char *name = arena_cstr(args_arena(s->a), path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    s->list = fd < 0 ? NULL : fdopen(fd, "w");
    if (!s->list)
        return cli_fail("%s: %s", name, strerror(errno));
    fputs("userId,byId,byPhone,byEmail,several\n", s->list);
    return EXIT_OK;
}

static int close_list(struct show *s)
{
    bool bad = s->list && ferror(s->list);

    if (s->list)
        bad = fclose(s->list) != 0 || bad;
    return bad ? cli_fail("--ambiguous: the file could not be written") : EXIT_OK;
}

static int failed(const struct args *a, int rc, const struct link_result *r)
{
    const char *batch = text_of(args_arena(a), r->batch);

    if (rc == ERR_USAGE)
        return cli_usage("batch %s is not finished and was begun with the other choice of --trust: "
                         "finish it like that, or take it back with --rollback",
                         batch);
    if (rc == ERR_CONFLICT)
        return cli_fail("batch %s is being rolled back: finish that with --rollback", batch);
    cli_fail("%s", err_row(rc)->message);
    if (!uuid_is_nil(r->batch))
        fprintf(stderr, "What was written before stays; --apply goes on where it ended.\n");
    return EXIT_FAILED;
}

static int run(const struct args *a, struct store *store)
{
    struct show s = {.a = a};
    struct link_result r;
    struct link_job job = {.store = store,
                           .trusted = args_flag(a, "trust"),
                           .dry = args_flag(a, "dry-run"),
                           .progress = show_progress,
                           .ambiguous = keep_ambiguous,
                           .arg = &s};
    int status = cli_company(a, store, &job.company);

    if (status != EXIT_OK)
        return status;
    int rc = look_at_indexes(&s, store);
    if (rc < 0)
        return cli_fail("%s", err_row(rc)->message);
    if (s.nmissing && !job.dry)
        return cli_fail("index %s is missing, without which this would take for ever; "
                        "`clientele doctor` says more",
                        s.missing[0]);
    status = open_list(&s);
    if (status != EXIT_OK)
        return status;
    rc = link_run(&job, args_arena(a), &r);
    progress_end(&s.bar);
    status = close_list(&s);
    if (rc < 0)
        return failed(a, rc, &r);
    if (args_json(a))
        summary_json(&s, &job, &r);
    else
        summary_text(&s, &job, &r);
    return status;
}

/* Lines of the roll-back as they come, on standard error. */
static void say_stays(void *arg, struct uuid user)
{
    (void)arg;
    fputs("login ", stderr);
    put_id(stderr, user, ' ');
    fputs("stays: it is gone, or its link was decided otherwise since\n", stderr);
}

static int take_back(const struct args *a, struct store *store, struct uuid batch)
{
    struct link_rollback r = {.stays = say_stays};
    const char *id = text_of(args_arena(a), batch);
    struct uuid company;
    int status = cli_company(a, store, &company);

    if (status != EXIT_OK)
        return status;
    int rc = link_rollback(store, company, batch, args_arena(a), &r);
    if (rc == ERR_NOT_FOUND)
        return cli_fail("there is no batch %s", id);
    if (rc == ERR_CONFLICT)
        return cli_fail("batch %s was rolled back already", id);
    if (rc < 0)
        return cli_fail("%s; run it again to go on", err_row(rc)->message);
    if (args_json(a))
        printf("{\"batch\":\"%s\",\"restored\":%lld,\"kept\":%lld}\n", id, (long long)r.restored,
               (long long)r.kept);
    else
        printf("%lld as before, %lld stay\n", (long long)r.restored, (long long)r.kept);
    return EXIT_OK;
}

int link_command(const struct args *a)
{
    struct str text = args_text(a, "rollback");
    bool back = text.n > 0, dry = args_flag(a, "dry-run"), apply = args_flag(a, "apply");
    const char *const *rest;
    struct uuid batch = UUID_NIL;
    struct store *store = NULL;

    if (args_rest(a, &rest) > 0)
        return cli_usage("link: \"%s\" is not expected here", rest[0]);
    if (back + dry + apply != 1)
        return cli_usage("link: say one of --dry-run, --apply and --rollback BATCH");
    if (back && (args_flag(a, "trust") || args_text(a, "ambiguous").n > 0))
        return cli_usage("link: --trust and --ambiguous have no meaning with --rollback");
    if (back && !uuid_parse(text, &batch))
        return cli_usage("link: \"%.*s\" is not the id of a batch", STR_ARG(text));
    int status = cli_store(a, false, false, &store);
    if (status != EXIT_OK)
        return status;
    status = back ? take_back(a, store, batch) : run(a, store);
    store_close(&store);
    return status;
}
