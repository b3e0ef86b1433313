/* Connecting to PostgreSQL and noticing that it went away. A password never
 * leaves the URL: not into names, not into errors, not into logs. */
#include "base/clock.h"
#include "base/log.h"
#include "store/postgres_priv.h"
#include <poll.h>
#include <stdlib.h>

enum { OLDEST_SERVER = 150000, KEYWORDS = 64 };
static const int64_t pause_us = SECOND_US / 2; /* between attempts that failed */
static const int64_t idle_us = SECOND_US;      /* after this a connection is looked at first */

static const char *option(const PQconninfoOption *v, const char *key)
{
    for (; v->keyword; v++)
        if (strcmp(v->keyword, key) == 0)
            return v->val && *v->val ? v->val : NULL;
    return NULL;
}

static char *name_for_people(const PQconninfoOption *v)
{
    const char *user = option(v, "user"), *host = option(v, "host"), *port = option(v, "port");
    const char *database = option(v, "dbname");
    char *name = NULL;
    if (asprintf(&name, "postgresql://%s%s%s%s%s/%s", user ? user : "", user ? "@" : "",
                 host ? host : "", port ? ":" : "", port ? port : "", database ? database : "") < 0)
        abort();
    return name;
}

int pg_store_open(struct store *s, struct arena *a, struct str *why)
{
    (void)a;
    char *message = NULL; /* may repeat the URL with its password: not shown */
    PQconninfoOption *v = PQconninfoParse(s->url, &message);
    PQfreemem(message);
    if (!v) {
        s->name = strdup("postgresql://");
        *why = STR("the PostgreSQL URL cannot be understood; it looks like "
                   "postgresql://USER@HOST:PORT/DATABASE");
        return ERR_USAGE;
    }
    s->name = name_for_people(v);
    PQconninfoFree(v);
    return 0;
}

struct keywords {
    const char *keys[KEYWORDS], *values[KEYWORDS];
    size_t n;
    char options[512];
};

static void put(struct keywords *k, const char *key, const char *value)
{
    if (!value || k->n + 1 >= KEYWORDS)
        return;
    k->keys[k->n] = key;
    k->values[k->n++] = value;
    k->keys[k->n] = k->values[k->n] = NULL;
}

/* What the URL says, and our presets where it says nothing. */
static void fill(struct keywords *k, const PQconninfoOption *v, const struct store *s)
{
    static const struct {
        const char *key, *value;
    } presets[] = {
        {"connect_timeout", "5"},          {"client_encoding", "UTF8"},
        {"keepalives_idle", "15"},         {"keepalives_interval", "5"},
        {"keepalives_count", "3"},         {"tcp_user_timeout", "20000"},
        {"application_name", "clientele"},
    };
    for (const PQconninfoOption *o = v; o->keyword; o++)
        if (strcmp(o->keyword, "options") != 0)
            put(k, o->keyword, o->val && *o->val ? o->val : NULL);
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (!option(v, presets[i].key))
            put(k, presets[i].key, presets[i].value);
    const char *host = option(v, "host");
    const char *attrs = option(v, "target_session_attrs");
    if (host && strchr(host, ',') && (!attrs || strcmp(attrs, "any") == 0))
        put(k, "target_session_attrs", "read-write");
    const char *theirs = option(v, "options");
    /* Every statement has its index. Without the hint, plans made while a table
     * was still small read the whole of it for minutes, foreign keys' too. No
     * statement runs so long that it is worth compiling (jit), which the planner
     * thinks of a list of a large table before it thinks of its LIMIT. */
    snprintf(k->options, sizeof k->options,
             "-c enable_seqscan=off -c jit=off -c lock_timeout=%lld -c "
             "idle_in_transaction_session_timeout=60000 %s",
             (long long)(s->options.busy_us / 1000), theirs ? theirs : "");
    put(k, "options", k->options);
}

/* libpq's words on one line; they hold host, port and user, never a password. */
static void note_trouble(struct pg_conn *c, const char *message)
{
    char *to = c->conn.trouble;
    snprintf(to, sizeof c->conn.trouble, "%s", message);
    for (char *p = to; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = p[1] ? ' ' : 0;
}

static void ignore_notice(void *arg, const PGresult *r)
{
    (void)arg;
    (void)r;
}

static PGconn *dial(struct pg_conn *c)
{
    char *message = NULL;
    PQconninfoOption *v = PQconninfoParse(c->conn.store->url, &message);
    PQfreemem(message);
    if (!v)
        return NULL;
    struct keywords k = {.n = 0};
    fill(&k, v, c->conn.store);
    PGconn *pg = PQconnectdbParams(k.keys, k.values, 0);
    PQconninfoFree(v);
    if (!pg)
        abort();
    if (PQstatus(pg) != CONNECTION_OK) {
        note_trouble(c, PQerrorMessage(pg));
    } else if (PQserverVersion(pg) < OLDEST_SERVER) {
        note_trouble(c, "the server is older than PostgreSQL 15");
    } else if (PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1) {
        PQsetNoticeReceiver(pg, ignore_notice, NULL);
        return pg;
    }
    PQfinish(pg);
    return NULL;
}

void pg_drop(struct pg_conn *c)
{
    if (!c->pg)
        return;
    PQfinish(c->pg);
    c->pg = NULL;
    c->nops = c->presumed = c->unsent = 0;
    for (size_t i = 0; i < c->prepared.cap; i++)
        if (c->prepared.slots[i].key)
            free(c->prepared.slots[i].value);
    stmt_map_free(&c->prepared);
    c->names = 0;
}

/* A connection that has been silent may have been closed by the server. */
static bool still_there(struct pg_conn *c)
{
    for (int i = 0; i < 3; i++) {
        struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN | POLLRDHUP};
        int n = poll(&p, 1, 0);
        if (n == 0)
            return true;
        if (n < 0 || p.revents & (POLLERR | POLLHUP | POLLRDHUP | POLLNVAL))
            return false;
        if (!PQconsumeInput(c->pg) || PQstatus(c->pg) != CONNECTION_OK)
            return false;
        (void)PQisBusy(c->pg); /* takes in what the server says by itself */
    }
    return PQstatus(c->pg) == CONNECTION_OK;
}

int pg_connected(struct pg_conn *c)
{
    int64_t now = clock_mono();
    if (c->pg && now - c->used_at > idle_us && !still_there(c))
        pg_drop(c);
    if (c->pg)
        return 0;
    if (now < c->retry_after)
        return ERR_STORE_DOWN;
    struct store *s = c->conn.store;
    c->pg = dial(c);
    if (!c->pg) {
        c->retry_after = clock_mono() + pause_us;
        if (!atomic_exchange(&s->away, true)) /* said once, not twice a second */
            log_warn("store cannot be reached", LOG_C("store", s->name),
                     LOG_C("why", c->conn.trouble));
        return ERR_STORE_DOWN;
    }
    if (atomic_exchange(&s->away, false))
        log_info("store is reached again", LOG_C("store", s->name));
    c->conn.trouble[0] = 0;
    c->used_at = clock_mono();
    return 0;
}
