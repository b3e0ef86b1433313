/* Settings: the table, and a value for each from flag, environment, file or
 * default. Every value, wherever from, passes the same check. */
#include "base/settings.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/nearest.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct setting_row setting_rows[SETTING_COUNT_] = {
#define X(id, ...) [SETTING_##id] = {__VA_ARGS__},
    SETTINGS(X)
#undef X
};
_Static_assert(SETTING_COUNT_ < 64, "sets of settings are masks of 64 bits");

struct settings {
    struct str text[SETTING_COUNT_]; /* as given; null: not yet */
    struct str from[SETTING_COUNT_]; /* where it was given */
    int64_t value[SETTING_COUNT_];   /* number, us, 0/1, index of the name */
    struct arena *a;                 /* owns all of it */
};

enum { FILE_MOST = 64 * 1024 };

enum setting setting_find(struct str name)
{
    int i = 0;
    while (i < SETTING_COUNT_ && !str_eq(str_c(setting_rows[i].name), name))
        i++;
    return (enum setting)i;
}

struct str setting_env(const struct setting_row *row, struct arena *a)
{
    struct str s = arena_printf(a, "CLIENTELE_%s", row->name);
    char *p = (char *)(uintptr_t)s.p; /* ours since the line above */
    for (size_t i = 0; i < s.n; i++)
        p[i] = p[i] == '-' ? '_' : (char)(p[i] >= 'a' && p[i] <= 'z' ? p[i] - 'a' + 'A' : p[i]);
    return s;
}

static const struct unit {
    const char *name;
    int64_t us;
} units[] = {
    {"ms", 1000}, {"s", SECOND_US}, {"m", 60 * SECOND_US}, {"h", 3600 * SECOND_US}, {"d", DAY_US}};
enum { UNITS = sizeof units / sizeof *units };

/* 90000000 us -> "90s": in the largest unit without a rest. */
static struct str duration_text(int64_t us, struct arena *a)
{
    int u = UNITS - 1;
    while (u > 0 && us % units[u].us)
        u--;
    return arena_printf(a, "%lld%s", (long long)(us / units[u].us), units[u].name);
}

struct str setting_allowed(const struct setting_row *row, struct arena *a)
{
    switch (row->type) {
    case SET_INT:
        return arena_printf(a, "a whole number from %lld to %lld", (long long)row->min,
                            (long long)row->max);
    case SET_DURATION:
        return arena_printf(a, "a duration from %.*s to %.*s, such as 500ms, 15m, 30s, 2h or 30d",
                            STR_ARG(duration_text(row->min, a)),
                            STR_ARG(duration_text(row->max, a)));
    case SET_BOOL:
        return STR("true or false");
    case SET_ENUM: {
        struct str s = arena_printf(a, "one of %s", row->names[0]);
        for (const char *const *name = row->names + 1; *name; name++)
            s = arena_printf(a, "%.*s, %s", STR_ARG(s), *name);
        return s;
    }
    case SET_TEXT:
        break;
    }
    return STR("text");
}

static bool read_bool(struct str s, int64_t *out)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < 4; i++) {
        if (str_eq(s, str_c(yes[i])) || str_eq(s, str_c(no[i]))) {
            *out = str_eq(s, str_c(yes[i]));
            return true;
        }
    }
    return false;
}

static bool read_duration(struct str s, int64_t *out)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    long long v;
    if (!str_to_i64((struct str){s.p, n}, &v))
        return false;
    for (int u = 0; u < UNITS; u++)
        if (str_eq((struct str){s.p + n, s.n - n}, str_c(units[u].name)))
            return !__builtin_mul_overflow(v, units[u].us, out);
    return false;
}

static bool read_value(const struct setting_row *row, struct str s, int64_t *out)
{
    long long v = 0;
    switch (row->type) {
    case SET_TEXT:
        return true;
    case SET_BOOL:
        return read_bool(s, out);
    case SET_ENUM:
        for (*out = 0; row->names[*out]; ++*out)
            if (str_eq(s, str_c(row->names[*out])))
                return true;
        return false;
    case SET_INT:
        if (!str_to_i64(s, &v))
            return false;
        *out = v;
        break;
    case SET_DURATION:
        if (!read_duration(s, out))
            return false;
        break;
    }
    return *out >= row->min && *out <= row->max;
}

/* Values of sources that count more are already there and stay. */
static bool set(struct settings *s, enum setting id, struct str text, struct str from,
                struct str *why)
{
    const struct setting_row *row = &setting_rows[id];
    int64_t v = 0;
    if (!read_value(row, text, &v)) {
        *why = arena_printf(s->a, "setting %s: \"%.*s\" (%.*s) is not %.*s", row->name,
                            STR_ARG(text), STR_ARG(from), STR_ARG(setting_allowed(row, s->a)));
        return false;
    }
    if (str_is_null(s->text[id])) {
        s->text[id] = arena_str(s->a, text);
        s->from[id] = from;
        s->value[id] = v;
    }
    return true;
}

/* "--name", "--name=value": the value, and in *joined whether it has one. */
static struct str flag_name(const char *arg, struct str *joined)
{
    *joined = STR_NULL;
    if (strncmp(arg, "--", 2) != 0)
        return STR_NULL;
    const char *eq = strchr(arg, '=');
    if (eq)
        *joined = str_c(eq + 1);
    return (struct str){arg + 2, eq ? (size_t)(eq - arg - 2) : strlen(arg + 2)};
}

