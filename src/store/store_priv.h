/* Inside the store: what a driver is. store.c is the face, sqlite*.c and
 * postgres*.c the two drivers. */
#pragma once
#include "store/store.h"
#include <stdatomic.h>

struct driver;

struct store {
    const struct driver *driver;
    enum engine engine;
    char *url;  /* as given; may hold a password */
    char *name; /* for people, without one */
    struct store_options options;
    atomic_bool away; /* PostgreSQL: the last attempt to connect failed */
    atomic_llong wal; /* SQLite: bytes in the log that count, see sqlite_file.c */
};

struct tx {
    struct conn *conn;
    struct arena *arena; /* rows go here */
    enum tx_mode mode;
    bool wrote;          /* since begin or tx_clear_wrote */
    bool changed;        /* since begin: COMMIT matters */
    bool presume;        /* tx_presume() */
    char constraint[64]; /* of the last ERR_CONSTRAINT */
};

/* What tx_learn() was told: a table in which newer hashes take the place of
 * older ones, made when first used. */
struct memo {
    struct memo_slot {
        uint64_t hash;
        int64_t until; /* monotonic */
    } * slots;
    uint8_t key[16]; /* so that nobody can choose what collides */
};
bool memo_has(const struct memo *m, struct uuid company, struct str what);
void memo_put(struct memo *m, struct uuid company, struct str what);
void memo_clear(struct memo *m);
void memo_free(struct memo *m);

/* A driver's connection begins with this. */
struct conn {
    struct store *store;
    enum conn_role role;
    struct tx tx; /* one at a time */
    bool in_tx;
    struct memo memo;
    char trouble[240]; /* why connecting failed, for people; empty: it did not */
};

struct driver {
    /* The URL is checked and the store made, without connecting. */
    int (*store_open)(struct store *s, struct arena *a, struct str *why);
    void (*store_close)(struct store *s);
    int (*conn_open)(struct store *s, enum conn_role role, struct conn **out);
    void (*conn_close)(struct conn *c);
    void (*enlarge)(struct conn *c);
    int (*ping)(struct conn *c);
    int (*begin)(struct conn *c, enum tx_mode mode);
    int (*commit)(struct conn *c);
    void (*rollback)(struct conn *c);
    int (*savepoint)(struct conn *c);
    int (*savepoint_keep)(struct conn *c);
    int (*savepoint_undo)(struct conn *c);
    bool (*alive)(const struct conn *c);
    int (*one)(struct conn *c, const struct stmt *s, const union sql_value *v, void *row);
    int (*many)(struct conn *c, const struct stmt *s, const union sql_value *v, void **rows,
                size_t *n);
    int (*count)(struct conn *c, const struct stmt *s, const union sql_value *v);
    int (*made)(struct conn *c, const struct stmt *s, const union sql_value *v);
    int (*effect)(struct conn *c, const struct stmt *s, const union sql_value *v);
    int (*script)(struct conn *c, const char *sql);
    int (*prepare)(struct conn *c, const struct stmt *s, struct arena *a, struct str *why);
    int (*first_load)(struct conn *c, const char *table);
    void (*assert_idle)(const struct conn *c);
    void (*checkpoint)(struct conn *c, bool restart);
    int64_t (*wal_bytes)(const struct store *s);
    int (*backup)(struct store *s, const char *path, struct arena *a, struct str *why);
    struct str (*version)(struct store *s, struct arena *a);
};

extern const struct driver sqlite_driver, postgres_driver;

/* Growing rows of tx_many in the transaction's arena. */
struct rows {
    struct arena *arena;
    char *v;
    size_t n, cap, size;
};
void *rows_next(struct rows *r);
/* Anything but a SELECT. */
bool stmt_writes(const struct stmt *s);

/* Prepared statements of a connection, by the address of their row. The value
 * is the driver's own and not NULL. */
struct stmt_map {
    struct stmt_slot {
        const struct stmt *key;
        void *value;
    } * slots;
    size_t n, cap;
};
void *stmt_map_get(const struct stmt_map *m, const struct stmt *key);
void stmt_map_put(struct stmt_map *m, const struct stmt *key, void *value);
void stmt_map_free(struct stmt_map *m);
