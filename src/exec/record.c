/* The rows beside a change, in its transaction: the answer kept for a repeated
 * Idempotency-Key, the audit row, the event. They come from the route's row
 * and the request, never from a handler. */
#include "base/clock.h"
#include "exec.sql.h"
#include "exec/exec_priv.h"
#include <sodium.h>

static struct str hash_text(const uint8_t h[HASH_BYTES])
{
    return (struct str){(const char *)h, HASH_BYTES};
}

/* Half of it keeps the index small and is still more than can be guessed. */
static struct str scope_text(const struct ticket *t)
{
    return (struct str){(const char *)t->scope, HASH_BYTES / 2};
}

static void hash_part(crypto_hash_sha256_state *st, struct str s)
{
    uint64_t n = s.n; /* its length first, so that parts cannot run together */
    crypto_hash_sha256_update(st, (const uint8_t *)&n, sizeof n);
    if (s.n)
        crypto_hash_sha256_update(st, (const uint8_t *)s.p, s.n);
}

/* Whose keys they are: of nobody in particular are those of the company's
 * guests. */
static struct uuid key_owner(const struct req *r)
{
    return r->who.kind == WHO_NOBODY ? r->company->id : r->who.id;
}

/* SPEC 2: a key counts for one company, principal, method and path. Company
 * and principal are columns of the row; they are hashed too, since the table
 * of running keys is one for all. Of guests nobody knows who they are: theirs
 * counts for what they sent as well, so that another one who hits on the same
 * key is neither shown the first one's answer nor kept from asking. */
void record_key(struct ticket *t)
{
    struct req *r = t->r;
    t->has_key = !str_is_null(r->idempotency_key) && r->route->mode == RUN_WRITE &&
                 !(r->route->flags & ROUTE_NO_IDEMPOTENCY) && r->company;
    if (!t->has_key)
        return;
    crypto_hash_sha256_state st;
    crypto_hash_sha256_init(&st);
    hash_part(&st, r->query);
    hash_part(&st, r->body);
    crypto_hash_sha256_final(&st, t->fingerprint);
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, r->company->id.b, 16);
    crypto_hash_sha256_update(&st, key_owner(r).b, 16);
    hash_part(&st, r->method);
    hash_part(&st, r->path);
    hash_part(&st, r->idempotency_key);
    if (r->who.kind == WHO_NOBODY)
        crypto_hash_sha256_update(&st, t->fingerprint, HASH_BYTES);
    crypto_hash_sha256_final(&st, t->scope);
}

int record_replay(struct ticket *t, struct tx *tx)
{
    struct req *r = t->r;
    if (!t->has_key)
        return 0;
    struct idempotency_row row;
    int got = idempotency_find(tx, r->company->id, key_owner(r), scope_text(t), &row);
    if (got <= 0)
        return got;
    if (!str_eq(row.fingerprint, hash_text(t->fingerprint)))
        return req_fail(r, ERR_KEY_REUSED);
    flights_remember(r->app->exec->flights, t->scope);
    r->status = (int)row.status;
    r->etag = row.etag;
    r->replayed = true;
    buf_reset(&r->out);
    buf_str(&r->out, row.body);
    return 1;
}

static const char *const actor_kinds[] = {
    [WHO_NOBODY] = "nobody", [WHO_USER] = "user", [WHO_KEY] = "key"};

/* Whose log and feed it belongs to: those of the company that was changed. */
static struct uuid company_changed(const struct req *r)
{
    bool made = r->route->rule == COMPANY_NEW && !uuid_is_nil(r->subject);
    return made ? r->subject : r->company->id;
}

static int audit_row(struct req *r, struct tx *tx)
{
    struct str fields = r->changed;
    if (str_is_null(fields) && r->route->in && r->in)
        fields = fields_given(r->route->in, r->in, r->arena);
    return audit_insert(tx, &(struct audit_insert_params){
                                .company = company_changed(r),
                                .id = req_new_id(r),
                                .at = r->now,
                                .actor_kind = str_c(actor_kinds[r->who.kind]),
                                .actor_id = r->who.id,
                                .action = str_c(r->route->action),
                                .subject_id = r->subject,
                                .fields = fields.n ? fields : STR_NULL,
                                .request_id = r->id,
                                .status = r->status,
                            });
}

int record_change(struct ticket *t, struct tx *tx)
{
    struct req *r = t->r;
    if (!r->company)
        return 0;
    int rc = audit_row(r, tx);
    if (rc >= 0 && r->route->event && !r->error)
        rc = outbox_insert(tx, company_changed(r), req_new_id(r), str_c(r->route->event),
                           r->subject, r->now);
    if (rc >= 0 && t->has_key && !r->error) {
        flights_remember(r->app->exec->flights, t->scope);
        rc = idempotency_keep(tx, &(struct idempotency_keep_params){
                                      .company = r->company->id,
                                      .principal = key_owner(r),
                                      .scope = scope_text(t),
                                      .fingerprint = hash_text(t->fingerprint),
                                      .request_id = r->id,
                                      .status = r->status,
                                      .etag = r->etag,
                                      .body = buf_view(&r->out),
                                      .created_at = r->now,
                                  });
    }
    return rc < 0 ? rc : 0;
}

int outbox_add(struct req *r, struct tx *tx, const char *type, struct uuid subject)
{
    return outbox_insert(tx, r->company->id, req_new_id(r), str_c(type), subject, r->now);
}

int outbox_system(struct tx *tx, struct uuid company, int64_t now, const char *type,
                  struct uuid subject)
{
    return outbox_insert(tx, company, uuid_new(now), str_c(type), subject, now);
}

int audit_system(struct tx *tx, struct uuid company, int64_t now, const char *action,
                 struct uuid subject, struct str fields)
{
    struct uuid id = uuid_new(now);
    return audit_insert(tx, &(struct audit_insert_params){
                                .company = company,
                                .id = id,
                                .at = now,
                                .actor_kind = STR("system"),
                                .action = str_c(action),
                                .subject_id = subject,
                                .fields = fields,
                                .request_id = id,
                                .status = 200,
                            });
}
