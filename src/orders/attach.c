/* Whose order it is: attaching a walk-in order to a person, registering one
 * from its snapshot, correcting a mistake. The statistics of both people
 * follow in the same transaction. */
#include "base/phone.h"
#include "orders/orders_priv.h"

static int lock_customer(struct tx *tx, struct uuid company, struct uuid id,
                         struct order_customer *out, bool *found)
{
    int rc = uuid_is_nil(id) ? 0 : order_customer_lock(tx, company, id, out);
    *found = rc > 0;
    return rc < 0 ? rc : 0;
}

/* Both records, the lower id first, so that two exchanges cannot block each
 * other. */
static int lock_both(struct tx *tx, struct uuid company, struct uuid a, struct order_customer *arow,
                     bool *a_found, struct uuid b, struct order_customer *brow, bool *b_found)
{
    if (uuid_cmp(a, b) > 0)
        return lock_both(tx, company, b, brow, b_found, a, arow, a_found);
    int rc = lock_customer(tx, company, a, arow, a_found);
    return rc < 0 ? rc : lock_customer(tx, company, b, brow, b_found);
}

/* The number to register under: as sent, else what the order carries. */
static int register_phone(struct req *r, const struct order_attach_in *in,
                          const struct order_row *o, struct str *phone)
{
    *phone = in->phone;
    if (str_is_null(in->phone) && !str_is_null(o->customer_phone)) {
        char text[PHONE_MAX];
        size_t n;
        enum phone_reason why = phone_normalise(o->customer_phone, r->company->country, text, &n);
        if (why != PHONE_OK)
            return req_fail_field(r, ERR_PHONE_INVALID, "phone", phone_reason_code(why),
                                  "of the order cannot be registered: %s", phone_reason_text(why));
        *phone = arena_str(r->arena, (struct str){text, n});
    }
    if (str_is_null(*phone) && r->company->phone_required)
        return req_fail_field(r, ERR_INVALID, "phone", "required",
                              "is required: the order has none either");
    return 0;
}

static int register_customer(struct req *r, struct tx *tx, const struct order_attach_in *in,
                             const struct order_row *o, struct order_customer *out)
{
    struct str phone, name = in->name;
    if (!req_may(r, PERM_CREATE_CUSTOMER))
        return req_fail(r, ERR_FORBIDDEN);
    int rc = register_phone(r, in, o, &phone);
    if (rc < 0)
        return rc;
    if (str_is_null(name) && !str_eq(o->customer_name, ORDER_WALK_IN))
        name = o->customer_name;
    if (str_is_null(name) && str_is_null(phone))
        return req_fail_field(r, ERR_INVALID, "name", "required",
                              "is required: the order has none either");
    struct customer_new n = {
        .id = req_new_id(r),
        .name = name,
        .phone = phone,
        .address = o->customer_address,
        .birthday = I64_NULL,
        .anniversary = I64_NULL,
        .created_by = r->who.id,
        .created_at = r->now,
    };
    struct customer_row made;
    int taken;
    rc = customers_register(r, tx, &n, r->company->auto_create_login, &made, &taken);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return req_fail_with(r, taken, customers_existing(r, &made));
    *out = (struct order_customer){
        .id = made.id, .name = made.name, .phone = made.phone, .address = made.address};
    return outbox_add(r, tx, "customer.created", made.id);
}

/* What the order says of its customer. A walk-in's own words stay and are
 * only completed; another person's are replaced. */
static void resnapshot(struct order_row *o, bool was_attached, const struct order_customer *to)
{
    if (was_attached || str_eq(o->customer_name, ORDER_WALK_IN))
        o->customer_name = to ? to->name : ORDER_WALK_IN;
    if (was_attached || str_is_null(o->customer_phone))
        o->customer_phone = to ? to->phone : STR_NULL;
    if (was_attached || str_is_null(o->customer_address))
        o->customer_address = to ? to->address : STR_NULL;
}

/* Takes the order from one person and gives it to another; either may be
 * nobody. */
