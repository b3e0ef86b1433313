/* What is kept of messages for a time only: rows for 30 days after their end,
 * the content of a dead one until it is of no use. */
#include "base/clock.h"
#include "exec/job.h"
#include "messages/messages_priv.h"

static const int64_t keep_us = 30 * DAY_US;
enum { MOST = 1000 };

int messages_tidy(const struct job_run *j, struct tx *tx)
{
    struct message_companies_row *rows;
    size_t n = 0;
    int rc = message_companies(tx, *j->after, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = messages_wipe_expired(tx, rows[i].id, j->now);
        if (rc >= 0)
            rc = messages_prune(tx, rows[i].id, j->now - keep_us, MOST);
        if (rc == MOST)
            return 1; /* the same company again */
        *j->after = rows[i].id;
    }
    return rc < 0 ? rc : n > 0;
}
