/* A statement of the catalogue held against the server, without running it:
 * are its parameters and columns what its signature says? */
#include "store/postgres_priv.h"

static int describe(PGconn *pg, const struct stmt *s, struct arena *a, struct str *why)
{
    Oid types[PG_PARAMS];
    pg_types(s, types);
    PGresult *r = PQprepare(pg, "", s->postgres, (int)s->nparams, types);
    int rc = PQresultStatus(r) == PGRES_COMMAND_OK ? 0 : ERR_INTERNAL;
    if (rc == 0) {
        PQclear(r);
        r = PQdescribePrepared(pg, "");
        rc = PQresultStatus(r) == PGRES_COMMAND_OK ? 0 : ERR_INTERNAL;
    }
    if (rc < 0) {
        *why = arena_printf(a, "%s", PQresultErrorMessage(r));
    } else if ((size_t)PQnparams(r) != s->nparams || (s->ncols && pg_wrong_column(r, s) == -2)) {
        *why = arena_printf(a, "has %d parameters and %d columns", PQnparams(r), PQnfields(r));
        rc = ERR_INTERNAL;
    } else if (s->ncols && pg_wrong_column(r, s) >= 0) {
        *why = arena_printf(a, "column %s is of another type; use CAST",
                            s->cols[pg_wrong_column(r, s)].name);
        rc = ERR_INTERNAL;
    }
    PQclear(r);
    return rc;
}

int pg_prepare(struct conn *conn, const struct stmt *s, struct arena *a, struct str *why)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    int rc = pg_connected(c);
    if (rc < 0) {
        *why = arena_printf(a, "%s", conn->trouble);
        return rc;
    }
    if (PQexitPipelineMode(c->pg) != 1)
        return ERR_INTERNAL;
    rc = describe(c->pg, s, a, why);
    if (PQstatus(c->pg) != CONNECTION_OK || PQenterPipelineMode(c->pg) != 1)
        pg_drop(c);
    return rc;
}
