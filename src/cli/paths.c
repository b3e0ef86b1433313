/* Where the store is, and the files beside it. */
#include "cli/paths.h"
#include "store/store.h"

const char *sqlite_path(struct str url, struct arena *a)
{
    if (!str_starts(url, STR("sqlite:")) || url.n == 7)
        return NULL;
    return arena_cstr(a, (struct str){url.p + 7, url.n - 7});
}

static const char *beside(const struct settings *s, struct arena *a, const char *suffix)
{
    const char *db = sqlite_path(setting_text(s, SETTING_STORE), a);

    return arena_printf(a, "%s.%s", db ? db : "clientele", suffix).p;
}

const char *key_file_path(const struct settings *s, struct arena *a)
{
    struct str set = setting_text(s, SETTING_KEY_FILE);

    return set.n ? arena_cstr(a, set) : beside(s, a, "keys");
}

const char *backup_key_path(const struct settings *s, struct arena *a)
{
    return beside(s, a, "backup-key");
}

int cli_store_any(const struct args *a, bool create, struct store **out)
{
    const struct store_options o = {.create = create};
    struct str url = setting_text(args_settings(a), SETTING_STORE);
    struct str why = STR_NULL;

    if (store_open(out, arena_cstr(args_arena(a), url), &o, args_arena(a), &why) < 0)
        return cli_fail("%.*s", STR_ARG(why));
    return EXIT_OK;
}
