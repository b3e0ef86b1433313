/* A run over all logins of a company that have no person: first the logins in
 * the order of their ids, then the people in the order of theirs, so that
 * either table is walked through and not jumped about in. How far it got
 * stands in the run's row, in the transaction of what was done. */
#include "base/clock.h"
#include "exec/bulk.h"
#include "exec/exec.h"
#include "identity/identity.h"
#include "linking.sql.h"
#include "linking/linking_priv.h"

/* No id is below it; nil would be NULL. */
static const struct uuid lowest = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
/* Of the mean Gregorian year. */
static const int64_t month_us = INT64_C(2629746) * SECOND_US;

struct run {
    const struct link_job *job;
    struct link_result *out;
    struct arena *arena; /* of the whole run */
    struct writer *writer;
    int64_t now, total;
    int64_t alive_since; /* who was seen last before it may have given up the number */
    struct uuid after;   /* dry run: where the chunk begins */
    struct uuid last;    /* dry run: and where it ended */
    bool people;         /* in the second pass */
    bool ended;          /* that too is over */
    int64_t done;        /* of the pass, for progress */
    /* Of the chunk under way. */
    size_t room;
    struct link_counts counts;
    struct link_ambiguous *ambiguous; /* room for a chunk */
    size_t nambiguous;
};

/* A number that the login has proved may be one that its person gave up long
 * ago; then the person was not seen lately, and what guests order under the
 * number is no sign of them. */
static int phone_is_good(const struct run *r, struct tx *tx, const struct link_login *u, bool *good)
{
    struct link_last_order_row last;

    *good = false;
    if (!u->is_phone_verified || u->phone_is_taken || uuid_is_nil(u->by_phone))
        return 0;
    *good = u->phone_since >= r->alive_since;
    if (*good)
        return 0;
    int rc = link_last_order(tx, r->job->company, u->by_phone, &last);
    *good = rc == 1 && last.at >= r->alive_since;
    return rc < 0 ? rc : 0;
}

/* What the first row of a login says, and each further one of people with its
 * e-mail. */
static int add_rows(const struct run *r, struct tx *tx, const struct link_login *v, size_t n,
                    struct link_facts *f)
{
    bool good;
    int rc = phone_is_good(r, tx, v, &good);

    link_match_add(&f->phone, v->by_phone, v->names_by_phone, good);
    for (size_t i = 0; i < n; i++)
        link_match_add(&f->email, v[i].by_email, v[i].names_by_email, v[i].is_email_verified);
    return rc;
}

/* "customer-{id}@…": the id may be ours or another system's. An address can be
 * had by anybody and proves nothing about the id in it. */
static int add_pattern(struct run *r, struct tx *tx, const struct link_login *u,
                       struct link_facts *f)
{
    struct str text = link_pattern_id(u->email);
    struct link_person p;
    struct uuid id;
    int rc = 0;

    if (text.n == 0)
        return 0;
    if (uuid_parse(text, &id)) {
        rc = link_person_by_id(tx, r->job->company, id, u->id, &p);
        if (rc == 1)
            link_match_add(&f->id, p.id, p.names, false);
    }
    if (rc >= 0)
        rc = link_person_by_external_id(tx, r->job->company, text, u->id, &p);
    if (rc == 1)
        link_match_add(&f->id, p.id, p.names, false);
    return rc < 0 ? rc : 0;
}

static int write_link(struct run *r, struct tx *tx, const struct link_login *u,
                      const struct link_decision *d)
{
    bool linked = d->outcome == LINK_LINKED;
    int rc = link_login_note(tx, &(struct link_login_note_params){
                                     .company = r->job->company,
                                     .id = u->id,
                                     .customer = linked ? d->customer : UUID_NIL,
                                     .pending = linked ? UUID_NIL : d->customer,
                                     .evidence = d->evidence,
                                     .linked_at = linked ? r->now : I64_NULL,
                                     .batch = r->out->batch,
                                     .person = d->customer,
                                 });
    if (rc < 0)
        return rc;
    return link_change_add(tx, &(struct link_change_add_params){
                                   .company = r->job->company,
                                   .batch = r->out->batch,
                                   .user = u->id,
                                   .customer = d->customer,
                                   .is_pending = !linked,
                                   .was_first = d->names,
                                   .evidence = u->link_evidence,
                                   .linked_at = u->linked_at,
                                   .before = u->link_batch_id,
                               });
}

