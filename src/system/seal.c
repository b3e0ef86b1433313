/* Sealing: audit rows get their place in the company's hash chain, events
 * their place in the company's feed, both after they were committed. Doing it
 * in the request would make all of a company's requests wait for one row.
 *
 * hash(n) = SHA-256(hash(n-1) | seq | row), each part behind its length. */
#include "store/store.h"
#include "system.sql.h"
#include "system/system.h"
#include <sodium.h>

enum { PIECE = 500, HASH = crypto_hash_sha256_BYTES };

static void add(crypto_hash_sha256_state *st, const void *p, size_t n)
{
    uint64_t length = n;
    crypto_hash_sha256_update(st, (const uint8_t *)&length, sizeof length);
    if (n)
        crypto_hash_sha256_update(st, p, n);
}

static void chain_hash(const uint8_t before[HASH], int64_t seq, const struct audit_row *row,
                       uint8_t out[HASH])
{
    crypto_hash_sha256_state st;
    crypto_hash_sha256_init(&st);
    add(&st, before, HASH);
    add(&st, &seq, sizeof seq);
    add(&st, row->id.b, 16);
    add(&st, &row->at, sizeof row->at);
    add(&st, row->actor_kind.p, row->actor_kind.n);
    add(&st, row->actor_id.b, 16);
    add(&st, row->action.p, row->action.n);
    add(&st, row->subject_id.b, 16);
    add(&st, row->fields.p, row->fields.n);
    add(&st, row->request_id.b, 16);
    add(&st, &row->status, sizeof row->status);
    crypto_hash_sha256_final(&st, out);
}

/* 1 when there may be more of this company. */
static int seal_company(struct tx *tx, struct uuid company)
{
    struct audit_head_row head = {0};
    uint8_t hash[HASH] = {0};
    int got = audit_head(tx, company, &head);
    /* A row that is not there keeps no other process out, and two would seal the
     * same rows, or give two rows one place: it is made first. */
    if (got == 0 && (got = audit_head_begin(tx, company, (struct str){(char *)hash, HASH})) >= 0)
        got = audit_head(tx, company, &head);
    if (got < 0)
        return got;
    if (head.hash.n == HASH)
        memcpy(hash, head.hash.p, HASH);
    struct audit_row *rows;
    size_t n = 0;
    int rc = audit_unsealed(tx, company, PIECE, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        head.seq++;
        chain_hash(hash, head.seq, &rows[i], hash);
        rc = audit_seal(tx, company, rows[i].id, head.seq, (struct str){(char *)hash, HASH});
    }
    if (rc >= 0 && n)
        rc = audit_head_set(tx, company, head.seq, (struct str){(char *)hash, HASH});
    return rc < 0 ? rc : n == PIECE;
}

int seal_audit(const struct job_run *j, struct tx *tx)
{
    (void)j;
    struct companies_unsealed_row *rows;
    size_t n = 0;
    int rc = companies_unsealed(tx, &rows, &n);
    if (rc < 0 || n == 0)
        return rc;
    rc = seal_company(tx, rows[0].company_id);
    return rc < 0 ? rc : rc == 1 || n > 1;
}

static int number_company(struct tx *tx, struct uuid company)
{
    struct outbox_head_row head = {0};
    int got = outbox_head(tx, company, &head);
    if (got == 0 && (got = outbox_head_begin(tx, company)) >= 0)
        got = outbox_head(tx, company, &head);
    if (got < 0)
        return got;
    int n = outbox_number(tx, company, head.seq, PIECE);
    int rc = n > 0 ? outbox_head_set(tx, company, head.seq + n) : n;
    return rc < 0 ? rc : n == PIECE;
}

int seal_outbox(const struct job_run *j, struct tx *tx)
{
    (void)j;
    struct companies_unnumbered_row *rows;
    size_t n = 0;
    int rc = companies_unnumbered(tx, &rows, &n);
    if (rc < 0 || n == 0)
        return rc;
    rc = number_company(tx, rows[0].company_id);
    return rc < 0 ? rc : rc == 1 || n > 1;
}

/* Rows of a company's chain from its beginning to *seq: how many do not fit. */
static int64_t check_rows(struct doctor *d, struct tx *tx, struct uuid company, int64_t *seq)
{
    uint8_t hash[HASH] = {0}, want[HASH];
    struct audit_row *rows;
    int64_t bad = 0;
    size_t n = PIECE;
    for (*seq = 0; n == PIECE;) {
        struct arena_mark mark = arena_mark(doctor_arena(d));
        int rc = audit_chain(tx, company, *seq, PIECE, &rows, &n);
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < n; i++) {
            chain_hash(hash, *seq + 1, &rows[i], want);
            if (rows[i].seq != *seq + 1 || rows[i].hash.n != HASH ||
                memcmp(rows[i].hash.p, want, HASH) != 0) {
                doctor_report(d, "audit row %lld breaks the chain", (long long)rows[i].seq);
                bad++;
            }
            *seq = rows[i].seq;
            memcpy(hash, rows[i].hash.p, rows[i].hash.n == HASH ? HASH : 0);
        }
        arena_rewind(doctor_arena(d), mark);
    }
    return bad;
}

/* Statements of a read transaction need not see the same moment, and a server
 * may go on sealing: the chain's end lies between what its head says before it
 * is read and what it says afterwards. */
static int64_t check_company(struct doctor *d, struct tx *tx, struct uuid company)
{
    struct audit_head_row before = {0}, after = {0};
    int64_t seq, bad = 0;
    int rc = audit_head(tx, company, &before);
    if (rc >= 0)
        bad = check_rows(d, tx, company, &seq);
    if (rc >= 0 && bad >= 0)
        rc = audit_head(tx, company, &after);
    if (rc < 0 || bad < 0)
        return rc < 0 ? rc : bad;
    if (seq < before.seq || seq > after.seq) {
        doctor_report(d, "the audit chain ends at %lld, its head says %lld", (long long)seq,
                      (long long)after.seq);
        bad++;
    }
    return bad;
}

int64_t seal_check(struct doctor *d, struct tx *tx)
{
    int64_t bad = 0;
    struct uuid after = UUID_NIL;
    for (;;) {
        struct company_ids_row *rows;
        size_t n = 0;
        int rc = company_ids(tx, after, &rows, &n);
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < n; i++) {
            after = rows[i].id;
            int64_t found = check_company(d, tx, after);
            if (found < 0)
                return found;
            bad += found;
        }
        if (n == 0)
            return bad;
    }
}
