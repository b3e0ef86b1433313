/* An imported order is taken back: the opposite of import.c. */
#include "orders/orders_priv.h"

/* The person's statistics without the order, as it is no longer there. */
static int uncount(struct tx *tx, struct uuid company, const struct order_row *o)
{
    struct customer_delta less = order_share_less(order_share(o));
    struct order_paid_span_row span;
    int rc = customers_add_stats(tx, company, o->customer_id, &less);
    if (rc >= 0)
        rc = order_paid_span(tx, company, o->customer_id, &span);
    if (rc < 0)
        return rc;
    return customers_set_order_times(tx, company, o->customer_id, span.first_at, span.last_at);
}

int orders_take_back(struct tx *tx, struct uuid company, struct uuid id)
{
    struct order_customer who;
    struct order_row o;
    int rc = order_by_id(tx, company, id, &o);
    /* Locks as everywhere: the customer before the order. */
    if (rc == 1 && !uuid_is_nil(o.customer_id))
        rc = order_customer_lock(tx, company, o.customer_id, &who);
    if (rc == 1)
        rc = order_lock(tx, company, id, &o);
    if (rc <= 0)
        return rc;
    if (o.version != 1)
        return 0;
    rc = order_delete(tx, company, id);
    if (rc == 1 && !uuid_is_nil(o.customer_id))
        rc = uncount(tx, company, &o);
    return rc < 0 ? rc : 1;
}
