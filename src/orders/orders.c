/* The rules of an order that need no store: what lines cost, what is due,
 * which state follows, and what an order counts for. Amounts are integer
 * minor units throughout; a quantity is in thousandths. */
#include "base/money.h"
#include "orders/orders_priv.h"

const char *const order_status_names[] = {"OPEN", "PAID", "REFUNDED", "CANCELLED", NULL};
const char *const order_type_names[] = {"RETAIL", "WHOLESALE", NULL};
const char *const order_source_names[] = {"POS", "WEB", "PHONE", "SUBSCRIPTION", NULL};
const char *const order_method_names[] = {"CASH", "CARD", "UPI", "WALLET", "COD", NULL};

bool order_line_amount(int64_t quantity, int64_t unit_price, int64_t discount, int64_t *amount)
{
    /* Money and quantity are both bounded, but their product needs 128 bits. */
    __int128 gross = ((__int128)quantity * unit_price + 500) / 1000;
    __int128 net = gross - discount;
    if (quantity < 0 || unit_price < 0 || discount < 0 || net < 0 || net > MONEY_MAX)
        return false;
    *amount = (int64_t)net;
    return true;
}

bool order_lines_sum(const struct order_line_row *v, size_t n, int64_t *sum)
{
    int64_t s = 0;
    for (size_t i = 0; i < n; i++) {
        s += v[i].amount;
        if (s > MONEY_MAX)
            return false;
    }
    *sum = s;
    return true;
}

int64_t order_due(const struct order_row *o)
{
    if (!order_is(o, ORDER_OPEN)) /* money given back is not owed again */
        return 0;
    return o->total_amount - o->paid_amount + o->refunded_amount;
}

bool order_is(const struct order_row *o, struct str status)
{
    return str_eq(o->status, status);
}

struct customer_delta order_share(const struct order_row *o)
{
    struct customer_delta d = {.order_count = 1, .order_at = I64_NULL};
    bool paid = order_is(o, ORDER_PAID);
    if (paid) {
        d.total_orders = 1;
        d.visit_count = str_eq(o->source, STR("POS"));
        d.order_at = o->created_at;
    }
    if (paid || order_is(o, ORDER_REFUNDED))
        d.total_spent = o->paid_amount - o->refunded_amount;
    return d;
}

struct customer_delta order_share_less(struct customer_delta d)
{
    return (struct customer_delta){-d.order_count, -d.total_orders, -d.visit_count, -d.total_spent,
                                   I64_NULL};
}

struct customer_delta order_share_change(struct customer_delta before, struct customer_delta after)
{
    return (struct customer_delta){
        .order_count = after.order_count - before.order_count,
        .total_orders = after.total_orders - before.total_orders,
        .visit_count = after.visit_count - before.visit_count,
        .total_spent = after.total_spent - before.total_spent,
        .order_at = before.order_at == I64_NULL ? after.order_at : I64_NULL,
    };
}

bool order_settle(struct order_row *o, int64_t now)
{
    if (!order_is(o, ORDER_OPEN) || order_due(o) != 0 || o->paid_amount == o->refunded_amount)
        return false;
    o->status = ORDER_PAID;
    o->paid_at = now;
    return true;
}

struct str order_number_text(struct arena *a, int64_t day, int64_t number)
{
    int year, month, d;
    date_civil(day, &year, &month, &d);
    return arena_printf(a, "ORD-%04d%02d%02d-%03lld", year, month, d, (long long)number);
}

const char *order_money(struct arena *a, const struct company *c, int64_t minor)
{
    char text[MONEY_TEXT];
    size_t n = money_format(minor, (int)c->digits, text);
    return arena_cstr(a, (struct str){text, n});
}

struct str order_name(const char *const *names, int64_t i)
{
    return i == I64_NULL ? STR_NULL : str_c(names[i]);
}
