/* Writing in bulk beside a server: short transactions one after another on a
 * connection of our own, pauses in which others get at the file, and on SQLite
 * the log moved into the file before it grows out of hand. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct tx;
struct writer;
/* read_only: the transactions only look. */
MUST_CHECK int writer_open(struct writer **out, struct store *s, bool read_only);
void writer_close(struct writer **w);
/* Runs fn in a transaction, again after ERR_RETRY; what fn allocates in the
 * arena it is given, and rows, are gone afterwards. When nobody else is at the
 * store, several calls share a transaction, for as long as writer_settled says
 * no: an error takes back all that were not settled. */
MUST_CHECK int writer_run(struct writer *w, int (*fn)(void *arg, struct arena *a, struct tx *tx),
                          void *arg);
/* What follows fills these tables with about so many rows, and they may be
 * empty. Then, on SQLite, with many rows and nobody else at the store, all
 * calls share one transaction to the end, and indexes are made once over all
 * rows; PostgreSQL soon learns that the tables are not empty any more.
 * tables: names, NULL behind the last; they stay. */
void writer_first_load(struct writer *w, const char *const *tables, int64_t rows);
/* Is everything that was run committed? */
bool writer_settled(const struct writer *w);
/* Commits what is open. */
MUST_CHECK int writer_settle(struct writer *w);
/* How many rows a call should bring: many when nobody else is at the store, few
 * beside a server, which then waits for some 20 ms at most. */
size_t writer_rows(struct writer *w);
/* A transaction of its own, with rows in an arena that stays. */
MUST_CHECK int writer_once(struct writer *w, int (*fn)(void *arg, struct tx *tx), void *arg,
                           struct arena *a);
