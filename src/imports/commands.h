/* The commands of this slice, one file each; their rows are in slice.c. */
#pragma once
#include "base/uuid.h"
#include "cli/command.h"

struct store;
/* The company of --company, or the only one. EXIT_OK, or the exit status after
 * the reason was printed. */
int imports_company(const struct args *a, struct store *s, struct uuid *out);

int import_command(const struct args *a);
int export_command(const struct args *a);
int demo_command(const struct args *a);
