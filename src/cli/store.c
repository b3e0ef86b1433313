/* The data store for commands. */
#include "store/store.h"
#include "base/settings.h"
#include "cli/command.h"
#include "store/migrate.h"

int cli_store(const struct args *a, bool create, bool migrate, struct store **out)
{
    const struct settings *s = args_settings(a);
    struct arena *arena = args_arena(a);
    struct store_options o = {.commit_deadline_us = setting_int(s, SETTING_COMMIT_DEADLINE),
                              .create = create};
    struct str why = STR_NULL;
    struct str url = setting_text(s, SETTING_STORE);
    if (store_open(out, url.p, &o, arena, &why))
        return cli_fail("%.*s", STR_ARG(why));
    int err = migrate ? migrate_up(*out, 0, arena, &why) : migrate_check(*out, arena, &why);
    if (!err)
        return EXIT_OK;
    struct str name = store_name(*out);
    int status = cli_fail("%.*s: %.*s", STR_ARG(name), STR_ARG(why));
    store_close(out);
    return status;
}
