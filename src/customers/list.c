/* Lists of people: one index range for each order, filters row by row but for
 * those that let few through (list_few.c), pages by keyset; and the people
 * served last in a store. */
#include "customers/list_priv.h"

enum { RECENT_PRESET = 20, RECENT_SCAN = 500, KEY_LONGEST = 128 };

int customers_answer_list(struct req *r, const struct customer_row *rows, size_t n, struct str next)
{
    struct customer_view *v = ARENA_ARRAY(r->arena, struct customer_view, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        customer_view_make(r, &rows[i], &v[i]);
    return req_answer_list(r, &customer_row_out, v, n, next);
}

static void page_first(const struct customer_list_in *in, struct page *p)
{
    static const char ff[KEY_LONGEST] = {[0 ... KEY_LONGEST - 1] = (char)0xff};
    p->id = p->down ? id_highest : id_lowest;
    p->name = p->down ? (struct str){ff, sizeof ff} : STR("");
    p->at = p->down ? TIME_LAST : TIME_FIRST;
    /* The range of the index itself begins at the filter of the same column. */
    int64_t from = p->sort == BY_CREATED ? in->created_from : in->last_order_from;
    int64_t to = p->sort == BY_CREATED ? in->created_to : in->last_order_to;
    if (p->down && to != I64_NULL) {
        p->at = to;
        p->id = id_lowest;
    } else if (!p->down && from != I64_NULL) {
        p->at = from - 1;
        p->id = id_highest;
    }
}

/* A cursor: order, then id, then the key of the last row. */
static struct str page_cursor(struct arena *a, const struct page *p, const struct customer_row *c)
{
    struct str key = p->sort == BY_NAME ? name_sort_key(a, c->name) : STR_NULL;
    int64_t at = p->sort == BY_CREATED ? c->created_at : c->last_order_at;
    char *out = arena_bytes(a, 17 + 8 + key.n);
    size_t n = 17;

    out[0] = (char)('a' + p->sort * 2 + p->down);
    memcpy(out + 1, c->id.b, 16);
    if (p->sort == BY_NAME) {
        memcpy(out + n, key.p, key.n);
        n += key.n;
    } else {
        for (int i = 0; i < 8; i++)
            out[n++] = (char)((uint64_t)at >> (56 - 8 * i));
    }
    return (struct str){out, n};
}

static bool page_read(struct str s, struct page *p)
{
    if (s.n < 17 || s.n > 17 + KEY_LONGEST || s.p[0] < 'a' || s.p[0] > 'f')
        return false;
    p->sort = (enum sort)((s.p[0] - 'a') / 2);
    p->down = (s.p[0] - 'a') % 2;
    memcpy(p->id.b, s.p + 1, 16);
    p->name = (struct str){s.p + 17, s.n - 17};
    if (p->sort == BY_NAME)
        return !uuid_is_nil(p->id);
    uint64_t t = 0;
    for (int i = 0; i < 8 && s.n == 25; i++)
        t = t << 8 | (unsigned char)s.p[17 + i];
    p->at = (int64_t)t;
    return s.n == 25 && !uuid_is_nil(p->id) && p->at >= TIME_FIRST && p->at <= TIME_LAST;
}

static int page_start(struct req *r, const struct customer_list_in *in, struct page *p)
{
    p->sort = in->sort == I64_NULL ? BY_CREATED : (enum sort)in->sort;
    p->down = in->order == I64_NULL ? p->sort != BY_NAME : in->order == 1;
    page_first(in, p);
    if (str_is_null(in->cursor))
        return 0;
    struct page c = *p;
    if (!page_read(in->cursor, &c))
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "is not a cursor of this list");
    if ((in->sort != I64_NULL && c.sort != p->sort) || (in->order != I64_NULL && c.down != p->down))
        return req_fail_field(r, ERR_INVALID, "cursor", "other_order",
                              "belongs to a list in another order; begin anew without it");
    *p = c;
    return 0;
}

static int run(struct req *r, struct tx *tx, const struct customer_list_in *in,
               const struct page *p, size_t many, struct customer_row **rows, size_t *n)
{
#define PAGE(statement, key)                                                                       \
    statement(                                                                                     \
        tx,                                                                                        \
        &(struct statement##_params){                                                              \
            .company = r->company->id, .after = (key), .after_id = p->id, LIST_FILTERS(in, many)}, \
        rows, n)
    switch (p->sort) {
    case BY_NAME:
        return p->down ? PAGE(customers_name_down, p->name) : PAGE(customers_name_up, p->name);
    case BY_LAST_ORDER:
        return p->down ? PAGE(customers_last_order_down, p->at)
                       : PAGE(customers_last_order_up, p->at);
    case BY_CREATED:
        break;
    }
    return p->down ? PAGE(customers_created_down, p->at) : PAGE(customers_created_up, p->at);
#undef PAGE
}

int customers_list(struct req *r, struct tx *tx)
{
    const struct customer_list_in *in = r->in;
    size_t limit = customers_limit(in->limit), n = 0;
    struct customer_row *rows;
    struct page p;
    int rc = page_start(r, in, &p);

    if (rc == 0)
        rc = list_few(r, tx, in, &p, limit + 1, &rows, &n);
    if (rc == 0)
        rc = run(r, tx, in, &p, limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    if (n <= limit)
        return customers_answer_list(r, rows, n, STR_NULL);
    return customers_answer_list(r, rows, limit, page_cursor(r->arena, &p, &rows[limit - 1]));
}

/* Whom the last RECENT_SCAN orders were for, each person once. */
int customers_recent(struct req *r, struct tx *tx)
{
    const struct customer_recent_in *in = r->in;
    struct uuid store = GIVEN(in, store_id) ? in->store_id : r->who.store;
    size_t limit = in->limit == I64_NULL ? RECENT_PRESET : (size_t)in->limit;
    struct customers_served_at_row *served;
    size_t n = 0, count = 0;
    int rc = uuid_is_nil(store)
                 ? customers_served(tx, r->company->id, RECENT_SCAN, &served, &n)
                 : customers_served_at(tx, r->company->id, store, RECENT_SCAN, &served, &n);

    struct customer_row *rows = ARENA_ARRAY(r->arena, struct customer_row, limit);
    for (size_t i = 0; i < n && count < limit && rc >= 0; i++) {
        bool seen = uuid_is_nil(served[i].customer_id);
        for (size_t k = 0; k < count && !seen; k++)
            seen = uuid_eq(rows[k].id, served[i].customer_id);
        if (seen)
            continue;
        rc = customer_by_id(tx, r->company->id, served[i].customer_id, &rows[count]);
        count += rc > 0;
    }
    return rc < 0 ? rc : customers_answer_list(r, rows, count, STR_NULL);
}
