/* Taking a run of the backfill back: every login and person as before, but for
 * those about whom somebody has decided since. */
#include "base/clock.h"
#include "exec/bulk.h"
#include "exec/exec.h"
#include "linking.sql.h"
#include "linking/linking_priv.h"
#include <stdlib.h>

static const struct uuid lowest = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

struct back {
    struct uuid company, batch;
    struct uuid after;   /* the page begins behind it */
    struct uuid last;    /* and ends with it */
    size_t room;         /* of a page */
    struct uuid *stayed; /* room of them */
    size_t nstayed, n;
};

static int by_person(const void *x, const void *y)
{
    const struct link_change *const *a = x, *const *b = y;
    return uuid_cmp((*a)->customer_id, (*b)->customer_id);
}

/* People in the order of their ids; those who were given a login by the run
 * lose it, if it is still theirs. */
static int restore_people(const struct back *p, struct tx *tx, const struct link_change **v,
                          size_t n)
{
    int rc = 0;

    qsort(v, n, sizeof(*v), by_person);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        if (!v[i]->was_first && !v[i]->is_pending)
            rc = link_first_clear(tx, p->company, v[i]->customer_id, v[i]->user_id);
    return rc < 0 ? rc : 0;
}

/* 1 as it was, 0 it stays, negative. */
static int restore_login(const struct back *p, struct tx *tx, const struct link_change *c)
{
    int rc = link_login_restore(tx, &(struct link_login_restore_params){
                                        .company = p->company,
                                        .id = c->user_id,
                                        .batch = p->batch,
                                        .customer = c->customer_id,
                                        .is_pending = c->is_pending,
                                        .evidence = c->evidence_before,
                                        .linked_at = c->linked_at_before,
                                        .before = c->batch_before,
                                    });
    if (rc != 1)
        return rc;
    int removed = link_change_remove(tx, p->company, p->batch, c->user_id);
    return removed < 0 ? removed : 1;
}

static int page(void *arg, struct arena *a, struct tx *tx)
{
    struct back *p = arg;
    struct link_change *rows;
    size_t restored = 0;
    int rc = link_changes_after(tx, p->company, p->batch, p->after, (int64_t)p->room, &rows, &p->n);

    p->nstayed = 0;
    if (rc < 0)
        return rc;
    const struct link_change **v = ARENA_ARRAY(a, const struct link_change *, p->n);
    for (size_t i = 0; rc >= 0 && i < p->n; i++) {
        rc = restore_login(p, tx, &rows[i]);
        if (rc == 1)
            v[restored++] = &rows[i];
        else
            p->stayed[p->nstayed++] = rows[i].user_id;
    }
    if (rc >= 0)
        rc = restore_people(p, tx, v, restored);
    p->last = p->n > 0 ? rows[p->n - 1].user_id : p->after;
    return rc < 0 ? rc : 0;
}

static int begin(void *arg, struct tx *tx)
{
    struct back *p = arg;
    struct link_batch b;
    int rc = link_batch_lock(tx, p->company, p->batch, &b);

    if (rc <= 0)
        return rc < 0 ? rc : ERR_NOT_FOUND;
    if (str_eq(b.state, STR("rolled back")))
        return ERR_CONFLICT;
    rc = link_batch_state(tx, p->company, p->batch, STR("rolling back"), I64_NULL);
    if (rc >= 0)
        rc = audit_system(tx, p->company, clock_now(), "link.rollback", p->batch, STR_NULL);
    return rc < 0 ? rc : 0;
}

static int end(void *arg, struct tx *tx)
{
    struct back *p = arg;
    int rc = link_batch_state(tx, p->company, p->batch, STR("rolled back"), clock_now());

    return rc < 0 ? rc : 0;
}

static int all_pages(struct back *p, struct writer *w, struct arena *a, struct link_rollback *out)
{
    size_t room = 0;
    int rc = 0;

    do {
        p->room = writer_rows(w);
        if (p->room > room) {
            room = p->room;
            p->stayed = ARENA_ARRAY(a, struct uuid, room);
        }
        rc = writer_run(w, page, p);
        if (rc < 0)
            break;
        p->after = p->last;
        out->restored += (int64_t)(p->n - p->nstayed);
        out->kept += (int64_t)p->nstayed;
        for (size_t i = 0; i < p->nstayed && out->stays; i++)
            out->stays(out->arg, p->stayed[i]);
    } while (p->n > 0);
    return rc == 0 ? writer_settle(w) : rc;
}

int link_rollback(struct store *s, struct uuid company, struct uuid batch, struct arena *a,
                  struct link_rollback *out)
{
    struct back p = {.company = company, .batch = batch, .after = lowest};
    struct writer *w = NULL;
    int rc = writer_open(&w, s, false);

    out->restored = out->kept = 0;
    if (rc == 0)
        rc = writer_once(w, begin, &p, a);
    if (rc == 0)
        rc = all_pages(&p, w, a, out);
    if (rc == 0)
        rc = writer_once(w, end, &p, a);
    writer_close(&w);
    return rc;
}
