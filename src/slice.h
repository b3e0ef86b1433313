/* A slice: a feature in a folder, and what it brings to the house. */
#pragma once
#include "cli/command.h"
#include "exec/job.h"
#include "http/route.h"
#include "store/stmt.h"

struct slice {
    const char *name;
    const struct stmt_set *statements; /* NULL: none */
    struct route_set routes;
    const struct command *commands; /* ends with a row without a name; NULL: none */
    const struct job *jobs;         /* the same */
    /* Recomputes what the slice derives and reports drift; NULL: nothing derived. */
    const struct check *checks; /* ends with a row without a name */
};
