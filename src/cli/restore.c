/* `clientele restore FILE`: a backup becomes the store. Everything is checked
 * on a copy beside the target; the target appears whole and last, and never
 * in the place of a store that exists. */
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/crypt_file.h"
#include "cli/health.h"
#include "cli/paths.h"
#include "store/migrate.h"
#include "store/store.h"
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

static int unpack(const struct args *a, const char *from, const char *tmp, struct str *why)
{
    struct arena *ar = args_arena(a);
    struct str named = args_text(a, "key-file");
    uint8_t key[CRYPT_KEY];
    bool made = false;

    if (!crypt_is_encrypted(from))
        return crypt_copy(from, tmp, ar, why);
    const char *path = named.n ? arena_cstr(ar, named) : backup_key_path(args_settings(a), ar);
    int rc = crypt_key(path, false, &made, key, ar, why);
    if (rc == 0)
        rc = crypt_decrypt(from, tmp, key, ar, why);
    else
        *why = arena_printf(ar, "%.*s (name the backup's key with --key-file)", STR_ARG(*why));
    sodium_memzero(key, sizeof(key));
    return rc;
}

/* Whole, a store of ours, and not from a newer program. */
static int examine(const char *tmp, struct arena *ar, struct str *why)
{
    struct migration_state *v = NULL;
    struct store_options o = {.create = false};
    struct store *s = NULL;
    struct conn *c = NULL;
    size_t n = 0;
    int rc = store_open(&s, arena_printf(ar, "sqlite:%s", tmp).p, &o, ar, why);

    if (rc == 0)
        rc = conn_open(s, CONN_WRITER, &c);
    if (rc == 0)
        rc = health_integrity(c, ar, why);
    if (rc == 0)
        rc = migrate_status(s, ar, &v, &n, why);
    if (rc == 0 && (n == 0 || v[0].applied_at == I64_NULL)) {
        *why = STR("the file holds no store of this program");
        rc = ERR_STORE_CORRUPT;
    }
    if (c)
        conn_checkpoint(c, true);
    conn_close(&c);
    store_close(&s);
    return rc;
}

static void tidy(struct arena *ar, const char *tmp)
{
    unlink(tmp);
    unlink(arena_printf(ar, "%s-wal", tmp).p);
    unlink(arena_printf(ar, "%s-shm", tmp).p);
}

static int restore_run(const struct args *a)
{
    struct arena *ar = args_arena(a);
    const char *target = sqlite_path(setting_text(args_settings(a), SETTING_STORE), ar);
    struct str why = STR_NULL;
    const char *const *rest;
    int status = EXIT_OK;

    if (args_rest(a, &rest) != 1)
        return cli_usage("restore: name the backup");
    if (!target)
        return cli_usage("restore makes SQLite stores; for PostgreSQL use pg_restore");
    if (access(target, F_OK) == 0 || access(arena_printf(ar, "%s-wal", target).p, F_OK) == 0)
        return cli_fail("%s: exists already; move it away first, restore never overwrites", target);
    const char *tmp = arena_printf(ar, "%s.restoring-%d", target, (int)getpid()).p;
    int rc = unpack(a, rest[0], tmp, &why);
    if (rc == 0)
        rc = examine(tmp, ar, &why);
    if (rc < 0)
        status = cli_fail("%s: %.*s", rest[0],
                          STR_ARG(str_is_null(why) ? str_c(err_row(rc)->message) : why));
    else if (link(tmp, target) < 0)
        status = cli_fail("%s: %s", target, strerror(errno));
    tidy(ar, tmp);
    if (status == EXIT_OK && args_json(a))
        printf("{\"restored\":true}\n");
    else if (status == EXIT_OK)
        printf("%s: restored and sound\n", target);
    return status;
}

static const struct opt restore_opts[] = {
    {"key-file", OPT_TEXT, "FILE", NULL,
     "key of the backup; default: beside the store, <db>.backup-key"},
    {NULL},
};

const struct command restore_command = {
    .name = "restore",
    .usage = "FILE [--key-file FILE]",
    .help = "make the SQLite store of --store from a backup\n"
            "Checks the whole file first, refuses one that a newer program made, and never "
            "overwrites a store. PostgreSQL has tools of its own.",
    .opts = restore_opts,
    .store = true,
    .run = restore_run,
};
