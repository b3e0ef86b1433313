/* "Did you mean …?": of the names offered, the one nearest to what was typed. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct nearest {
    struct str typed;
    const char *best; /* NULL: nothing is near enough */
    int distance;     /* of best, in edits */
};

struct nearest nearest_to(struct str typed);
void nearest_offer(struct nearest *n, const char *name);
/* "; did you mean \"--store\"?" with the prefix "--", or "". */
const char *nearest_hint(const struct nearest *n, const char *prefix, struct arena *a);
