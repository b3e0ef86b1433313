/* A number that may be a recycled one: the person who proved it starts fresh,
 * takes the number, and leaves the history where it is. */
#include "identity/identity_priv.h"

int identity_take_waiting(struct req *r, struct tx *tx, struct identity_waiting *w)
{
    int rc = identity_take_user(r, tx, r->who.id, &w->user);
    if (rc < 0)
        return rc == ERR_USER_NOT_FOUND ? req_fail(r, rc) : rc;
    struct identity_user *u = &w->user;
    if (uuid_is_nil(u->pending_customer_id) || uuid_is_nil(u->customer_id) || !u->is_phone_verified)
        return req_fail(r, ERR_NOTHING_PENDING);
    rc = customers_lock_two(tx, r->company->id, u->customer_id, &w->own, u->pending_customer_id,
                            &w->old);
    if (rc < 0)
        return rc;
    /* The number may have moved on since it was proved. */
    if (rc == 0 || !str_eq(w->old.phone, u->phone))
        return req_fail(r, ERR_NOTHING_PENDING);
    return w->old.is_active ? 0 : req_fail(r, ERR_CUSTOMER_INACTIVE);
}

int identity_fresh(struct req *r, struct tx *tx)
{
    struct identity_waiting w;
    int rc = identity_take_waiting(r, tx, &w);
    if (rc < 0)
        return rc;
    struct str phone = w.user.phone;
    rc = customers_leave_phone(r, tx, &w.old);
    if (rc == 0)
        rc = customer_pending_clear(tx, r->company->id, w.old.id, r->now);
    if (rc >= 0)
        rc = customers_take_phone(r, tx, &w.own, phone, EVIDENCE_VERIFIED, w.user.id);
    if (rc >= 0)
        rc =
            customer_login_link(tx, r->company->id, w.user.id, w.own.id, EVIDENCE_VERIFIED, r->now);
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.updated", w.old.id);
    return rc < 0 ? rc : customers_answer(r, 200, &w.own);
}
