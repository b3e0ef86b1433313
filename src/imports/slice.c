/* The imports slice: what it brings to the house. */
#include "slice.h"
#include "base/clock.h"
#include "imports/commands.h"
#include "imports/imports_priv.h"

#define READ(path_, mode_, in_, out_, handler_, help_, ...)                                        \
    ROUTE("GET", path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, mode_, in_, out_, handler_, help_,     \
          .status = 200, __VA_ARGS__)
#define CHANGE(method_, path_, in_, out_, handler_, help_, ...)                                    \
    ROUTE(method_, path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_,      \
          help_, __VA_ARGS__)

static const struct route routes[] = {
    READ("/api/imports/fields", RUN_FAST, NULL, &import_field_out, imports_http_fields,
         "What a file may have, for each kind", .list = true),
    READ("/api/imports", RUN_FAST, &import_list_in, &import_out, imports_http_list,
         "Imports, the latest first; dry runs are not among them", .list = true),
    READ("/api/imports/:id", RUN_FAST, &import_path_in, &import_read_out, imports_http_read,
         "An import: how far it is, what came of it, and how its parts are read"),
    READ("/api/imports/:id/rejects", RUN_SLOW, &import_path_in, NULL, imports_http_rejects,
         "The first 10,000 rejected rows, with field and reason, as CSV, kept for 30 days",
         .flags = ROUTE_STREAM | ROUTE_PLAIN),
    CHANGE("POST", "/api/imports", &import_open_in, &import_opened_out, imports_http_open,
           "Opens an import, whose rows then come in parts", .status = 201,
           .action = "import.open"),
    CHANGE("PUT", "/api/imports/:id/parts/:partNo", &import_part_in, &import_part_out,
           imports_http_part,
           "Takes the next part of the file: whole records, without the header, at most 2,000; "
           "each is created, matched or rejected. A part that was taken before changes nothing",
           .status = 200, .action = "import.part", .lookup = imports_part_lookup,
           .prepare = imports_part_prepare, .flags = ROUTE_RAW_BODY | ROUTE_PRESUMES,
           .errors = "part_cut part_order import_ended rows_media_type"),
    CHANGE("POST", "/api/imports/:id/rollback", &import_path_in, &import_rolled_out,
           imports_http_rollback,
           "Takes back the next 200 rows that an import made, but for those used or changed since, "
           "which it names; to be called until the state is \"rolled back\"",
           .status = 200, .action = "import.rollback"),
};

static const struct job jobs[] = {
    {"imports.tidy", 10 * 60 * SECOND_US, imports_tidy,
     "forgets what dry runs have seen after a day, rejected rows after 30"},
    {0},
};

static const struct opt import_opts[] = {
    {"company", OPT_TEXT, "SLUG", NULL, "whose data it is; default: the only company"},
    {"map", OPT_TEXT, "HEADER=FIELD,…", NULL, "columns that are named otherwise"},
    {"dry-run", OPT_FLAG, NULL, NULL, "say what would become of each row, write nothing"},
    {"rejects", OPT_TEXT, "FILE", NULL,
     "where rejected rows go; default: FILE.rejects.csv, only when there are any"},
    {NULL},
};

static const struct opt export_opts[] = {
    {"company", OPT_TEXT, "SLUG", NULL, "whose data; default: the only company"},
    {"format", OPT_TEXT, "csv|jsonl", "csv", "form of the output"},
    {"out", OPT_TEXT, "FILE", NULL, "write there, for the owner only; default: standard output"},
    {NULL},
};

static const struct opt demo_opts[] = {
    {"customers", OPT_INT, "N", "10000", "how many, over all companies"},
    {"orders", OPT_INT, "N", "50000", "how many, over all companies"},
    {"companies", OPT_INT, "N", "1", "demo, demo-2, … with the same users"},
    {"seed", OPT_INT, "S", "1", "another seed, other people"},
    {"reset-passwords", OPT_FLAG, NULL, NULL, "new passwords for the users of the demo company"},
    {NULL},
};

static const struct command commands[] = {
    {
        .name = "import",
        .usage = "customers|orders|users FILE, import rollback BATCH, import list, import fields",
        .help =
            "bring in customers, orders or users from CSV or JSON Lines\n"
            "FILE - is standard input. Each row is created, matched with what is there, or "
            "rejected with the reason. Customers are known by externalId, else by phone, "
            "orders by externalId, users by e-mail: importing twice changes nothing. A "
            "customer known by phone only is given the externalId. Rows go in in short "
            "transactions, beside a running server.\n"
            "`import rollback` takes back what a batch made, but for what was used or changed "
            "since, which it names. `import list` shows the latest batches, `import fields` what "
            "a file may have. Exits 1 when rows were rejected.",
        .opts = import_opts,
        .store = true,
        .run = import_command,
    },
    {
        .name = "export",
        .usage = "customers|orders",
        .help = "write out all customers or orders as CSV or JSON Lines\n"
                "What it writes, import takes: elsewhere, or after a loss. Reads in short "
                "transactions, beside a running server. Logins, and payments of orders that are "
                "still open, are not in it.",
        .opts = export_opts,
        .store = true,
        .run = export_command,
    },
    {
        .name = "demo",
        .usage = "[--customers N] [--orders N] [--reset-passwords]",
        .help = "make a believable company to try things on\n"
                "Corner Shop, slug demo: two stores, a user of every role with a password made at "
                "random, customers with names from India, the US and Europe and valid phone "
                "numbers, orders over two years. Makes the store when there is none. Prints how to "
                "sign in. The same seed gives the same people and orders on the same day, but for "
                "ids and passwords.",
        .opts = demo_opts,
        .store = true,
        .run = demo_command,
    },
    {.name = NULL},
};

const struct slice imports_slice = {
    .name = "imports",
    .statements = &imports_statements,
    .routes = {"imports", routes, sizeof routes / sizeof *routes},
    .commands = commands,
    .jobs = jobs,
};
