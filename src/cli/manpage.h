/* The manual page, docs/clientele.1, printed from the rows. */
#pragma once
#include "cli/command.h"

struct str manpage(const struct command *const *v, size_t n, struct arena *a);
