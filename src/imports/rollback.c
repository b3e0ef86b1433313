/* Taking an import back, in pages by id. */
#include "imports/rollback.h"
#include "base/clock.h"
#include "customers/customers.h"
#include "exec/bulk.h"
#include "exec/exec.h"
#include "imports/imports_priv.h"
#include "orders/orders.h"

static const char *customer_stays(const struct import_batch_customers_row *c)
{
    if (c->order_count > 0)
        return "has orders";
    if (c->has_login)
        return "has a login";
    if (c->balance != 0 || c->loyalty_points != 0)
        return "has a balance or points";
    return c->version != 1 ? "was changed since" : NULL;
}

static int page_of_customers(struct rollback_page *p, struct arena *a, struct tx *tx)
{
    struct import_batch_customers_row *rows;
    int rc =
        import_batch_customers(tx, p->company, p->batch, p->after, (int64_t)p->most, &rows, &p->n);

    for (size_t i = 0; rc >= 0 && i < p->n; i++) {
        p->fates[i] = (struct fate){rows[i].id, customer_stays(&rows[i])};
        if (!p->fates[i].reason)
            rc = customers_remove(tx, p->company, a, rows[i].id, rows[i].name);
    }
    return rc;
}

static int page_of_orders(struct rollback_page *p, struct tx *tx)
{
    struct import_batch_orders_row *rows;
    int rc =
        import_batch_orders(tx, p->company, p->batch, p->after, (int64_t)p->most, &rows, &p->n);

    for (size_t i = 0; rc >= 0 && i < p->n; i++) {
        rc = orders_take_back(tx, p->company, rows[i].id);
        p->fates[i] = (struct fate){rows[i].id, rc == 1 ? NULL : "was changed since"};
    }
    return rc;
}

static int page_of_users(struct rollback_page *p, struct tx *tx)
{
    struct import_batch_users_row *rows;
    int rc = import_batch_users(tx, p->company, p->batch, p->after, (int64_t)p->most, &rows, &p->n);

    for (size_t i = 0; rc >= 0 && i < p->n; i++) {
        p->fates[i] = (struct fate){rows[i].id, rows[i].has_signed_in  ? "has signed in"
                                                : rows[i].version != 1 ? "was changed since"
                                                                       : NULL};
        if (!p->fates[i].reason)
            rc = import_user_delete(tx, p->company, rows[i].id);
    }
    return rc;
}

int import_rollback_page(struct tx *tx, struct arena *a, struct rollback_page *p)
{
    int rc;

    if (str_eq(p->kind, STR("customers")))
        rc = page_of_customers(p, a, tx);
    else if (str_eq(p->kind, STR("orders")))
        rc = page_of_orders(p, tx);
    else
        rc = page_of_users(p, tx);
    return rc < 0 ? rc : 0;
}

static int do_page(void *arg, struct arena *a, struct tx *tx)
{
    return import_rollback_page(tx, a, arg);
}

static int find_batch(void *arg, struct tx *tx)
{
    struct rollback_page *p = arg;
    struct import_batch b;
    int rc = import_batch_read(tx, p->company, p->batch, &b);

    if (rc <= 0)
        return rc < 0 ? rc : ERR_NOT_FOUND;
    p->kind = b.kind;
    rc = audit_system(tx, p->company, clock_now(), "import.rollback", p->batch, b.kind);
    return rc < 0 ? rc : 0;
}

static int conclude(void *arg, struct tx *tx)
{
    struct rollback_page *p = arg;
    int rc = import_batch_state(tx, p->company, p->batch, STR("rolled back"), clock_now());

    return rc < 0 ? rc : 0;
}

static void tell(struct rollback *out, const struct rollback_page *p)
{
    for (size_t i = 0; i < p->n; i++) {
        out->removed += !p->fates[i].reason;
        out->kept += p->fates[i].reason != NULL;
        if (p->fates[i].reason && out->stays)
            out->stays(out->arg, p->fates[i].id, p->fates[i].reason);
    }
}

int import_rollback(struct store *s, struct uuid company, struct uuid batch, struct arena *a,
                    struct rollback *out)
{
    struct rollback_page *p = ARENA_NEW(a, struct rollback_page);
    struct writer *w = NULL;
    int rc = writer_open(&w, s, false);

    *p = (struct rollback_page){
        .company = company, .batch = batch, .after = import_before_all, .most = ROLLBACK_PAGE};
    out->removed = out->kept = 0;
    if (rc == 0)
        rc = writer_once(w, find_batch, p, a);
    while (rc == 0) {
        rc = writer_run(w, do_page, p);
        if (rc < 0 || p->n == 0)
            break;
        tell(out, p);
        p->after = p->fates[p->n - 1].id;
    }
    if (rc == 0)
        rc = writer_once(w, conclude, p, a);
    writer_close(&w);
    return rc;
}
