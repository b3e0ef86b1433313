/* JSON Lines: an object a line, UTF-8. Bounded like CSV; a bad line is told as
 * bad and reading goes on behind it. */
#pragma once
#include "imports/csv.h"

struct arena;
struct jsonl;
/* One member of an object: numbers and booleans as their text, null as null,
 * lists and objects as compact JSON. */
struct jsonl_member {
    struct str name, value;
};
struct jsonl_record {
    struct jsonl_member v[CSV_FIELDS_MAX];
    size_t n;
    int64_t row;     /* line of the file, from 1 */
    const char *bad; /* NULL, or why this is no record */
};

struct jsonl *jsonl_new(read_fn read, void *from);
void jsonl_free(struct jsonl **j);
/* 1 a record (its texts are in a), 0 the end, ERR_IO. */
MUST_CHECK int jsonl_next(struct jsonl *j, struct arena *a, struct jsonl_record *out);
int64_t jsonl_position(const struct jsonl *j);
/* Lines so far. */
int64_t jsonl_row(const struct jsonl *j);
