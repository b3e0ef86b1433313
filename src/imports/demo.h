/* The demo company: a believable shop to try things on. */
#pragma once
#include "base/error.h"
#include "cli/command.h"

struct store;
/* `serve --demo`: makes the demo company when the store has no company yet
 * and prints how to sign in; when it has, says how to get new passwords. */
MUST_CHECK int demo_greet(const struct args *a, struct store *s);
extern const struct command demo_command;
