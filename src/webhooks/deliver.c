/* A delivery: a thin JSON body that names what happened and to which record,
 * signed by the webhook's secret and, for a day after a rotation, also by the
 * one before. Every failure is tried again but 410, which switches the webhook
 * off, as do several days of nothing but failures. */
#include "auth/seal.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/version.h"
#include "exec/exec.h"
#include "webhooks/sign.h"
#include "webhooks/webhooks_priv.h"

enum {
    GONE = 410,
    WOKEN = 1000, /* messages that a receiver gets at once when it is back */
};
/* The schedule that Standard Webhooks suggests: ten tries in three days. */
static const int64_t waits_s[] = {5,         5 * 60,    30 * 60,   2 * 3600,  5 * 3600,
                                  10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600, 0};
static const int64_t patience = 5 * DAY_US;
/* Beyond this a message waits for its next try, and is not being sent. */
static const int64_t far_ahead = 600 * SECOND_US;

/* What is told: an event of the feed, or a test. */
struct told {
    struct uuid id; /* of the event: the same at every try, and in the feed */
    struct str type;
    struct uuid subject;
    int64_t at, seq; /* seq: I64_NULL for a test */
};

static struct str body_of(const struct told *t, struct uuid company, struct arena *a)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("type"));
    json_text(&j, t->type);
    json_key(&j, STR("timestamp"));
    json_time(&j, t->at);
    if (t->seq != I64_NULL) {
        json_key(&j, STR("seq"));
        json_int(&j, t->seq);
    }
    json_key(&j, STR("data"));
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, t->subject);
    json_key(&j, STR("companyId"));
    json_uuid(&j, company);
    json_close(&j, '}');
    json_close(&j, '}');
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}

static struct str signatures(struct delivery *d, const struct webhook_row *w, struct str id,
                             struct str body)
{
    struct arena *a = d->arena;
    struct uuid company = d->row.company_id;
    int64_t at = d->now / SECOND_US;
    struct str secret = unseal(d->app->tokens, WEBHOOK_SEAL, company, w->secret_sealed, a);
    struct str all = webhook_sign(secret, id, at, body, a);
    if (str_is_null(w->old_secret_sealed) || w->old_secret_until <= d->now || str_is_null(all))
        return all;
    struct str old = unseal(d->app->tokens, WEBHOOK_SEAL, company, w->old_secret_sealed, a);
    struct str second = webhook_sign(old, id, at, body, a);
    return str_is_null(second) ? all : arena_printf(a, "%.*s %.*s", STR_ARG(all), STR_ARG(second));
}

static void header(struct delivery *d, const char *name, struct str value)
{
    struct str line = arena_printf(d->arena, "%s: %.*s", name, STR_ARG(value));
    struct curl_slist *list = curl_slist_append(d->list, line.p);
    if (list)
        d->list = list;
}

/* False when the secret cannot be opened. */
static bool set_up(struct delivery *d, const struct webhook_row *w, const struct told *t)
{
    char id_text[UUID_TEXT];
    uuid_format(t->id, id_text);
    struct str id = {id_text, UUID_TEXT};
    struct str body = body_of(t, d->row.company_id, d->arena);
    struct str signature = signatures(d, w, id, body);
    if (str_is_null(signature))
        return false;
    header(d, "Content-Type", STR("application/json"));
    header(d, "User-Agent", STR("Clientele/" CLIENTELE_VERSION));
    header(d, "webhook-id", id);
    header(d, "webhook-timestamp", arena_printf(d->arena, "%lld", (long long)(d->now / SECOND_US)));
    header(d, "webhook-signature", signature);
    curl_easy_setopt(d->curl, CURLOPT_URL, arena_cstr(d->arena, w->url));
    curl_easy_setopt(d->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body.p);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, d->list);
    return true;
}

