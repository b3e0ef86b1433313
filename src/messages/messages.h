/* Messages: what leaves for the outside, at least once, with backoff, until it
 * is sent or dead. A handler queues in its own transaction; threads of this
 * slice's own (sender.c) send what was committed and note what became of it.
 * Nothing here is shown in logs: neither recipient nor text. */
#pragma once
#include "http/req.h"
#include "messages.sql.h"
#include "store/store.h"
#include <curl/curl.h>

struct message_new {
    const char *purpose; /* "code", "link", "notice" */
    struct str to;       /* E.164, or an e-mail address */
    struct str subject;  /* e-mail only */
    struct str text;     /* plain text, UTF-8 */
    int64_t expires_at;  /* us; I64_NULL: never of no use */
};
/* Queues an SMS or an e-mail by the company's transport of that channel: 1
 * queued, 0 the company has none (nobody is told), negative an error. */
MUST_CHECK int messages_sms(struct req *r, struct tx *tx, const struct message_new *m);
MUST_CHECK int messages_email(struct req *r, struct tx *tx, const struct message_new *m);

/* What came of a try. */
enum message_outcome {
    MESSAGE_SENT,
    MESSAGE_LATER, /* try again: backoff, or not before retry_after */
    MESSAGE_NEVER, /* refused for good */
};
struct message_result {
    enum message_outcome outcome;
    int64_t status;      /* of the service: HTTP or SMTP; 0 when it was not reached */
    int64_t retry_after; /* seconds, 0: by backoff */
    const char *error;   /* static text for people; names nobody. NULL when sent */
};
/* One message under way, in the sending thread; memory is the arena's. */
struct delivery {
    struct app *app;
    struct arena *arena;
    struct message_row row;
    int64_t now; /* us */
    CURL *curl;  /* guarded already: see guard.h; set up by prepare */
    void *state; /* of the channel */
};
/* A way out. All three run in the sending thread; prepare and settle inside a
 * transaction, never both in one. */
struct channel {
    const char *name; /* "SMS", "EMAIL", "WEBHOOK" */
    /* Reads what is needed and sets d->curl up: 1 go, 0 *out says at once what
     * becomes of it, negative a store error. */
    int (*prepare)(struct delivery *d, struct tx *tx, struct message_result *out);
    /* The transfer is over: what to make of it. */
    struct message_result (*judge)(struct delivery *d, CURLcode code, int64_t status);
    /* The row has its new state: anything else to note (a webhook's 410). NULL: nothing. */
    int (*settle)(struct delivery *d, struct tx *tx, const struct message_result *result);
};
extern const struct channel webhook_channel; /* webhooks/ */

/* Threads of the sender: begun by `serve` after the executor, stopped before it. */
struct sender;
MUST_CHECK int sender_start(struct app *app, struct sender **out);
void sender_stop(struct sender **s);
