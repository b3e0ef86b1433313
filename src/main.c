/* The program: every command, serve included, is a row (cli/command.h). */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
