/* `clientele backup FILE`: a consistent copy of a running SQLite store,
 * encrypted unless --plain. The copy is made beside FILE under another name
 * and moved there last, so that FILE is never half a backup. */
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/crypt_file.h"
#include "cli/paths.h"
#include "store/store.h"
#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const struct args *a, const char *file, const char *key_file, bool made)
{
    struct stat st = {0};

    if (stat(file, &st) < 0)
        st.st_size = 0;
    if (args_json(a)) {
        struct buf b;
        buf_init(&b, 64 * 1024);
        struct json_out j = json_out(&b);
        json_open(&j, '{');
        json_key(&j, STR("file"));
        json_text(&j, str_c(file));
        json_key(&j, STR("bytes"));
        json_int(&j, st.st_size);
        json_key(&j, STR("keyFile"));
        json_text(&j, str_c(key_file));
        json_close(&j, '}');
        printf("%.*s\n", (int)b.n, b.p);
        buf_free(&b);
        return;
    }
    printf("%s: %lld bytes, %s%s\n", file, (long long)st.st_size,
           key_file ? "encrypted with " : "not encrypted", key_file ? key_file : "");
    if (made)
        printf("The key is new. Keep a copy of %s elsewhere: without it the backup is lost.\n",
               key_file);
}

/* The plain copy at `tmp` becomes `file`; an existing file is never replaced. */
static int finish(const struct args *a, const char *tmp, const char *file, const char *key_file)
{
    uint8_t key[CRYPT_KEY];
    struct str why = STR_NULL;
    bool made = false;
    int rc;

    if (!key_file) {
        if (link(tmp, file) < 0)
            return cli_fail("%s: %s", file, strerror(errno));
    } else {
        rc = crypt_key(key_file, true, &made, key, args_arena(a), &why);
        if (rc == 0)
            rc = crypt_encrypt(tmp, file, key, args_arena(a), &why);
        sodium_memzero(key, sizeof(key));
        if (rc < 0)
            return cli_fail("%.*s", STR_ARG(why));
    }
    say(a, file, key_file, made);
    return EXIT_OK;
}

static int backup_run(const struct args *a)
{
    struct store *s = NULL;
    struct str why = STR_NULL;
    const char *const *rest;

    if (args_rest(a, &rest) != 1)
        return cli_usage("backup: name the file to write");
    if (access(rest[0], F_OK) == 0)
        return cli_fail("%s: exists already; a backup never replaces a file", rest[0]);
    int status = cli_store_any(a, false, &s);
    if (status != EXIT_OK)
        return status;
    if (store_engine(s) != ENGINE_SQLITE) {
        store_close(&s);
        return cli_usage("backup copies SQLite stores; for PostgreSQL use pg_dump or its "
                         "continuous archiving");
    }
    struct str named = args_text(a, "key-file");
    const char *key_file = args_flag(a, "plain") ? NULL
                           : named.n             ? arena_cstr(args_arena(a), named)
                                                 : backup_key_path(args_settings(a), args_arena(a));
    const char *tmp = arena_printf(args_arena(a), "%s.tmp-%d", rest[0], (int)getpid()).p;
    mode_t mask = umask(077); /* everybody's data: for the owner only */
    if (store_backup(s, tmp, args_arena(a), &why) < 0)
        status = cli_fail("%.*s", STR_ARG(why));
    else
        status = finish(a, tmp, rest[0], key_file);
    umask(mask);
    unlink(tmp);
    store_close(&s);
    return status;
}

static const struct opt backup_opts[] = {
    {"plain", OPT_FLAG, NULL, NULL, "do not encrypt"},
    {"key-file", OPT_TEXT, "FILE", NULL,
     "key to encrypt with, made when missing; default: beside the store, <db>.backup-key"},
    {NULL},
};

const struct command backup_command = {
    .name = "backup",
    .usage = "FILE [--plain | --key-file FILE]",
    .help = "copy a SQLite store into a new file while it is being served\n"
            "The copy is consistent and is encrypted with XChaCha20-Poly1305 unless --plain. "
            "Without the key file it cannot be read again. PostgreSQL has tools of its own.",
    .opts = backup_opts,
    .store = true,
    .run = backup_run,
};
