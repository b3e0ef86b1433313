/* One request and its answer inside the server, and the server's own state.
 *
 * Who owns an exchange: the HTTP thread of its connection until
 * exec_submit(); then the executor until it calls done; then the HTTP thread
 * again. `stage` is the hand-over: done sets DONE, and wakes the connection
 * only when the HTTP thread had set SUSPENDED, so that an answer made in
 * place costs neither. libmicrohttpd may end a connection that sleeps, when
 * its client went away in the same moment: then the executor is left alone
 * with the exchange, and done gives it back. */
#pragma once
#include "http/req.h"
#include "http/route.h"
#include "http/server.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    BODY_MAX = 1 << 20,
    DRAIN_MAX = 8 << 20,       /* more than this is not even read to its end */
    ANSWER_MAX = 16 << 20,     /* an answer larger than this is a bug */
    ARENA_BLOCK = 16 << 10,    /* most requests need no second block */
    IDLE_EXCHANGES_MAX = 256,  /* kept for reuse */
    IDEMPOTENCY_KEY_MAX = 255, /* bytes */
};

enum stage {
    STAGE_RUNNING,   /* the executor has it */
    STAGE_SUSPENDED, /* the same, and the connection sleeps */
    STAGE_RESUMING,  /* the answer stands in r, the connection is being woken */
    STAGE_DONE,      /* the answer stands in r */
    STAGE_ABANDONED, /* its connection is gone, or was told 503: the executor frees it */
};

struct exchange {
    struct req r;
    struct server *server;
    struct MHD_Connection *connection;
    struct buf body;
    int refusal;           /* ERR_… found while reading, answered when the body is in; 0 */
    size_t received;       /* bytes of the body, kept or not */
    bool ambiguous;        /* where it ends is in doubt: the connection is closed */
    bool submitted;        /* the executor has had it */
    bool counted;          /* its answer is in metrics and log */
    bool asleep;           /* in the list of sleepers */
    bool abandoned;        /* answered 503 while the executor still has it */
    _Atomic int holders;   /* of an abandoned one: HTTP side and executor */
    _Atomic int stage;     /* enum stage */
    int64_t began;         /* monotonic us */
    size_t sent;           /* of the current page of a stream */
    bool last;             /* the current page is the last */
    struct str allow;      /* methods of a 405, null otherwise */
    struct str none_match; /* If-None-Match, null when absent */
    struct exchange *next, *before; /* idle list, or list of sleepers */
};

/* What is known before the headers are in: the URI as sent, which
 * libmicrohttpd splits and unescapes in place afterwards. */
struct arrival {
    struct exchange *x; /* NULL until the headers are there */
    size_t n;
    char uri[];
};

struct server {
    struct app *app;
    struct MHD_Daemon *daemon;
    struct connections *connections;
    int listen_fd; /* ours until libmicrohttpd has it */
    bool log_requests;
    bool https;            /* people reach it by HTTPS, here or at the proxy in front */
    int64_t deadline;      /* us: longest time a request may take to arrive */
    _Atomic long open;     /* requests between headers and the end of their answer */
    _Atomic bool stopping; /* answers close their connection */
    pthread_mutex_t lock;  /* of the two lists */
    struct exchange *idle;
    size_t idle_count;
    struct exchange *sleepers; /* suspended, for server_stop */
};

struct exchange *exchange_take(struct server *s);
/* The answer is sent, or the client gone: back to the idle list, or freed. */
void exchange_end(struct exchange *x);
void exchange_free(struct exchange *x);
/* Headers into r; finds the route. x->refusal says what is wrong already. */
void exchange_begin(struct exchange *x, const struct arrival *v, const char *method);
/* Runs fn (exec_submit, exec_next_page); true: the answer is there, false: the
 * connection sleeps until it is. */
bool exchange_run(struct exchange *x,
                  void (*fn)(struct exec *e, struct req *r, void (*done)(struct req *r)));
/* The connection is awake again. */
void exchange_woken(struct exchange *x);
/* Wakes all sleepers with nothing to say: the server stops. */
void exchange_abandon_all(struct server *s);
/* Builds the answer that stands in r, and queues it. */
enum MHD_Result exchange_respond(struct exchange *x);
/* The same of a refusal made here. */
enum MHD_Result exchange_refuse(struct exchange *x, int err);
/* An abandoned one is not looked at: the executor still writes there. */
enum MHD_Result exchange_respond_abandoned(struct MHD_Connection *c);
