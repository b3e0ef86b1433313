/* Records and logins: finding what a merged record became part of, making one
 * record part of another, and linking. Locks are taken in one order
 * everywhere: the login, then records by rising id. */
#include "customers/customers_priv.h"
#include "exec/exec.h"
#include "orders/orders.h"

#define EVIDENCE_OF_PHONE STR("verified")

int customers_find(struct tx *tx, struct uuid company, struct uuid id, struct customer_row *out)
{
    struct customer_survivor_row s;
    int rc = customer_by_id(tx, company, id, out);
    if (rc != 0)
        return rc;
    rc = customer_survivor(tx, company, id, &s);
    return rc == 1 ? customer_by_id(tx, company, s.id, out) : rc;
}

int customers_current(struct tx *tx, struct uuid company, struct uuid id, struct uuid *out)
{
    struct customer_survivor_row s;
    int rc = customer_survivor(tx, company, id, &s);
    *out = rc == 1 ? s.id : id;
    return rc < 0 ? rc : 0;
}

int customers_find_lock(struct tx *tx, struct uuid company, struct uuid id,
                        struct customer_row *out)
{
    struct customer_survivor_row s;
    int rc = customer_lock(tx, company, id, out);
    if (rc != 0)
        return rc;
    rc = customer_survivor(tx, company, id, &s);
    return rc == 1 ? customer_lock(tx, company, s.id, out) : rc;
}

int customers_lock_two(struct tx *tx, struct uuid company, struct uuid a, struct customer_row *arow,
                       struct uuid b, struct customer_row *brow)
{
    if (uuid_cmp(a, b) > 0)
        return customers_lock_two(tx, company, b, brow, a, arow);
    int rc = uuid_is_nil(a) ? 1 : customer_lock(tx, company, a, arow);
    if (rc == 1 && !uuid_is_nil(b))
        rc = customer_lock(tx, company, b, brow);
    return rc;
}

/* Months of the calendar, as the setting counts them. */
int64_t customers_recycle_before(const struct req *r)
{
    int64_t months = r->company->recycle_months;
    int year, month, day;
    date_civil(r->now / DAY_US, &year, &month, &day);
    int64_t at = (int64_t)year * 12 + (month - 1) - months;
    if (at < 12)
        return TIME_FIRST;
    return date_days((int)(at / 12), (int)(at % 12) + 1, day > 28 ? 28 : day) * DAY_US +
           r->now % DAY_US;
}

/* The record's row with what the other brings. */
static int absorb_row(struct req *r, struct tx *tx, const struct customer_row *from,
                      const struct customer_row *into)
{
    struct str tags = tags_union(r->arena, into->tags, from->tags);
    bool bare = into->preferences.n <= 2, guest = str_eq(from->phone_evidence, STR("guest"));
    int rc = customer_absorb(tx, &(struct customer_absorb_params){
                                     .company = r->company->id,
                                     .id = into->id,
                                     .order_count = from->order_count,
                                     .total_orders = from->total_orders,
                                     .visit_count = from->visit_count,
                                     .total_spent = from->total_spent,
                                     .balance = from->balance,
                                     .loyalty_points = from->loyalty_points,
                                     .first_at = from->first_order_at,
                                     .last_at = from->last_order_at,
                                     .user_id = from->user_id,
                                     .external_id = from->external_id,
                                     .preferred_name = from->preferred_name,
                                     .email = guest ? STR_NULL : from->email, /* merely typed */
                                     .address = from->address,
                                     .area = from->area,
                                     .birthday = from->birthday,
                                     .anniversary = from->anniversary,
                                     .notes = from->notes,
                                     .tags = tags,
                                     .preferences = bare ? from->preferences : into->preferences,
                                     .now = r->now,
                                 });
    if (rc >= 0 && !str_eq(tags, into->tags))
        rc = tags_write(tx, r->company->id, into->id, r->arena, tags, true);
    return rc;
}

int customers_absorb(struct req *r, struct tx *tx, const struct customer_row *from,
                     struct customer_row *into, struct uuid user)
{
    struct uuid company = r->company->id;
    int rc = orders_move_all(tx, company, from->id, into->id, r->now);
    if (rc >= 0)
        rc = customer_logins_move(tx, company, from->id, into->id, r->now);
    if (rc >= 0)
        rc = customer_pending_move(tx, company, from->id, into->id, r->now);
    if (rc >= 0)
        rc = customer_formers_move(tx, company, from->id, into->id);
    if (rc >= 0 && from->phone.n > 0 && !str_eq(from->phone, into->phone))
        rc = customer_former_add(tx, company, from->phone, into->id, r->now);
    if (rc >= 0)
        rc = customer_merges_move(tx, company, from->id, into->id);
    if (rc >= 0)
        rc = customers_remove(tx, company, r->arena, from->id, from->name);
    if (rc >= 0)
        rc = absorb_row(r, tx, from, into);
    if (rc >= 0)
        rc = customer_merge_insert(tx, company, from->id, into->id, user, r->now);
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.merged", from->id);
    if (rc >= 0)
        rc = customer_lock(tx, company, into->id, into);
    return rc < 0 ? rc : 0;
}

static int set_phone(struct req *r, struct tx *tx, struct customer_row *c)
{
    int rc = customer_phone_set(tx, &(struct customer_phone_set_params){
                                        .company = r->company->id,
                                        .id = c->id,
                                        .phone = c->phone,
                                        .phone_reversed = phone_reversed(r->arena, c->phone),
                                        .phone_evidence = c->phone_evidence,
                                        .is_phone_verified = c->is_phone_verified,
                                        .is_provisional = c->is_provisional,
                                        .now = r->now,
                                    });
    /* Somebody else got the number since it was looked for. */
    if (rc == ERR_CONSTRAINT && str_eq(tx_constraint(tx), STR("customers_phone_key")))
        return ERR_RETRY;
    if (rc < 0)
        return rc;
    c->version++;
    c->updated_at = r->now;
    return 0;
}

