/* Queueing: a row in the transaction of whoever has something to say. */
#include "messages/messages_priv.h"

/* 1, 0, negative: does the company have a way out of this channel? */
static int can(struct req *r, struct tx *tx, const char *channel)
{
    struct transport_row row;
    int rc = transport_read(tx, r->company->id, str_c(channel), &row);
    return rc == 0 && r->app->log_messages ? 1 : rc;
}

int message_queue(struct req *r, struct tx *tx, const char *channel, const struct message_new *m,
                  struct uuid *id)
{
    int rc = can(r, tx, channel);
    if (rc <= 0)
        return rc;
    struct content c = {.to = m->to, .subject = m->subject, .text = m->text};
    struct str sealed = content_seal(r->app, r->company->id, &c, r->arena);
    if (str_is_null(sealed))
        return ERR_TOO_LARGE;
    *id = req_new_id(r);
    rc = message_insert(tx, &(struct message_insert_params){
                                .company = r->company->id,
                                .id = *id,
                                .channel = str_c(channel),
                                .target = r->company->id,
                                .content_sealed = sealed,
                                .purpose = str_c(m->purpose),
                                .expires_at = m->expires_at ? m->expires_at : I64_NULL,
                                .now = r->now,
                            });
    return rc < 0 ? rc : 1;
}

int messages_sms(struct req *r, struct tx *tx, const struct message_new *m)
{
    struct uuid id;
    return message_queue(r, tx, sms_channel.name, m, &id);
}

int messages_email(struct req *r, struct tx *tx, const struct message_new *m)
{
    struct uuid id;
    return message_queue(r, tx, email_channel.name, m, &id);
}
