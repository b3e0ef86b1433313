/* /api/webhooks: servers that are told of events. The signing secret is made
 * here, answered once, and kept sealed. */
#include "auth/seal.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "http/cursor.h"
#include "webhooks/events.h"
#include "webhooks/sign.h"
#include "webhooks/webhooks_priv.h"

static const int64_t overlap = DAY_US; /* both secrets sign after a rotation */

struct webhook_in {
    struct given given;
    struct uuid id;
    struct str url;
    struct strs events;
    _Alignas(8) bool is_active;
};
struct webhooks_query {
    struct given given;
    struct str cursor;
    int64_t limit;
};
struct webhook_view {
    struct webhook_row row;
    struct str secret;
};
struct test_view {
    struct uuid message, webhook;
};

#define F(type_, member_, name_, kind_, ...)                                                       \
    {                                                                                              \
        .name = name_, .type = kind_, .offset = offsetof(struct type_, member_), __VA_ARGS__       \
    }
#define ID                                                                                         \
    F(webhook_in, id, "id", F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED,                     \
      .help = "The webhook")
#define BODY(url_flags_)                                                                           \
    F(webhook_in, url, "url", F_TEXT, .flags = url_flags_, .min = 1, .max = 2000,                  \
      .help = "Where events are posted; https, and no private address, unless the operator "       \
              "allows it"),                                                                        \
        F(webhook_in, events, "events", F_STRINGS, .names = event_names, .max = EVENT_TYPE_COUNT,  \
          .help = "Types that it wants; none: all, those of later versions included"),             \
        F(webhook_in, is_active, "isActive", F_BOOL,                                               \
          .help = "False: gets nothing. Switched on, it begins at the head of the feed")
FIELDS(webhook_create_in, "WebhookNew", struct webhook_in, BODY(FIELD_REQUIRED));
FIELDS(webhook_update_in, "WebhookChange", struct webhook_in, ID, BODY(0));
FIELDS(webhook_path_in, "WebhookId", struct webhook_in, ID);
FIELDS(webhooks_list_in, "WebhooksQuery", struct webhooks_query,
       F(webhooks_query, limit, "limit", F_INT, .place = IN_QUERY, .min = 1, .max = 100,
         .help = "Rows a page, 50 when not given"),
       F(webhooks_query, cursor, "cursor", F_CURSOR, .place = IN_QUERY,
         .help = "nextCursor of the page before"));
#define OUT                                                                                        \
    F(webhook_view, row.id, "id", F_UUID, .help = "The webhook"),                                  \
        F(webhook_view, row.url, "url", F_TEXT, .help = "Where events are posted"),                \
        F(webhook_view, row.events, "events", F_STRINGS_JSON,                                      \
          .help = "Types that it wants; none: all"),                                               \
        F(webhook_view, row.is_active, "isActive", F_BOOL, .help = "False: gets nothing"),         \
        F(webhook_view, row.disabled_reason, "disabledReason", F_TEXT,                             \
          .help = "Why the service itself switched it off"),                                       \
        F(webhook_view, row.failing_since, "failingSince", F_TIME,                                 \
          .help = "First failure since the last success"),                                         \
        F(webhook_view, row.old_secret_until, "oldSecretUntil", F_TIME,                            \
          .help = "Until when the secret before a rotation signs too"),                            \
        F(webhook_view, row.seq, "seq", F_INT, .help = "Last event of the feed that was queued"),  \
        F(webhook_view, row.version, "version", F_INT, .help = "Counts changes, as in the ETag"),  \
        F(webhook_view, row.created_at, "createdAt", F_TIME, .help = "When it was made"),          \
        F(webhook_view, row.updated_at, "updatedAt", F_TIME, .help = "Last change")
FIELDS(webhook_out, "Webhook", struct webhook_view, OUT);
FIELDS(webhook_secret_out, "WebhookWithSecret", struct webhook_view,
       F(webhook_view, secret, "secret", F_TEXT, .flags = FIELD_SECRET,
         .help = "Signs what is posted; shown this once"),
       OUT);
FIELDS(webhook_test_out, "WebhookTest", struct test_view,
       F(test_view, webhook, "webhookId", F_UUID, .help = "The webhook"),
       F(test_view, message, "messageId", F_UUID, .help = "The delivery, see /api/messages"));

