/* The one list of commands that belong to no slice. A slice's own commands
 * (import, export, demo, init, user, …) stand in its row of slices. */
#pragma once
#include "cli/command.h"

#define COMMANDS(X) X(serve) X(migrate) X(backup) X(restore) X(doctor) X(openapi)

#define X(name) extern const struct command name##_command;
COMMANDS(X)
#undef X
