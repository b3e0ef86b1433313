/* What is kept for a time only: stored answers for 7 days, sessions, links
 * and one-time codes past their end, counters of finished windows. */
#include "base/clock.h"
#include "store/store.h"
#include "system.sql.h"
#include "system/system.h"

static const int64_t keep_answers = 7 * DAY_US, keep_links = 30 * DAY_US;
enum { MOST = 2000 };

/* 1 when something was cut short. */
static int prune_company(struct tx *tx, struct uuid company, int64_t now)
{
    int answers = idempotency_prune(tx, company, now - keep_answers, MOST);
    if (answers < 0)
        return answers;
    int rc = sessions_prune(tx, company, now);
    if (rc >= 0)
        rc = attempts_prune(tx, company, now);
    if (rc >= 0)
        rc = one_time_codes_prune(tx, company, now);
    if (rc >= 0)
        rc = user_tokens_prune(tx, company, now - keep_links);
    return rc < 0 ? rc : answers == MOST;
}

int prune_companies(const struct job_run *j, struct tx *tx)
{
    struct company_ids_row *rows;
    size_t n = 0;
    int rc = company_ids(tx, *j->after, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = prune_company(tx, rows[i].id, j->now);
        if (rc == 1)
            return 1; /* the same company again */
        *j->after = rows[i].id;
    }
    return rc < 0 ? rc : n > 0;
}
