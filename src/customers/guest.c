/* A person who buys without signing in, by the number that they typed. */
#include "customers/customers_priv.h"

/* What a known number costs: a record of nobody is made and taken away again. */
static int make_nobody(struct tx *tx, const struct company *c, struct arena *a,
                       struct customer_new n)
{
    struct customer_row nobody;
    int taken;
    n.phone = STR_NULL;
    int rc = customers_insert(tx, c, a, &n, &nobody, &taken);
    return rc > 0 ? customers_remove(tx, c->id, a, n.id, n.name) : rc;
}

/* What a new number costs: as many questions to the store, and nothing taken
 * away, since no record has the company's id. */
static int look_again(struct tx *tx, const struct company *c, struct arena *a,
                      const struct customer_new *n)
{
    struct customer_row same;
    int rc = customer_by_phone(tx, c->id, n->phone, &same);
    if (rc >= 0)
        rc = customer_by_id(tx, c->id, n->id, &same);
    return rc < 0 ? rc : customers_remove(tx, c->id, a, c->id, n->name);
}

/* A stranger must not see by the time it takes whose numbers the shop has, so
 * that each case pays for what the other one costs. */
int customers_of_guest(struct tx *tx, const struct company *c, struct arena *a,
                       const struct customer_new *guest, struct customer_row *out)
{
    struct customer_new n = *guest;
    int taken;
    customers_prepare(c, a, &n);
    int made = customers_insert(tx, c, a, &n, out, &taken);
    if (made < 0)
        return made;
    int rc = made ? look_again(tx, c, a, &n) : make_nobody(tx, c, a, n);
    return rc < 0 ? rc : made;
}
