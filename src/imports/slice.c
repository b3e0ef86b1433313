/* The imports slice: what it brings to the house. */
#include "slice.h"

const struct slice imports_slice = {.name = "imports", .routes = {.name = "imports"}};
