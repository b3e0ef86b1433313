/* Values between C and SQLite: uuids and bytes are blobs, everything else that
 * is no text is an integer. */
#include "base/clock.h"
#include "store/sqlite_priv.h"

int sqlite_bind(sqlite3_stmt *st, const struct stmt *s, const union sql_value *v)
{
    for (size_t i = 0; i < s->nparams; i++) {
        int at = (int)i + 1, rc = SQLITE_OK;
        switch (s->params[i].type) {
        case SQL_UUID:
            rc = s->params[i].nullable && uuid_is_nil(v[i].id)
                     ? sqlite3_bind_null(st, at)
                     : sqlite3_bind_blob(st, at, v[i].id.b, 16, SQLITE_STATIC);
            break;
        case SQL_TEXT:
        case SQL_JSON: /* a null pointer binds NULL */
            rc = sqlite3_bind_text64(st, at, v[i].text.p, v[i].text.n, SQLITE_STATIC, SQLITE_UTF8);
            break;
        case SQL_BLOB:
            rc = sqlite3_bind_blob64(st, at, v[i].text.p, v[i].text.n, SQLITE_STATIC);
            break;
        case SQL_BOOL:
            rc = sqlite3_bind_int(st, at, v[i].b);
            break;
        case SQL_INT:
        case SQL_TIME:
        case SQL_DATE:
            rc =
                v[i].i == I64_NULL ? sqlite3_bind_null(st, at) : sqlite3_bind_int64(st, at, v[i].i);
            break;
        }
        if (rc != SQLITE_OK)
            return sqlite_error(rc);
    }
    return 0;
}

static struct str column_bytes(sqlite3_stmt *st, int at, enum sql_type type, struct arena *a)
{
    if (sqlite3_column_type(st, at) == SQLITE_NULL)
        return STR_NULL;
    /* The pointer first, the length then: SQLite's documented order. */
    const void *p =
        type == SQL_BLOB ? sqlite3_column_blob(st, at) : (const void *)sqlite3_column_text(st, at);
    size_t n = (size_t)sqlite3_column_bytes(st, at);
    return arena_str(a, (struct str){p ? p : "", n});
}

void sqlite_read_row(sqlite3_stmt *st, const struct stmt *s, struct arena *a, char *row)
{
    for (size_t i = 0; i < s->ncols; i++) {
        const struct sql_col *c = &s->cols[i];
        void *to = row + c->offset;
        int at = (int)i;
        switch (c->type) {
        case SQL_UUID: {
            const void *p = sqlite3_column_blob(st, at);
            struct uuid id = UUID_NIL;
            if (p && sqlite3_column_bytes(st, at) == 16)
                memcpy(id.b, p, 16);
            *(struct uuid *)to = id;
            break;
        }
        case SQL_TEXT:
        case SQL_JSON:
        case SQL_BLOB:
            *(struct str *)to = column_bytes(st, at, c->type, a);
            break;
        case SQL_BOOL:
            *(bool *)to = sqlite3_column_int(st, at) != 0;
            break;
        case SQL_INT:
        case SQL_TIME:
        case SQL_DATE:
            *(int64_t *)to = sqlite3_column_type(st, at) == SQLITE_NULL
                                 ? I64_NULL
                                 : sqlite3_column_int64(st, at);
            break;
        }
    }
}