/* What the person had until now is a former number; logins no longer prove it. */
static int give_up(struct req *r, struct tx *tx, const struct customer_row *c, struct uuid by)
{
    struct uuid company = r->company->id;
    int rc = customer_former_add(tx, company, c->phone, c->id, r->now);
    if (rc >= 0)
        rc = customer_logins_disprove(tx, company, c->id, c->phone, by, r->now);
    return rc < 0 ? rc : 0;
}

int customers_take_phone(struct req *r, struct tx *tx, struct customer_row *c, struct str phone,
                         struct str evidence, struct uuid by)
{
    int rc = 0;
    if (c->phone.n > 0 && !str_eq(c->phone, phone))
        rc = give_up(r, tx, c, by);
    if (rc >= 0)
        rc = customer_former_drop(tx, r->company->id, phone, c->id);
    c->phone = phone;
    c->phone_evidence = evidence;
    c->is_phone_verified = str_eq(evidence, EVIDENCE_OF_PHONE);
    c->is_provisional = false;
    return rc < 0 ? rc : set_phone(r, tx, c);
}

int customers_leave_phone(struct req *r, struct tx *tx, struct customer_row *c)
{
    int rc = c->phone.n > 0 ? give_up(r, tx, c, UUID_NIL) : 0;
    c->phone = c->phone_evidence = STR_NULL;
    c->is_phone_verified = false;
    return rc < 0 ? rc : set_phone(r, tx, c);
}

int customers_phone_proved(struct req *r, struct tx *tx, struct customer_row *c)
{
    int rc = 0;
    if (!c->is_phone_verified || !str_eq(c->phone_evidence, EVIDENCE_OF_PHONE)) {
        c->is_phone_verified = true;
        c->phone_evidence = EVIDENCE_OF_PHONE;
        rc = set_phone(r, tx, c);
    }
    /* The newest proof counts: who proved the number before and waits to be told
     * whose it is has to prove it again. */
    if (rc >= 0)
        rc = customer_pending_clear(tx, r->company->id, c->id, r->now);
    if (rc >= 0)
        rc = orders_prove(tx, r->company->id, c->id, c->phone, customers_recycle_before(r), r->now);
    return rc < 0 ? rc : 0;
}

int customers_linking(struct req *r, struct tx *tx, struct uuid user, struct uuid customer,
                      struct customer_linking *l)
{
    struct customer_row found;
    int rc = customer_login_lock(tx, r->company->id, user, &l->login);
    if (rc == 0)
        return ERR_USER_NOT_FOUND;
    if (rc == 1)
        rc = customers_find(tx, r->company->id, customer, &found);
    if (rc <= 0)
        return rc;
    struct uuid own = l->login.customer_id;
    l->has_own = !uuid_is_nil(own) && !uuid_eq(own, found.id);
    rc = customers_lock_two(tx, r->company->id, l->has_own ? own : UUID_NIL, &l->own, found.id,
                            &l->target);
    return rc == 0 ? ERR_RETRY : rc; /* one of them went away in between */
}

int customers_link(struct req *r, struct tx *tx, struct customer_linking *l, struct str evidence)
{
    struct uuid company = r->company->id;
    struct customer_login *u = &l->login;
    struct customer_row *c = &l->target;
    int rc = 0;
    if (l->has_own && !l->own.is_provisional)
        return ERR_LINKED;
    if (l->has_own)
        rc = customers_absorb(r, tx, &l->own, c, u->id);
    if (rc >= 0)
        rc = customer_login_link(tx, company, u->id, c->id, evidence, r->now);
    if (rc >= 0 && uuid_is_nil(c->user_id)) {
        rc = customer_first_login_set(tx, company, c->id, u->id, c->is_phone_verified,
                                      c->phone_evidence, r->now);
        c->user_id = u->id;
        c->version++;
        c->updated_at = r->now;
    }
    /* A number that the login had proved before is now certain. */
    if (rc >= 0 && u->is_phone_verified && c->phone.n > 0 && str_eq(u->phone, c->phone))
        rc = customers_phone_proved(r, tx, c);
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.linked", c->id);
    return rc < 0 ? rc : 0;
}

int customers_unlink(struct req *r, struct tx *tx, struct customer_row *c, struct uuid user)
{
    struct uuid company = r->company->id;
    struct customer_logins_proved_row proved = {0};
    struct customer_login_first_row next = {.id = c->user_id};
    int rc = customer_login_unlink(tx, company, c->id, user, r->now);
    if (rc == 0)
        return ERR_USER_NOT_FOUND;
    if (rc > 0 && uuid_eq(c->user_id, user)) {
        next.id = UUID_NIL;
        rc = customer_login_first(tx, company, c->id, user, &next);
    }
    /* Was it this login by which the number was verified? */
    if (rc >= 0 && c->is_phone_verified)
        rc = customer_logins_proved(tx, company, c->id, c->phone, user, &proved);
    if (rc < 0)
        return rc;
    c->user_id = next.id;
    if (c->is_phone_verified && proved.n == 0) {
        c->is_phone_verified = false;
        c->phone_evidence = STR("staff");
    }
    rc = customer_first_login_set(tx, company, c->id, c->user_id, c->is_phone_verified,
                                  c->phone_evidence, r->now);
    c->version++;
    c->updated_at = r->now;
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.unlinked", c->id);
    return rc < 0 ? rc : 0;
}
