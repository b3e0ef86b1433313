/* Messages: what leaves for the outside, at least once, with backoff, until it
 * is sent or dead. A handler queues in its own transaction; a thread of this
 * slice's own (sender.c) sends what was committed and notes what became of it.
 * Nothing here is shown in logs: neither recipient nor text. */
#pragma once
#include "http/req.h"
#include "messages.sql.h"
#include "messages/guard.h"
#include "store/store.h"
#include <curl/curl.h>

struct message_new {
    const char *purpose; /* "code", "link", "notice", "test" */
    struct str to;       /* E.164, or an e-mail address */
    struct str subject;  /* e-mail only */
    struct str text;     /* plain text, UTF-8 */
    int64_t expires_at;  /* us; 0 or I64_NULL: never of no use */
};
/* Queues an SMS or an e-mail by the company's transport of that channel: 1
 * queued, 0 the company has none (nobody is told), negative an error. The
 * transport is that of the moment of sending. */
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
    const char *error; /* for people, names nobody; static or of the delivery's arena. NULL: sent */
};
/* One message under way, in the sending thread. The sender owns curl, arena
 * and answer, and takes the answer's body into `answer`; a channel sets the
 * rest of the transfer up and may keep what it needs in the arena. */
struct delivery {
    struct app *app;
    struct arena *arena;     /* until the delivery has ended */
    struct message_row row;  /* tries: this one counted */
    int64_t now;             /* us, when it was taken */
    CURL *curl;              /* fresh, guarded already (guard.h); protocols http and https */
    struct curl_slist *list; /* headers or recipients, freed by the sender */
    struct buf answer;       /* what the service said, 64 KiB at most */
    void *state;             /* of the channel */
    bool blocking;           /* the transfer waits in between (SMTP): on a thread of its own */
};
/* A way out. All three run in the sending thread; prepare in a read
 * transaction, settle in the write transaction that notes the row's new state
 * and that may be run again; never both in one. */
struct channel {
    const char *name; /* "SMS", "EMAIL", "WEBHOOK" */
    /* Reads what is needed and sets d->curl up: 1 go, 0 *out says at once what
     * becomes of it, negative a store error. */
    int (*prepare)(struct delivery *d, struct tx *tx, struct message_result *out);
    /* The transfer is over: what to make of it. */
    struct message_result (*judge)(struct delivery *d, CURLcode code, int64_t status);
    /* The row has its new state: anything else to note (a webhook's 410). NULL: nothing. */
    int (*settle)(struct delivery *d, struct tx *tx, const struct message_result *result);
    const int64_t *waits_s; /* seconds between tries, ends with 0; NULL: the usual ones */
};
extern const struct channel webhook_channel; /* webhooks/ */

/* The usual judgement of an HTTP service: 2xx sent; not reached, 408, 425,
 * 429 and 5xx later, by Retry-After when it says so; else never. */
struct message_result message_judge_http(struct delivery *d, CURLcode code, int64_t status);

/* The sender's thread: begun by `serve` after the executor, stopped before it. */
struct sender;
MUST_CHECK int sender_start(struct app *app, struct sender **out);
void sender_stop(struct sender **s);
