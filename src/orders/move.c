/* Orders that follow their person: when a record becomes part of another, and
 * when a number that was merely typed is proved. */
#include "orders/orders_priv.h"

int orders_move_all(struct tx *tx, struct uuid company, struct uuid from, struct uuid to,
                    int64_t now)
{
    int rc = orders_customer_move(tx, company, from, to, now);
    return rc < 0 ? rc : 0;
}

int orders_prove(struct tx *tx, struct uuid company, struct uuid customer, struct str phone,
                 int64_t since, int64_t now)
{
    int rc = orders_phone_proved(tx, company, customer, phone, since, now);
    return rc < 0 ? rc : 0;
}
