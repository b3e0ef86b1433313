/* From the feed to the webhooks: after events have their numbers, each webhook
 * that wants one gets a message of it, once, since the webhook's place in the
 * feed moves in the same transaction. The feed is the queue: a receiver that
 * does not answer has a bounded number of messages waiting, the rest stays
 * where it is until there is room. */
#include "base/random.h"
#include "webhooks/events.h"
#include "webhooks/webhooks_priv.h"

enum {
    PIECE = 200,          /* events looked at in one go */
    WAITING_MOST = 10000, /* messages of one webhook */
};

struct uuid webhook_message_id(int64_t now, unsigned n)
{
    uint8_t random[10];
    random_bytes(random, sizeof random);
    random[0] = (uint8_t)(n >> 8 & 0x0f);
    random[1] = (uint8_t)n;
    return uuid_v7(now, random);
}

static int queue(const struct job_run *j, struct tx *tx, struct uuid company,
                 const struct webhook_row *w, const struct webhook_events_row *v, size_t n)
{
    unsigned queued = 0;
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        if (!event_wanted(w->events, v[i].type))
            continue;
        rc = message_insert(tx, &(struct message_insert_params){
                                    .company = company,
                                    .id = webhook_message_id(j->now, queued++),
                                    .channel = STR(WEBHOOK_CHANNEL),
                                    .target = w->id,
                                    .event = v[i].id,
                                    .content_sealed = STR_NULL,
                                    .purpose = v[i].type,
                                    .expires_at = I64_NULL,
                                    .now = j->now,
                                });
    }
    if (rc >= 0 && n)
        rc = webhook_moved(tx, company, w->id, v[n - 1].seq);
    return rc;
}

/* 1 when there may be more for this one. */
static int serve(const struct job_run *j, struct tx *tx, struct uuid company, struct uuid id)
{
    struct webhook_row w;
    struct webhook_waiting_row waiting = {0};
    struct webhook_events_row *v = NULL;
    size_t n = 0;
    /* Another process may have been here since: its place is read again under the lock. */
    int rc = webhook_lock(tx, company, id, &w);
    if (rc <= 0 || !w.is_active)
        return rc < 0 ? rc : 0;
    rc = webhook_waiting(tx, company, id, WAITING_MOST, &waiting);
    if (rc < 0 || waiting.n >= WAITING_MOST)
        return rc < 0 ? rc : 0;
    rc = webhook_events(tx, company, w.seq, PIECE, &v, &n);
    if (rc >= 0)
        rc = queue(j, tx, company, &w, v, n);
    return rc < 0 ? rc : n == PIECE;
}

int webhooks_fan_out(const struct job_run *j, struct tx *tx)
{
    struct webhook_lagging_row next;
    struct uuid after = *j->after;
    if (uuid_is_nil(after))
        after.b[15] = 1; /* nil is NULL */
    int rc = webhook_lagging(tx, after, &next);
    if (rc <= 0)
        return rc;
    rc = serve(j, tx, next.company_id, next.id);
    if (rc == 0)
        *j->after = next.id;
    return rc < 0 ? rc : 1;
}
