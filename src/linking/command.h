/* The command of this slice; its row is in slice.c. */
#pragma once

struct args;
int link_command(const struct args *a);
