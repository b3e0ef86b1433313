/* An import's input: CSV or JSON Lines, from a file or standard input, as
 * records whose values stand in the order of the fields that are wanted. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "http/field.h"
#include <stdbool.h>
#include <stdint.h>

enum { IMPORT_FIELDS_MAX = 32 };

struct import_record {
    int64_t row;     /* of the spreadsheet, or line of the file; from 1 */
    const char *bad; /* NULL, or why this is no record */
    struct str *v;   /* by place in the wanted fields; null: absent or empty */
};

struct source;
/* path: "-" is standard input. fields: those that are wanted, at most
 * IMPORT_FIELDS_MAX. map: "Header=field,…" or null; a header that is not mapped
 * is matched by its letters and digits alone: "External ID" is externalId.
 * why: a sentence. */
MUST_CHECK int source_open(struct source **out, const char *path, const struct fields *fields,
                           struct str map, struct arena *a, struct str *why);
/* The same of text in memory, which outlives the source: a part of a file. */
struct source_text {
    bool jsonl;
    struct str header; /* of CSV: its first line, without the end */
    struct str text;   /* what follows it */
    struct str map;    /* as above */
};
MUST_CHECK int source_open_text(struct source **out, const struct source_text *t,
                                const struct fields *fields, struct arena *a, struct str *why);
void source_close(struct source **s);
/* 1 a record with its texts in a, 0 the end, ERR_IO. */
MUST_CHECK int source_next(struct source *s, struct arena *a, struct import_record *out);
/* Bytes read and bytes in all (0: unknown). */
int64_t source_position(const struct source *s);
int64_t source_size(const struct source *s);
/* Rows read, header and blank lines with them. */
int64_t source_row(const struct source *s);
/* Did the input end in the middle of a record? */
bool source_cut(const struct source *s);
/* Place of the wanted field that a name of the input stands for, -1 none. */
int source_field(const struct source *s, struct str name);
/* Names in the input that nobody wanted, at most 32. */
struct strs source_ignored(const struct source *s);
