/* `clientele serve`: puts the services together in the order in which they
 * need each other, waits for a signal, takes them apart again.
 *
 * A PostgreSQL that is away at the start is no reason to go: the program
 * listens, answers 503, and brings the schema up as soon as the server is
 * there. A store that a newer program made is: nothing good can come of it. */
#include "app.h"
#include "auth/passwords.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/paths.h"
#include "exec/exec.h"
#include "http/metrics.h"
#include "http/route.h"
#include "http/server.h"
#include "imports/demo.h"
#include "messages/messages.h"
#include "slices.h"
#include "store/migrate.h"
#include "store/store.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STOP_WITHIN_S = 10 };

/* What `serve` holds while it runs. */
struct serving {
    const struct args *args;
    struct arena *arena; /* process lifetime */
    struct app app;
    struct server *server;
    struct sender *sender; /* of messages */
    sigset_t signals;      /* those that end it, blocked in every thread */
};

/* Tells systemd, when it is the one who started us (sd_notify(3)). */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;

    if (n == 0 || n >= sizeof(to.sun_path))
        return;
    memcpy(to.sun_path, path, n);
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0'; /* abstract namespace */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, len) < 0)
        log_warn("serve.notify", LOG_C("error", strerror(errno)));
    close(fd);
}

static void signals_block(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* 1 the schema is current, 0 the store is away for now, negative: give up. */
static int schema_up(struct serving *s, struct str *why)
{
    struct arena *scratch = arena_new(64 * 1024);
    int rc;

    if (args_flag(s->args, "no-migrate"))
        rc = migrate_check(s->app.store, scratch, why);
    else
        rc = migrate_up(s->app.store, 0, scratch, why);
    *why = arena_str(s->arena, *why);
    arena_free(&scratch);
    if (rc == ERR_STORE_DOWN || rc == ERR_BUSY || rc == ERR_RETRY || rc == ERR_OUTCOME_UNKNOWN)
        return store_engine(s->app.store) == ENGINE_POSTGRES ? 0 : rc;
    return rc < 0 ? rc : 1;
}

static int services_start(struct serving *s, struct str *why)
{
    struct app *app = &s->app;
    struct store_options o = {
        .commit_deadline_us = setting_int(app->settings, SETTING_COMMIT_DEADLINE),
        .statement_deadline_us = setting_int(app->settings, SETTING_DEADLINE),
        .create = true,
    };
    struct str url = setting_text(app->settings, SETTING_STORE);
    int rc = store_open(&app->store, arena_cstr(s->arena, url), &o, s->arena, why);

    if (rc < 0)
        return rc;
    rc = schema_up(s, why);
    if (rc < 0)
        return rc;
    app->schema_waiting = rc == 0;
    if (rc == 1 && args_flag(s->args, "demo")) {
        *why = STR("the demo company cannot be made");
        rc = demo_greet(app->store, s->arena);
        if (rc < 0)
            return rc;
    }
    rc = tokens_open(&app->tokens, key_file_path(app->settings, s->arena), s->arena, why);
    if (rc < 0)
        return rc;
    *why = STR("the services cannot start");
    rc = passwords_start(&app->passwords,
                         (size_t)setting_int(app->settings, SETTING_PASSWORD_QUEUE));
    if (rc < 0)
        return rc;
    app->metrics = metrics_new(all_routes, all_route_count);
    app->router = router_new(s->arena, all_routes, all_route_count);
    app->openapi = openapi_print(all_routes, all_route_count, s->arena);
    app->docs = docs_page(all_routes, all_route_count, s->arena);
    app->log_messages =
        setting_bool(app->settings, SETTING_MESSAGES_LOG) || args_flag(s->args, "demo");
    rc = exec_start(app, &app->exec);
    if (rc < 0)
        return rc;
    rc = sender_start(app, &s->sender);
    if (rc < 0)
        return rc;
    return server_start(app, &s->server, s->arena, why);
}

static void services_stop(struct serving *s)
{
    server_stop(&s->server);
    sender_stop(&s->sender);
    exec_stop(&s->app.exec);
    passwords_stop(&s->app.passwords);
    metrics_free(&s->app.metrics);
    tokens_free(&s->app.tokens);
    store_close(&s->app.store);
}

static void announce(const struct serving *s)
{
    struct str name = store_name(s->app.store);

    if (args_json(s->args)) {
        struct buf b;
        buf_init(&b, 64 * 1024);
        struct json_out j = json_out(&b);
        json_open(&j, '{');
        json_key(&j, STR("url"));
        json_text(&j, s->app.url);
        json_key(&j, STR("store"));
        json_text(&j, name);
        json_key(&j, STR("pid"));
        json_int(&j, getpid());
        json_close(&j, '}');
        printf("%.*s\n", (int)b.n, b.p);
        buf_free(&b);
    } else {
        printf("clientele: serving %.*s from %.*s\n", STR_ARG(s->app.url), STR_ARG(name));
    }
    fflush(stdout);
}

/* Until a signal ends it. The wait is also the clock by which a schema that
 * could not be brought up at the start is tried again. */
static int wait_for_end(struct serving *s)
{
    const struct timespec second = {.tv_sec = 1};
    struct str why = STR_NULL;

    for (;;) {
        int sig = sigtimedwait(&s->signals, NULL, s->app.schema_waiting ? &second : NULL);
        if (sig == SIGHUP) {
            log_info("serve.hangup", LOG_C("effect", "none"));
        } else if (sig > 0) {
            log_info("serve.stopping", LOG_I("signal", sig));
            return EXIT_OK;
        } else if (s->app.schema_waiting) {
            int rc = schema_up(s, &why);
            if (rc < 0)
                return cli_fail("%.*s", STR_ARG(why));
            if (rc == 1) {
                s->app.schema_waiting = false;
                log_info("serve.schema_ready", LOG_C("store", "back"));
            }
        }
    }
}

/* The last resort of a stop that hangs: what is acknowledged is durable. */
static void stop_late(int sig)
{
    static const char text[] = "clientele: something did not stop in time\n";
    (void)sig;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(EXIT_FAILED);
    _exit(EXIT_FAILED);
}

static int serve_run(const struct args *a)
{
    struct serving s = {.args = a, .arena = args_arena(a)};
    struct str why = STR_NULL;
    int status;

    s.app.settings = args_settings(a);
    signals_block(&s.signals);
    int rc = services_start(&s, &why);
    if (rc < 0) {
        status = cli_fail("%.*s", STR_ARG(str_is_null(why) ? str_c(err_row(rc)->message) : why));
        if (rc == ERR_USAGE)
            status = EXIT_USAGE;
    } else {
        announce(&s);
        if (s.app.schema_waiting)
            log_warn("serve.store_away", LOG_C("effect", "503 until it answers"));
        notify("READY=1");
        status = wait_for_end(&s);
        notify("STOPPING=1");
    }
    signal(SIGALRM, stop_late);
    alarm(STOP_WITHIN_S);
    services_stop(&s);
    alarm(0);
    return status;
}

static const struct opt serve_opts[] = {
    {"demo", OPT_FLAG, NULL, NULL,
     "make the demo company first when the store has no company yet; messages-log is on"},
    {"no-migrate", OPT_FLAG, NULL, NULL,
     "do not bring the schema up; refuse to run unless it is current"},
    {NULL},
};

const struct command serve_command = {
    .name = "serve",
    .usage = "[--listen ADDR:PORT] [--demo] [--no-migrate]",
    .help = "serve the API and the pages\n"
            "Brings the store's schema up, listens, and prints the address on standard output. "
            "SIGTERM or SIGINT finish what is running and stop within ten seconds. A PostgreSQL "
            "that is away is waited for: /healthz says 200, /readyz and the API 503 meanwhile.",
    .opts = serve_opts,
    .store = true,
    .run = serve_run,
    .settings = SETTINGS_ALL,
};
