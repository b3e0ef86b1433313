/* The slices as arrays, from the one list in slices.h. */
#include "slices.h"

const struct slice *const slices[] = {
#define X(name) &name##_slice,
    SLICES(X)
#undef X
};
const size_t slice_count = sizeof slices / sizeof *slices;

const struct route_set *const all_routes[] = {
#define X(name) &name##_slice.routes,
    SLICES(X)
#undef X
};
const size_t all_route_count = sizeof all_routes / sizeof *all_routes;
