/* Working ahead: a thread that fills batches, and one that takes them, a few
 * batches apart at most. What an import reads and validates, and what the demo
 * invents, is made beside the writing. */
#pragma once
#include "imports/kind.h"

/* A batch of rows on its way. */
struct batch {
    struct batch *next;
    struct arena *arena;           /* owns what follows and their texts */
    struct import_record *records; /* as they came, for the reject file; NULL: invented */
    char *rows;                    /* decoded */
    struct outcome *outcomes;      /* rejected already, or open; NULL: invented */
    size_t n;
    int64_t position; /* bytes read up to here, for progress */
};

/* Fills an empty batch (its arena is reset) with at most `room` rows: 1 there
 * is more, 0 that was all, negative an error. Runs in the pipeline's thread. */
typedef int (*fill_fn)(void *arg, struct batch *b, size_t room);

struct pipeline;
struct pipeline *pipeline_start(fill_fn fill, void *arg);
/* The next batch; NULL at the end, *rc then says whether it was reached. Give
 * it back when done. */
struct batch *pipeline_next(struct pipeline *p, int *rc);
void pipeline_give_back(struct pipeline *p, struct batch *b);
void pipeline_stop(struct pipeline **p);