const char *webhook_schemes(const struct app *app)
{
    return webhook_private_allowed(app) ? "https,http" : "https";
}

bool webhook_private_allowed(const struct app *app)
{
    return setting_bool(app->settings, SETTING_ALLOW_PRIVATE_TARGETS);
}

static struct webhook_view view_of(const struct req *r, const struct webhook_row *w)
{
    struct webhook_view v = {.row = *w};
    if (w->old_secret_until <= r->now)
        v.row.old_secret_until = I64_NULL;
    return v;
}

static int answer(struct req *r, struct tx *tx, int status, struct uuid id)
{
    struct webhook_row w;
    int rc = webhook_read(tx, r->company->id, id, &w);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_NOT_FOUND);
    struct webhook_view v = view_of(r, &w);
    return req_answer(r, status, &webhook_out, &v);
}

/* With the secret, in the clear this once. */
static int answer_secret(struct req *r, struct tx *tx, int status, struct uuid id,
                         struct str secret)
{
    struct webhook_row w;
    int rc = webhook_read(tx, r->company->id, id, &w);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_INTERNAL;
    struct webhook_view v = view_of(r, &w);
    v.secret = secret;
    return req_answer(r, status, &webhook_secret_out, &v);
}

int webhooks_http_list(struct req *r, struct tx *tx)
{
    const struct webhooks_query *in = r->in;
    struct uuid after;
    struct webhook_row *rows = NULL;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &after);
    if (rc == 0)
        rc = webhooks_page(tx, r->company->id, after, (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct webhook_view *v = ARENA_ARRAY(r->arena, struct webhook_view, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i] = view_of(r, &rows[i]);
    return req_answer_list(r, &webhook_out, v, n, more ? cursor_of_id(&rows[n - 1].id) : STR_NULL);
}

static int check_url(struct req *r, struct str url)
{
    const char *why = guard_target_refused(arena_cstr(r->arena, url), webhook_schemes(r->app),
                                           webhook_private_allowed(r->app));
    return why ? req_fail_field(r, ERR_INVALID, "url", "url", "%s", why) : 0;
}

static struct str events_json(struct req *r, struct strs events)
{
    struct buf b;
    buf_init(&b, 16 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < events.n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || str_eq(events.v[i], events.v[k]);
        if (!seen)
            json_text(&j, events.v[i]);
    }
    json_close(&j, ']');
    struct str s = arena_str(r->arena, buf_view(&b));
    buf_free(&b);
    return s;
}

/* Where a webhook begins that is switched on now. */
static int feed_head(struct req *r, struct tx *tx, int64_t *seq)
{
    struct webhook_feed_head_row head = {0};
    int rc = webhook_feed_head(tx, r->company->id, &head);
    *seq = rc == 1 ? head.seq : 0;
    return rc < 0 ? rc : 0;
}

int webhooks_http_create(struct req *r, struct tx *tx)
{
    const struct webhook_in *in = r->in;
    struct uuid id = req_new_id(r), company = r->company->id;
    struct webhooks_count_row count = {0};
    int64_t seq = 0;
    int rc = check_url(r, in->url);
    if (rc == 0)
        rc = webhooks_count(tx, company, &count);
    if (rc >= 0 && count.n >= WEBHOOKS_MOST)
        return req_fail_field(r, ERR_INVALID, "url", "too_many",
                              "A company has at most %d webhooks", WEBHOOKS_MOST);
    if (rc >= 0)
        rc = feed_head(r, tx, &seq);
    if (rc < 0)
        return rc;
    struct str secret = webhook_secret_make(r->arena);
    rc = webhook_insert(
        tx, &(struct webhook_insert_params){
                .company = company,
                .id = id,
                .url = in->url,
                .events = events_json(r, in->events),
                .secret_sealed = seal(r->app->tokens, WEBHOOK_SEAL, company, secret, r->arena),
                .is_active = !GIVEN(in, is_active) || in->is_active,
                .seq = seq,
                .now = r->now,
            });
    return rc < 0 ? rc : answer_secret(r, tx, 201, id, secret);
}

int webhooks_http_read(struct req *r, struct tx *tx)
{
    const struct webhook_in *in = r->in;
    return answer(r, tx, 200, in->id);
}

static int lock(struct req *r, struct tx *tx, struct webhook_row *w)
{
    const struct webhook_in *in = r->in;
    int rc = webhook_lock(tx, r->company->id, in->id, w);
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    return rc < 0 ? rc : req_match(r, w->version);
}

static int drop_waiting(struct req *r, struct tx *tx, struct uuid id, struct str reason)
{
    int rc = webhook_drop_waiting(tx, r->company->id, id, reason, r->now, WEBHOOK_DROPPED);
    return rc < 0 ? rc : 0;
}

/* On: from the head of the feed, as if it were new. Off: nothing more. */
static int switch_it(struct req *r, struct tx *tx, struct webhook_row *w, bool on)
{
    if (w->is_active == on)
        return 0;
    w->is_active = on;
    w->disabled_reason = STR_NULL;
    w->failing_since = I64_NULL;
    return on ? feed_head(r, tx, &w->seq)
              : drop_waiting(r, tx, w->id, STR("The webhook is switched off"));
}

int webhooks_http_update(struct req *r, struct tx *tx)
{
    const struct webhook_in *in = r->in;
    struct webhook_row w;
    int rc = lock(r, tx, &w);
    if (rc == 0 && GIVEN(in, url))
        rc = check_url(r, in->url);
    if (rc < 0)
        return rc;
    if (GIVEN(in, url)) {
        w.url = in->url;
        w.failing_since = I64_NULL; /* it was another that failed */
    }
    if (GIVEN(in, events))
        w.events = events_json(r, in->events);
    if (GIVEN(in, is_active))
        rc = switch_it(r, tx, &w, in->is_active);
    if (rc < 0)
        return rc;
    rc = webhook_update(tx, &(struct webhook_update_params){
                                .company = r->company->id,
                                .id = w.id,
                                .url = w.url,
                                .events = w.events,
                                .is_active = w.is_active,
                                .disabled_reason = w.disabled_reason,
                                .failing_since = w.failing_since,
                                .seq = w.seq,
                                .now = r->now,
                            });
    return rc < 0 ? rc : answer(r, tx, 200, w.id);
}

int webhooks_http_delete(struct req *r, struct tx *tx)
{
    struct webhook_row w;
    int rc = lock(r, tx, &w);
    if (rc == 0)
        rc = drop_waiting(r, tx, w.id, STR("The webhook was deleted"));
    if (rc == 0)
        rc = webhook_delete(tx, r->company->id, w.id);
    if (rc < 0)
        return rc;
    req_subject(r, w.id);
    return req_answer_message(r, 200, "Webhook deleted successfully");
}

int webhooks_http_rotate(struct req *r, struct tx *tx)
{
    struct webhook_row w;
    int rc = lock(r, tx, &w);
    if (rc < 0)
        return rc;
    struct str secret = webhook_secret_make(r->arena);
    rc = webhook_rotate(tx, r->company->id, w.id,
                        seal(r->app->tokens, WEBHOOK_SEAL, r->company->id, secret, r->arena),
                        r->now + overlap, r->now);
    return rc < 0 ? rc : answer_secret(r, tx, 200, w.id, secret);
}

int webhooks_http_test(struct req *r, struct tx *tx)
{
    struct webhook_row w;
    int rc = lock(r, tx, &w);
    if (rc < 0)
        return rc;
    if (!w.is_active)
        return req_fail_field(r, ERR_INVALID, "isActive", "inactive",
                              "The webhook is switched off");
    struct test_view v = {.message = req_new_id(r), .webhook = w.id};
    rc = message_insert(tx, &(struct message_insert_params){
                                .company = r->company->id,
                                .id = v.message,
                                .channel = STR(WEBHOOK_CHANNEL),
                                .target = w.id,
                                .event = UUID_NIL,
                                .content_sealed = STR_NULL,
                                .purpose = STR(WEBHOOK_TEST),
                                .expires_at = I64_NULL,
                                .now = r->now,
                            });
    if (rc < 0)
        return rc;
    req_subject(r, w.id);
    return req_answer(r, 200, &webhook_test_out, &v);
}
