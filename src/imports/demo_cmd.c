/* `clientele demo`, and what `serve --demo` says. */
#include "base/clock.h"
#include "base/json_out.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "imports/commands.h"
#include "imports/demo.h"
#include "store/store.h"

enum { JSON_MAX = 64 * 1024, COMPANIES_MAX = 100000, ORDERS_MAX = 100000000 };

static void print_json(const struct demo_result *r)
{
    struct buf b;

    buf_init(&b, JSON_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("company"));
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, r->company);
    json_key(&j, STR("slug"));
    json_text(&j, r->slug);
    json_close(&j, '}');
    json_key(&j, STR("users"));
    json_open(&j, '[');
    for (int i = 0; i < ROLE_END_; i++) {
        if (str_is_null(r->users[i].password))
            continue;
        json_open(&j, '{');
        json_key(&j, STR("role"));
        json_text(&j, str_c(role_names[r->users[i].role]));
        json_key(&j, STR("email"));
        json_text(&j, r->users[i].email);
        json_key(&j, STR("password"));
        json_text(&j, r->users[i].password);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%.*s\n", (int)b.n, b.p);
    buf_free(&b);
}

static void print_users(const struct demo_result *r)
{
    printf("Sign in with the company \"%.*s\" and one of these; the passwords are shown this "
           "once:\n",
           STR_ARG(r->slug));
    for (int i = 0; i < ROLE_END_; i++)
        if (!str_is_null(r->users[i].password))
            printf("  %-12s %-22.*s %.*s\n", role_names[r->users[i].role],
                   STR_ARG(r->users[i].email), STR_ARG(r->users[i].password));
    fflush(stdout);
}

static void print_made(const struct demo_result *r)
{
    printf("Corner Shop is open: %lld customers, %lld orders", (long long)r->customers,
           (long long)r->orders);
    if (r->companies > 1)
        printf(" in %lld companies, demo to demo-%lld", (long long)r->companies,
               (long long)r->companies);
    printf(" (%lld.%lld s).\n", (long long)(r->took_us / SECOND_US),
           (long long)(r->took_us % SECOND_US / 100000));
}

static int any_company(void *arg, struct tx *tx)
{
    bool *any = arg;
    struct companies_named_row *rows;
    size_t n = 0;
    int rc = companies_named(tx, STR_NULL, &rows, &n);

    *any = n > 0;
    return rc < 0 ? rc : 0;
}

int demo_greet(struct store *s, struct arena *a)
{
    const struct demo_options o = {
        .customers = DEMO_CUSTOMERS, .orders = DEMO_ORDERS, .companies = 1, .seed = 1};
    struct demo_result r;
    struct conn *c = NULL;
    bool any = false;
    int rc = conn_open(s, CONN_READER, &c);

    if (rc == 0)
        rc = exec_tx(s, c, TX_READ, a, any_company, &any);
    conn_close(&c);
    if (rc < 0)
        return rc;
    if (any) {
        printf("The store has a company already. New passwords for the demo users: "
               "clientele demo --reset-passwords\n");
        return 0;
    }
    rc = demo_make(s, &o, a, &r);
    if (rc < 0)
        return rc;
    print_made(&r);
    print_users(&r);
    return 0;
}

static void show_progress(void *arg, int64_t done)
{
    progress_set(arg, done);
}

static int make(const struct args *a, struct store *s)
{
    struct demo_options o = {
        .customers = args_int(a, "customers"),
        .orders = args_int(a, "orders"),
        .companies = args_int(a, "companies"),
        .seed = args_int(a, "seed"),
    };
    struct demo_result r;

    if (o.customers < 0 || o.customers > DEMO_CUSTOMERS_MAX)
        return cli_usage("--customers: from 0 to %d", DEMO_CUSTOMERS_MAX);
    if (o.orders < 0 || o.orders > ORDERS_MAX)
        return cli_usage("--orders: from 0 to %d", ORDERS_MAX);
    if (o.companies < 1 || o.companies > COMPANIES_MAX)
        return cli_usage("--companies: from 1 to %d", COMPANIES_MAX);
    struct progress *bar = progress_new(a, "demo", o.customers + o.orders);
    o.progress = bar ? show_progress : NULL;
    o.progress_arg = bar;
    int rc = demo_make(s, &o, args_arena(a), &r);
    progress_end(&bar);
    if (rc == ERR_SLUG_TAKEN)
        return cli_fail("there is a demo company already; new passwords for its users: "
                        "clientele demo --reset-passwords");
    if (rc < 0)
        return cli_fail("%s", err_row(rc)->message);
    if (args_json(a)) {
        print_json(&r);
    } else {
        print_made(&r);
        print_users(&r);
    }
    return EXIT_OK;
}

static int reset(const struct args *a, struct store *s)
{
    struct demo_result r;
    int rc = demo_reset(s, args_arena(a), &r);

    if (rc == ERR_COMPANY_NOT_FOUND)
        return cli_fail("there is no demo company; make it with `clientele demo`");
    if (rc < 0)
        return cli_fail("%s", err_row(rc)->message);
    if (args_json(a))
        print_json(&r);
    else
        print_users(&r);
    return EXIT_OK;
}

int demo_command(const struct args *a)
{
    const char *const *rest;
    struct store *s = NULL;

    if (args_rest(a, &rest) != 0)
        return cli_usage("demo: takes options only, not \"%s\"", rest[0]);
    bool again = args_flag(a, "reset-passwords");
    int status = cli_store(a, !again, !again, &s);
    if (status != EXIT_OK)
        return status;
    status = again ? reset(a, s) : make(a, s);
    store_close(&s);
    return status;
}
