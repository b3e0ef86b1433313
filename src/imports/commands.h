/* The commands of this slice, one file each; their rows are in slice.c. */
#pragma once
#include "cli/command.h"

int import_command(const struct args *a);
int export_command(const struct args *a);
int demo_command(const struct args *a);
