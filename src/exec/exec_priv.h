/* Inside the executor: its threads, queues and what it keeps of a request
 * while it is under way. */
#pragma once
#include "auth/passwords.h"
#include "auth/principal.h"
#include "exec/exec.h"
#include "exec/presume.h"
#include "http/limits.h"
#include "store/store.h"
#include <pthread.h>
#include <stdatomic.h>

enum { HASH_BYTES = 32 };

/* What waits in a queue: a request, or work of our own (jobs). */
struct ticket {
    struct ticket *next;
    struct req *r; /* NULL: own work */
    void (*done)(struct req *r);
    int64_t since;                   /* clock_mono() when it was queued */
    struct arena_mark mark;          /* a second run forgets the first one's memory */
    bool admitted;                   /* authentication to decoding are behind it */
    bool prepared;                   /* so is the password worker */
    bool last_page;                  /* of a stream */
    bool has_key;                    /* Idempotency-Key counts here */
    bool in_flight;                  /* stands in the table of running keys */
    uint8_t scope[HASH_BYTES];       /* method, path, key */
    uint8_t fingerprint[HASH_BYTES]; /* query, body */
    /* Own work: */
    int (*work)(void *arg, struct tx *tx);
    void *arg;
    struct arena *arena;
    int result;
    bool finished;
};

/* A bounded queue of tickets; many put, one or more take. */
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct ticket *first, *last;
    size_t n, max;
    bool closed; /* takers leave once it is empty */
};
void queue_init(struct queue *q, size_t max);
void queue_free(struct queue *q);
/* false: full or closed. */
bool queue_put(struct queue *q, struct ticket *t);
/* Takes up to most in order, as a list; waits while there is none; NULL: closed. */
struct ticket *queue_take(struct queue *q, size_t most);
void queue_close(struct queue *q);
size_t queue_length(struct queue *q);

/* A thread that talks to the store: its connection and what it remembers. */
struct company_cache;
struct worker {
    struct exec *e;
    struct conn *conn;
    struct auth_cache *auth;
    struct company_cache *companies;
    struct arena *scratch; /* for the worker's own statements */
    unsigned generation;   /* of e->generation when the caches were good */
    struct queue *queue;   /* NULL: an HTTP thread */
    pthread_t thread;
    bool started;
    struct presume presume;
    struct worker *next; /* of the HTTP threads' list */
};

/* Idempotency keys of requests that are running in this process. */
struct flights;
struct flights *flights_new(void);
void flights_free(struct flights **f);
bool flights_enter(struct flights *f, const uint8_t key[HASH_BYTES]);
void flights_leave(struct flights *f, const uint8_t key[HASH_BYTES]);
/* Was this key run lately? Perhaps; or not that this process remembers. */
bool flights_seen(struct flights *f, const uint8_t key[HASH_BYTES]);
void flights_remember(struct flights *f, const uint8_t key[HASH_BYTES]);

struct access;

struct exec {
    struct app *app;
    bool sqlite;
    size_t group;         /* most members of a transaction */
    int64_t deadline;     /* us a request may wait */
    struct queue fast;    /* PostgreSQL: admission and fast reads */
    struct queue slow;    /* slow reads */
    struct queue *writes; /* one a writer */
    size_t nwriters, nfast, nslow;
    struct worker *workers; /* fast, slow, writers in that order */
    struct worker *http;    /* SQLite: list of HTTP threads' workers */
    pthread_mutex_t http_lock;
    unsigned serial; /* of this executor, for thread-local look-ups */
    struct flights *flights;
    struct access *access;
    struct limits *api_limit, *auth_limit; /* NULL: no limit */
    atomic_uint generation;                /* grows when users, keys or companies change */
    atomic_int preparing;                  /* requests with the password worker */
    atomic_bool ready;                     /* the store has answered a moment ago */
    atomic_bool log_moved;                 /* SQLite: the writer may begin the log anew */
    pthread_t jobs, watch;
    bool jobs_started, watch_started;
    pthread_mutex_t stop_lock;
    pthread_cond_t stop_cond;
    bool stopping;
    uint8_t boot_seed[10];
};

/* worker.c */
MUST_CHECK int worker_open(struct worker *w, struct exec *e, enum conn_role role);
void worker_close(struct worker *w);
/* Forgets caches when something they hold was changed in this process. */
void worker_refresh(struct worker *w);
/* The worker of the HTTP thread that calls; NULL when there is no connection. */
struct worker *worker_here(struct exec *e);

/* admit.c: authentication, company, permission, limits, decoding, and the
 * route's look-up. 0, or a refusal that stands in r. */
MUST_CHECK int admit(struct worker *w, struct req *r, struct tx *tx);

/* company.c */
struct company_cache *company_cache_new(void);
void company_cache_free(struct company_cache **c);
void company_cache_outdate(struct company_cache *c);
/* A copy in r->arena: 1, 0, negative. */
MUST_CHECK int company_of(struct worker *w, struct uuid id, struct req *r, struct tx *tx,
                          struct company *out);
/* By the route's rule; sets r->company. */
MUST_CHECK int company_fix(struct worker *w, struct req *r, struct tx *tx);

/* read.c: runs an admitted read, or a page of a stream. */
void read_run(struct worker *w, struct ticket *t);
/* Admission in a read transaction, then wherever the route's mode leads. */
void read_admit_and_go(struct worker *w, struct ticket *t);
void *read_loop(void *worker);

/* write.c */
void *write_loop(void *worker);

/* record.c: the rows beside the change. */
void record_key(struct ticket *t);
/* 1: answered from the store; 0: run it; negative: refused or failed. */
MUST_CHECK int record_replay(struct ticket *t, struct tx *tx);
MUST_CHECK int record_change(struct ticket *t, struct tx *tx);

/* exec.c */
/* Hands a ticket on; answers 503 when the queue is full. */
void exec_pass(struct exec *e, struct queue *q, struct ticket *t);
void exec_pass_write(struct exec *e, struct ticket *t);
void exec_done(struct exec *e, struct ticket *t);
/* Puts err in r unless a refusal stands there already; logs what is our fault. */
void exec_refuse(struct req *r, int err);
/* Forgets an earlier run of the handler: its answer and its memory. */
void exec_fresh(struct ticket *t);

/* access.c: staff's reads of people. */
struct access *access_new(void);
void access_free(struct access **a);
void access_note(struct access *a, const struct req *r);
size_t access_waiting(struct access *a);
int access_flush(struct exec *e);

/* jobs.c */
void *jobs_loop(void *exec);
void *watch_loop(void *exec);
/* Waits; false when the executor stops. */
bool exec_sleep(struct exec *e, int64_t us);
