/* The company's own channels, SMS and e-mail: finds the transport that the
 * company has chosen, opens the content, and lets the transport's kind do the
 * rest. */
#include "messages/messages_priv.h"

const char *const own_channel_names[] = {"SMS", "EMAIL", NULL};
const char *const transport_names[] = {"TWILIO", "WEBHOOK", "SMTP", "LOG", NULL};

const struct transport *transport_find(struct str name)
{
    static const struct transport *const kinds[] = {&twilio_transport, &hook_transport,
                                                    &smtp_transport, &log_transport};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(str_c(kinds[i]->name), name))
            return kinds[i];
    return NULL;
}

static int never(struct message_result *out, const char *error)
{
    *out = (struct message_result){.outcome = MESSAGE_NEVER, .error = error};
    return 0;
}

static int own_prepare(struct delivery *d, struct tx *tx, struct message_result *out)
{
    struct own *o = ARENA_NEW(d->arena, struct own);
    struct uuid company = d->row.company_id;
    d->state = o;
    int rc = transport_read(tx, company, d->row.channel, &o->transport);
    if (rc < 0)
        return rc;
    o->by = rc == 1                ? transport_find(o->transport.kind)
            : d->app->log_messages ? &log_transport
                                   : NULL;
    if (!o->by)
        return never(out, "the company has no transport for this channel");
    if (!content_open(d->app, company, d->row.content_sealed, &o->content, d->arena))
        return never(out, "the content cannot be opened: it was sealed with another instance key");
    if (rc == 1 && !str_is_null(o->transport.secret_sealed)) {
        o->secret = secret_open(d->app, company, o->transport.secret_sealed, d->arena);
        if (str_is_null(o->secret))
            return never(out, "the transport's secret cannot be opened: set it again");
    }
    return o->by->prepare(d, o, out);
}

static struct message_result own_judge(struct delivery *d, CURLcode code, int64_t status)
{
    const struct own *o = d->state;
    return o->by->judge(d, code, status);
}

const struct channel sms_channel = {"SMS", own_prepare, own_judge, NULL};
const struct channel email_channel = {"EMAIL", own_prepare, own_judge, NULL};
