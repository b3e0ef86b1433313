/* The linking slice: what it brings to the house. */
#include "slice.h"
#include "linking.sql.h"
#include "linking/command.h"

static const struct opt link_opts[] = {
    {"company", OPT_TEXT, "SLUG", NULL, "whose data it is; default: the only company"},
    {"dry-run", OPT_FLAG, NULL, NULL, "say what would become of the logins, write nothing"},
    {"apply", OPT_FLAG, NULL, NULL, "link them, or go on with a run that did not come to its end"},
    {"rollback", OPT_TEXT, "BATCH", NULL, "put back what a run has changed"},
    {"trust", OPT_FLAG, NULL, NULL,
     "link unproved matches too: for data of your own, never for what people typed themselves"},
    {"ambiguous", OPT_TEXT, "FILE", NULL, "write the ambiguous logins there, as CSV of ids"},
    {NULL},
};

static const struct command commands[] = {
    {
        .name = "link",
        .usage = "--dry-run | --apply [--trust] | --rollback BATCH",
        .help =
            "bring together people and logins that exist unlinked\n"
            "Looks at every login of a customer that belongs to nobody: whom an address "
            "customer-{id}@… names by id or externalId, who has its phone, who has its e-mail. All "
            "that match must be one person; where they differ, or several people have the "
            "e-mail, the login is listed as ambiguous and left alone.\n"
            "A link is made where the login has proved what matches: its e-mail, or its phone if "
            "no other login has proved that number and the person was seen within the months "
            "after which numbers count as recycled. Other matches are noted as pending and open "
            "nothing until a code proves them; with --trust they are linked too. That an address "
            "has an id in it proves nothing.\n"
            "Works in short transactions, beside a running server. Stopped in the middle, --apply "
            "goes on with the same batch. --rollback restores logins and people exactly, but for "
            "those that were decided otherwise since, which it names. Exits 0 also when logins "
            "stay ambiguous or unmatched.",
        .opts = link_opts,
        .store = true,
        .run = link_command,
    },
    {.name = NULL},
};

const struct slice linking_slice = {
    .name = "linking",
    .statements = &linking_statements,
    .routes = {.name = "linking"},
    .commands = commands,
};
