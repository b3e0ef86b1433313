/* The executor: takes a matched request through authentication, company,
 * permission, limits and decoding to its handler, inside one transaction with
 * its idempotency, audit, access and outbox rows, and answers only what is
 * durable. SQLite: fast reads in place, slow reads in a pool, writes in groups
 * by one writer thread. PostgreSQL: a few connection threads, a company's
 * writes in groups on one of them. */
#pragma once
#include "app.h"
#include "http/req.h"
#include "store/store.h"

struct exec;
MUST_CHECK int exec_start(struct app *app, struct exec **out);
/* Finishes what is queued, within the deadline, flushes the access log. */
void exec_stop(struct exec **e);

/* r: matched (route, params) with headers and body set, arena, app, seed and
 * now. Runs it, in place or on another thread; when the answer stands in r,
 * done(r) is called exactly once, from whichever thread, perhaps before
 * exec_submit returns. */
void exec_submit(struct exec *e, struct req *r, void (*done)(struct req *r));
/* ROUTE_STREAM only: the next page; r->out holds it when done is called;
 * r->status 0 on the last one. */
void exec_next_page(struct exec *e, struct req *r, void (*done)(struct req *r));
/* Work waiting for the store, for /metrics and /readyz. */
size_t exec_waiting(const struct exec *e);
/* 0 when the store has answered within the last second or two. Never waits. */
MUST_CHECK int exec_ready(const struct exec *e);

/* One transaction for code outside requests (commands, jobs): begin, fn,
 * commit; again on ERR_RETRY. fn returns negative to roll back. */
int exec_tx(struct store *s, struct conn *c, enum tx_mode mode, struct arena *a,
            int (*fn)(void *arg, struct tx *tx), void *arg);

/* The same for threads of the server, while the executor runs: fn is a member
 * of a group of the writer (on SQLite there is no other), which waits for its
 * COMMIT; it may be run again, with a rewound to where it was. fn's result, or
 * an error. */
int exec_write(struct exec *e, struct arena *a, int (*fn)(void *arg, struct tx *tx), void *arg);

/* The row of a change made by no request: by a command or a job. */
MUST_CHECK int audit_system(struct tx *tx, struct uuid company, int64_t now, const char *action,
                            struct uuid subject, struct str fields);
/* An event of the same. */
MUST_CHECK int outbox_system(struct tx *tx, struct uuid company, int64_t now, const char *type,
                             struct uuid subject);
/* An event for the outside, beside the route's own. */
MUST_CHECK int outbox_add(struct req *r, struct tx *tx, const char *type, struct uuid subject);
/* Loads a company with what requests need of it: 1, 0, negative. */
MUST_CHECK int company_load(struct tx *tx, struct uuid id, struct arena *a, struct company *out);
