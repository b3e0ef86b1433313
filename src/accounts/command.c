/* What the commands of this slice share. */
#include "accounts/command_priv.h"
#include "auth/passwords.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/settings.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include "http/field.h"
#include <stdio.h>
#include <unistd.h>

static int run(void *arg, struct tx *tx)
{
    struct change *c = arg;
    c->why = STR_NULL;
    return c->fn(c, tx);
}

static struct str base_url(const struct args *a)
{
    struct str set = setting_text(args_settings(a), SETTING_PUBLIC_URL);
    struct str listen = setting_text(args_settings(a), SETTING_LISTEN);
    return set.n > 0 ? set : arena_printf(args_arena(a), "http://%.*s", STR_ARG(listen));
}

int command_change(const struct args *a, bool create, int (*fn)(struct change *, struct tx *),
                   void *data)
{
    struct change c = {.args = a,
                       .arena = args_arena(a),
                       .now = clock_now(),
                       .base = base_url(a),
                       .data = data,
                       .fn = fn};
    struct store *s = NULL;
    struct conn *conn = NULL;
    int status = cli_store(a, create, create, &s);
    if (status != EXIT_OK)
        return status;
    int rc = conn_open(s, CONN_WRITER, &conn);
    if (rc == 0)
        rc = exec_tx(s, conn, TX_WRITE, c.arena, run, &c);
    if (rc < 0)
        status =
            cli_fail("%.*s", STR_ARG(str_is_null(c.why) ? str_c(err_row(rc)->message) : c.why));
    conn_close(&conn);
    store_close(&s);
    return status;
}

int command_refuse(struct change *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    c->why = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    return ERR_USAGE;
}

int command_company(struct change *c, struct tx *tx, struct uuid *out)
{
    struct str slug = args_text(c->args, "company");
    int rc = companies_find(tx, slug, out);
    if (rc == ERR_USAGE)
        return command_refuse(c, "there are several companies: name one with --company SLUG");
    if (rc == 0 && str_is_null(slug))
        return command_refuse(c, "there is no company yet; make one with: clientele init");
    if (rc == 0)
        return command_refuse(c, "there is no company with the slug \"%.*s\"", STR_ARG(slug));
    return rc < 0 ? rc : 0;
}

struct email_in {
    struct given given;
    struct str email;
};
FIELDS(email_in, "Email", struct email_in,
       {.name = "email",
        .type = F_EMAIL,
        .place = IN_PATH,
        .offset = offsetof(struct email_in, email),
        .help = "An e-mail address"});

bool command_email(const struct args *a, struct str text, struct str *out)
{
    struct email_in in = {.email = STR_NULL};
    struct decode_context c = {.a = args_arena(a)};
    struct field_errors e = {.n = 0};
    if (fields_decode_path(&email_in, STR("email"), text, &c, &in, &e) < 0 ||
        str_is_null(in.email)) {
        cli_usage("the e-mail %.*s", STR_ARG(e.n ? e.v[0].message : STR("is missing")));
        return false;
    }
    *out = in.email;
    return true;
}

/* Without its line end; null at the end of the input. */
static struct str read_line(const struct args *a)
{
    char line[1024];
    if (!fgets(line, sizeof line, stdin))
        return STR_NULL;
    return arena_str(args_arena(a), str_trim(str_c(line)));
}

bool command_password(const struct args *a, struct str *hash)
{
    struct str password = read_line(a);
    const char *why = password_refused(password);
    if (why) {
        cli_usage("the password on standard input will not do: %s", why);
        return false;
    }
    *hash = password_hash(password, args_arena(a));
    return true;
}

struct str command_ask(const struct args *a, const char *question, struct str preset)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) || args_json(a))
        return STR_NULL;
    if (preset.n > 0)
        fprintf(stderr, "%s [%.*s]: ", question, STR_ARG(preset));
    else
        fprintf(stderr, "%s: ", question);
    struct str said = read_line(a);
    return said.n > 0 ? said : preset;
}

void command_link_json(struct json_out *j, const struct user_link *link)
{
    json_key(j, STR("link"));
    json_open(j, '{');
    json_key(j, STR("token"));
    json_text(j, link->token);
    json_key(j, STR("url"));
    json_text(j, link->url);
    json_key(j, STR("expiresAt"));
    json_time(j, link->expires_at);
    json_close(j, '}');
}

void command_link_print(const struct user_link *link)
{
    char at[TIME_TEXT];
    size_t n = time_format(link->expires_at, at);
    printf("Set the password, once and until %.*s, at:\n  %.*s\n", (int)n, at, STR_ARG(link->url));
}
