/* Lists of a filter that lets few people through. Walking the list's own index
 * would pass over everybody else, a million rows for a tag that three have: here
 * the few are found by their own index, and put in order when they are there. */
#include "customer_few.sql.h"
#include "customers/list_priv.h"
#include <stdlib.h>

/* Walking costs as much when one row in 200 of a million fits. */
enum { FEW = 5000 };

enum way { WALK, BY_TAG, BY_INACTIVE, BY_CREATED_RANGE, BY_SERVED_RANGE };

static int is_few(int rc, const int64_t *n)
{
    return rc < 0 ? rc : rc == 1 && *n <= FEW;
}

/* By which index there are few; WALK: by none. */
static int way_of(struct req *r, struct tx *tx, const struct customer_list_in *in,
                  const struct page *p, enum way *way)
{
    bool created = in->created_from != I64_NULL || in->created_to != I64_NULL;
    bool served = in->last_order_from != I64_NULL || in->last_order_to != I64_NULL;
    struct customers_count_tagged_row tagged = {0};
    struct customers_count_created_row born = {0};
    struct customers_count_served_row last = {0};
    struct customers_count_inactive_row gone = {0};
    struct uuid company = r->company->id;
    int rc = 0;

    *way = WALK;
    if (in->tag.n)
        rc = is_few(customers_count_tagged(tx, company, in->tag, FEW + 1, &tagged), &tagged.n);
    if (rc > 0)
        *way = BY_TAG;
    if (rc == 0 && GIVEN(in, active) && !in->active) {
        rc = is_few(customers_count_inactive(tx, company, FEW + 1, &gone), &gone.n);
        *way = rc > 0 ? BY_INACTIVE : WALK;
    }
    /* In the order of the same column a range is a part of the walk. */
    if (rc == 0 && created && p->sort != BY_CREATED) {
        rc = is_few(customers_count_created(tx, company, list_created_from(in),
                                            list_or(in->created_to, TIME_LAST), FEW + 1, &born),
                    &born.n);
        *way = rc > 0 ? BY_CREATED_RANGE : WALK;
    }
    if (rc == 0 && served && p->sort != BY_LAST_ORDER) {
        rc = is_few(customers_count_served(tx, company, list_last_from(in),
                                           list_or(in->last_order_to, TIME_LAST), FEW + 1, &last),
                    &last.n);
        *way = rc > 0 ? BY_SERVED_RANGE : WALK;
    }
    return rc < 0 ? rc : 0;
}

/* The order of the index that the list would walk; ids tell equals apart. */
static int order(const void *a, const void *b, void *arg)
{
    const struct customer_few *x = a, *y = b;
    const struct page *p = arg;
    int64_t at = p->sort == BY_CREATED ? x->created_at : x->last_order_at;
    int64_t than = p->sort == BY_CREATED ? y->created_at : y->last_order_at;
    int c = p->sort == BY_NAME ? str_cmp(x->name_key, y->name_key) : (at > than) - (at < than);

    c = c ? c : uuid_cmp(x->id, y->id);
    return p->down ? -c : c;
}

/* Keeps those beyond the page's begin, in the order of the list. */
static size_t arrange(struct customer_few *v, size_t n, const struct page *p)
{
    struct customer_few begin = {
        .id = p->id, .name_key = p->name, .created_at = p->at, .last_order_at = p->at};
    struct page by = *p;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        bool listed = p->sort != BY_LAST_ORDER || v[i].last_order_at != I64_NULL;
        if (listed && order(&v[i], &begin, &by) > 0)
            v[kept++] = v[i];
    }
    if (kept > 1)
        qsort_r(v, kept, sizeof *v, order, &by);
    return kept;
}

int list_few(struct req *r, struct tx *tx, const struct customer_list_in *in, const struct page *p,
             size_t many, struct customer_row **rows, size_t *n)
{
    struct uuid company = r->company->id;
    struct customer_few *v = NULL;
    size_t found = 0;
    enum way way;
    int rc = way_of(r, tx, in, p, &way);

    if (rc < 0 || way == WALK)
        return rc;
#define FIND(statement)                                                                            \
    statement(tx, &(struct statement##_params){.company = company, LIST_FILTERS(in, FEW)}, &v,     \
              &found)
    rc = way == BY_TAG             ? FIND(customers_few_tagged)
         : way == BY_INACTIVE      ? FIND(customers_few_inactive)
         : way == BY_CREATED_RANGE ? FIND(customers_few_created)
                                   : FIND(customers_few_served);
#undef FIND
    found = rc < 0 ? 0 : arrange(v, found, p);
    *rows = ARENA_ARRAY(r->arena, struct customer_row, many);
    *n = 0;
    for (size_t i = 0; rc >= 0 && i < found && *n < many; i++) {
        rc = customer_by_id(tx, company, v[i].id, &(*rows)[*n]);
        *n += rc > 0;
    }
    return rc < 0 ? rc : 1;
}
