/* The company that a command works for. */
#include "cli/command.h"
#include "companies/companies.h"
#include "exec/exec.h"

/* Finds --company, or the only one. */
struct finding {
    struct str slug;
    struct uuid id;
};

static int find_company(void *arg, struct tx *tx)
{
    struct finding *f = arg;

    return companies_find(tx, f->slug, &f->id);
}

int cli_company(const struct args *a, struct store *s, struct uuid *out)
{
    struct finding f = {.slug = args_text(a, "company")};
    struct conn *c = NULL;
    int rc = conn_open(s, CONN_READER, &c);

    if (rc == 0)
        rc = exec_tx(s, c, TX_READ, args_arena(a), find_company, &f);
    conn_close(&c);
    *out = f.id;
    if (rc == 1)
        return EXIT_OK;
    if (rc == ERR_USAGE)
        return cli_usage("there are several companies: name one with --company SLUG");
    if (rc < 0)
        return cli_fail("%s", err_row(rc)->message);
    if (f.slug.n)
        return cli_fail("there is no company \"%.*s\"", STR_ARG(f.slug));
    return cli_fail("there is no company yet; make one with `clientele init`");
}
