/* `clientele keys`: the keys that sign access tokens. */
#include "accounts/command_priv.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "cli/paths.h"
#include <unistd.h>

static void list_json(const struct tokens *t)
{
    struct buf b;
    struct str kid;
    int64_t made;
    buf_init(&b, 16 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; tokens_key(t, i, &kid, &made); i++) {
        json_open(&j, '{');
        json_key(&j, STR("kid"));
        json_text(&j, kid);
        json_key(&j, STR("madeAt"));
        json_time(&j, made);
        json_key(&j, STR("signs"));
        json_bool(&j, i == 0);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    printf("%.*s\n", STR_ARG(buf_view(&b)));
    buf_free(&b);
}

static void list_text(const struct tokens *t)
{
    struct str kid;
    int64_t made;
    char at[TIME_TEXT];
    for (size_t i = 0; tokens_key(t, i, &kid, &made); i++)
        printf("%.*s  made %.*s  %s\n", STR_ARG(kid), (int)time_format(made, at), at,
               i == 0 ? "signs" : "verifies");
}

int keys_run(const struct args *a)
{
    const char *const *rest;
    struct str why = STR_NULL;
    struct tokens *t = NULL;
    const char *path = key_file_path(args_settings(a), args_arena(a));
    if (args_rest(a, &rest) != 1)
        return cli_usage("keys: say list or rotate");
    struct str what = str_c(rest[0]);
    bool rotate = str_eq(what, STR("rotate"));
    if (!rotate && !str_eq(what, STR("list")))
        return cli_usage("keys: say list or rotate, not \"%s\"", rest[0]);
    if (access(path, F_OK) != 0)
        return cli_fail("%s: there is no such file; serve makes it", path);
    if (rotate && tokens_rotate(path, args_arena(a), &why) < 0)
        return cli_fail("%.*s", STR_ARG(why));
    if (tokens_open(&t, path, args_arena(a), &why) < 0)
        return cli_fail("%.*s", STR_ARG(why));
    if (args_json(a))
        list_json(t);
    else
        list_text(t);
    tokens_free(&t);
    if (rotate && !args_json(a))
        printf("A running server takes up the new key within a second.\n");
    return EXIT_OK;
}
