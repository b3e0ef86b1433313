/* `clientele settings`: the rows of settings, for docs/configuration.md and
 * for programs. Values are not printed: a store's URL may hold a password. */
#include "base/settings.h"
#include "base/buf.h"
#include "base/json_out.h"
#include "cli/args.h"
#include "cli/table.h"

static int print_json(const struct settings *s, struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (int i = 0; i < SETTING_COUNT_; i++) {
        const struct setting_row *row = &setting_rows[i];
        json_open(&j, '{');
        json_key(&j, STR("name"));
        json_text(&j, str_c(row->name));
        json_key(&j, STR("environment"));
        json_text(&j, setting_env(row, a));
        json_key(&j, STR("default"));
        json_text(&j, str_c(row->preset));
        json_key(&j, STR("allowed"));
        json_text(&j, setting_allowed(row, a));
        json_key(&j, STR("help"));
        json_text(&j, str_c(row->help));
        json_key(&j, STR("from"));
        json_text(&j, setting_from(s, (enum setting)i));
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
    if (args_json(a))
        return print_json(args_settings(a), args_arena(a));
    struct str page = settings_markdown(args_arena(a));
    fwrite(page.p, 1, page.n, stdout);
    return EXIT_OK;
}

const struct command settings_command = {
    .name = "settings",
    .usage = "",
    .help = "print what can be set, and how\n"
            "In Markdown, as in docs/configuration.md. With --json also where each value comes "
            "from in this environment: a flag, a variable, a file or the default.",
    .run = run,
    .settings = SETTINGS_ALL,
};