/* Takes the flags out of argv, config's value into *config. */
static bool from_flags(struct settings *s, uint64_t flags, int *argc, char **argv,
                       struct str *config, struct str *why)
{
    int kept = 0, i = 0;
    for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        struct str value, name = flag_name(argv[i], &value);
        enum setting id = setting_find(name);
        bool is_config = str_eq(name, STR("config"));
        if (!is_config && (id == SETTING_COUNT_ || !(flags & SETTING_BIT(id)))) {
            argv[kept++] = argv[i];
            continue;
        }
        if (str_is_null(value) && !is_config && setting_rows[id].type == SET_BOOL)
            value = STR("true");
        else if (str_is_null(value) && i + 1 < *argc)
            value = str_c(argv[++i]);
        if (str_is_null(value)) {
            *why = arena_printf(s->a, "--%.*s needs a value", STR_ARG(name));
            return false;
        }
        if (!str_is_null(is_config ? *config : s->text[id])) {
            *why = arena_printf(s->a, "--%.*s is given twice", STR_ARG(name));
            return false;
        }
        if (is_config)
            *config = value;
        else if (!set(s, id, value, arena_printf(s->a, "--%.*s", STR_ARG(name)), why))
            return false;
    }
    while (i < *argc)
        argv[kept++] = argv[i++];
    *argc = kept;
    argv[kept] = NULL;
    return true;
}

static bool from_environment(struct settings *s, struct str *config, struct str *why)
{
    for (int id = 0; id < SETTING_COUNT_; id++) {
        struct str name = setting_env(&setting_rows[id], s->a);
        struct str value = str_c(getenv(name.p));
        if (value.n &&
            !set(s, (enum setting)id, value, arena_printf(s->a, "environment %s", name.p), why))
            return false;
    }
    if (str_is_null(*config)) {
        *config = str_c(getenv("CLIENTELE_CONFIG"));
        if (config->n == 0)
            *config = STR_NULL;
    }
    return true;
}

static bool file_line(struct settings *s, struct str line, struct str from, uint64_t *seen,
                      struct str *why)
{
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return true;
    const char *eq = memchr(line.p, '=', line.n);
    if (!eq) {
        *why = arena_printf(s->a, "%.*s: expected \"name = value\"", STR_ARG(from));
        return false;
    }
    struct str name = str_trim((struct str){line.p, (size_t)(eq - line.p)});
    struct str value = str_trim((struct str){eq + 1, line.n - (size_t)(eq + 1 - line.p)});
    enum setting id = setting_find(name);
    if (id == SETTING_COUNT_) {
        struct nearest near = nearest_to(name);
        for (int i = 0; i < SETTING_COUNT_; i++)
            nearest_offer(&near, setting_rows[i].name);
        *why = arena_printf(s->a, "%.*s: there is no setting \"%.*s\"%s", STR_ARG(from),
                            STR_ARG(name), nearest_hint(&near, "", s->a));
        return false;
    }
    if (*seen & SETTING_BIT(id)) {
        *why = arena_printf(s->a, "%.*s: %.*s is given twice", STR_ARG(from), STR_ARG(name));
        return false;
    }
    *seen |= SETTING_BIT(id);
    return set(s, id, value, from, why);
}

static bool from_file(struct settings *s, struct str config, struct str *why)
{
    const char *path = arena_cstr(s->a, config);
    FILE *f = fopen(path, "re");
    char *text = arena_bytes(s->a, FILE_MOST + 1);
    size_t n = f ? fread(text, 1, FILE_MOST + 1, f) : 0;
    if (!f || ferror(f) || n > FILE_MOST) {
        *why = arena_printf(s->a, "configuration file %s: %s", path,
                            n > FILE_MOST ? "larger than 64 KiB" : strerror(errno));
        if (f)
            fclose(f);
        return false;
    }
    fclose(f);
    uint64_t seen = 0;
    int number = 0;
    for (char *p = text, *end = text + n; p < end;) {
        char *eol = memchr(p, '\n', (size_t)(end - p));
        struct str line = {p, (size_t)((eol ? eol : end) - p)};
        if (!file_line(s, line, arena_printf(s->a, "%s line %d", path, ++number), &seen, why))
            return false;
        p = eol ? eol + 1 : end;
    }
    return true;
}

struct settings *settings_load_flags(struct arena *a, uint64_t flags, int *argc, char **argv,
                                     struct str *why)
{
    struct settings *s = ARENA_NEW(a, struct settings);
    s->a = a;
    struct str config = STR_NULL;
    if (!from_flags(s, flags, argc, argv, &config, why) || !from_environment(s, &config, why) ||
        (!str_is_null(config) && !from_file(s, config, why)))
        return NULL;
    for (int id = 0; id < SETTING_COUNT_; id++)
        if (!set(s, (enum setting)id, str_c(setting_rows[id].preset), STR("default"), why))
            return NULL;
    return s;
}

struct settings *settings_load(struct arena *a, int *argc, char **argv, struct str *why)
{
    return settings_load_flags(a, SETTINGS_ALL, argc, argv, why);
}

struct str setting_text(const struct settings *s, enum setting id)
{
    return s->text[id];
}

int64_t setting_int(const struct settings *s, enum setting id)
{
    return s->value[id];
}

bool setting_bool(const struct settings *s, enum setting id)
{
    return s->value[id] != 0;
}

int setting_enum(const struct settings *s, enum setting id)
{
    return (int)s->value[id];
}

struct str setting_from(const struct settings *s, enum setting id)
{
    return s->from[id];
}