/* u: the rows of one login. */
static int decide(struct run *r, struct tx *tx, const struct link_login *u, size_t n)
{
    struct link_facts f = {0};
    int rc = add_rows(r, tx, u, n, &f);
    if (rc == 0)
        rc = add_pattern(r, tx, u, &f);
    if (rc < 0)
        return rc;
    struct link_decision d = link_decide(&f, r->job->trusted);
    r->counts.seen++;
    r->counts.linked += d.outcome == LINK_LINKED;
    r->counts.pending += d.outcome == LINK_PENDING;
    r->counts.ambiguous += d.outcome == LINK_AMBIGUOUS;
    r->counts.unmatched += d.outcome == LINK_UNMATCHED;
    if (d.outcome == LINK_AMBIGUOUS)
        r->ambiguous[r->nambiguous++] = (struct link_ambiguous){u->id, f};
    if (r->job->dry || (d.outcome != LINK_LINKED && d.outcome != LINK_PENDING))
        return 0;
    return write_link(r, tx, u, &d);
}

/* The logins behind `after`; *after moves on. */
static int some_logins(struct run *r, struct tx *tx, struct uuid *after)
{
    struct link_login *rows;
    size_t n = 0;
    int rc = link_logins(tx, r->job->company, *after, (int64_t)r->room, &rows, &n);

    r->counts = (struct link_counts){0};
    r->nambiguous = 0;
    for (size_t i = 0; rc >= 0 && i < n;) {
        size_t from = i;
        while (i < n && uuid_eq(rows[i].id, rows[from].id))
            i++;
        rc = decide(r, tx, &rows[from], i - from);
        *after = rows[from].id;
    }
    return rc < 0 ? rc : 0;
}

/* A run that somebody else has ended or is taking back is not ours to go on
 * with. */
static int lock_batch(struct run *r, struct tx *tx, struct link_batch *b)
{
    int rc = link_batch_lock(tx, r->job->company, r->out->batch, b);
    if (rc < 0)
        return rc;
    bool people = rc == 1 && str_eq(b->state, STR("customers"));
    if (rc == 1 && str_eq(b->state, STR("done"))) {
        r->ended = true;
        return 0;
    }
    if (!people && (rc == 0 || !str_eq(b->state, STR("users"))))
        return ERR_CONFLICT;
    r->people = people;
    return 0;
}

static int logins_pass(struct run *r, struct tx *tx, const struct link_batch *b)
{
    struct uuid after = b->last_user_id;
    int rc = some_logins(r, tx, &after);

    if (rc == 0 && r->counts.seen == 0)
        rc = link_batch_state(tx, r->job->company, b->id, STR("customers"), I64_NULL);
    else if (rc == 0)
        rc = link_batch_users(tx, &(struct link_batch_users_params){
                                      .company = r->job->company,
                                      .id = b->id,
                                      .last = after,
                                      .seen = r->counts.seen,
                                      .linked = r->counts.linked,
                                      .pending = r->counts.pending,
                                      .ambiguous = r->counts.ambiguous,
                                      .unmatched = r->counts.unmatched,
                                  });
    r->people = r->counts.seen == 0;
    return rc < 0 ? rc : 0;
}

/* The people whom the run has given logins: each names the oldest of them,
 * unless it names one already. */
static int people_pass(struct run *r, struct tx *tx, const struct link_batch *b)
{
    struct link_firsts_row *v;
    size_t n = 0, used = 0;
    int rc = link_firsts(tx, r->job->company, b->last_customer_id, b->id, (int64_t)r->room, &v, &n);

    for (size_t i = 0; rc >= 0 && i < n;) {
        struct uuid customer = v[i].customer_id, first = v[i].id;
        size_t from = i;
        for (; i < n && uuid_eq(v[i].customer_id, customer); i++)
            if (uuid_cmp(v[i].id, first) < 0)
                first = v[i].id;
        /* The last one may have more behind the end of the page. */
        if (i == n && n == r->room && from > 0)
            break;
        rc = link_first_set(tx, r->job->company, customer, first);
        used = i;
    }
    if (rc >= 0 && n > 0)
        rc = link_batch_customers(tx, r->job->company, b->id, v[used - 1].customer_id);
    r->counts = (struct link_counts){.seen = (int64_t)used};
    r->nambiguous = 0;
    r->ended = rc >= 0 && n == 0;
    return rc < 0 ? rc : 0;
}

static int chunk(void *arg, struct arena *a, struct tx *tx)
{
    struct run *r = arg;
    struct link_batch b;
    (void)a;

    if (r->job->dry) {
        r->last = r->after;
        int rc = some_logins(r, tx, &r->last);
        r->ended = r->counts.seen == 0;
        return rc;
    }
    int rc = lock_batch(r, tx, &b);
    if (rc < 0 || r->ended)
        return rc;
    b.last_user_id = uuid_is_nil(b.last_user_id) ? lowest : b.last_user_id;
    b.last_customer_id = uuid_is_nil(b.last_customer_id) ? lowest : b.last_customer_id;
    return r->people ? people_pass(r, tx, &b) : logins_pass(r, tx, &b);
}

