/* What all kinds of imports share. */
#include "imports/kind.h"
#include "base/json_out.h"
#include "imports/imports_priv.h"
#include <stdlib.h>

const struct uuid import_before_all = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

const char *const import_kind_names[] = {"customers", "orders", "users", NULL};
const struct import_kind *const import_kinds[] = {&import_customers, &import_orders, &import_users};

const struct import_kind *import_kind_named(struct str name)
{
    for (size_t i = 0; import_kind_names[i]; i++)
        if (str_eq(name, str_c(import_kind_names[i])))
            return import_kinds[i];
    return NULL;
}

void outcome_reject(struct outcome *o, const char *field, struct str reason)
{
    *o = (struct outcome){.verdict = VERDICT_REJECTED, .field = field, .reason = reason};
}

uint64_t import_hash(char kind, struct str text)
{
    uint64_t h = (UINT64_C(14695981039346656037) ^ (unsigned char)kind) * UINT64_C(1099511628211);

    for (size_t i = 0; i < text.n; i++) /* FNV-1a */
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    h ^= h >> 32;
    return h ? h : 1;
}

enum { LIST_MOST = 8 * 1024 * 1024 }; /* of a statement's JSON */

/* Open addressing over hashes of the texts: of 1,000,000 texts two share a
 * hash once in 30 million dry runs, and a dry run is only a forecast. */
struct seen {
    struct uuid company, batch; /* of a set in the store; batch nil: in memory */
    uint64_t *v;                /* 0: free */
    size_t room;                /* a power of two */
    size_t n;
};

struct seen *seen_new(const struct import *x)
{
    struct seen *s = calloc(1, sizeof(*s));

    if (!s || !(s->v = calloc(1024, sizeof(*s->v))))
        abort();
    s->room = 1024;
    s->company = x->company->id;
    s->batch = x->batch;
    return s;
}

void seen_free(struct seen **s)
{
    if (*s) {
        free((*s)->v);
        free(*s);
    }
    *s = NULL;
}

static bool put(uint64_t *v, size_t room, uint64_t h)
{
    size_t i = h & (room - 1);

    while (v[i] && v[i] != h)
        i = (i + 1) & (room - 1);
    bool there = v[i] == h;
    v[i] = h;
    return there;
}

static void grow(struct seen *s)
{
    uint64_t *v = calloc(s->room * 2, sizeof(*v));

    if (!v)
        abort();
    for (size_t i = 0; i < s->room; i++)
        if (s->v[i])
            put(v, s->room * 2, s->v[i]);
    free(s->v);
    s->v = v;
    s->room *= 2;
}

static bool put_growing(struct seen *s, uint64_t h)
{
    if (s->n * 2 >= s->room)
        grow(s);
    bool there = put(s->v, s->room, h);
    s->n += !there;
    return there;
}

int seen_add(struct seen *s, struct tx *tx, char kind, struct str text)
{
    uint64_t h = import_hash(kind, text);

    if (uuid_is_nil(s->batch))
        return put_growing(s, h);
    int made = import_seen_insert(tx, s->company, s->batch, (int64_t)h);
    return made < 0 ? made : made == 0;
}

static int by_hash(const void *a, const void *b)
{
    int64_t x = ((const struct import_seen_add_row *)a)->hash,
            y = ((const struct import_seen_add_row *)b)->hash;

    return (x > y) - (x < y);
}

/* The hashes go to the store in one statement; the first of each that came
 * back as new was not there. */
static int add_stored(struct seen *s, struct tx *tx, struct arena *a, const uint64_t *h, size_t n,
                      bool *there)
{
    struct import_seen_add_row *fresh;
    size_t nfresh = 0;
    struct buf b;

    buf_init(&b, LIST_MOST);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_int(&j, (int64_t)h[i]);
    json_close(&j, ']');
    int rc = import_seen_add(tx, s->company, s->batch, buf_view(&b), &fresh, &nfresh);
    buf_free(&b);
    if (rc < 0)
        return rc;
    if (nfresh > 1)
        qsort(fresh, nfresh, sizeof *fresh, by_hash);
    bool *met = ARENA_ARRAY(a, bool, nfresh + 1);
    for (size_t i = 0; i < n; i++) {
        struct import_seen_add_row key = {(int64_t)h[i]};
        const struct import_seen_add_row *f =
            nfresh ? bsearch(&key, fresh, nfresh, sizeof *fresh, by_hash) : NULL;
        there[i] = !f || met[f - fresh];
        if (f)
            met[f - fresh] = true;
    }
    return 0;
}

int seen_add_all(struct seen *s, struct tx *tx, struct arena *a, const uint64_t *h, size_t n,
                 bool *there)
{
    if (n > 0 && !uuid_is_nil(s->batch))
        return add_stored(s, tx, a, h, n, there);
    for (size_t i = 0; i < n; i++)
        there[i] = put_growing(s, h[i]);
    return 0;
}
