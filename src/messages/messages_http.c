/* /api/messages: what became of messages. Neither recipient nor text is ever
 * answered: purpose, channel and what the service said are enough to see what
 * is wrong, and to try again. */
#include "http/cursor.h"
#include "messages/messages_priv.h"

static const char *const states[] = {"WAITING", "SENT", "DEAD", NULL};
static const char *const channels[] = {"SMS", "EMAIL", "WEBHOOK", NULL};

struct messages_query {
    struct given given;
    int64_t state, channel; /* index, or I64_NULL */
    struct str cursor;
    int64_t limit;
};
struct message_id_in {
    struct given given;
    struct uuid id;
};

#define Q(member_, name_, kind_, ...)                                                              \
    {                                                                                              \
        .name = name_, .type = kind_, .place = IN_QUERY,                                           \
        .offset = offsetof(struct messages_query, member_), __VA_ARGS__                            \
    }
FIELDS(messages_list_in, "MessagesQuery", struct messages_query,
       Q(state, "state", F_ENUM, .names = states, .help = "Only these; DEAD: those given up"),
       Q(channel, "channel", F_ENUM, .names = channels, .help = "Only these"),
       Q(limit, "limit", F_INT, .min = 1, .max = 100, .help = "Rows a page, 50 when not given"),
       Q(cursor, "cursor", F_CURSOR, .help = "nextCursor of the page before"));
FIELDS(message_path_in, "MessageId", struct message_id_in,
       {.name = "id",
        .type = F_UUID,
        .place = IN_PATH,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct message_id_in, id),
        .help = "The message"});

struct message_view {
    struct message_row row;
    bool can_retry;
};
#define OUT(name_, type_, member_, help_, ...)                                                     \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct message_view, member_),            \
        .help = help_, __VA_ARGS__                                                                 \
    }
FIELDS(message_out, "QueuedMessage", struct message_view, OUT("id", F_UUID, row.id, "The message"),
       OUT("channel", F_TEXT_ENUM, row.channel, "How it leaves", .names = channels),
       OUT("purpose", F_TEXT, row.purpose, "code, link, notice, test, or the event's type"),
       OUT("state", F_TEXT_ENUM, row.state, "DEAD: given up, or expired", .names = states),
       OUT("tries", F_INT, row.tries, "So far, the one under way included"),
       OUT("nextAt", F_TIME, row.next_at, "Not tried again before; null when it has ended"),
       OUT("lastStatus", F_INT, row.last_status, "The service's answer: of HTTP or SMTP"),
       OUT("lastError", F_TEXT, row.last_error, "What was wrong with the last try"),
       OUT("canRetry", F_BOOL, can_retry, "Dead, and there is something left to send"),
       OUT("expiresAt", F_TIME, row.expires_at, "Of no use after this"),
       OUT("createdAt", F_TIME, row.created_at, "When it was queued"),
       OUT("endedAt", F_TIME, row.ended_at, "Since when it is sent or dead"));

static bool is_dead(const struct message_row *m)
{
    return str_eq(m->state, STR("DEAD"));
}

/* Is there anything to send? A WEBHOOK is made anew from its event. */
static bool has_content(const struct req *r, const struct message_row *m)
{
    bool expired = m->expires_at != I64_NULL && m->expires_at <= r->now;
    return !expired && (m->content_sealed.n || str_eq(m->channel, STR("WEBHOOK")));
}

static struct message_view view(const struct req *r, const struct message_row *m)
{
    struct message_view v = {.row = *m, .can_retry = is_dead(m) && has_content(r, m)};
    if (m->ended_at != I64_NULL)
        v.row.next_at = I64_NULL;
    return v;
}

int message_answer(struct req *r, int status, const struct message_row *row)
{
    struct message_view v = view(r, row);
    return req_answer(r, status, &message_out, &v);
}

/* Newest first: without a cursor an id after all others. */
static int before_of(struct req *r, struct str cursor, struct uuid *before)
{
    int rc = cursor_id(r, cursor, before);
    if (rc == 0 && str_is_null(cursor))
        memset(before->b, 0xff, sizeof before->b);
    return rc;
}

static struct str name_of(const char *const *names, int64_t i)
{
    return i == I64_NULL ? STR_NULL : str_c(names[i]);
}

int messages_http_list(struct req *r, struct tx *tx)
{
    const struct messages_query *in = r->in;
    struct str channel = name_of(channels, in->channel), state = name_of(states, in->state);
    struct message_row *rows = NULL;
    struct uuid before;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = before_of(r, in->cursor, &before);
    if (rc < 0)
        return rc;
    if (str_is_null(state))
        rc = messages_page(tx, r->company->id, before, channel, (int64_t)limit + 1, &rows, &n);
    else
        rc = messages_page_state(tx, r->company->id, before, channel, (int64_t)limit + 1, state,
                                 &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct message_view *out = ARENA_ARRAY(r->arena, struct message_view, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = view(r, &rows[i]);
    return req_answer_list(r, &message_out, out, n,
                           more ? cursor_of_id(&out[n - 1].row.id) : STR_NULL);
}

int messages_http_read(struct req *r, struct tx *tx)
{
    const struct message_id_in *in = r->in;
    struct message_row row;
    int rc = message_read(tx, r->company->id, in->id, &row);
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    return rc < 0 ? rc : message_answer(r, 200, &row);
}

int messages_http_retry(struct req *r, struct tx *tx)
{
    const struct message_id_in *in = r->in;
    struct message_row row;
    int rc = message_lock(tx, r->company->id, in->id, &row);
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    if (rc < 0)
        return rc;
    if (!is_dead(&row))
        return req_fail(r, ERR_MESSAGE_STATE);
    if (!has_content(r, &row))
        return req_fail(r, ERR_MESSAGE_GONE);
    rc = message_revive(tx, r->company->id, row.id, r->now);
    if (rc >= 0)
        rc = message_read(tx, r->company->id, row.id, &row);
    return rc < 0 ? rc : message_answer(r, 200, &row);
}
