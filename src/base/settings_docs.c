/* docs/configuration.md, printed from the rows of settings. */
#include "base/buf.h"
#include "base/settings.h"

static const char intro[] =
    "# Configuration\n"
    "\n"
    "Printed by `clientele settings`; change `src/base/settings.h` instead of this file.\n"
    "\n"
    "Every setting is a flag, an environment variable and a line of a file. The first of these "
    "that names it counts:\n"
    "\n"
    "1. a flag of the command: `--listen 127.0.0.1:8080` or `--listen=127.0.0.1:8080`\n"
    "2. the environment: `CLIENTELE_LISTEN=127.0.0.1:8080` (an empty variable counts as unset)\n"
    "3. the file named by `--config FILE` or `CLIENTELE_CONFIG`: lines `listen = "
    "127.0.0.1:8080`; a line that begins with `#` is a comment\n"
    "4. the default\n"
    "\n"
    "`clientele serve` takes all settings as flags; other commands that use the data store take "
    "`--store`, and what else their help names. All take `--config`, `--log-format` and "
    "`--log-level`. Durations are a number "
    "and one of `ms s m h d`. A value that is not allowed, and a name in the file that is no "
    "setting, is an error that names it, with exit status 2.\n"
    "\n"
    "| Setting | Environment | Default | Allowed | What it is |\n"
    "|---|---|---|---|---|\n";

struct str settings_markdown(struct arena *a)
{
    struct buf b;
    buf_init(&b, 256 * 1024);
    buf_str(&b, STR(intro));
    for (int i = 0; i < SETTING_COUNT_; i++) {
        const struct setting_row *row = &setting_rows[i];
        buf_printf(&b, "| `%s` | `%s` | %s%s%s | %s | %s |\n", row->name, setting_env(row, a).p,
                   *row->preset ? "`" : "", *row->preset ? row->preset : "empty",
                   *row->preset ? "`" : "", setting_allowed(row, a).p, row->help);
    }
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}
