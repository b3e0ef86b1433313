/* Migrations: migrations/NNNN_what.{sqlite,postgres}.{up,down}.sql, embedded
 * in the program, one transaction each, recorded in schema_migrations with
 * the checksum of their text. */
#pragma once
#include "store/store.h"

struct migration {
    int number;
    const char *name;            /* "0001_frame" */
    const char *up[2], *down[2]; /* by enum engine */
};
extern const struct migration migrations[];
extern const size_t migration_count;

struct migration_state {
    int number;
    struct str name;
    int64_t applied_at; /* I64_NULL: not yet */
    bool changed;       /* applied with another text than the program's */
};

/* ERR_STORE_NEWER when the store knows a migration that the program lacks. */
MUST_CHECK int migrate_status(struct store *s, struct arena *a, struct migration_state **out,
                              size_t *n, struct str *why);
/* Up to `target` (0: the last). Two processes at once are safe. */
MUST_CHECK int migrate_up(struct store *s, int target, struct arena *a, struct str *why);
/* Down to `target`, which stays (0: nothing is left). */
MUST_CHECK int migrate_down(struct store *s, int target, struct arena *a, struct str *why);
/* 0 when the store is exactly at the program's last migration. */
MUST_CHECK int migrate_check(struct store *s, struct arena *a, struct str *why);
