/* Takes away what is over: counters, sessions, links. Goes from company to
 * company, a few a slice, and remembers in the store where it is. */
#include "accounts/accounts_priv.h"
#include "base/clock.h"
#include "exec/job.h"

enum { COMPANIES_A_SLICE = 50 };
/* Sessions and links are kept so long for whoever looks into an incident. */
#define KEEP (7 * DAY_US)

static int sweep_one(struct tx *tx, struct uuid company, int64_t now)
{
    int rc = attempts_sweep(tx, company, now);
    if (rc >= 0)
        rc = sessions_sweep(tx, company, now - KEEP);
    if (rc >= 0)
        rc = links_sweep(tx, company, now - KEEP);
    return rc;
}

int accounts_sweep(const struct job_run *j, struct tx *tx)
{
    struct sweep_place_row place;
    struct sweep_companies_row *rows;
    struct uuid after = UUID_NIL;
    char text[UUID_TEXT];
    size_t n = 0;
    after.b[15] = 1; /* before all others; nil would be NULL */
    int rc = sweep_place(tx, &place);
    if (rc == 1)
        (void)uuid_parse(place.value, &after);
    if (rc >= 0)
        rc = sweep_companies(tx, after, COMPANIES_A_SLICE, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        rc = sweep_one(tx, rows[i].id, j->now);
    if (rc < 0)
        return rc;
    bool more = n == COMPANIES_A_SLICE;
    uuid_format(more ? rows[n - 1].id : (struct uuid){.b[15] = 1}, text);
    rc = sweep_place_set(tx, (struct str){text, sizeof text});
    return rc < 0 ? rc : more;
}
