/* One import from its input to its summary. */
#pragma once
#include "cli/command.h"
#include "imports/kind.h"

struct store;
struct import_counts {
    int64_t created, matched, rejected;
};

/* What an import is asked to do. */
struct import_job {
    const struct import_kind *kind;
    struct store *store;
    struct uuid company;
    const char *path;    /* "-": standard input */
    struct str map;      /* "Header=field,…", or null */
    const char *rejects; /* path of the reject file */
    bool dry;
    /* Told after every batch; NULL none. */
    void (*progress)(void *arg, int64_t done, int64_t total);
    void *progress_arg;
};

/* What came of it. Texts are in the arena given. */
struct import_result {
    struct uuid batch; /* nil on a dry run */
    struct import_counts counts;
    struct strs ignored; /* columns that nobody wanted */
    bool rejects_made;
    int64_t took_us;
    struct str why; /* on an error: a sentence */
};
/* 0, also with rejected rows, or an error; what was committed before it stays
 * and is counted. */
MUST_CHECK int import_run(const struct import_job *job, struct arena *a, struct import_result *out);