/* 1, 0 when there is nothing to tell any more, negative. */
static int find_told(const struct delivery *d, struct tx *tx, struct told *t)
{
    struct webhook_event_row e;
    if (uuid_is_nil(d->row.event_id)) {
        *t = (struct told){.id = d->row.id,
                           .type = d->row.purpose,
                           .subject = d->row.target_id,
                           .at = d->row.created_at,
                           .seq = I64_NULL};
        return 1;
    }
    int rc = webhook_event(tx, d->row.company_id, d->row.event_id, &e);
    if (rc == 1)
        *t = (struct told){d->row.event_id, e.type, e.subject_id, e.at, e.seq};
    return rc;
}

static int never(struct message_result *out, const char *error)
{
    *out = (struct message_result){.outcome = MESSAGE_NEVER, .error = error};
    return 0;
}

static int prepare(struct delivery *d, struct tx *tx, struct message_result *out)
{
    struct webhook_row *w = ARENA_NEW(d->arena, struct webhook_row);
    struct told t = {0};
    int rc = webhook_read(tx, d->row.company_id, d->row.target_id, w);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return never(out, "The webhook was deleted");
    if (!w->is_active)
        return never(out, "The webhook is switched off");
    d->state = w;
    const char *refused = guard_target_refused(
        arena_cstr(d->arena, w->url), webhook_schemes(d->app), webhook_private_allowed(d->app));
    if (refused)
        return never(out, refused);
    rc = find_told(d, tx, &t);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return never(out, "The event is no longer kept");
    return set_up(d, w, &t)
               ? 1
               : never(out, "The webhook's secret cannot be opened with this instance key");
}

static struct message_result judge(struct delivery *d, CURLcode code, int64_t status)
{
    struct message_result r = message_judge_http(d, code, status);
    /* Whatever a receiver answers may be mended; only 410 is for good. */
    if (r.outcome == MESSAGE_NEVER && status > 0 && status != GONE)
        r.outcome = MESSAGE_LATER;
    return r;
}

static int disable(struct delivery *d, struct tx *tx, const char *reason)
{
    struct uuid company = d->row.company_id, id = d->row.target_id;
    int rc = webhook_disable(tx, company, id, str_c(reason), d->now);
    if (rc <= 0) /* another delivery did it */
        return rc;
    rc = webhook_drop_waiting(tx, company, id, str_c(reason), d->now, WEBHOOK_DROPPED);
    if (rc >= 0)
        rc = audit_system(tx, company, d->now, "webhook.disable", id, STR_NULL);
    return rc < 0 ? rc : 0;
}

/* It has gone well again: what waits for a later try gets it now. */
static int recovered(struct delivery *d, struct tx *tx)
{
    struct uuid company = d->row.company_id, id = d->row.target_id;
    int rc = webhook_well(tx, company, id);
    if (rc == 1)
        rc = webhook_wake(tx, company, id, d->now + far_ahead, d->now, WOKEN);
    return rc < 0 ? rc : 0;
}

static int failed(struct delivery *d, struct tx *tx, const struct webhook_row *w)
{
    struct message_row m;
    if (w->failing_since == I64_NULL)
        return webhook_failing(tx, d->row.company_id, d->row.target_id, d->now);
    if (d->now - w->failing_since < patience)
        return 0;
    /* Days are over; one whole course of tries without success as well? */
    int rc = message_read(tx, d->row.company_id, d->row.id, &m);
    if (rc == 1 && str_eq(m.state, STR("DEAD")))
        rc = disable(d, tx, "Every delivery has failed for five days");
    return rc < 0 ? rc : 0;
}

static int settle(struct delivery *d, struct tx *tx, const struct message_result *result)
{
    const struct webhook_row *w = d->state;
    if (!w) /* it was deleted or switched off before */
        return 0;
    if (result->outcome == MESSAGE_SENT)
        return w->failing_since == I64_NULL ? 0 : recovered(d, tx);
    if (result->status == GONE)
        return disable(d, tx, "The receiver answered 410: it wants no more");
    return failed(d, tx, w);
}

const struct channel webhook_channel = {WEBHOOK_CHANNEL, prepare, judge, settle, waits_s};
