/* All commands in the order of help: the frame's, the slices', those about
 * the program itself. */
#include "cli/table.h"
#include "cli/commands.h"
#include "slices.h"

static const struct command *const frame[] = {
#define X(name) &name##_command,
    COMMANDS(X)
#undef X
};
static const struct command *const about[] = {&settings_command, &man_command, &help_command,
                                              &version_command};

size_t cli_commands(const struct command *out[COMMANDS_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++)
        out[n++] = frame[i];
    for (size_t i = 0; i < slice_count; i++)
        for (const struct command *c = slices[i]->commands; c && c->name && n < COMMANDS_MOST; c++)
            out[n++] = c;
    for (size_t i = 0; i < sizeof about / sizeof *about && n < COMMANDS_MOST; i++)
        out[n++] = about[i];
    return n;
}
