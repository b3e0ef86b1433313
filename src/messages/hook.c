/* Any HTTP service as a transport: the message is posted as JSON, with the
 * secret as a bearer token; 2xx means taken. The message's id goes along, so
 * that the service can tell a repetition. */
#include "base/json_out.h"
#include "messages/messages_priv.h"

static void member(struct json_out *j, const char *name, struct str value)
{
    if (str_is_null(value))
        return;
    json_key(j, str_c(name));
    json_text(j, value);
}

static struct str body_of(const struct delivery *d, const struct own *o)
{
    struct buf b;
    buf_init(&b, 256 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, d->row.id);
    member(&j, "channel", d->row.channel);
    member(&j, "purpose", d->row.purpose);
    member(&j, "from", o->transport.sender);
    member(&j, "to", o->content.to);
    member(&j, "subject", o->content.subject);
    member(&j, "text", o->content.text);
    if (d->row.expires_at != I64_NULL) {
        json_key(&j, STR("expiresAt"));
        json_time(&j, d->row.expires_at);
    }
    json_close(&j, '}');
    struct str body = b.full ? STR_NULL : arena_str(d->arena, buf_view(&b));
    buf_free(&b);
    return body;
}

static int prepare(struct delivery *d, const struct own *o, struct message_result *out)
{
    struct str body = body_of(d, o);
    *out = (struct message_result){.outcome = MESSAGE_NEVER, .error = "the text is too long"};
    if (str_is_null(body))
        return 0;
    char id[UUID_TEXT];
    uuid_format(d->row.id, id);
    d->list = curl_slist_append(d->list, "Content-Type: application/json");
    d->list = curl_slist_append(d->list,
                                arena_printf(d->arena, "Idempotency-Key: %.*s", UUID_TEXT, id).p);
    if (!str_is_null(o->secret))
        d->list = curl_slist_append(
            d->list, arena_printf(d->arena, "Authorization: Bearer %.*s", STR_ARG(o->secret)).p);
    post_body(d, arena_cstr(d->arena, o->transport.url), body);
    return 1;
}

const struct transport hook_transport = {"WEBHOOK", true, true, prepare, message_judge_http};
