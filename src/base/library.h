/* A library the program is linked with, for `clientele version`. */
#pragma once

struct library {
    const char *name;    /* "SQLite" */
    const char *version; /* "3.40.1", of the one that runs */
};
