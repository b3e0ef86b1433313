/* CSV as people have it: RFC 4180, and what spreadsheets make of it. A byte
 * order mark is skipped, lines end with LF, CRLF or CR, the delimiter is
 * guessed from the first line or named there ("sep=;"). Everything is
 * bounded; a record that is bad is told as bad and reading goes on behind it.
 * The texts of a record are good until the next one is read. */
#pragma once
#include "base/error.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    CSV_FIELDS_MAX = 128,
    CSV_FIELD_MAX = 64 * 1024, /* bytes */
    CSV_RECORD_MAX = 512 * 1024,
};

struct csv;
struct csv_record {
    struct str v[CSV_FIELDS_MAX];
    size_t n;
    int64_t row;     /* 1 is the first record of the file: the rows of a spreadsheet */
    const char *bad; /* NULL, or why this is no record: a sentence */
};

/* Like read(2): bytes read, 0 at the end, -1 on error. */
typedef ssize_t (*read_fn)(void *from, char *buf, size_t n);

/* delimiter: 0 guesses among , ; and tab. */
struct csv *csv_new(read_fn read, void *from, char delimiter);
void csv_free(struct csv **c);
/* 1 a record (look at bad), 0 the end, ERR_IO. Blank lines are passed over but
 * counted. */
MUST_CHECK int csv_next(struct csv *c, struct csv_record *out);
/* Bytes consumed so far, for progress. */
int64_t csv_position(const struct csv *c);
/* Records so far, blank lines with them. */
int64_t csv_row(const struct csv *c);
/* Did the input end inside quotes? */
bool csv_cut(const struct csv *c);
