/* Inside the lists of people: which page is asked for, and its filters. */
#pragma once
#include "customers/customers_priv.h"

enum sort { BY_CREATED, BY_NAME, BY_LAST_ORDER };

/* Where a page begins, and in which order it runs. */
struct page {
    enum sort sort;
    bool down;
    int64_t at;      /* of BY_CREATED and BY_LAST_ORDER */
    struct str name; /* key of BY_NAME */
    struct uuid id;
};

/* The parameters that all statements of lists share. */
#define LIST_FILTERS(in, many)                                                                     \
    .any_active = !GIVEN(in, active), .active = (in)->active, .any_phone = !GIVEN(in, has_phone),  \
    .phone = (in)->has_phone, .created_from = list_created_from(in),                               \
    .created_to = list_or((in)->created_to, TIME_LAST), .never = TIME_FIRST,                       \
    .last_from = list_last_from(in), .last_to = list_or((in)->last_order_to, TIME_LAST),           \
    .tag = (in)->tag, .limit = (int64_t)(many)

static inline int64_t list_or(int64_t given, int64_t preset)
{
    return given == I64_NULL ? preset : given;
}

static inline int64_t list_created_from(const struct customer_list_in *in)
{
    return list_or(in->created_from, TIME_FIRST);
}

/* Asked for a time of the last order, who never ordered is left out. */
static inline int64_t list_last_from(const struct customer_list_in *in)
{
    return list_or(in->last_order_from,
                   in->last_order_to == I64_NULL ? TIME_FIRST : TIME_FIRST + 1);
}

/* The first `many` people beyond the page's begin, found by a filter that lets
 * few through: 1; 0 when there is no such filter; negative. */
int list_few(struct req *r, struct tx *tx, const struct customer_list_in *in, const struct page *p,
             size_t many, struct customer_row **rows, size_t *n);
