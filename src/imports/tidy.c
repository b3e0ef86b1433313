/* What is kept of imports for a time only. Ids begin with the time they were
 * made at, so that age is a bound on them. */
#include "base/clock.h"
#include "imports/imports_priv.h"

enum { MOST = 2000 };
const int64_t import_dry_us = DAY_US;
static const int64_t keep_us = 30 * DAY_US;

static struct uuid lowest_at(int64_t us)
{
    return uuid_v7(us, (const uint8_t[10]){0});
}

int imports_tidy(const struct job_run *j, struct tx *tx)
{
    struct import_companies_row *rows;
    struct uuid seen = lowest_at(j->now - 2 * import_dry_us), old = lowest_at(j->now - keep_us);
    size_t n = 0;
    int rc = import_companies(tx, *j->after, &rows, &n);

    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = import_seen_prune(tx, rows[i].id, seen, MOST);
        if (rc >= 0 && rc < MOST)
            rc = import_rejects_prune(tx, rows[i].id, old, MOST);
        if (rc == MOST)
            return 1; /* the same company again */
        if (rc >= 0)
            rc = import_dry_runs_prune(tx, rows[i].id, old);
        *j->after = rows[i].id;
    }
    return rc < 0 ? rc : n > 0;
}
