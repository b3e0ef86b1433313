/* What buyers may do themselves: a CUSTOMER orders for nobody else, says
 * neither what was paid nor what is off, and sees what is certainly theirs. */
#include "orders/orders_priv.h"

int orders_no_record(struct req *r)
{
    return req_fail_with(r, ERR_CUSTOMER_NOT_FOUND,
                         STR("\"next\":{\"action\":\"create_record\","
                             "\"request\":\"POST /api/customers/me\"}"));
}

int orders_guard_own(struct req *r)
{
    if (!r->own_only)
        return orders_guard(r);
    return uuid_is_nil(r->who.customer) ? orders_no_record(r) : 0;
}

bool orders_is_own(const struct req *r, const struct order_row *o)
{
    return !r->own_only || (uuid_eq(o->customer_id, r->who.customer) && !o->is_unproven);
}

int orders_own_customer(struct req *r, struct uuid named)
{
    if (!r->own_only || uuid_is_nil(named) || uuid_eq(named, r->who.customer))
        return 0;
    return req_fail_field(r, ERR_FORBIDDEN, "customerId", NULL, "can only be your own");
}

static int for_staff(struct req *r, const char *field)
{
    return req_fail_field(r, ERR_FORBIDDEN, field, NULL, "is for staff to say");
}

int orders_own_words(struct req *r, const struct order_in *in)
{
    const struct order_line_in *lines = in->lines.v;
    const struct {
        bool said;
        const char *field;
    } never[] = {
        {GIVEN(in, id), "id"},
        {GIVEN(in, external_id), "externalId"},
        {GIVEN(in, created_at), "createdAt"},
        {GIVEN(in, customer_name), "customerName"},
        {GIVEN(in, customer_phone), "customerPhone"},
        {in->customer_type > 0, "customerType"}, /* RETAIL is the first */
        {in->discount > 0, "discount"},
        {in->payments.n > 0, "payments"},
        {str_eq(order_name(order_status_names, in->status), ORDER_PAID), "status"},
        {in->source != I64_NULL && !str_eq(order_name(order_source_names, in->source), STR("WEB")),
         "source"},
    };
    int rc = orders_own_customer(r, in->customer_id);
    for (size_t i = 0; rc == 0 && i < sizeof never / sizeof *never; i++)
        if (never[i].said)
            rc = for_staff(r, never[i].field);
    for (size_t i = 0; rc == 0 && i < in->lines.n; i++)
        if (lines[i].discount > 0)
            rc = for_staff(r, arena_printf(r->arena, "lines[%zu].discount", i).p);
    if (rc == 0 && in->lines.n == 0)
        rc = req_fail_field(r, ERR_INVALID, "lines", "required", "are required: what is ordered");
    return rc;
}

int orders_check_cod(struct req *r, const struct order_row *o, bool verified)
{
    if (verified || !r->company->cod_requires_verified_phone || !str_eq(o->source, STR("WEB")) ||
        !str_eq(o->payment_method, STR("COD")))
        return 0;
    (void)req_fail_field(r, ERR_PHONE_UNVERIFIED, "paymentMethod", NULL,
                         "COD needs a verified phone");
    return req_fail_with(r, ERR_PHONE_UNVERIFIED,
                         STR("\"next\":{\"action\":\"verify_phone\","
                             "\"request\":\"POST /api/auth/otp/request\","
                             "\"verify\":\"POST /api/auth/otp/verify\"}"));
}
