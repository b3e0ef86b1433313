/* Inside the imports slice. */
#pragma once
#include "exec/job.h"
#include "imports.sql.h"
#include "imports/kind.h"

/* A moment that a record may carry: neither before 1970 nor in the future. */
void import_check_time(const struct import *x, const char *field, int64_t at, struct outcome *o);

/* The kinds, by the place of their names. */
extern const struct import_kind *const import_kinds[];
extern const char *const import_kind_names[];
/* By name; NULL when there is none. */
const struct import_kind *import_kind_named(struct str name);

enum {
    IMPORT_PART_ROWS = 2000,     /* of one part */
    IMPORT_REJECTS_KEPT = 10000, /* of one import */
};
extern const int64_t import_dry_us; /* how long a dry run is remembered */

/* What a part answers of one row. */
struct import_verdict {
    int64_t row, verdict; /* verdict: place in import_verdict_names */
    struct str field, reason;
};
/* A row that a rollback leaves. */
struct import_stay {
    struct uuid id;
    struct str reason;
};
/* A column of the file and the field that it is, null: none. */
struct import_column {
    struct str column, field;
};
/* An import as it is answered, with what the routes say beside it. */
struct import_view {
    struct import_upload row;
    bool repeated;    /* this part was taken before */
    struct list rows; /* struct import_verdict, import_stay or import_column */
};

struct import_path {
    struct given given;
    struct uuid id;
};
struct import_part {
    struct given given;
    struct uuid id;
    int64_t part;
    _Alignas(8) bool last;  /* the file ends with this part */
    _Alignas(8) bool force; /* a record that is cut is a rejected row */
};

extern const struct fields import_field_out, import_list_in, import_out, import_path_in,
    import_open_in, import_opened_out, import_part_in, import_part_out, import_read_out,
    import_rolled_out;

int imports_http_fields(struct req *r, struct tx *tx);
int imports_http_list(struct req *r, struct tx *tx);
int imports_http_read(struct req *r, struct tx *tx);
int imports_http_rejects(struct req *r, struct tx *tx);
int imports_http_open(struct req *r, struct tx *tx);
int imports_http_part(struct req *r, struct tx *tx);
int imports_part_lookup(struct req *r, struct tx *tx);
int imports_part_prepare(struct req *r);
int imports_http_rollback(struct req *r, struct tx *tx);
int imports_tidy(const struct job_run *j, struct tx *tx);
