/* From the words of the shell to a command's run(). */
#include "cli/cli.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/settings.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/table.h"

static const struct command *find(const char *name, const struct command *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(v[i]->name, name) == 0)
            return v[i];
    return NULL;
}

static int no_such_command(const char *name, const struct command *const *v, size_t n,
                           struct arena *a)
{
    struct nearest near = nearest_to(str_c(name));
    for (size_t i = 0; i < n; i++)
        nearest_offer(&near, v[i]->name);
    return cli_usage("there is no command \"%s\"%s\nTry: clientele help", name,
                     nearest_hint(&near, "", a));
}

static int run(struct args *a, int argc, char **argv)
{
    struct str why;
    if (args_parse(a, argc, argv, &why))
        return cli_usage("%s: %.*s\nTry: clientele %s --help", a->command->name, STR_ARG(why),
                         a->command->name);
    if (a->help)
        return help_command_print(a->command, a->arena, stdout);
    log_setup((enum log_level)setting_enum(a->settings, SETTING_LOG_LEVEL),
              setting_enum(a->settings, SETTING_LOG_FORMAT) == 1);
    int status = a->command->run(a);
    /* what was printed may not have reached its file: a full disk is a failure */
    if (fflush(stdout) == EOF || ferror(stdout))
        return cli_fail("standard output cannot be written");
    return status;
}

int cli_main(int argc, char **argv)
{
    const struct command *commands[COMMANDS_MOST];
    size_t n = cli_commands(commands);
    struct arena *arena = arena_new(16 * 1024);
    struct args a = {.arena = arena, .commands = commands, .ncommands = n};
    const char *name = argc < 2 ? "help" : argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    a.command = find(name, commands, n);
    int skip = argc < 2 ? argc : 2;
    int status =
        a.command ? run(&a, argc - skip, argv + skip) : no_such_command(name, commands, n, arena);
    arena_free(&arena);
    return status;
}
