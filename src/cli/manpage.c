/* roff for man(1): commands and settings as their rows tell them. Text passes
 * through text(), which guards what roff would take for its own. */
#include "cli/manpage.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/version.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/table.h"

/* The code point at p, 0 where an ASCII letter stands; *n: its bytes. Our own
 * texts are valid UTF-8. */
static unsigned beyond_ascii(const char *p, size_t *n)
{
    unsigned c = (unsigned char)*p;
    *n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    unsigned v = *n == 1 ? 0 : c & (0xffu >> (*n + 1));
    for (size_t i = 1; i < *n; i++)
        v = v << 6 | ((unsigned char)p[i] & 0x3f);
    return v;
}

static void text(struct buf *b, struct str s)
{
    for (size_t i = 0, n; i < s.n; i += n) {
        bool first = i == 0 || s.p[i - 1] == '\n';
        unsigned code = beyond_ascii(s.p + i, &n);
        if (code)
            buf_printf(b, "\\[u%04X]", code);
        else if (s.p[i] == '\\')
            buf_lit(b, "\\e");
        else if (s.p[i] == '-')
            buf_lit(b, "\\-");
        else if (first && (s.p[i] == '.' || s.p[i] == '\''))
            buf_printf(b, "\\&%c", s.p[i]);
        else
            buf_char(b, s.p[i]);
    }
}

static void options(struct buf *b, const struct opt *o)
{
    for (; o && o->name; o++) {
        buf_lit(b, ".TP\n\\fB\\-\\-");
        text(b, str_c(o->name));
        buf_lit(b, "\\fR");
        if (o->value) {
            buf_lit(b, " \\fI");
            text(b, str_c(o->value));
            buf_lit(b, "\\fR");
        }
        buf_char(b, '\n');
        text(b, str_c(o->help));
        if (o->preset) {
            buf_lit(b, " (default: ");
            text(b, str_c(o->preset));
            buf_lit(b, ")");
        }
        buf_char(b, '\n');
    }
}

/* Lines of help: paragraphs, and examples as they stand. */
static void paragraphs(struct buf *b, struct str s)
{
    bool example = false;
    while (s.n) {
        const char *end = memchr(s.p, '\n', s.n);
        struct str line = {s.p, end ? (size_t)(end - s.p) : s.n};
        bool indented = line.n && line.p[0] == ' ';
        if (indented != example)
            buf_str(b, indented ? STR(".PP\n.nf\n") : STR(".fi\n"));
        example = indented;
        if (!indented && line.n)
            buf_lit(b, ".PP\n");
        if (line.n) {
            text(b, line);
            buf_char(b, '\n');
        }
        s.p += line.n + (end != NULL);
        s.n -= line.n + (end != NULL);
    }
    if (example)
        buf_lit(b, ".fi\n");
}

/* "Takes --store, --listen.": what they are stands under SETTINGS, once. */
static void taken_settings(struct buf *b, const struct command *c)
{
    if (c->settings == SETTINGS_ALL) {
        buf_lit(b, ".PP\nTakes all SETTINGS as options.\n");
        return;
    }
    uint64_t flags = c->settings | (c->store ? SETTING_BIT(SETTING_STORE) : 0);
    const char *before = ".PP\nTakes ";
    for (int i = 0; i < SETTING_COUNT_; i++) {
        if (!(flags & SETTING_BIT(i)))
            continue;
        buf_printf(b, "%s\\fB\\-\\-", before);
        text(b, str_c(setting_rows[i].name));
        buf_lit(b, "\\fR");
        before = ", ";
    }
    if (flags)
        buf_lit(b, ".\n");
}

static void command(struct buf *b, const struct command *c)
{
    buf_lit(b, ".SS \"clientele ");
    text(b, str_c(c->name));
    if (c->usage && *c->usage) {
        buf_char(b, ' ');
        text(b, str_c(c->usage));
    }
    buf_lit(b, "\"\n");
    struct str summary = help_summary(c);
    text(b, summary);
    buf_lit(b, ".\n");
    const char *more = c->help + summary.n;
    paragraphs(b, str_c(more + strspn(more, "\n")));
    taken_settings(b, c);
    options(b, c->opts);
}

static void settings(struct buf *b, struct arena *a)
{
    buf_lit(b, ".SH SETTINGS\n"
               "A setting is an option of the command, an environment variable, or a line\n"
               "\\fIname = value\\fR of the file named by \\fB\\-\\-config\\fR or\n"
               "\\fBCLIENTELE_CONFIG\\fR; the first of these counts.\n");
    for (int i = 0; i < SETTING_COUNT_; i++) {
        const struct setting_row *row = &setting_rows[i];
        buf_lit(b, ".TP\n\\fB\\-\\-");
        text(b, str_c(row->name));
        buf_lit(b, "\\fR, \\fB");
        text(b, setting_env(row, a));
        buf_lit(b, "\\fR\n");
        text(b, str_c(row->help));
        buf_lit(b, ": ");
        text(b, setting_allowed(row, a));
        if (*row->preset) {
            buf_lit(b, " (default: ");
            text(b, str_c(row->preset));
            buf_char(b, ')');
        }
        buf_char(b, '\n');
    }
}

static const char head[] =
    ".SH NAME\n"
    "clientele \\- the customer system of a shop\n"
    ".SH SYNOPSIS\n"
    ".B clientele\n"
    "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
    ".SH DESCRIPTION\n"
    "Clientele knows who is buying: one person, one record, at every till. It is one program:\n"
    "an HTTP service with its web pages inside, on an SQLite file or on PostgreSQL, and the\n"
    "commands to set it up, fill it, check it and back it up.\n"
    ".SH COMMANDS\n"
    "Every command takes \\fB\\-\\-json\\fR, \\fB\\-\\-help\\fR, \\fB\\-\\-config\\fR,\n"
    "\\fB\\-\\-log\\-format\\fR and \\fB\\-\\-log\\-level\\fR.\n";

static const char tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n0\nThe command did what it was asked.\n"
    ".TP\n1\nIt failed; standard error says why.\n"
    ".TP\n2\nWrong use: an unknown command, option or setting, or a value that is not allowed.\n"
    ".SH FILES\n"
    ".TP\n\\fIclientele.db\\fR\nThe data store, unless \\fB\\-\\-store\\fR names another.\n"
    ".TP\n\\fIclientele.keys\\fR\nThe signing keys, readable by their owner alone.\n";

struct str manpage(const struct command *const *v, size_t n, struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_lit(&b, ".TH CLIENTELE 1 \"\" \"clientele " CLIENTELE_VERSION "\" \"User Commands\"\n");
    buf_str(&b, STR(head));
    for (size_t i = 0; i < n; i++)
        command(&b, v[i]);
    settings(&b, a);
    buf_str(&b, STR(tail));
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}

static int run(const struct args *a)
{
    struct str page = manpage(a->commands, a->ncommands, args_arena(a));
    fwrite(page.p, 1, page.n, stdout);
    return EXIT_OK;
}

const struct command man_command = {
    .name = "man",
    .usage = "",
    .help = "print the manual page\nIn roff, for man(1):\n  clientele man | man -l -",
    .run = run,
};
