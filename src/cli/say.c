/* What commands say when they cannot do what they were asked. Apart from the
 * rest, so that code of commands can be tested without all commands. */
#include "cli/command.h"
#include <stdarg.h>

static void complain(const char *fmt, va_list ap)
{
    fputs("clientele: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

int cli_fail(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    complain(fmt, ap);
    va_end(ap);
    return EXIT_FAILED;
}

int cli_usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    complain(fmt, ap);
    va_end(ap);
    return EXIT_USAGE;
}
