/* `clientele init`: the first company and who looks after it. */
#include "accounts/command_priv.h"
#include "base/json_out.h"
#include "companies/companies.h"
#include "exec/exec.h"
#include <stdio.h>

struct init {
    struct company_new company;
    struct user_new admin;
    struct str shop;       /* name of the first store, or null */
    struct user_link link; /* token null: a password was given */
};

/* An option, or what the terminal says; then it must be good. */
static bool take(const struct args *a, const char *option, const char *question, struct str preset,
                 bool (*ok)(struct str), struct str *out)
{
    *out = args_text(a, option);
    if (str_is_null(*out))
        *out = command_ask(a, question, preset);
    if (str_is_null(*out) || out->n == 0) {
        cli_usage("init: --%s is missing", option);
        return false;
    }
    if (ok && !ok(*out)) {
        cli_usage("init: --%s: \"%.*s\" will not do", option, STR_ARG(*out));
        return false;
    }
    return true;
}

static bool slug_take(const struct args *a, struct str name, struct str *slug)
{
    struct str made = companies_slug_of(name, args_arena(a));
    struct str said = args_text(a, "slug");
    if (str_is_null(said))
        said = command_ask(a, "Short name in addresses", made);
    *slug = str_is_null(said) ? made : said;
    if (companies_slug_ok(*slug))
        return true;
    cli_usage("init: --slug takes a-z, 0-9 and inner hyphens, at most 63");
    return false;
}

static bool facts_take(const struct args *a, struct init *i)
{
    struct company_new *c = &i->company;
    struct user_new *u = &i->admin;
    struct str email;
    struct str none = STR_NULL;
    if (!take(a, "name", "Name of the company", none, NULL, &c->name) ||
        !slug_take(a, c->name, &c->slug) ||
        !take(a, "country", "Country (ISO 3166, like IN)", none, companies_country_ok,
              &c->country) ||
        !take(a, "currency", "Currency (ISO 4217, like INR)", none, companies_currency_ok,
              &c->currency) ||
        !take(a, "zone", "Time zone (like Asia/Kolkata)", none, companies_zone_ok, &c->zone) ||
        !take(a, "admin-email", "E-mail of the admin", none, NULL, &email) ||
        !command_email(a, email, &u->email) ||
        !take(a, "admin-name", "Name of the admin", none, NULL, &u->name))
        return false;
    c->phone_required = c->auto_create_login = true;
    i->shop = args_text(a, "first-store");
    u->role = args_flag(a, "super-admin") ? ROLE_SUPER_ADMIN : ROLE_ADMIN;
    return !args_flag(a, "password-stdin") || command_password(a, &u->password_hash);
}

static int shop_make(struct change *ch, struct tx *tx, const struct init *i)
{
    struct store_new s = {.id = uuid_new(ch->now), .name = i->shop};
    if (str_is_null(i->shop))
        return 0;
    int rc = stores_create(tx, i->company.id, &s, ch->now);
    return rc < 0 ? rc
                  : audit_system(tx, i->company.id, ch->now, "store.create", s.id, STR("name"));
}

static int admin_make(struct change *ch, struct tx *tx, struct init *i)
{
    struct uuid company = i->company.id;
    struct user_row row;
    i->link.token = STR_NULL;
    int rc = accounts_create_user(tx, company, &i->admin, ch->now);
    if (rc == 1)
        rc = audit_system(tx, company, ch->now, "user.create", i->admin.id, STR("name,email,role"));
    if (rc < 0 || !str_is_null(i->admin.password_hash))
        return rc < 0 ? rc : 0;
    rc = user_read(tx, company, i->admin.id, &row);
    return rc < 0
               ? rc
               : accounts_one_time_link(tx, company, &row, ch->base, ch->now, ch->arena, &i->link);
}

static int make(struct change *ch, struct tx *tx)
{
    struct init *i = ch->data;
    i->company.id = uuid_new(ch->now);
    i->admin.id = uuid_new(ch->now);
    int rc = companies_create(tx, &i->company, ch->now);
    if (rc == 0)
        return command_refuse(ch, "there is a company with the slug \"%.*s\" already",
                              STR_ARG(i->company.slug));
    if (rc == 1)
        rc = audit_system(tx, i->company.id, ch->now, "company.create", i->company.id,
                          STR("name,slug,country,currency,zone"));
    if (rc >= 0)
        rc = shop_make(ch, tx, i);
    return rc < 0 ? rc : admin_make(ch, tx, i);
}

static void print_json(const struct init *i)
{
    struct buf b;
    buf_init(&b, 16 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("company"));
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, i->company.id);
    json_key(&j, STR("slug"));
    json_text(&j, i->company.slug);
    json_close(&j, '}');
    json_key(&j, STR("user"));
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, i->admin.id);
    json_key(&j, STR("email"));
    json_text(&j, i->admin.email);
    json_key(&j, STR("role"));
    json_text(&j, str_c(role_names[i->admin.role]));
    json_close(&j, '}');
    if (!str_is_null(i->link.token))
        command_link_json(&j, &i->link);
    json_close(&j, '}');
    printf("%.*s\n", STR_ARG(buf_view(&b)));
    buf_free(&b);
}

int init_run(const struct args *a)
{
    struct init i = {.link = {.token = STR_NULL}};
    const char *const *rest;
    if (args_rest(a, &rest) > 0)
        return cli_usage("init: \"%s\" is too much; give options", rest[0]);
    if (!facts_take(a, &i))
        return EXIT_USAGE;
    int status = command_change(a, true, make, &i);
    if (status != EXIT_OK)
        return status;
    if (args_json(a)) {
        print_json(&i);
        return EXIT_OK;
    }
    printf("%.*s is there, with the slug \"%.*s\". %.*s signs in as %s.\n", STR_ARG(i.company.name),
           STR_ARG(i.company.slug), STR_ARG(i.admin.email), role_names[i.admin.role]);
    if (!str_is_null(i.link.token))
        command_link_print(&i.link);
    return EXIT_OK;
}

const struct opt init_opts[] = {
    {"name", OPT_TEXT, "TEXT", NULL, "name of the company"},
    {"slug", OPT_TEXT, "SLUG", NULL, "its name in addresses and at sign-in; made of the name"},
    {"country", OPT_TEXT, "CC", NULL, "ISO 3166: region of phone numbers without a country code"},
    {"currency", OPT_TEXT, "CCC", NULL, "ISO 4217: of all its amounts"},
    {"zone", OPT_TEXT, "ZONE", NULL, "IANA time zone of its days"},
    {"admin-email", OPT_TEXT, "EMAIL", NULL, "of the first admin"},
    {"admin-name", OPT_TEXT, "TEXT", NULL, "of the first admin"},
    {"password-stdin", OPT_FLAG, NULL, NULL,
     "reads the admin's password from standard input; else a one-time link is printed"},
    {"super-admin", OPT_FLAG, NULL, NULL, "the admin is SUPER_ADMIN: of all companies here"},
    {"first-store", OPT_TEXT, "TEXT", NULL, "opens a store of this name"},
    {NULL},
};
