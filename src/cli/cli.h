/* The command line: finds the row, parses what follows, runs it. */
#pragma once
#include "cli/command.h"

/* Exit status of the program. */
int cli_main(int argc, char **argv);
