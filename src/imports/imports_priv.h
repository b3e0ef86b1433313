/* Inside the imports slice. */
#pragma once
#include "imports.sql.h"
#include "imports/kind.h"

/* A moment that a record may carry: neither before 1970 nor in the future. */
void import_check_time(const struct import *x, const char *field, int64_t at, struct outcome *o);
