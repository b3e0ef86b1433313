/* Writing CSV and JSON Lines: rows of texts under fixed columns. */
#pragma once
#include "base/buf.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdio.h>

/* A value as a CSV field: quoted where it must be. */
void csv_field(FILE *f, struct str s);

struct column {
    const char *name;
    bool json; /* the value is JSON already: as it stands in JSON Lines */
};
/* Rows of one form. Owns nothing but its buffer. */
struct rows_out {
    FILE *f;
    bool jsonl;
    const struct column *columns;
    size_t n;
    struct buf b; /* a row of JSON */
};
void rows_begin(struct rows_out *o);
/* v: by column; null is empty, or left out in JSON Lines. */
void rows_put(struct rows_out *o, const struct str *v);
/* 0, or ERR_IO when not everything could be written. */
int rows_end(struct rows_out *o);
