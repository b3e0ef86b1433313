/* The first half of an import: a thread that reads and validates, ahead of
 * the one that writes by a few batches at most. */
#pragma once
#include "imports/kind.h"

enum { BATCH_ROWS = 2000 };

/* A batch of rows on its way. */
struct batch {
    struct batch *next;
    struct arena *arena;           /* owns what follows and their texts */
    struct import_record *records; /* as they came, for the reject file */
    char *rows;                    /* of the kind's struct, decoded */
    struct outcome *outcomes;      /* rejected already, or open */
    size_t n;
    int64_t position; /* bytes read up to here, for progress */
};

struct pipeline;
/* x and source must outlive it; source is the thread's until the end. */
struct pipeline *pipeline_start(const struct import_kind *kind, const struct import *x,
                                struct source *source);
/* The next batch; NULL at the end, *rc then says whether it was reached. Give
 * it back when done. */
struct batch *pipeline_next(struct pipeline *p, int *rc);
void pipeline_give_back(struct pipeline *p, struct batch *b);
void pipeline_stop(struct pipeline **p);
