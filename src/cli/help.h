/* What commands say of themselves on a terminal. */
#pragma once
#include "cli/command.h"

/* Everything about one command; returns EXIT_OK. */
int help_command_print(const struct command *c, struct arena *a, FILE *out);
/* One line a command; returns EXIT_OK. */
int help_overview_print(const struct command *const *v, size_t n, FILE *out);
/* The first line of a command's help. */
struct str help_summary(const struct command *c);
