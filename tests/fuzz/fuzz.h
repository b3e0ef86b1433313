/* What the fuzzers share: the entry that libFuzzer calls, and a check that
 * ends the run. */
#pragma once
#include "base/arena.h"
#include "http/route.h"
#include "slices.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);                     \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The i-th table of request fields of all routes, round and round. */
static inline const struct fields *fuzz_fields(size_t i)
{
    size_t n = 0;
    for (size_t s = 0; s < all_route_count; s++)
        for (size_t r = 0; r < all_routes[s]->n; r++)
            n += all_routes[s]->v[r].in != NULL;
    i %= n;
    for (size_t s = 0; s < all_route_count; s++)
        for (size_t r = 0; r < all_routes[s]->n; r++)
            if (all_routes[s]->v[r].in && i-- == 0)
                return all_routes[s]->v[r].in;
    return NULL;
}
