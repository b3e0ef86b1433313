/* Is the store sound: the engine's own checks, and the schema's indexes. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct conn;
/* 0 when the engine finds no damage, else ERR_STORE_CORRUPT and the first
 * lines of what it found in *why. */
MUST_CHECK int health_integrity(struct conn *c, struct arena *a, struct str *why);
/* Names of indexes that the migrations make and the store lacks. */
MUST_CHECK int health_missing_indexes(struct conn *c, struct arena *a, struct strs *missing);