/* Counts what there is, and begins a run or finds the unfinished one. */
static int begin(void *arg, struct tx *tx)
{
    struct run *r = arg;
    const struct link_job *job = r->job;
    struct link_logins_without_row count;
    struct company company;
    struct link_batch b;
    int rc = company_load(tx, job->company, r->arena, &company);

    if (rc <= 0)
        return rc < 0 ? rc : ERR_COMPANY_NOT_FOUND;
    r->alive_since = r->now - company.recycle_months * month_us;
    rc = link_logins_without(tx, job->company, &count);
    if (rc < 0)
        return rc;
    r->total = count.n;
    if (job->dry)
        return 0;
    rc = link_batch_unfinished(tx, job->company, &b);
    if (rc < 0)
        return rc;
    r->out->resumed = rc == 1;
    r->out->batch = rc == 1 ? b.id : uuid_new(r->now);
    if (rc == 1) {
        r->total += b.linked + b.pending;
        r->done = b.seen;
        return str_eq(b.state, STR("rolling back")) ? ERR_CONFLICT
               : b.is_trusted != job->trusted       ? ERR_USAGE
                                                    : 0;
    }
    rc = link_batch_insert(tx, job->company, r->out->batch, job->trusted, r->now);
    if (rc >= 0)
        rc = audit_system(tx, job->company, r->now, "link.begin", r->out->batch,
                          job->trusted ? STR("trust") : STR_NULL);
    return rc < 0 ? rc : 0;
}

/* The figures of the whole run; the first to come says that it is done. */
static int end(void *arg, struct tx *tx)
{
    struct run *r = arg;
    const struct link_job *job = r->job;
    struct link_batch b;
    int rc = link_batch_settle(tx, job->company, r->out->batch);

    if (rc >= 0)
        rc = link_batch_lock(tx, job->company, r->out->batch, &b);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_CONFLICT;
    r->out->counts = (struct link_counts){b.seen, b.linked, b.pending, b.ambiguous, b.unmatched};
    if (!str_eq(b.state, STR("customers")))
        return str_eq(b.state, STR("done")) ? 0 : ERR_CONFLICT;
    rc = link_batch_state(tx, job->company, r->out->batch, STR("done"), clock_now());
    if (rc >= 0)
        rc = audit_system(tx, job->company, clock_now(), "link.end", r->out->batch, STR_NULL);
    return rc < 0 ? rc : 0;
}

/* Of a chunk that is in the store. */
static void tell(struct run *r, bool people)
{
    const struct link_job *job = r->job;
    struct link_counts *all = &r->out->counts;

    r->after = r->last;
    for (size_t i = 0; i < r->nambiguous && job->ambiguous; i++)
        job->ambiguous(job->arg, &r->ambiguous[i]);
    if (!people) {
        all->seen += r->counts.seen;
        all->linked += r->counts.linked;
        all->pending += r->counts.pending;
        all->ambiguous += r->counts.ambiguous;
        all->unmatched += r->counts.unmatched;
    }
    r->done = people != r->people ? 0 : r->done + r->counts.seen;
    if (job->progress)
        job->progress(job->arg, people, r->done, people ? all->linked : r->total);
}

static int all_chunks(struct run *r)
{
    size_t room = 0;
    int rc = 0;

    while (rc == 0 && !r->ended) {
        bool people = r->people;
        r->room = writer_rows(r->writer);
        if (r->room > room) {
            room = r->room;
            r->ambiguous = ARENA_ARRAY(r->arena, struct link_ambiguous, room);
        }
        rc = writer_run(r->writer, chunk, r);
        if (rc == 0)
            tell(r, people);
    }
    return rc == 0 ? writer_settle(r->writer) : rc;
}

int link_run(const struct link_job *job, struct arena *a, struct link_result *out)
{
    int64_t begun = clock_mono();
    struct run r = {.job = job, .out = out, .arena = a, .now = clock_now(), .after = lowest};

    *out = (struct link_result){0};
    int rc = writer_open(&r.writer, job->store, job->dry);
    if (rc == 0)
        rc = writer_once(r.writer, begin, &r, a);
    if (rc == 0)
        rc = all_chunks(&r);
    if (rc == 0 && !job->dry)
        rc = writer_once(r.writer, end, &r, a);
    writer_close(&r.writer);
    out->took_us = clock_mono() - begun;
    return rc;
}
