/* A kind of import: its fields, how a record of the input becomes a row, and
 * how rows go into the store. One constant each; run.c drives them. */
#pragma once
#include "http/field.h"
#include "http/req.h"
#include "imports/source.h"
#include "store/store.h"

enum verdict { VERDICT_OPEN, VERDICT_CREATED, VERDICT_MATCHED, VERDICT_REJECTED };

/* What became of one record. */
struct outcome {
    enum verdict verdict;
    const char *field; /* at fault; NULL: the whole record */
    struct str reason; /* a sentence */
};

/* What one import knows while it runs; the same for all its batches. */
struct import {
    const struct company *company;
    struct uuid batch;   /* nil on a dry run, unless it comes in parts */
    int64_t now;         /* us, at the begin */
    bool dry;            /* look, but write nothing */
    bool part;           /* of a file only, so of few rows */
    uint64_t may;        /* rights that imported logins may have at most */
    void *state;         /* the kind's own */
    struct arena *arena; /* of the whole import */
};

/* A batch in the writer's hands: rows[i] belongs to outcomes[i]. */
struct import_rows {
    const void *rows;
    struct outcome *outcomes; /* those still open are to be decided */
    size_t n;
};

struct import_kind {
    const char *name;            /* "customers" */
    const struct fields *fields; /* all IN_PATH; texts of the record by name */
    const char *const *tables;   /* which it fills, for a first load; NULL behind the last */
    /* Further rules about a decoded row, in the parsing thread. NULL none. */
    void (*check)(const struct import *x, struct arena *a, void *row, struct outcome *o);
    /* Before the first batch: what `state` needs. NULL none. */
    int (*start)(struct import *x, struct tx *tx);
    /* Decides the open rows of a batch. May be run again in another
     * transaction after a rollback. */
    int (*write)(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *rows);
    /* Lets go what start made outside the arena. NULL none. */
    void (*stop)(struct import *x);
};
extern const struct import_kind import_customers, import_orders, import_users;

/* No record has this id, and every other is above it: where paging begins. */
extern const struct uuid import_before_all;

void outcome_reject(struct outcome *o, const char *field, struct str reason);
#define outcome_reject_lit(o, field, lit) outcome_reject((o), (field), STR(lit))

/* Of a text with its kind in front; never 0. */
uint64_t import_hash(char kind, struct str text);

/* A set of 64-bit keys, for what a dry run has seen: in memory, where it grows
 * as it must, or in the store when the dry run comes in parts. */
struct seen;
struct seen *seen_new(const struct import *x);
void seen_free(struct seen **s);
/* 1 when the text (with its kind in front) was there before, 0 or negative. */
MUST_CHECK int seen_add(struct seen *s, struct tx *tx, char kind, struct str text);
/* Several hashes in their order: there[i] says whether h[i] was there before
 * it, also by an earlier one of these. 0 or negative. */
MUST_CHECK int seen_add_all(struct seen *s, struct tx *tx, struct arena *a, const uint64_t *h,
                            size_t n, bool *there);
