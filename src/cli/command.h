/* Commands and their options as rows: help, man page, parsing and the test
 * that everything is documented come from here. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum opt_type { OPT_FLAG, OPT_TEXT, OPT_INT };
struct opt {
    const char *name; /* "dry-run"; ends a table when NULL */
    enum opt_type type;
    const char *value;  /* "N", "URL" in help */
    const char *preset; /* default as text, NULL none */
    const char *help;
};

/* The arguments after parsing: options by name, the rest by position. Asking
 * for an option that is not in the command's table is a bug and aborts. */
struct args;
bool args_flag(const struct args *a, const char *name);
struct str args_text(const struct args *a, const char *name); /* null: absent, no default */
int64_t args_int(const struct args *a, const char *name);     /* I64_NULL when absent */
size_t args_rest(const struct args *a, const char *const **v);
struct arena *args_arena(const struct args *a);
bool args_json(const struct args *a); /* --json, which every command takes */
struct settings;
/* The settings of this run (base/settings.h), which every command takes too. */
const struct settings *args_settings(const struct args *a);

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;                 /* "import"; ends a table when NULL */
    const char *usage;                /* "customers|orders|users FILE [--dry-run]" */
    const char *help;                 /* first line a summary ("copy a store"), then
                                         paragraphs; lines with a blank first stay */
    const struct opt *opts;           /* further ones than --json, --help; NULL none */
    bool store;                       /* takes --store URL */
    int (*run)(const struct args *a); /* exit status */
    uint64_t settings; /* further settings taken as flags: SETTING_BIT(…), SETTINGS_ALL */
};

/* "clientele: …" on standard error; returns EXIT_FAILED. */
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for wrong use of the command; returns EXIT_USAGE. */
int cli_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct store;
/* Opens --store and checks that the schema is current (migrate: bring it up).
 * 0, or the exit status after the reason was printed. */
int cli_store(const struct args *a, bool create, bool migrate, struct store **out);
struct uuid;
/* The company of --company, or the only one. EXIT_OK, or the exit status after
 * the reason was printed. */
int cli_company(const struct args *a, struct store *s, struct uuid *out);

/* A bar on a terminal, nothing elsewhere or with --json. */
struct progress;
struct progress *progress_new(const struct args *a, const char *what, int64_t total);
void progress_set(struct progress *p, int64_t done);
void progress_end(struct progress **p);
