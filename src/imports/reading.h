/* The first half of an import: records of the input become rows, decoded by
 * the fields of their kind and checked. */
#pragma once
#include "imports/pipeline.h"

struct reading {
    const struct import_kind *kind;
    const struct import *import;
    struct source *source;
};
/* A fill_fn; arg: struct reading. */
int reading_fill(void *arg, struct batch *b, size_t room);
