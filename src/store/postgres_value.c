/* Values between C and PostgreSQL, in binary both ways: times count from
 * 2000-01-01 there, jsonb begins with its version, numbers are big-endian. */
#include "base/clock.h"
#include "store/postgres_priv.h"
#include <assert.h>
#include <endian.h>

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950,
    OID_JSONB = 3802,
};

static const int64_t epoch_days = 10957; /* 1970-01-01 to 2000-01-01 */
static const int64_t epoch_us = 10957 * DAY_US;
enum { JSONB_VERSION = 1 };

void pg_types(const struct stmt *s, Oid types[PG_PARAMS])
{
    static const Oid oids[] = {
        [SQL_UUID] = OID_UUID,  [SQL_TEXT] = OID_TEXT,        [SQL_INT] = OID_INT8,
        [SQL_BOOL] = OID_BOOL,  [SQL_TIME] = OID_TIMESTAMPTZ, [SQL_DATE] = OID_DATE,
        [SQL_JSON] = OID_JSONB, [SQL_BLOB] = OID_BYTEA,
    };
    assert(s->nparams <= PG_PARAMS);
    for (size_t i = 0; i < s->nparams; i++)
        types[i] = oids[s->params[i].type];
}

static int put_i64(char room[8], int64_t v)
{
    uint64_t big = htobe64((uint64_t)v);
    memcpy(room, &big, 8);
    return 8;
}

static int put_i32(char room[8], int32_t v)
{
    uint32_t big = htobe32((uint32_t)v);
    memcpy(room, &big, 4);
    return 4;
}

static void bind_number(struct pg_params *p, size_t i, enum sql_type type, int64_t v)
{
    if (v == I64_NULL)
        return;
    p->values[i] = p->room[i];
    p->lengths[i] = type == SQL_DATE   ? put_i32(p->room[i], (int32_t)(v - epoch_days))
                    : type == SQL_TIME ? put_i64(p->room[i], v - epoch_us)
                                       : put_i64(p->room[i], v);
}

static void bind_text(struct pg_params *p, size_t i, enum sql_type type, struct str text,
                      struct arena *a)
{
    if (!text.p)
        return;
    assert(text.n < INT32_MAX);
    p->values[i] = text.p;
    p->lengths[i] = (int)text.n;
    if (type == SQL_JSON) {
        char *copy = arena_bytes(a, text.n + 1);
        copy[0] = JSONB_VERSION;
        if (text.n)
            memcpy(copy + 1, text.p, text.n);
        p->values[i] = copy;
        p->lengths[i]++;
    }
}

void pg_bind(struct pg_params *p, const struct stmt *s, const union sql_value *v, struct arena *a)
{
    for (size_t i = 0; i < s->nparams; i++) {
        enum sql_type type = s->params[i].type;
        p->values[i] = NULL;
        p->lengths[i] = 0;
        p->formats[i] = 1;
        switch (type) {
        case SQL_UUID:
            if (s->params[i].nullable && uuid_is_nil(v[i].id))
                break;
            p->values[i] = (const char *)v[i].id.b;
            p->lengths[i] = 16;
            break;
        case SQL_BOOL:
            p->room[i][0] = v[i].b;
            p->values[i] = p->room[i];
            p->lengths[i] = 1;
            break;
        case SQL_INT:
        case SQL_TIME:
        case SQL_DATE:
            bind_number(p, i, type, v[i].i);
            break;
        case SQL_TEXT:
        case SQL_JSON:
        case SQL_BLOB:
            bind_text(p, i, type, v[i].text, a);
            break;
        }
    }
}

static bool fits(enum sql_type type, Oid oid)
{
    switch (type) {
    case SQL_UUID:
        return oid == OID_UUID;
    case SQL_TEXT:
        return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR || oid == OID_NAME;
    case SQL_INT:
        return oid == OID_INT8 || oid == OID_INT4 || oid == OID_INT2;
    case SQL_BOOL:
        return oid == OID_BOOL;
    case SQL_TIME:
        return oid == OID_TIMESTAMPTZ;
    case SQL_DATE:
        return oid == OID_DATE;
    case SQL_JSON:
        return oid == OID_JSONB || oid == OID_JSON;
    case SQL_BLOB:
        return oid == OID_BYTEA;
    }
    return false;
}

int pg_wrong_column(const PGresult *r, const struct stmt *s)
{
    if ((size_t)PQnfields(r) != s->ncols)
        return -2;
    for (size_t i = 0; i < s->ncols; i++)
        if (!fits(s->cols[i].type, PQftype(r, (int)i)))
            return (int)i;
    return -1;
}

static int64_t get_number(const char *p, int n)
{
    uint64_t b8;
    uint32_t b4;
    uint16_t b2;
    switch (n) {
    case 8:
        memcpy(&b8, p, 8);
        return (int64_t)be64toh(b8);
    case 4:
        memcpy(&b4, p, 4);
        return (int32_t)be32toh(b4);
    default:
        memcpy(&b2, p, 2);
        return (int16_t)be16toh(b2);
    }
}

static void read_null(const struct sql_col *c, void *to)
{
    switch (c->type) {
    case SQL_UUID:
        *(struct uuid *)to = UUID_NIL;
        break;
    case SQL_BOOL:
        *(bool *)to = false;
        break;
    case SQL_INT:
    case SQL_TIME:
    case SQL_DATE:
        *(int64_t *)to = I64_NULL;
        break;
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BLOB:
        *(struct str *)to = STR_NULL;
        break;
    }
}

static void read_value(const struct sql_col *c, Oid oid, const char *p, int n, struct arena *a,
                       void *to)
{
    switch (c->type) {
    case SQL_UUID:
        memcpy(((struct uuid *)to)->b, p, 16);
        break;
    case SQL_BOOL:
        *(bool *)to = *p != 0;
        break;
    case SQL_INT:
        *(int64_t *)to = get_number(p, n);
        break;
    case SQL_TIME:
        *(int64_t *)to = get_number(p, n) + epoch_us;
        break;
    case SQL_DATE:
        *(int64_t *)to = get_number(p, n) + epoch_days;
        break;
    case SQL_JSON:
        if (oid == OID_JSONB && n > 0) {
            p++;
            n--;
        }
        *(struct str *)to = arena_str(a, (struct str){p, (size_t)n});
        break;
    case SQL_TEXT:
    case SQL_BLOB:
        *(struct str *)to = arena_str(a, (struct str){p, (size_t)n});
        break;
    }
}

void pg_read_row(const PGresult *r, int at, const struct stmt *s, struct arena *a, char *row)
{
    for (size_t i = 0; i < s->ncols; i++) {
        const struct sql_col *c = &s->cols[i];
        int f = (int)i;
        if (PQgetisnull(r, at, f))
            read_null(c, row + c->offset);
        else
            read_value(c, PQftype(r, f), PQgetvalue(r, at, f), PQgetlength(r, at, f), a,
                       row + c->offset);
    }
}
