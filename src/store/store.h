/* The data store: SQLite or PostgreSQL behind one face. Opaque: no driver
 * shows through. A store is opened once; a conn belongs to one thread at a
 * time; a tx lives on a conn between begin and commit.
 *
 * Rows and their texts live in the arena given to tx_begin.
 *
 * Errors (negative, base/error.h): ERR_BUSY, ERR_STORE_DOWN, ERR_STORE_FULL,
 * ERR_STORE_CORRUPT, ERR_STORE_NEWER, ERR_RETRY (serialisation or deadlock:
 * run the transaction again), ERR_OUTCOME_UNKNOWN (COMMIT not confirmed in
 * time), ERR_CONSTRAINT (tx_constraint() names it), ERR_INTERNAL. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/stmt.h"
#include <stdbool.h>
#include <stdint.h>

struct store;
struct conn;
struct tx;

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES };

struct store_options {
    int64_t commit_deadline_us;    /* PostgreSQL: give up waiting for COMMIT; 0: 10 s */
    int64_t statement_deadline_us; /* PostgreSQL: give up waiting for a statement; 0: 300 s */
    int64_t busy_us;               /* wait for a lock of another process; 0: 5 s */
    bool create;                   /* SQLite: make the file when missing */
};

/* url: sqlite:PATH or postgresql://… (several hosts are fine). Does not need
 * the server to be up: connections are made when used. why: filled with a
 * sentence on error. */
MUST_CHECK int store_open(struct store **out, const char *url, const struct store_options *o,
                          struct arena *a, struct str *why);
void store_close(struct store **s);
enum engine store_engine(const struct store *s);
/* The URL without a password, for people. */
struct str store_name(const struct store *s);

/* role: CONN_WRITER: SQLite's one writing connection (no automatic
 * checkpoint, larger cache). Connects lazily, reconnects after a loss. */
enum conn_role { CONN_READER, CONN_WRITER };
MUST_CHECK int conn_open(struct store *s, enum conn_role role, struct conn **out);
void conn_close(struct conn **c);
/* Who is to work on much of the store at once may keep more of it in memory:
 * on SQLite up to 768 MB, less on a small machine. Does nothing elsewhere. */
void conn_enlarge(struct conn *c);
/* 0 when the store answers. */
MUST_CHECK int conn_ping(struct conn *c);
/* After ERR_STORE_DOWN: why connecting failed, for people, without a password;
 * empty when that is not known. Good until the conn is used again. */
struct str conn_trouble(const struct conn *c);

enum tx_mode { TX_READ, TX_WRITE };
/* Rows are allocated in a. READ: on SQLite one snapshot; on PostgreSQL each
 * statement is a round trip of its own and sees what was committed when it
 * began, so a second statement may see more than the first. A statement that
 * changes something is refused in it. WRITE: SQLite BEGIN IMMEDIATE,
 * PostgreSQL READ COMMITTED. */
MUST_CHECK int tx_begin(struct conn *c, enum tx_mode mode, struct arena *a, struct tx **out);
/* Durable when it returns 0. Any error: nothing was committed, except
 * ERR_OUTCOME_UNKNOWN. The tx is gone either way (*tx is NULL). */
MUST_CHECK int tx_commit(struct tx **tx);
void tx_rollback(struct tx **tx);
/* Rows of what follows go to another arena: members of a group of requests
 * share a transaction, each with its own memory. */
void tx_arena(struct tx *tx, struct arena *a);
/* True once a statement that is not a SELECT has run since begin or the last
 * tx_clear_wrote(). */
bool tx_wrote(const struct tx *tx);
void tx_clear_wrote(struct tx *tx);
/* While on, PostgreSQL does not wait for the answer of statements that make one
 * row ("-> made"): they count as 1 and travel with what follows. Where one had
 * not made its row, a later statement or tx_commit() says ERR_RETRY, and the
 * transaction is to be run again without presuming. SQLite never presumes. */
void tx_presume(struct tx *tx, bool on);
/* What this connection has met lately and may trust to be there still: rows
 * that are never taken away, such as words of names. Forgotten after some
 * seconds, and at once when a transaction is rolled back. */
bool tx_knows(const struct tx *tx, struct uuid company, struct str what);
void tx_learn(struct tx *tx, struct uuid company, struct str what);
/* One savepoint at a time. After an error on either engine tx_savepoint_undo
 * brings the transaction back to the savepoint, or says ERR_… when it is gone. */
MUST_CHECK int tx_savepoint(struct tx *tx);
MUST_CHECK int tx_savepoint_keep(struct tx *tx);
MUST_CHECK int tx_savepoint_undo(struct tx *tx);
/* False when the engine has ended the transaction by itself (disk full). */
bool tx_alive(const struct tx *tx);
/* After ERR_CONSTRAINT: the name of the constraint, "customers_phone_key";
 * made from table and columns on SQLite ("fkey" for every foreign key there),
 * shard suffix stripped on Citus. "customers_name_not_null" for a NULL. */
struct str tx_constraint(const struct tx *tx);
enum engine tx_engine(const struct tx *tx);
/* Asserts that no statement was left open. */
void tx_assert_idle(const struct tx *tx);
/* SQL that is no statement of the catalogue: migrations, schema reading,
 * pragma. Several statements are fine; never made from values. */
MUST_CHECK int tx_script(struct tx *tx, const char *sql);

/* On SQLite, a table that has hardly any rows: its indexes that are no
 * constraints are put away and made anew by tx_commit(), which takes seconds
 * for a million rows and then pays for itself. 1: some are away; 0: nothing was
 * done, as always on PostgreSQL. */
MUST_CHECK int tx_first_load(struct tx *tx, const char *table);

/* SQLite only, no-ops elsewhere: moves the WAL into the file without making
 * anyone wait; truncate: the writer's own RESTART when it has grown too big. */
void conn_checkpoint(struct conn *c, bool restart);
int64_t store_wal_bytes(const struct store *s);

/* May others be at work on it now? SQLite: another process has the file open.
 * PostgreSQL: always. Who writes in bulk then keeps transactions short. */
bool store_shared(const struct store *s);

/* A consistent copy of a running SQLite store into a new file, in one step.
 * PostgreSQL: ERR_USAGE (use its own tools). */
MUST_CHECK int store_backup(struct store *s, const char *path, struct arena *a, struct str *why);
/* "SQLite 3.40.1" / "PostgreSQL 15.18"; server asked when it is one. */
struct str store_version(struct store *s, struct arena *a);

/* Prepares every statement without running it: the name of the first that the
 * engine refuses goes to *bad with its reason. 0 when all are fine. */
MUST_CHECK int conn_prepare_all(struct conn *c, const struct stmt_set *const *sets, size_t n,
                                struct arena *a, struct str *bad);
