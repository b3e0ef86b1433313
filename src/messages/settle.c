/* Noting what became of a message. It may be run again, so that it only reads
 * the flight. */
#include "base/clock.h"
#include "base/log.h"
#include "messages/sender_priv.h"

struct settling {
    struct flight *v[SLOTS];
    size_t n;
    int64_t now;
    bool died[SLOTS];
    long long sent, put_off, dead;
};

static int dead(struct settling *t, struct tx *tx, size_t i, bool useless)
{
    const struct flight *f = t->v[i];
    const struct message_row *row = &f->d.row;
    int rc = message_dead(tx, &(struct message_dead_params){
                                  .company = row->company_id,
                                  .id = row->id,
                                  .tries = row->tries,
                                  .status = f->result.status ? f->result.status : I64_NULL,
                                  .error = str_c(f->result.error),
                                  .now = t->now,
                              });
    t->died[i] = rc == 1;
    t->dead += rc == 1;
    return rc == 1 && useless ? message_wipe(tx, row->company_id, row->id) : rc;
}

static int failed(struct settling *t, struct tx *tx, size_t i)
{
    const struct flight *f = t->v[i];
    const struct message_row *row = &f->d.row;
    int64_t wait =
        f->result.outcome == MESSAGE_LATER
            ? backoff(f->lane.channel->waits_s, row->tries, f->result.retry_after, f->chance)
            : -1;
    int64_t expires = row->expires_at == I64_NULL ? INT64_MAX : row->expires_at;
    /* What would come too late need not wait for it. */
    if (wait < 0 || t->now + wait >= expires)
        return dead(t, tx, i, wait >= 0 || t->now >= expires);
    int rc = message_put_off(tx, &(struct message_put_off_params){
                                     .company = row->company_id,
                                     .id = row->id,
                                     .tries = row->tries,
                                     .next_at = t->now + wait,
                                     .status = f->result.status ? f->result.status : I64_NULL,
                                     .error = str_c(f->result.error),
                                 });
    t->put_off += rc == 1;
    return rc;
}

static int settle_one(struct settling *t, struct tx *tx, size_t i)
{
    struct flight *f = t->v[i];
    const struct message_row *row = &f->d.row;
    int rc;
    if (f->result.outcome == MESSAGE_SENT) {
        rc = message_sent(tx, row->company_id, row->id,
                          f->result.status ? f->result.status : I64_NULL, t->now);
        t->sent += rc == 1;
    } else {
        rc = failed(t, tx, i);
    }
    if (rc >= 0 && f->lane.channel->settle)
        rc = f->lane.channel->settle(&f->d, tx, &f->result);
    return rc;
}

static int settle(void *arg, struct tx *tx)
{
    struct settling *t = arg;
    t->sent = t->put_off = t->dead = 0;
    memset(t->died, 0, sizeof t->died);
    for (size_t i = 0; i < t->n; i++) {
        int rc = settle_one(t, tx, i);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void tell_dead(const struct flight *f)
{
    const struct message_row *row = &f->d.row;
    log_warn("message dead", LOG_U("company", row->company_id), LOG_U("message", row->id),
             LOG_S("channel", row->channel), LOG_I("status", f->result.status),
             LOG_I("tries", row->tries));
}

static int settle_these(struct sender *s, struct settling *t)
{
    t->now = clock_now();
    int rc = exec_write(s->app->exec, s->scratch, settle, t);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < t->n; i++) {
        if (t->died[i])
            tell_dead(t->v[i]);
        lane_mark(s, &t->v[i]->lane, t->v[i]->slow);
        t->v[i]->state = FLIGHT_FREE;
    }
    atomic_fetch_add(&s->sent, t->sent);
    atomic_fetch_add(&s->put_off, t->put_off);
    atomic_fetch_add(&s->dead, t->dead);
    return 0;
}

/* One by one, so that a message which cannot be noted stops no other. After
 * its lease it is another's, or comes back. */
static int settle_each(struct sender *s, const struct settling *all)
{
    int rc = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct settling one = {.v = {all->v[i]}, .n = 1};
        int r = settle_these(s, &one);
        if (r < 0 && clock_mono() - all->v[i]->since > LEASE_S * SECOND_US) {
            log_error("message not noted", LOG_U("company", all->v[i]->d.row.company_id),
                      LOG_U("message", all->v[i]->d.row.id), LOG_C("code", err_row(r)->code));
            all->v[i]->state = FLIGHT_FREE;
        } else if (r < 0) {
            rc = r;
        }
    }
    return rc;
}

int sender_settle(struct sender *s)
{
    struct settling t = {.n = 0};
    for (size_t i = 0; i < SLOTS; i++)
        if (s->flights[i].state == FLIGHT_LANDED)
            t.v[t.n++] = &s->flights[i];
    if (t.n == 0)
        return 0;
    arena_reset(s->scratch);
    int rc = settle_these(s, &t);
    return rc < 0 ? settle_each(s, &t) : 0;
}
