/* Arguments. Settings are taken out first, by base/settings.c; what is left
 * is the command's own options, --json, --help, and words by position. */
#include "cli/args.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "base/settings.h"
#include <assert.h>

static const uint64_t common = SETTING_BIT(SETTING_LOG_FORMAT) | SETTING_BIT(SETTING_LOG_LEVEL);

static uint64_t flags_of(const struct command *c)
{
    return common | c->settings | (c->store ? SETTING_BIT(SETTING_STORE) : 0);
}

static size_t count(const struct opt *opts)
{
    size_t n = 0;
    while (opts && opts[n].name)
        n++;
    return n;
}

static const char *placeholder(const struct setting_row *row, struct arena *a)
{
    struct str s = STR_NULL;
    switch (row->type) {
    case SET_INT:
        return "N";
    case SET_DURATION:
        return "TIME";
    case SET_BOOL:
        return "true|false";
    case SET_TEXT:
        return "TEXT";
    case SET_ENUM:
        for (const char *const *name = row->names; *name; name++)
            s = s.p ? arena_printf(a, "%s|%s", s.p, *name) : str_c(*name);
    }
    return s.p;
}

const struct opt *args_options(const struct command *c, struct arena *a)
{
    size_t n = count(c->opts);
    struct opt *all = ARENA_ARRAY(a, struct opt, n + SETTING_COUNT_ + 4);
    if (n)
        memcpy(all, c->opts, n * sizeof *all);
    uint64_t flags = flags_of(c);
    for (int first = 1; first >= 0; first--) { /* the common ones come last */
        for (int i = 0; i < SETTING_COUNT_; i++) {
            const struct setting_row *row = &setting_rows[i];
            uint64_t bit = SETTING_BIT(i);
            if ((flags & bit) && !(common & bit) == (first == 1))
                all[n++] = (struct opt){row->name, OPT_TEXT, placeholder(row, a),
                                        *row->preset ? row->preset : NULL, row->help};
        }
    }
    all[n++] = (struct opt){"config", OPT_TEXT, "FILE", NULL,
                            "file of settings, a line \"name = value\" each"};
    all[n++] = (struct opt){"json", OPT_FLAG, NULL, NULL, "answer in JSON, for scripts"};
    all[n] = (struct opt){"help", OPT_FLAG, NULL, NULL, "explain this command"};
    return all; /* the row behind the last is zeroed by the arena */
}

/* The place of a name in the command's table; -1 when it is not there. */
static int place(const struct command *c, struct str name)
{
    for (size_t i = 0; c->opts && c->opts[i].name; i++)
        if (str_eq(str_c(c->opts[i].name), name))
            return (int)i;
    return -1;
}

static int unknown(const struct args *a, const char *word, struct str name, struct str *why)
{
    struct nearest near = nearest_to(name);
    for (const struct opt *o = args_options(a->command, a->arena); o->name; o++)
        nearest_offer(&near, o->name);
    *why = arena_printf(a->arena, "there is no option \"%s\"%s", word,
                        nearest_hint(&near, "--", a->arena));
    return EXIT_USAGE;
}

/* One option at argv[*i]; moves *i over its value. */
static int option(struct args *a, char **argv, int *i, struct str *why)
{
    const char *word = argv[*i], *eq = strchr(word, '=');
    struct str name = {word + 2, eq ? (size_t)(eq - word - 2) : strlen(word + 2)};
    struct str value = eq ? str_c(eq + 1) : STR_NULL;
    bool *fixed = str_eq(name, STR("json"))   ? &a->json
                  : str_eq(name, STR("help")) ? &a->help
                                              : NULL;
    int at = place(a->command, name);
    if (at < 0 && !fixed)
        return unknown(a, word, name, why);
    const struct opt *o = at < 0 ? NULL : &a->command->opts[at];
    if (!o || o->type == OPT_FLAG) {
        if (eq) {
            *why = arena_printf(a->arena, "--%.*s takes no value", STR_ARG(name));
            return EXIT_USAGE;
        }
        value = STR("true");
    } else if (!eq) {
        if (!argv[*i + 1]) {
            *why = arena_printf(a->arena, "--%s needs a value, %s", o->name, o->value);
            return EXIT_USAGE;
        }
        value = str_c(argv[++*i]);
    }
    if (fixed ? *fixed : !str_is_null(a->values[at])) {
        *why = arena_printf(a->arena, "--%.*s is given twice", STR_ARG(name));
        return EXIT_USAGE;
    }
    long long number;
    if (o && o->type == OPT_INT && !str_to_i64(value, &number)) {
        *why =
            arena_printf(a->arena, "--%s: \"%.*s\" is not a whole number", o->name, STR_ARG(value));
        return EXIT_USAGE;
    }
    if (fixed)
        *fixed = true;
    else
        a->values[at] = value;
    return 0;
}

int args_parse(struct args *a, int argc, char **argv, struct str *why)
{
    a->settings = settings_load_flags(a->arena, flags_of(a->command), &argc, argv, why);
    if (!a->settings)
        return EXIT_USAGE;
    a->values = ARENA_ARRAY(a->arena, struct str, count(a->command->opts) + 1);
    a->rest = ARENA_ARRAY(a->arena, const char *, argc + 1);
    bool options = true; /* until "--" */
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!options || word[0] != '-' || word[1] == 0) {
            a->rest[a->nrest++] = word;
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if (strcmp(word, "-h") == 0) {
            a->help = true;
        } else if (word[1] != '-') {
            return unknown(a, word, str_c(word + 1), why);
        } else {
            int bad = option(a, argv, &i, why);
            if (bad)
                return bad;
        }
    }
    return 0;
}

static const struct opt *known(const struct args *a, const char *name, int *at)
{
    *at = place(a->command, str_c(name));
    assert(*at >= 0);
    return &a->command->opts[*at];
}

bool args_flag(const struct args *a, const char *name)
{
    int at;
    const struct opt *o = known(a, name, &at);
    assert(o->type == OPT_FLAG);
    return !str_is_null(a->values[at]);
}

struct str args_text(const struct args *a, const char *name)
{
    int at;
    const struct opt *o = known(a, name, &at);
    return str_is_null(a->values[at]) ? str_c(o->preset) : a->values[at];
}

int64_t args_int(const struct args *a, const char *name)
{
    long long v;
    return str_to_i64(args_text(a, name), &v) ? v : I64_NULL;
}

size_t args_rest(const struct args *a, const char *const **v)
{
    *v = a->rest;
    return a->nrest;
}

struct arena *args_arena(const struct args *a)
{
    return a->arena;
}

bool args_json(const struct args *a)
{
    return a->json;
}

const struct settings *args_settings(const struct args *a)
{
    return a->settings;
}
