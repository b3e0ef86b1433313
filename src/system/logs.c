/* Reading what the executor has kept: audit log, access log, event feed. */
#include "base/clock.h"
#include "http/cursor.h"
#include "store/store.h"
#include "system.sql.h"
#include "system/system.h"
#include <stdio.h>

struct log_query {
    struct given given;
    struct uuid subject;
    int64_t limit;
    struct str cursor;
};

static const struct field log_rows[] = {
    {.name = "subject",
     .type = F_UUID,
     .place = IN_QUERY,
     .offset = offsetof(struct log_query, subject),
     .help = "only what concerns this customer, user, order …"},
    {.name = "limit",
     .type = F_INT,
     .place = IN_QUERY,
     .offset = offsetof(struct log_query, limit),
     .min = 1,
     .max = 100,
     .help = "rows a page, 50 when absent"},
    {.name = "cursor",
     .type = F_CURSOR,
     .place = IN_QUERY,
     .offset = offsetof(struct log_query, cursor),
     .help = "meta.nextCursor of the page before"},
};
const struct fields log_query_in = {"LogQuery", log_rows, 3, sizeof(struct log_query)};
/* The access log has no subject to filter by. */
const struct fields access_query_in = {"AccessQuery", log_rows + 1, 2, sizeof(struct log_query)};

#define OUT(row, member, name_, type_, help_)                                                      \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct row, member), .help = help_        \
    }

FIELDS(audit_out, "AuditRow", struct audit_row, OUT(audit_row, id, "id", F_UUID, "the row"),
       OUT(audit_row, at, "at", F_TIME, "when"),
       OUT(audit_row, actor_kind, "actorKind", F_TEXT, "user, key, system or nobody"),
       OUT(audit_row, actor_id, "actorId", F_UUID, "who"),
       OUT(audit_row, action, "action", F_TEXT, "what, as customer.create"),
       OUT(audit_row, subject_id, "subjectId", F_UUID, "about whom or what"),
       OUT(audit_row, fields, "fields", F_TEXT, "names of the fields given, never values"),
       OUT(audit_row, request_id, "requestId", F_UUID, "of the request"),
       OUT(audit_row, status, "status", F_INT, "HTTP status answered"),
       OUT(audit_row, seq, "seq", F_INT, "place in the chain; null until sealed"));

FIELDS(access_out, "AccessRow", struct access_row, OUT(access_row, id, "id", F_UUID, "the row"),
       OUT(access_row, at, "at", F_TIME, "when it was written, at most a second after the reads"),
       OUT(access_row, reads, "reads", F_JSON,
           "list of {by, route, of}: who read whom; ids in base64url"));

FIELDS(event_out, "Event", struct event_row, OUT(event_row, id, "id", F_UUID, "the event"),
       OUT(event_row, seq, "seq", F_INT, "place in the company's feed"),
       OUT(event_row, type, "type", F_TEXT, "as customer.created"),
       OUT(event_row, subject_id, "subjectId", F_UUID, "about whom or what"),
       OUT(event_row, at, "at", F_TIME, "when it happened"));

static const struct uuid last_id = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

/* Newest first: without a cursor an id after all others. */
static int before_of(struct req *r, struct str cursor, struct uuid *before)
{
    int rc = cursor_id(r, cursor, before);
    if (rc == 0 && str_is_null(cursor))
        *before = last_id;
    return rc;
}

int logs_audit(struct req *r, struct tx *tx)
{
    const struct log_query *in = r->in;
    struct uuid before;
    int rc = before_of(r, in->cursor, &before);
    if (rc < 0)
        return rc;
    size_t most = page_limit(in->limit);
    struct audit_row *rows;
    size_t n = 0;
    rc = uuid_is_nil(in->subject)
             ? audit_list(tx, r->company->id, before, (int64_t)most + 1, &rows, &n)
             : audit_list_subject(tx, r->company->id, in->subject, before, (int64_t)most + 1, &rows,
                                  &n);
    if (rc < 0)
        return rc;
    bool more = n > most;
    if (more)
        n = most;
    return req_answer_list(r, &audit_out, rows, n, more ? cursor_of_id(&rows[n - 1].id) : STR_NULL);
}

int logs_access(struct req *r, struct tx *tx)
{
    const struct log_query *in = r->in;
    struct uuid before;
    int rc = before_of(r, in->cursor, &before);
    if (rc < 0)
        return rc;
    size_t most = page_limit(in->limit);
    struct access_row *rows;
    size_t n = 0;
    rc = access_list(tx, r->company->id, before, (int64_t)most + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > most;
    if (more)
        n = most;
    return req_answer_list(r, &access_out, rows, n,
                           more ? cursor_of_id(&rows[n - 1].id) : STR_NULL);
}

struct feed_query {
    struct given given;
    int64_t after, limit;
    struct str cursor;
};

FIELDS(feed_query_in, "FeedQuery", struct feed_query,
       {.name = "after",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct feed_query, after),
        .max = INT64_MAX,
        .help = "the last seq that the reader has; 0 or absent: from the beginning"},
       {.name = "limit",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct feed_query, limit),
        .min = 1,
        .max = 100,
        .help = "events a page, 50 when absent"},
       {.name = "cursor",
        .type = F_CURSOR,
        .place = IN_QUERY,
        .offset = offsetof(struct feed_query, cursor),
        .help = "meta.nextCursor of the page before, instead of after"});

int logs_events(struct req *r, struct tx *tx)
{
    const struct feed_query *in = r->in;
    long long after = in->after == I64_NULL ? 0 : in->after;
    if (!str_is_null(in->cursor) && str_to_i64(in->cursor, &after) != 1)
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "This is no cursor of this feed");
    size_t most = page_limit(in->limit);
    struct event_row *rows;
    size_t n = 0;
    /* A till keeps the people it knows fresh; the rest is the company's own business. */
    struct str types = req_may(r, PERM_MANAGE_COMPANY) ? STR_NULL : STR("customer.%");
    int rc = outbox_after(tx, r->company->id, after, types, (int64_t)most + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > most;
    if (more)
        n = most;
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", n ? (long long)rows[n - 1].seq : after);
    return req_answer_list(r, &event_out, rows, n,
                           more ? (struct str){text, (size_t)len} : STR_NULL);
}
