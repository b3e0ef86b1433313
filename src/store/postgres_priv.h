/* Inside the PostgreSQL driver. postgres.c: the face; postgres_conn.c:
 * connecting and losing; postgres_pipe.c: what is sent and what comes back;
 * postgres_value.c: binary values; postgres_error.c: SQLSTATE to ERR_…. */
#pragma once
#include "store/store_priv.h"
#include <libpq-fe.h>

enum {
    PG_PARAMS = 64,  /* most parameters of a statement; the generator keeps to it */
    PG_SEND = 16,    /* so many are given to the server while the next are made */
    PG_QUEUE = 1024, /* most commands on the way before their results are read */
};

/* A statement on this connection. */
struct pg_stmt {
    char name[16]; /* on the server */
    enum { PG_ABSENT, PG_SENT, PG_READY } state;
    bool checked; /* its result has the declared columns */
};

enum op_kind { OP_PREPARE, OP_RUN, OP_CONTROL, OP_COMMIT, OP_SYNC };

/* A command whose result has not been read. */
struct op {
    enum op_kind kind;
    const struct stmt *stmt; /* PREPARE, RUN */
    struct pg_stmt *prepared;
    bool presumed; /* to have made a row */
};

struct pg_conn {
    struct conn conn;
    PGconn *pg;               /* NULL: not connected */
    struct stmt_map prepared; /* struct pg_stmt * */
    unsigned names;           /* given out so far */
    struct op ops[PG_QUEUE + 8];
    size_t nops;
    size_t presumed;     /* of ops */
    size_t unsent;       /* ops queued since the last were given to the socket */
    bool begun;          /* BEGIN was queued */
    bool lost;           /* the connection went away within this transaction */
    bool doomed;         /* the server has said that it ends the connection */
    int failed;          /* first error of the transaction; 0: none */
    int64_t used_at;     /* monotonic; when it last answered */
    int64_t retry_after; /* monotonic; no connecting before */
};

/* What a drain brings back. */
struct drained {
    PGresult *result; /* of the last OP_RUN, if it went well; the caller clears it */
    bool committed;   /* COMMIT answered COMMIT */
    bool unknown;     /* COMMIT was sent and nothing is known of it */
};

/* postgres_conn.c */
MUST_CHECK int pg_store_open(struct store *s, struct arena *a, struct str *why);
/* Connected, or an error: ERR_STORE_DOWN, at once when it failed a moment ago. */
MUST_CHECK int pg_connected(struct pg_conn *c);
/* Closes the connection and forgets what was prepared on it. */
void pg_drop(struct pg_conn *c);

/* postgres_pipe.c */
MUST_CHECK int pg_queue_control(struct pg_conn *c, enum op_kind kind, const char *sql);
MUST_CHECK int pg_queue_stmt(struct pg_conn *c, const struct stmt *s, const union sql_value *v);
/* Queues PREPARE alone. */
MUST_CHECK int pg_queue_prepare(struct pg_conn *c, const struct stmt *s);
/* A sync in the middle: what follows runs even when what is before it fails. */
MUST_CHECK int pg_queue_sync(struct pg_conn *c);
/* Sends what is queued and reads all results: 0 or the first error. */
MUST_CHECK int pg_drain(struct pg_conn *c, int64_t within_us, struct drained *out);
/* Simple protocol: several statements, results ignored. */
MUST_CHECK int pg_script(struct pg_conn *c, const char *sql);

/* postgres_describe.c */
MUST_CHECK int pg_prepare(struct conn *conn, const struct stmt *s, struct arena *a,
                          struct str *why);

/* postgres_value.c */
struct pg_params {
    const char *values[PG_PARAMS];
    int lengths[PG_PARAMS];
    int formats[PG_PARAMS];
    char room[PG_PARAMS][8]; /* numbers in network order */
};
void pg_types(const struct stmt *s, Oid types[PG_PARAMS]);
void pg_bind(struct pg_params *p, const struct stmt *s, const union sql_value *v, struct arena *a);
/* Do the result's columns have the declared types? The first that has not, or
 * -1; -2: another number of columns. */
int pg_wrong_column(const PGresult *r, const struct stmt *s);
void pg_read_row(const PGresult *r, int at, const struct stmt *s, struct arena *a, char *row);

/* postgres_error.c */
/* The ERR_… of a failed result; notes the constraint in tx; logs what nobody
 * expects, with SQLSTATE and the statement's name, never with values. */
int pg_error(struct pg_conn *c, const PGresult *r, const char *what);
/* The connection cannot be used any more after this result. */
bool pg_fatal(const PGresult *r);
/* The constraint's name of a message's fields, without the shard's number:
 * "customers_phone_key_102042". */
void pg_constraint_name(const char *message, const char *state, const char *name, const char *table,
                        const char *column, char *out, size_t size);
