/* Is the store sound: the engine's own checks, and the schema's indexes. */
#include "cli/health.h"
#include "doctor.sql.h"
#include "store/migrate.h"
#include "store/store.h"

enum { INDEXES_MAX = 512 };

int health_integrity(struct conn *c, struct arena *a, struct str *why)
{
    struct health_integrity_lines_row *lines = NULL;
    struct health_orphans_row *orphans = NULL;
    size_t n = 0, norphans = 0;
    struct tx *tx = NULL;
    int rc = tx_begin(c, TX_READ, a, &tx);

    if (rc == 0)
        rc = health_integrity_lines(tx, &lines, &n);
    if (rc == 0)
        rc = health_orphans(tx, &orphans, &norphans);
    if (tx)
        tx_rollback(&tx);
    if (rc < 0) {
        *why = str_c(err_row(rc)->message);
        return rc;
    }
    if (n == 1 && str_eq(lines[0].line, STR("ok")) && norphans == 0)
        return 0;
    *why = n == 1 && norphans ? orphans[0].line : n ? lines[0].line : STR("nothing was checked");
    return ERR_STORE_CORRUPT;
}

/* The word after a phrase: "CREATE INDEX customers_name ON" -> customers_name. */
static struct str word_after(const char *at, const char *phrase)
{
    const char *p = at + strlen(phrase);
    size_t n = strcspn(p, " \n(;");

    return (struct str){p, n};
}

static bool contains(const struct strs *list, struct str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->v[i], s))
            return true;
    return false;
}

/* What all migrations together leave behind: made and not dropped later. */
static struct strs expected_indexes(enum engine engine, struct arena *a)
{
    static const char *const makes[] = {"CREATE INDEX ", "CREATE UNIQUE INDEX "};
    static const char drops[] = "DROP INDEX ";
    struct str *v = ARENA_ARRAY(a, struct str, INDEXES_MAX);
    struct strs list = {v, 0};

    for (size_t m = 0; m < migration_count; m++) {
        const char *sql = migrations[m].up[engine];
        for (size_t k = 0; k < 2; k++)
            for (const char *at = strstr(sql, makes[k]); at; at = strstr(at + 1, makes[k]))
                if (list.n < INDEXES_MAX)
                    v[list.n++] = word_after(at, makes[k]);
        for (const char *at = strstr(sql, drops); at; at = strstr(at + 1, drops))
            for (size_t i = 0; i < list.n; i++)
                if (str_eq(v[i], word_after(at, drops)))
                    v[i] = v[--list.n];
    }
    return list;
}

int health_missing_indexes(struct conn *c, struct arena *a, struct strs *missing)
{
    struct health_indexes_row *rows = NULL;
    struct tx *tx = NULL;
    size_t n = 0;
    int rc = tx_begin(c, TX_READ, a, &tx);

    if (rc < 0)
        return rc;
    struct strs want = expected_indexes(tx_engine(tx), a);
    rc = health_indexes(tx, &rows, &n);
    tx_rollback(&tx);
    if (rc < 0)
        return rc;
    struct str *have = ARENA_ARRAY(a, struct str, n), *lack = ARENA_ARRAY(a, struct str, want.n);
    for (size_t i = 0; i < n; i++)
        have[i] = rows[i].name;
    struct strs present = {have, n};
    missing->n = 0;
    for (size_t i = 0; i < want.n; i++)
        if (!contains(&present, want.v[i]))
            lack[missing->n++] = want.v[i];
    missing->v = lack;
    return 0;
}
