/* Versions of the engines' libraries. */
#pragma once
#include "base/arena.h"
#include "base/library.h"

/* Fills SQLite and libpq; returns 2. */
size_t store_libraries(struct library out[2], struct arena *a);
