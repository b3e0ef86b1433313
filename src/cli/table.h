/* Every command of the program, and those that are about the program itself. */
#pragma once
#include "cli/command.h"

enum { COMMANDS_MOST = 64 };
size_t cli_commands(const struct command *out[COMMANDS_MOST]);

extern const struct command settings_command, man_command, help_command, version_command;
