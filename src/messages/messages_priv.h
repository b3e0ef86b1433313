/* Between the files of this slice. */
#pragma once
#include "app.h"
#include "http/route.h"
#include "messages/messages.h"

/* messages.c: queues one, also for messages_sms and messages_email. */
MUST_CHECK int message_queue(struct req *r, struct tx *tx, const char *channel,
                             const struct message_new *m, struct uuid *id);

/* content.c: recipient and text of a message, sealed while they wait. */
struct content {
    struct str to, subject, text;
};
struct str content_seal(const struct app *app, struct uuid company, const struct content *c,
                        struct arena *a);
/* False when it was not sealed here. */
bool content_open(const struct app *app, struct uuid company, struct str sealed,
                  struct content *out, struct arena *a);
/* A transport's secret. */
struct str secret_seal(const struct app *app, struct uuid company, struct str secret,
                       struct arena *a);
struct str secret_open(const struct app *app, struct uuid company, struct str sealed,
                       struct arena *a);

/* own.c: the company's own channels, by whatever transport it has chosen. */
enum { CHANNEL_SMS, CHANNEL_EMAIL };
extern const char *const own_channel_names[]; /* NULL-terminated: "SMS", "EMAIL" */
extern const struct channel sms_channel, email_channel;
struct own {
    struct content content;
    struct transport_row transport;
    struct str secret;          /* null when there is none */
    const struct transport *by; /* the kind's functions */
};
/* A kind of transport. */
struct transport {
    const char *name; /* "TWILIO" */
    bool sms, email;  /* channels it serves */
    int (*prepare)(struct delivery *d, const struct own *o, struct message_result *out);
    struct message_result (*judge)(struct delivery *d, CURLcode code, int64_t status);
};
extern const struct transport twilio_transport, hook_transport, smtp_transport, log_transport;
/* What is posted, or null when it is too long; the code in an answer, 0 none. */
struct str twilio_form(const struct own *o, struct arena *a);
long long twilio_code(struct str answer);
/* Of that name, or NULL. */
const struct transport *transport_find(struct str name);
extern const char *const transport_names[]; /* NULL-terminated */

/* post.c: what a transfer came to. */
/* A result without an answer: what the transfer failed of. */
struct message_result message_unreached(const struct delivery *d, CURLcode code);
/* Posts a body; headers are in d->list. The body must last as long as d. */
void post_body(struct delivery *d, const char *url, struct str body);

/* mime.c: an e-mail message as RFC 5322 has it. */
struct mail {
    struct str from, to, subject, text;
    struct uuid id;
    int64_t at; /* us */
};
/* The address in "Shop <no-reply@shop.example>", or of a bare one; null when it
 * is none. */
struct str mail_address(struct str mailbox);
struct str mail_print(const struct mail *m, struct arena *a);

/* backoff.c: us until the next try after so many; -1: there is none. waits_s: a
 * channel's own (struct channel) or NULL; retry_after: seconds that the service
 * asks for, 0 none; chance: any number. */
int64_t backoff(const int64_t *waits_s, int64_t tries, int64_t retry_after, uint32_t chance);

/* messages_http.c, transports_http.c */
extern const struct fields messages_list_in, message_path_in, message_out;
extern const struct fields transport_put_in, transport_path_in, transport_test_in, transport_out;
int messages_http_list(struct req *r, struct tx *tx);
int messages_http_read(struct req *r, struct tx *tx);
int messages_http_retry(struct req *r, struct tx *tx);
int transports_http_list(struct req *r, struct tx *tx);
int transports_http_put(struct req *r, struct tx *tx);
int transports_http_delete(struct req *r, struct tx *tx);
int transports_http_test(struct req *r, struct tx *tx);
/* Answers with the message. */
int message_answer(struct req *r, int status, const struct message_row *row);

/* prune.c */
struct job_run;
int messages_tidy(const struct job_run *j, struct tx *tx);
