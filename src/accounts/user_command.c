/* `clientele user`: looking after users from the shell, for who runs the
 * machine. Every change has its audit row. */
#include "accounts/command_priv.h"
#include "base/json_out.h"
#include "exec/exec.h"
#include "factors/factors.h"
#include <stdio.h>

enum { PAGE = 100, JSON_MAX = 64 << 20 };

/* What one run is about, and what came of it. */
struct user_job {
    struct str email;
    enum role role;        /* add, role */
    struct str name, hash; /* add */
    struct user_row user;  /* as it is afterwards */
    struct user_link link; /* token null: none */
    struct user_row *all;  /* list */
    size_t n;
};

static int audit(struct change *c, struct tx *tx, struct uuid company, const char *action,
                 struct str fields)
{
    const struct user_job *u = c->data;
    return audit_system(tx, company, c->now, action, u->user.id, fields);
}

/* The company and the user of the e-mail, locked. */
static int find(struct change *c, struct tx *tx, struct uuid *company)
{
    struct user_job *u = c->data;
    int rc = command_company(c, tx, company);
    if (rc < 0)
        return rc;
    rc = user_by_email(tx, *company, u->email, &u->user);
    if (rc == 1)
        rc = user_lock(tx, *company, u->user.id, &u->user);
    if (rc == 0)
        return command_refuse(c, "there is no user with the e-mail %.*s", STR_ARG(u->email));
    return rc < 0 ? rc : 0;
}

static int make_link(struct change *c, struct tx *tx, struct uuid company)
{
    struct user_job *u = c->data;
    return accounts_one_time_link(tx, company, &u->user, c->base, c->now, c->arena, &u->link);
}

static int add(struct change *c, struct tx *tx)
{
    struct user_job *u = c->data;
    struct uuid company;
    struct user_new new = {.id = uuid_new(c->now),
                           .email = u->email,
                           .name = u->name,
                           .password_hash = u->hash,
                           .role = u->role};
    int rc = command_company(c, tx, &company);
    if (rc < 0)
        return rc;
    rc = accounts_create_user(tx, company, &new, c->now);
    if (rc == 0)
        return command_refuse(c, "there is a user with the e-mail %.*s already", STR_ARG(u->email));
    if (rc == 1)
        rc = user_read(tx, company, new.id, &u->user);
    if (rc == 1)
        rc = audit(c, tx, company, "user.create", STR("name,email,role"));
    if (rc < 0 || u->user.has_password)
        return rc < 0 ? rc : 0;
    return make_link(c, tx, company);
}

static int new_link(struct change *c, struct tx *tx)
{
    struct user_job *u = c->data;
    struct uuid company;
    int rc = find(c, tx, &company);
    if (rc < 0)
        return rc;
    if (!u->user.is_active)
        return command_refuse(c, "%.*s is deactivated; activate it first", STR_ARG(u->email));
    rc = make_link(c, tx, company);
    return rc < 0 ? rc : audit(c, tx, company, "user.reset", STR_NULL);
}

/* Writes the changed user, unless nobody would be left to look after users. */
static int write(struct change *c, struct tx *tx, struct uuid company, const struct user_row *new,
                 const char *action, struct str fields)
{
    struct user_job *u = c->data;
    if (accounts_is_admin(&u->user) && !accounts_is_admin(new)) {
        int others = accounts_other_admin(tx, company, u->user.id);
        if (others < 0)
            return others;
        if (others == 0)
            return command_refuse(c, "%.*s is the last active admin", STR_ARG(u->email));
    }
    int rc = accounts_update(tx, company, new, c->now);
    if (rc == 0)
        rc = audit(c, tx, company, action, fields);
    if (rc == 0)
        rc = user_read(tx, company, new->id, &u->user);
    return rc < 0 ? rc : 0;
}

static int set_active(struct change *c, struct tx *tx, bool active)
{
    struct user_job *u = c->data;
    struct uuid company;
    int rc = find(c, tx, &company);
    if (rc < 0 || u->user.is_active == active)
        return rc;
    struct user_row new = u->user;
    new.is_active = active;
    rc = write(c, tx, company, &new, active ? "user.activate" : "user.deactivate", STR("isActive"));
    if (rc == 0 && !active)
        rc = accounts_sign_out(tx, company, new.id, UUID_NIL, c->now);
    return rc;
}

static int totp_reset(struct change *c, struct tx *tx)
{
    struct user_job *u = c->data;
    struct uuid company;
    int rc = find(c, tx, &company);
    if (rc < 0)
        return rc;
    rc = factors_remove(tx, company, u->user.id);
    if (rc == 0)
        return command_refuse(c, "%.*s has no second factor", STR_ARG(u->email));
    if (rc == 1)
        rc = accounts_sign_out(tx, company, u->user.id, UUID_NIL, c->now);
    return rc < 0 ? rc : audit(c, tx, company, "user.totp_reset", STR_NULL);
}

static int deactivate(struct change *c, struct tx *tx)
{
    return set_active(c, tx, false);
}

static int activate(struct change *c, struct tx *tx)
{
    return set_active(c, tx, true);
}

static int set_role(struct change *c, struct tx *tx)
{
    struct user_job *u = c->data;
    struct uuid company;
    int rc = find(c, tx, &company);
    if (rc < 0)
        return rc;
    struct user_row new = u->user;
    new.role = str_c(role_names[u->role]);
    return write(c, tx, company, &new, "user.update", STR("role"));
}

