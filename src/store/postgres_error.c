/* SQLSTATE to ERR_…. Citus leaves the diagnostic fields for constraint, table
 * and column empty and names the shard in its message, so the name is looked
 * for there too. Messages hold values and are never logged. */
#include "base/log.h"
#include "store/postgres_priv.h"
#include <ctype.h>

static const struct {
    const char *state; /* SQLSTATE, or its beginning */
    int err;
} states[] = {
    {"40001", ERR_RETRY},         {"40P01", ERR_RETRY},
    {"55P03", ERR_IN_PROGRESS}, /* lock_timeout */
    {"23505", ERR_CONSTRAINT},    {"23503", ERR_CONSTRAINT},
    {"23502", ERR_CONSTRAINT},    {"23514", ERR_CONSTRAINT},
    {"53100", ERR_STORE_FULL},    {"53200", ERR_STORE_FULL},
    {"53300", ERR_STORE_DOWN},                            /* too many connections */
    {"57P0", ERR_STORE_DOWN},                             /* shutting down, crashed, starting up */
    {"57014", ERR_TIMEOUT},                               /* cancelled */
    {"25P03", ERR_STORE_DOWN},                            /* idle in a transaction for too long */
    {"25006", ERR_STORE_DOWN},                            /* read-only: failed over */
    {"08", ERR_STORE_DOWN},       {"58", ERR_STORE_FULL}, /* I/O error of the server */
    {"XX001", ERR_STORE_CORRUPT}, {"XX002", ERR_STORE_CORRUPT},
    {"26000", ERR_RETRY}, /* the prepared statement is gone */
};

static const char *field(const PGresult *r, int which)
{
    const char *v = PQresultErrorField(r, which);
    return v ? v : "";
}

static bool plan_is_stale(const PGresult *r)
{
    const char *state = field(r, PG_DIAG_SQLSTATE);
    return strcmp(state, "26000") == 0 ||
           (strcmp(state, "0A000") == 0 &&
            strstr(field(r, PG_DIAG_MESSAGE_PRIMARY), "cached plan must not change result type"));
}

static void strip_shard(char *name)
{
    size_t n = strlen(name), digits = 0;
    while (digits < n && isdigit((unsigned char)name[n - digits - 1]))
        digits++;
    if (digits >= 6 && digits < n && name[n - digits - 1] == '_')
        name[n - digits - 1] = 0;
}

/* The k-th text in double quotes. */
static void quoted(const char *message, int k, char *out, size_t size)
{
    *out = 0;
    const char *p = message;
    for (int at = 0; (p = strchr(p, '"')) != NULL; at++) {
        size_t n = strcspn(p + 1, "\"");
        if (at == k) {
            snprintf(out, size, "%.*s", (int)n, p + 1);
            return;
        }
        p += n + 1;
        if (*p)
            p++;
    }
}

/* null value in column "C" of relation "T" violates not-null constraint */
static void not_null(const char *message, const char *of_table, const char *of_column, char *out,
                     size_t size)
{
    char table[64], column[64];
    snprintf(table, sizeof table, "%s", of_table);
    snprintf(column, sizeof column, "%s", of_column);
    if (!*column)
        quoted(message, 0, column, sizeof column);
    if (!*table)
        quoted(message, 1, table, sizeof table);
    strip_shard(table);
    snprintf(out, size, "%.63s_%.63s_not_null", table, column);
}

void pg_constraint_name(const char *message, const char *state, const char *name, const char *table,
                        const char *column, char *out, size_t size)
{
    if (strcmp(state, "23502") == 0) {
        not_null(message, table, column, out, size);
        return;
    }
    snprintf(out, size, "%s", name);
    const char *named = strstr(message, "constraint \"");
    if (!*out && named)
        quoted(named, 0, out, size);
    strip_shard(out);
}

bool pg_fatal(const PGresult *r)
{
    const char *state = field(r, PG_DIAG_SQLSTATE);
    const char *severity = field(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    return !*state || strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0 ||
           strcmp(state, "25006") == 0;
}

static void forget_plans(struct pg_conn *c)
{
    for (size_t i = 0; i < c->prepared.cap; i++)
        if (c->prepared.slots[i].key) {
            struct pg_stmt *p = c->prepared.slots[i].value;
            p->state = PG_ABSENT;
            p->checked = false;
        }
}

int pg_error(struct pg_conn *c, const PGresult *r, const char *what)
{
    const char *state = field(r, PG_DIAG_SQLSTATE);
    if (plan_is_stale(r)) {
        forget_plans(c);
        return ERR_RETRY;
    }
    int err = ERR_INTERNAL;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
            err = states[i].err;
    if (err == ERR_CONSTRAINT) {
        pg_constraint_name(field(r, PG_DIAG_MESSAGE_PRIMARY), state,
                           field(r, PG_DIAG_CONSTRAINT_NAME), field(r, PG_DIAG_TABLE_NAME),
                           field(r, PG_DIAG_COLUMN_NAME), c->conn.tx.constraint,
                           sizeof c->conn.tx.constraint);
        return err;
    }
    if (err != ERR_RETRY && err != ERR_IN_PROGRESS)
        log_error("store failed", LOG_C("statement", what), LOG_C("sqlstate", state));
    return err;
}
