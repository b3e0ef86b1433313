/* Writing in bulk beside a server: short transactions one after another on a
 * connection of our own, pauses in which others get at the file, and on SQLite
 * the log moved into the file before it grows out of hand. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

struct store;
struct tx;
struct writer;
/* read_only: the transactions only look. */
MUST_CHECK int writer_open(struct writer **out, struct store *s, bool read_only);
void writer_close(struct writer **w);
/* One transaction, fn run again after ERR_RETRY; what fn allocates in the
 * arena it is given, and rows, are gone afterwards. */
MUST_CHECK int writer_run(struct writer *w, int (*fn)(void *arg, struct arena *a, struct tx *tx),
                          void *arg);
/* How many rows a transaction should take: many when nobody else is at the
 * store, few beside a server, which then waits for some 20 ms at most. */
size_t writer_rows(struct writer *w);
/* The same as writer_run, with rows in an arena that stays. */
MUST_CHECK int writer_once(struct writer *w, int (*fn)(void *arg, struct tx *tx), void *arg,
                           struct arena *a);