/* Page by page into one array. */
static int list(struct change *c, struct tx *tx)
{
    struct user_job *u = c->data;
    struct uuid company, after = {.b[15] = 1};
    struct user_row *page;
    size_t n = PAGE, room = 0;
    u->n = 0;
    int rc = command_company(c, tx, &company);
    while (rc >= 0 && n == PAGE) {
        rc = users_page(tx, company, after, STR_NULL, I64_NULL, STR_NULL, PAGE, &page, &n);
        if (rc < 0 || n == 0)
            break;
        if (u->n + n > room) {
            struct user_row *old = u->all;
            room = 2 * (u->n + n);
            u->all = ARENA_ARRAY(c->arena, struct user_row, room);
            if (u->n > 0)
                memcpy(u->all, old, u->n * sizeof *old);
        }
        memcpy(u->all + u->n, page, n * sizeof *page);
        u->n += n;
        after = page[n - 1].id;
    }
    return rc < 0 ? rc : 0;
}

static void user_json(struct json_out *j, const struct user_row *u)
{
    json_key(j, STR("id"));
    json_uuid(j, u->id);
    json_key(j, STR("email"));
    json_text(j, u->email);
    json_key(j, STR("name"));
    json_text(j, u->name);
    json_key(j, STR("role"));
    json_text(j, u->role);
    json_key(j, STR("isActive"));
    json_bool(j, u->is_active);
    json_key(j, STR("isActivated"));
    json_bool(j, u->has_password);
}

static void print_json(const struct user_job *u, bool many)
{
    struct buf b;
    buf_init(&b, JSON_MAX);
    struct json_out j = json_out(&b);
    if (many)
        json_open(&j, '[');
    for (size_t i = 0; i < (many ? u->n : 1); i++) {
        json_open(&j, '{');
        user_json(&j, many ? &u->all[i] : &u->user);
        if (!many && !str_is_null(u->link.token))
            command_link_json(&j, &u->link);
        json_close(&j, '}');
    }
    if (many)
        json_close(&j, ']');
    printf("%.*s\n", STR_ARG(buf_view(&b)));
    buf_free(&b);
}

static void print_user(const struct user_row *u)
{
    const char *state = !u->is_active     ? "deactivated"
                        : u->has_password ? "active"
                                          : "not activated";
    printf("%-12.*s %-13s %.*s  %.*s\n", STR_ARG(u->role), state, STR_ARG(u->email),
           STR_ARG(u->name));
}

static void print(const struct args *a, const struct user_job *u, bool many)
{
    if (args_json(a)) {
        print_json(u, many);
        return;
    }
    for (size_t i = 0; i < (many ? u->n : 1); i++)
        print_user(many ? &u->all[i] : &u->user);
    if (!many && !str_is_null(u->link.token))
        command_link_print(&u->link);
}

/* What the words after `user` may be. */
static const struct verb {
    const char *name;
    size_t words; /* behind it */
    int (*fn)(struct change *c, struct tx *tx);
} verbs[] = {
    {"list", 0, list},
    {"add", 1, add},
    {"link", 1, new_link},
    {"deactivate", 1, deactivate},
    {"activate", 1, activate},
    {"role", 2, set_role},
    {"totp-reset", 1, totp_reset},
};

static bool role_take(struct str text, enum role *out)
{
    *out = role_parse(text);
    if (*out == ROLE_NONE_)
        cli_usage("user: there is no role \"%.*s\"", STR_ARG(text));
    return *out != ROLE_NONE_;
}

/* The words and options that a verb needs. */
static bool words_take(const struct args *a, const struct verb *v, const char *const *words,
                       struct user_job *u)
{
    if (v->words > 0 && !command_email(a, str_c(words[0]), &u->email))
        return false;
    if (v->fn == set_role)
        return role_take(str_c(words[1]), &u->role);
    if (v->fn != add)
        return true;
    u->name = args_text(a, "name");
    if (str_is_null(u->name))
        u->name = u->email;
    return role_take(args_text(a, "role"), &u->role) &&
           (!args_flag(a, "password-stdin") || command_password(a, &u->hash));
}

int user_run(const struct args *a)
{
    struct user_job u = {.link = {.token = STR_NULL}};
    const struct verb *verb = NULL;
    const char *const *rest;
    size_t n = args_rest(a, &rest);
    for (size_t i = 0; n > 0 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(rest[0], verbs[i].name) == 0)
            verb = &verbs[i];
    if (!verb)
        return cli_usage("user: say list, add, link, deactivate, activate, role or totp-reset");
    if (n - 1 != verb->words)
        return cli_usage("user %s: takes %zu word%s", verb->name, verb->words,
                         verb->words == 1 ? "" : "s");
    if (!words_take(a, verb, rest + 1, &u))
        return EXIT_USAGE;
    int status = command_change(a, false, verb->fn, &u);
    if (status == EXIT_OK)
        print(a, &u, verb->fn == list);
    return status;
}

const struct opt user_opts[] = {
    {"company", OPT_TEXT, "SLUG", NULL, "where there are several companies"},
    {"name", OPT_TEXT, "TEXT", NULL, "add: as people write it"},
    {"role", OPT_TEXT, "ROLE", "CASHIER",
     "add: SUPER_ADMIN, ADMIN, MANAGER, CASHIER, STAFF, DELIVERY or CUSTOMER"},
    {"password-stdin", OPT_FLAG, NULL, NULL,
     "add: reads the password from standard input; else a one-time link is printed"},
    {NULL},
};
