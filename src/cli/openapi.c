/* `clientele openapi`: the API's description, printed from the routes. */
#include "base/arena.h"
#include "cli/commands.h"
#include "http/route.h"
#include "slices.h"

static int openapi_run(const struct args *a)
{
    struct str json = openapi_print(all_routes, all_route_count, args_arena(a));

    if (fwrite(json.p, 1, json.n, stdout) != json.n || fputc('\n', stdout) == EOF ||
        fflush(stdout) != 0)
        return cli_fail("standard output cannot be written");
    return EXIT_OK;
}

const struct command openapi_command = {
    .name = "openapi",
    .usage = "",
    .help = "print the description of the API (OpenAPI 3.1, JSON)",
    .run = openapi_run,
};
