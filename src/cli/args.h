/* Parsing the words behind a command's name by its row. */
#pragma once
#include "cli/command.h"

struct settings;
struct args {
    struct arena *arena; /* owns everything here */
    const struct command *command;
    const struct settings *settings;
    const struct command *const *commands; /* all there are, for help and man page */
    size_t ncommands;
    struct str *values; /* by place in command->opts; null: not given */
    const char **rest;
    size_t nrest;
    bool json, help;
};

/* argv: what follows the command's name; NULL behind the last. 0, or
 * EXIT_USAGE with a sentence in *why. a: arena and command are set. */
int args_parse(struct args *a, int argc, char **argv, struct str *why);

/* All options of a command as rows: its own, --store and other settings, and
 * those of every command. Ends with a row without a name. */
const struct opt *args_options(const struct command *c, struct arena *a);