static int move_order(struct req *r, struct tx *tx, struct order_row *o,
                      const struct order_customer *to)
{
    struct uuid company = r->company->id, from = o->customer_id;
    struct customer_delta share = order_share(o), less = order_share_less(share);
    int rc = 0;
    resnapshot(o, !uuid_is_nil(from), to);
    o->customer_id = to ? to->id : UUID_NIL;
    o->is_unproven = false; /* staff have said whose it is */
    if (!uuid_is_nil(from))
        rc = customers_add_stats_known(tx, company, from, &less);
    if (rc >= 0 && to)
        rc = customers_add_stats_known(tx, company, to->id, &share);
    if (rc >= 0)
        rc = orders_save(r, tx, o);
    if (rc >= 0 && !uuid_is_nil(from) && share.order_at != I64_NULL)
        rc = orders_retime(r, tx, from);
    return rc < 0 ? rc : 0;
}

/* The order with both people locked, or a refusal. */
static int take_with_people(struct req *r, struct tx *tx, const struct order_attach_in *in,
                            struct order_view *v, struct order_customer *to)
{
    struct uuid company = r->company->id;
    struct order_customer from;
    struct uuid now; /* the named record may have become part of another */
    bool from_found = false, to_found = false;
    int rc = orders_guard(r);
    if (rc == 0)
        rc = order_by_id(tx, company, in->id, &v->o);
    if (rc <= 0)
        return rc < 0 ? rc : req_fail(r, ERR_ORDER_NOT_FOUND);
    rc = customers_current(tx, company, in->customer_id, &now);
    if (rc == 0)
        rc = lock_both(tx, company, v->o.customer_id, &from, &from_found, now, to, &to_found);
    if (rc < 0)
        return rc;
    if (!uuid_is_nil(in->customer_id) && !to_found)
        return req_fail_field(r, ERR_INVALID, "customerId", "not_found",
                              "is no customer of your company");
    return orders_take(r, tx, in->id, v);
}

static int check_attach(struct req *r, const struct order_attach_in *in)
{
    if (in->do_register && !uuid_is_nil(in->customer_id))
        return req_fail_field(r, ERR_INVALID, "register", "conflict",
                              "cannot go with a customerId");
    if (!in->do_register && !GIVEN(in, customer_id))
        return req_fail_field(r, ERR_INVALID, "customerId", "required",
                              "is required: a customer, or null; or say register");
    return 0;
}

static int answer_attached(struct req *r, struct tx *tx, struct order_view *v)
{
    struct order_offer *offers = NULL;
    if (!uuid_is_nil(v->o.customer_id) && !str_is_null(v->o.customer_phone)) {
        int rc =
            order_offers(tx, r->company->id, v->o.customer_phone, v->o.id, &offers, &v->offers.n);
        if (rc < 0)
            return rc;
        v->offers.v = offers;
    }
    v->due = order_due(&v->o);
    return req_answer(r, 200, &order_attached_out, v);
}

/* It is that person's already; of one by a number that nobody had proved,
 * staff have now said so too. */
static int confirm(struct req *r, struct tx *tx, struct order_view *v)
{
    int rc = 0;
    if (v->o.is_unproven) {
        v->o.is_unproven = false;
        rc = orders_save(r, tx, &v->o);
    }
    return rc < 0 ? rc : answer_attached(r, tx, v);
}

int orders_set_customer(struct req *r, struct tx *tx)
{
    const struct order_attach_in *in = r->in;
    struct order_view v = {0};
    struct order_customer to = {0};
    int rc = check_attach(r, in);
    if (rc == 0)
        rc = take_with_people(r, tx, in, &v, &to);
    if (rc < 0)
        return rc;
    if (in->do_register && !uuid_is_nil(v.o.customer_id))
        return req_fail_field(r, ERR_ORDER_STATE, "register", NULL,
                              "The order already belongs to a registered customer");
    if (!in->do_register && uuid_eq(v.o.customer_id, to.id))
        return confirm(r, tx, &v);
    bool detach = !in->do_register && uuid_is_nil(in->customer_id);
    if (detach && !req_may(r, PERM_UPDATE_CUSTOMER))
        return req_fail(r, ERR_FORBIDDEN); /* a cashier attaches, a manager takes away */
    if (in->do_register)
        rc = register_customer(r, tx, in, &v.o, &to);
    if (rc == 0)
        rc = move_order(r, tx, &v.o, detach ? NULL : &to);
    return rc < 0 ? rc : answer_attached(r, tx, &v);
}
