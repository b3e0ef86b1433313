/* `clientele doctor`: asks everything that can be asked about a store's
 * health and says what is wrong. It never changes anything. */
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/health.h"
#include "cli/paths.h"
#include "slices.h"
#include "store/migrate.h"
#include "store/store.h"

enum { REPORT_LINES = 20, JSON_MAX = 4 << 20 };

/* One examination under way. */
struct doctor {
    struct arena *arena; /* of the check that runs; reset after it */
    struct buf json;     /* the checks so far, when asked for JSON */
    struct json_out out;
    bool to_json;
    struct str lines[REPORT_LINES]; /* what the running check has reported */
    size_t reported;
    int64_t drift; /* over all checks */
};

struct arena *doctor_arena(struct doctor *d)
{
    return d->arena;
}

void doctor_report(struct doctor *d, const char *fmt, ...)
{
    va_list ap;

    if (d->reported >= REPORT_LINES)
        return;
    va_start(ap, fmt);
    d->lines[d->reported++] = arena_vprintf(d->arena, fmt, ap);
    va_end(ap);
}

static void write_json(struct doctor *d, const char *name, int64_t drift)
{
    json_open(&d->out, '{');
    json_key(&d->out, STR("check"));
    json_text(&d->out, str_c(name));
    json_key(&d->out, STR("drift"));
    json_int(&d->out, drift);
    json_key(&d->out, STR("lines"));
    json_open(&d->out, '[');
    for (size_t i = 0; i < d->reported; i++)
        json_text(&d->out, d->lines[i]);
    json_close(&d->out, ']');
    json_close(&d->out, '}');
}

/* Notes the result of a check, and forgets what it allocated. */
static void conclude(struct doctor *d, const char *name, int64_t drift)
{
    if (drift < 0) {
        doctor_report(d, "could not be checked: %s", err_row((int)drift)->message);
        drift = 1;
    }
    d->drift += drift;
    if (d->to_json) {
        write_json(d, name, drift);
    } else {
        if (drift)
            printf("BAD  %s: %lld\n", name, (long long)drift);
        else
            printf("ok   %s\n", name);
        for (size_t i = 0; i < d->reported; i++)
            printf("       %.*s\n", STR_ARG(d->lines[i]));
    }
    d->reported = 0;
    arena_reset(d->arena);
}

static void check_integrity(struct doctor *d, struct conn *c)
{
    struct str why = STR_NULL;
    int rc = health_integrity(c, d->arena, &why);

    if (rc < 0)
        doctor_report(d, "%.*s", STR_ARG(why));
    conclude(d, "store.integrity", rc < 0);
}

/* True when the schema is the program's: the rest can only be asked then. */
static bool check_migrations(struct doctor *d, struct store *s)
{
    struct str why = STR_NULL;
    int rc = migrate_check(s, d->arena, &why);

    if (rc < 0)
        doctor_report(d, "%.*s", STR_ARG(why));
    conclude(d, "store.migrations", rc < 0);
    return rc == 0;
}

static void check_statements(struct doctor *d, struct conn *c)
{
    struct str bad = STR_NULL;
    int rc = conn_prepare_all(c, all_statements, all_statement_count, d->arena, &bad);

    if (rc < 0)
        doctor_report(d, "%.*s", STR_ARG(bad));
    conclude(d, "store.statements", rc < 0);
}

static void check_indexes(struct doctor *d, struct conn *c)
{
    struct strs missing = {0};
    int rc = health_missing_indexes(c, d->arena, &missing);

    for (size_t i = 0; rc == 0 && i < missing.n; i++)
        doctor_report(d, "index %.*s is missing", STR_ARG(missing.v[i]));
    conclude(d, "store.indexes", rc < 0 ? rc : (int64_t)missing.n);
}

static void check_slice(struct doctor *d, struct conn *c, const struct check *check)
{
    struct tx *tx = NULL;
    int64_t drift = tx_begin(c, TX_READ, d->arena, &tx);

    if (drift == 0)
        drift = check->run(d, tx);
    if (tx)
        tx_rollback(&tx);
    conclude(d, check->name, drift);
}

static void examine(struct doctor *d, struct store *s, struct conn *c)
{
    check_integrity(d, c);
    if (!check_migrations(d, s))
        return;
    check_statements(d, c);
    check_indexes(d, c);
    for (size_t i = 0; i < slice_count; i++)
        for (const struct check *k = slices[i]->checks; k && k->name; k++)
            check_slice(d, c, k);
}

static int doctor_run(const struct args *a)
{
    struct doctor d = {.to_json = args_json(a)};
    struct store *s = NULL;
    struct conn *c = NULL;
    int status = cli_store_any(a, false, &s);

    if (status != EXIT_OK)
        return status;
    int rc = conn_open(s, CONN_READER, &c);
    if (rc == 0)
        rc = conn_ping(c);
    if (rc < 0) {
        struct str name = store_name(s);
        status = cli_fail("%.*s: %s", STR_ARG(name), err_row(rc)->message);
    } else {
        conn_enlarge(c);
        d.arena = arena_new(64 * 1024);
        buf_init(&d.json, JSON_MAX);
        d.out = json_out(&d.json);
        json_open(&d.out, '[');
        examine(&d, s, c);
        json_close(&d.out, ']');
        if (d.to_json)
            printf("{\"drift\":%lld,\"checks\":%.*s}\n", (long long)d.drift, (int)d.json.n,
                   d.json.p);
        buf_free(&d.json);
        arena_free(&d.arena);
        status = d.drift ? EXIT_FAILED : EXIT_OK;
    }
    conn_close(&c);
    store_close(&s);
    return status;
}

const struct command doctor_command = {
    .name = "doctor",
    .usage = "",
    .help = "examine a store and name what is wrong with it\n"
            "Asks the engine for damage, checks that the schema is current, that every statement "
            "is understood and every index there, and recomputes every figure that is derived "
            "from others. Changes nothing. Exits 1 when something differs.",
    .store = true,
    .run = doctor_run,
};
