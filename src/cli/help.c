/* Help as text of 80 columns, and the command `help`. */
#include "cli/help.h"
#include "base/buf.h"
#include "base/json_out.h"
#include "cli/args.h"
#include "cli/table.h"

enum { COLUMNS = 80, INDENT = 26 };

struct str help_summary(const struct command *c)
{
    const char *end = strchr(c->help, '\n');
    return (struct str){c->help, end ? (size_t)(end - c->help) : strlen(c->help)};
}

/* Letters, not bytes: continuation bytes of UTF-8 take no column. */
static int width(struct str s)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (s.p[i] & 0xc0) != 0x80;
    return n;
}

/* Words of a line, wrapped; every line but the first begins with `indent`
 * blanks; `column` is where the first one begins. */
static void wrap(FILE *out, struct str line, int column, int indent)
{
    bool first = true;
    while (line.n) {
        const char *blank = memchr(line.p, ' ', line.n);
        struct str word = {line.p, blank ? (size_t)(blank - line.p) : line.n};
        int w = width(word);
        if (!first && column + 1 + w > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", STR_ARG(word));
        column += w + !first;
        first = false;
        line.p += word.n + (blank != NULL);
        line.n -= word.n + (blank != NULL);
    }
    fputc('\n', out);
}

/* What follows the summary: a line a paragraph; a line that begins with a
 * blank stays as it is. */
static void paragraphs(FILE *out, const char *text)
{
    while (*text) {
        const char *end = strchr(text, '\n');
        struct str line = {text, end ? (size_t)(end - text) : strlen(text)};
        if (line.n == 0 || line.p[0] == ' ')
            fprintf(out, "%.*s\n", STR_ARG(line));
        else
            wrap(out, line, 0, 0);
        text += line.n + (end != NULL);
    }
}

static void print_option(FILE *out, const struct opt *o, struct arena *a)
{
    struct str left =
        arena_printf(a, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    struct str help =
        o->preset ? arena_printf(a, "%s (default: %s)", o->help, o->preset) : str_c(o->help);
    fprintf(out, "%.*s", STR_ARG(left));
    if (left.n + 2 > INDENT)
        fprintf(out, "\n%*s", INDENT, "");
    else
        fprintf(out, "%*s", INDENT - (int)left.n, "");
    wrap(out, help, INDENT, INDENT);
}

int help_command_print(const struct command *c, struct arena *a, FILE *out)
{
    struct str summary = help_summary(c);
    fprintf(out, "clientele %s: %.*s\n\nUsage: clientele %s%s%s\n", c->name, STR_ARG(summary),
            c->name, c->usage && *c->usage ? " " : "", c->usage ? c->usage : "");
    const char *more = c->help + summary.n;
    if (*more) {
        fputc('\n', out);
        paragraphs(out, more + strspn(more, "\n"));
    }
    fputs("\nOptions:\n", out);
    for (const struct opt *o = args_options(c, a); o->name; o++)
        print_option(out, o, a);
    return EXIT_OK;
}

int help_overview_print(const struct command *const *v, size_t n, FILE *out)
{
    fputs("Clientele, the customer system of a shop.\n\nUsage: clientele COMMAND [OPTIONS]\n\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "  %-12s", v[i]->name);
        wrap(out, help_summary(v[i]), 14, 14);
    }
    fputs("\nclientele COMMAND --help explains one; clientele man prints the manual.\n", out);
    return EXIT_OK;
}

static void json_options(struct json_out *j, const struct opt *o)
{
    json_open(j, '[');
    for (; o->name; o++) {
        json_open(j, '{');
        json_key(j, STR("name"));
        json_text(j, str_c(o->name));
        json_key(j, STR("value"));
        json_text(j, str_c(o->value));
        json_key(j, STR("default"));
        json_text(j, str_c(o->preset));
        json_key(j, STR("help"));
        json_text(j, str_c(o->help));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int json_help(const struct command *const *v, size_t n, struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_key(&j, STR("name"));
        json_text(&j, str_c(v[i]->name));
        json_key(&j, STR("usage"));
        json_text(&j, str_c(v[i]->usage));
        json_key(&j, STR("help"));
        json_text(&j, str_c(v[i]->help));
        json_key(&j, STR("options"));
        json_options(&j, args_options(v[i], a));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    fwrite(b.p, 1, b.n, stdout);
    fputc('\n', stdout);
    buf_free(&b);
    return EXIT_OK;
}

static int run(const struct args *a)
{
    const char *const *names;
    size_t n = args_rest(a, &names);
    if (n > 1)
        return cli_usage("help: one command at a time");
    const struct command *const *v = a->commands;
    size_t count = a->ncommands;
    for (; n == 1 && count && strcmp((*v)->name, names[0]) != 0; count--)
        v++;
    if (count == 0)
        return cli_usage("help: there is no command \"%s\"", names[0]);
    if (args_json(a))
        return json_help(v, n ? 1 : count, args_arena(a));
    return n ? help_command_print(*v, args_arena(a), stdout)
             : help_overview_print(v, count, stdout);
}

const struct command help_command = {
    .name = "help",
    .usage = "[COMMAND]",
    .help = "list the commands, or explain one",
    .run = run,
};
