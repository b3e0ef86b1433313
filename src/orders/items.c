/* What is sold: the articles of the last orders, of the shop or of a person, the
 * most frequent first. There is no catalogue of articles; what was sold before
 * is what a till offers. */
#include "orders/orders_priv.h"

/* Enough to know a shop's habits, few enough to be counted at once. */
enum { ITEMS_OF_ORDERS = 1000, ITEMS_OF_PERSON = 200, ITEMS_DEFAULT = 50 };

struct items_query {
    struct given given;
    int64_t limit;
};

FIELDS(order_items_query, "OrderItemsQuery", struct items_query,
       {.name = "limit",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct items_query, limit),
        .min = 1,
        .max = 100,
        .help = "articles; 50 when left out"});

struct bought_query {
    struct given given;
    struct uuid id; /* path */
    int64_t limit;
};

FIELDS(order_bought_query, "CustomerItemsQuery", struct bought_query,
       {.name = "id",
        .type = F_UUID,
        .place = IN_PATH,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct bought_query, id),
        .help = "the customer"},
       {.name = "limit",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct bought_query, limit),
        .min = 1,
        .max = 100,
        .help = "articles; 50 when left out"});

#define ITEM_FIELDS(times_help)                                                                    \
    {.name = "sku",                                                                                \
     .type = F_TEXT,                                                                               \
     .flags = FIELD_NULLABLE,                                                                      \
     .offset = offsetof(struct order_item_row, sku),                                               \
     .help = "article number"},                                                                    \
        {.name = "name",                                                                           \
         .type = F_TEXT,                                                                           \
         .offset = offsetof(struct order_item_row, name),                                          \
         .help = "what was sold"},                                                                 \
        {.name = "unitPrice",                                                                      \
         .type = F_MONEY,                                                                          \
         .offset = offsetof(struct order_item_row, unit_price),                                    \
         .help = "of one, when it was sold last"},                                                 \
    {                                                                                              \
        .name = "times", .type = F_INT, .offset = offsetof(struct order_item_row, times),          \
        .help = (times_help)                                                                       \
    }

FIELDS(order_item_out, "OrderItem", struct order_item_row,
       ITEM_FIELDS("lines of the last 1,000 paid orders"));
FIELDS(order_bought_out, "CustomerItem", struct order_item_row,
       ITEM_FIELDS("lines of the person's last 200 paid orders"));

int orders_items(struct req *r, struct tx *tx)
{
    const struct items_query *in = r->in;
    struct order_item_row *rows = NULL;
    size_t n = 0;
    int64_t limit = in->limit == I64_NULL ? ITEMS_DEFAULT : in->limit;
    int rc = order_items_sold(tx, r->company->id, ITEMS_OF_ORDERS, limit, &rows, &n);
    return rc < 0 ? rc : req_answer_list(r, &order_item_out, rows, n, STR_NULL);
}

int orders_bought(struct req *r, struct tx *tx)
{
    const struct bought_query *in = r->in;
    struct order_item_row *rows = NULL;
    struct customer_row c;
    size_t n = 0;
    int64_t limit = in->limit == I64_NULL ? ITEMS_DEFAULT : in->limit;
    int rc = orders_guard(r);
    if (rc < 0)
        return rc;
    rc = customers_find(tx, r->company->id, in->id, &c);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    req_subject(r, c.id);
    rc = order_items_bought(tx, r->company->id, c.id, ITEMS_OF_PERSON, limit, &rows, &n);
    return rc < 0 ? rc : req_answer_list(r, &order_bought_out, rows, n, STR_NULL);
}
