/* `clientele migrate status|up|down`: the store's schema, seen and moved. */
#include "base/clock.h"
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "store/migrate.h"
#include "store/store.h"

enum { STATUS_JSON_MAX = 1 << 20 };

static void status_json(const struct migration_state *v, size_t n)
{
    struct buf b;

    buf_init(&b, STATUS_JSON_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_key(&j, STR("number"));
        json_int(&j, v[i].number);
        json_key(&j, STR("name"));
        json_text(&j, v[i].name);
        json_key(&j, STR("appliedAt"));
        json_time(&j, v[i].applied_at);
        json_key(&j, STR("changed"));
        json_bool(&j, v[i].changed);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    printf("%.*s\n", (int)b.n, b.p);
    buf_free(&b);
}

static void status_text(const struct migration_state *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char at[TIME_TEXT + 1] = "not yet";
        if (v[i].applied_at != I64_NULL)
            at[time_format(v[i].applied_at, at)] = '\0';
        printf("%-28.*s %s%s\n", STR_ARG(v[i].name), at,
               v[i].changed ? "  (with another text than this program has)" : "");
    }
}

/* Exit 1 when something is left to apply, so that scripts can ask. */
static int status(const struct args *a, struct store *s)
{
    struct migration_state *v = NULL;
    struct str why = STR_NULL;
    size_t n = 0;
    int left = 0;

    if (migrate_status(s, args_arena(a), &v, &n, &why) < 0)
        return cli_fail("%.*s", STR_ARG(why));
    for (size_t i = 0; i < n; i++)
        left += v[i].applied_at == I64_NULL;
    if (args_json(a))
        status_json(v, n);
    else
        status_text(v, n);
    return left ? EXIT_FAILED : EXIT_OK;
}

static int move(const struct args *a, struct store *s, bool up)
{
    int64_t to = args_int(a, "to");
    struct str why = STR_NULL;
    int rc;

    if (!up && to == I64_NULL)
        return cli_usage("migrate down: say how far with --to N (0: nothing is left)");
    if (to != I64_NULL && (to < 0 || to > 9999))
        return cli_usage("--to: not the number of a migration");
    rc = up ? migrate_up(s, to == I64_NULL ? 0 : (int)to, args_arena(a), &why)
            : migrate_down(s, (int)to, args_arena(a), &why);
    if (rc < 0)
        return cli_fail("%.*s", STR_ARG(why));
    (void)status(a, s); /* what is left is not a failure of what was asked */
    return EXIT_OK;
}

static int migrate_run(const struct args *a)
{
    const char *const *rest;
    struct store *s = NULL;
    int result;

    if (args_rest(a, &rest) != 1)
        return cli_usage("migrate: say status, up or down");
    struct str what = str_c(rest[0]);
    bool up = str_eq(what, STR("up"));
    if (!up && !str_eq(what, STR("status")) && !str_eq(what, STR("down")))
        return cli_usage("migrate: say status, up or down, not \"%s\"", rest[0]);
    result = cli_store_any(a, up, &s);
    if (result != EXIT_OK)
        return result;
    result = str_eq(what, STR("status")) ? status(a, s) : move(a, s, up);
    store_close(&s);
    return result;
}

static const struct opt migrate_opts[] = {
    {"to", OPT_INT, "N", NULL, "number of the migration that is the last one in place"},
    {NULL},
};

const struct command migrate_command = {
    .name = "migrate",
    .usage = "status|up|down [--to N]",
    .help = "show, apply or take back changes of the store's schema\n"
            "`status` exits 1 when something is left to apply. `up` applies what is missing, each "
            "migration in one transaction; `down --to N` takes back everything after N.",
    .opts = migrate_opts,
    .store = true,
    .run = migrate_run,
};
