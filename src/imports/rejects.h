/* The reject file: what was refused, where and why, with the record's own
 * values, so that it can be mended and imported again. CSV, mode 600, made
 * when the first row is refused. */
#pragma once
#include "imports/kind.h"

struct rejects;
struct rejects *rejects_new(const char *path, const struct fields *fields);
/* ERR_IO when it cannot be written. */
MUST_CHECK int rejects_add(struct rejects *r, const struct import_record *record,
                           const struct outcome *o);
/* Closes the file; *made: there is one. ERR_IO when it is not whole. */
MUST_CHECK int rejects_end(struct rejects **r, bool *made);
