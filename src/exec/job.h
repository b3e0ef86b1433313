/* Work that nobody waits for: rows, run by the job thread one after another,
 * each in short write transactions of its own. */
#pragma once
#include "base/uuid.h"
#include <stdint.h>

struct tx;
struct job_run {
    struct app *app;
    struct arena *arena;
    int64_t now;         /* us */
    struct uuid *after;  /* where the last piece of this run ended; nil on the first */
    struct uuid *within; /* the same inside of that, for jobs that need two */
};
struct job {
    const char *name;  /* "audit.seal"; ends a table when NULL */
    int64_t period_us; /* between the end of one run and the next */
    /* One slice of the work, about 10 ms: 1 there is more, 0 done, negative
     * an error (rolled back, logged, tried again next period). */
    int (*run)(const struct job_run *j, struct tx *tx);
    const char *help;
};

/* A check of `doctor`: counts what differs; writes a line for each of the
 * first few through report(). Returns the drift count or negative. */
struct doctor;
struct check {
    const char *name; /* "customers.stats" */
    int64_t (*run)(struct doctor *d, struct tx *tx);
    const char *help;
};
void doctor_report(struct doctor *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct arena *doctor_arena(struct doctor *d);
