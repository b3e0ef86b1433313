/* How a customer is answered: one list of fields, with more around it where a
 * route says more (the till's lookup, the detail). */
#include "base/phone.h"
#include "customers/customers_priv.h"
#include "orders/orders.h"

#define AT(member) offsetof(struct customer_view, member)

static const struct field company_rows[] = {
    {.name = "id", .type = F_UUID, .offset = 0, .help = "the company"},
    {.name = "name",
     .type = F_TEXT,
     .offset = AT(company.name) - AT(company),
     .help = "as people write it"},
};
static const struct fields company_brief = {"CompanyBrief", company_rows, 2,
                                            sizeof(((struct customer_view *)0)->company)};
static const struct field count_rows[] = {
    {.name = "orders", .type = F_INT, .offset = 0, .help = "all orders of the person"},
};
static const struct fields counts = {"CustomerCount", count_rows, 1,
                                     sizeof(((struct customer_view *)0)->count)};

/* clang-format off */
#define RECORD                                                                                     \
    {.name = "id", .type = F_UUID, .offset = AT(c.id), .help = "the person's record"},             \
    {.name = "companyId", .type = F_UUID, .offset = AT(company_id), .help = "whose customer"},     \
    {.name = "userId", .type = F_UUID, .offset = AT(c.user_id), .flags = FIELD_NULLABLE,           \
     .help = "first login of the person"},                                                         \
    {.name = "externalId", .type = F_TEXT, .offset = AT(c.external_id), .flags = FIELD_NULLABLE,   \
     .help = "id in another system"},                                                              \
    {.name = "name", .type = F_TEXT, .offset = AT(c.name), .help = "as people write it"},          \
    {.name = "preferredName", .type = F_TEXT, .offset = AT(c.preferred_name),                      \
     .flags = FIELD_NULLABLE, .help = "how to call them"},                                         \
    {.name = "phone", .type = F_PHONE, .offset = AT(c.phone), .flags = FIELD_NULLABLE,             \
     .help = "E.164"},                                                                             \
    {.name = "phoneNational", .type = F_TEXT, .offset = AT(phone_national),                        \
     .flags = FIELD_NULLABLE, .help = "the number as people write it"},                            \
    {.name = "email", .type = F_EMAIL, .offset = AT(c.email), .flags = FIELD_NULLABLE,             \
     .help = "lower case; masked for cashiers"},                                                                        \
    {.name = "address", .type = F_TEXT, .offset = AT(c.address), .flags = FIELD_NULLABLE,          \
     .help = "delivery address as one text; masked for cashiers"},                                                      \
    {.name = "area", .type = F_TEXT, .offset = AT(c.area), .flags = FIELD_NULLABLE,                \
     .help = "part of town"},                                                                      \
    {.name = "birthday", .type = F_DATE, .offset = AT(c.birthday), .flags = FIELD_NULLABLE,        \
     .help = "day of birth"},                                                                      \
    {.name = "anniversary", .type = F_DATE, .offset = AT(c.anniversary), .flags = FIELD_NULLABLE,  \
     .help = "a day to remember"},                                                                 \
    {.name = "notes", .type = F_TEXT, .offset = AT(c.notes),                                       \
     .flags = FIELD_NULLABLE | FIELD_STAFF, .help = "of staff, for staff"},                        \
    {.name = "tags", .type = F_STRINGS_JSON, .offset = AT(c.tags), .help = "labels"},              \
    {.name = "preferences", .type = F_JSON, .offset = AT(c.preferences), .help = "free object"},   \
    {.name = "isActive", .type = F_BOOL, .offset = AT(c.is_active),                                \
     .help = "false: still found, but gone for the shop"},                                         \
    {.name = "isPhoneVerified", .type = F_BOOL, .offset = AT(c.is_phone_verified),                 \
     .help = "the person proved this number"},                                                     \
    {.name = "isProvisional", .type = F_BOOL, .offset = AT(c.is_provisional),                      \
     .help = "the record of a login that has proved no phone yet"},                                \
    {.name = "phoneEvidence", .type = F_TEXT, .offset = AT(phone_evidence),                        \
     .flags = FIELD_NULLABLE | FIELD_STAFF,                                                        \
     .help = "why the phone is believed: staff, verified, or guest (merely typed)"},               \
    {.name = "balance", .type = F_MONEY, .offset = AT(c.balance),                                  \
     .help = "what the person owes; below zero it is credit"},                                     \
    {.name = "totalOrders", .type = F_INT, .offset = AT(c.total_orders),                           \
     .help = "orders paid and not wholly refunded"},                                               \
    {.name = "visitCount", .type = F_INT, .offset = AT(c.visit_count),                             \
     .help = "paid orders made in person"},                                                        \
    {.name = "totalSpent", .type = F_MONEY, .offset = AT(c.total_spent),                           \
     .help = "paid minus refunded"},                                                               \
    {.name = "loyaltyPoints", .type = F_INT, .offset = AT(c.loyalty_points), .help = "points"},    \
    {.name = "firstOrderAt", .type = F_TIME, .offset = AT(c.first_order_at),                       \
     .flags = FIELD_NULLABLE, .help = "first paid order"},                                         \
    {.name = "lastOrderAt", .type = F_TIME, .offset = AT(c.last_order_at),                         \
     .flags = FIELD_NULLABLE, .help = "last paid order"},                                          \
    {.name = "version", .type = F_INT, .offset = AT(c.version),                                    \
     .help = "counts changes of the record; the ETag"},                                            \
    {.name = "createdByUserId", .type = F_UUID, .offset = AT(c.created_by_user_id),                \
     .flags = FIELD_NULLABLE, .help = "who made the record"},                                      \
    {.name = "createdAt", .type = F_TIME, .offset = AT(c.created_at), .help = "when it was made"}, \
    {.name = "updatedAt", .type = F_TIME, .offset = AT(c.updated_at), .help = "last change"},      \
    {.name = "_count", .type = F_OBJECT, .offset = AT(count), .sub = &counts,                      \
     .help = "how many orders there are"}
#define COMPANY                                                                                    \
    {.name = "company", .type = F_OBJECT, .offset = AT(company), .sub = &company_brief,            \
     .help = "whose customer"}

FIELDS(customer_row_out, "CustomerRow", struct customer_view, RECORD);
FIELDS(customer_out, "Customer", struct customer_view, RECORD, COMPANY);
FIELDS(customer_lookup_out, "CustomerLookup", struct customer_view, RECORD, COMPANY,
       {.name = "matchedFormerPhone", .type = F_BOOL, .offset = AT(matched_former),
        .help = "the number is one that the person had before"},
       {.name = "formerPhone", .type = F_TEXT, .offset = AT(former_phone),
        .flags = FIELD_NULLABLE | FIELD_OMIT_NULL, .help = "that number"});
FIELDS(customer_detail_out, "CustomerDetail", struct customer_view, RECORD, COMPANY,
       {.name = "orders", .type = F_LIST, .offset = AT(orders), .sub = &order_brief_out,
        .help = "the last ten, newest first"});
FIELDS(customer_full_out, "CustomerFull", struct customer_view, RECORD, COMPANY,
       {.name = "orders", .type = F_LIST, .offset = AT(orders), .sub = &customer_order_out,
        .help = "all of them, newest first, a page at a time"},
       {.name = "ordersCursor", .type = F_TEXT, .offset = AT(orders_cursor),
        .flags = FIELD_NULLABLE, .help = "cursor of the next page of orders; null at the end"});

#define AT_ORDER(member) offsetof(struct customer_orders_before_row, member)
static const char *const order_source_names[] = {"POS", "WEB", "PHONE", "SUBSCRIPTION", NULL};
static const char *const order_fulfilment_names[] = {"NONE", "PENDING", "OUT_FOR_DELIVERY",
                                                     "DELIVERED", "FAILED", NULL};
FIELDS(customer_order_out, "CustomerOrder", struct customer_orders_before_row,
       {.name = "id", .type = F_UUID, .offset = AT_ORDER(id), .help = "the order"},
       {.name = "orderNumber", .type = F_TEXT, .offset = AT_ORDER(order_number),
        .flags = FIELD_NULLABLE, .help = "ORD-YYYYMMDD-NNN"},
       {.name = "externalId", .type = F_TEXT, .offset = AT_ORDER(external_id),
        .flags = FIELD_NULLABLE, .help = "id in another system"},
       {.name = "storeId", .type = F_UUID, .offset = AT_ORDER(store_id), .flags = FIELD_NULLABLE,
        .help = "where it was made"},
       {.name = "source", .type = F_TEXT_ENUM, .offset = AT_ORDER(source),
        .names = order_source_names, .help = "how it came"},
       {.name = "status", .type = F_TEXT_ENUM, .offset = AT_ORDER(status),
        .names = order_status_names, .help = "where it stands"},
       {.name = "fulfilment", .type = F_TEXT_ENUM, .offset = AT_ORDER(fulfilment),
        .names = order_fulfilment_names, .help = "where the goods are"},
       {.name = "totalAmount", .type = F_MONEY, .offset = AT_ORDER(total_amount),
        .help = "what it costs"},
       {.name = "paidAmount", .type = F_MONEY, .offset = AT_ORDER(paid_amount),
        .help = "sum of payments"},
       {.name = "refundedAmount", .type = F_MONEY, .offset = AT_ORDER(refunded_amount),
        .help = "sum of refunds"},
       {.name = "isUnproven", .type = F_BOOL, .flags = FIELD_STAFF,
        .offset = AT_ORDER(is_unproven),
        .help = "came under a number that nobody has proved: the person's logins do not see it"},
       {.name = "createdAt", .type = F_TIME, .offset = AT_ORDER(created_at),
        .help = "when it was made"},
       {.name = "paidAt", .type = F_TIME, .offset = AT_ORDER(paid_at), .flags = FIELD_NULLABLE,
        .help = "when it was fully paid"});

#define AT_USER(member) offsetof(struct customer_users_row, member)
FIELDS(customer_user_out, "CustomerLogin", struct customer_users_row,
       {.name = "id", .type = F_UUID, .offset = AT_USER(id), .help = "the login"},
       {.name = "name", .type = F_TEXT, .offset = AT_USER(name), .help = "as people write it"},
       {.name = "email", .type = F_EMAIL, .offset = AT_USER(email), .flags = FIELD_NULLABLE,
        .help = "lower case"},
       {.name = "phone", .type = F_PHONE, .offset = AT_USER(phone), .flags = FIELD_NULLABLE,
        .help = "E.164"},
       {.name = "role", .type = F_TEXT_ENUM, .offset = AT_USER(role), .names = role_names,
        .help = "what it may do"},
       {.name = "isActive", .type = F_BOOL, .offset = AT_USER(is_active),
        .help = "false: cannot sign in"},
       {.name = "isPhoneVerified", .type = F_BOOL, .offset = AT_USER(is_phone_verified),
        .help = "proved by a code"},
       {.name = "isEmailVerified", .type = F_BOOL, .offset = AT_USER(is_email_verified),
        .help = "proved by a link"},
       {.name = "isActivated", .type = F_BOOL, .offset = AT_USER(is_activated),
        .help = "has set a password"},
       {.name = "isPending", .type = F_BOOL, .offset = AT_USER(is_pending),
        .help = "proved the phone, but is not known to be this person: opens nothing of theirs"},
       {.name = "linkEvidence", .type = F_TEXT, .offset = AT_USER(link_evidence),
        .flags = FIELD_NULLABLE, .help = "verified (by a code), staff, pending, or backfill-…"},
       {.name = "linkedAt", .type = F_TIME, .offset = AT_USER(linked_at), .flags = FIELD_NULLABLE,
        .help = "since when"},
       {.name = "lastLoginAt", .type = F_TIME, .offset = AT_USER(last_login_at),
        .flags = FIELD_NULLABLE, .help = "last sign-in"},
       {.name = "createdAt", .type = F_TIME, .offset = AT_USER(created_at),
        .help = "when it was made"});

#define AT_EVENT(member) offsetof(struct customer_event, member)
FIELDS(customer_event_out, "CustomerEvent", struct customer_event,
       {.name = "type", .type = F_TEXT, .offset = AT_EVENT(type),
        .help = "customer.create, customer.update, …, or order"},
       {.name = "at", .type = F_TIME, .offset = AT_EVENT(at), .help = "when"},
       {.name = "byUserId", .type = F_UUID, .offset = AT_EVENT(by), .flags = FIELD_NULLABLE,
        .help = "user or key that did it"},
       {.name = "fields", .type = F_STRINGS, .offset = AT_EVENT(fields),
        .help = "names of what was changed"},
       {.name = "order", .type = F_OBJECT_PTR, .offset = AT_EVENT(order),
        .flags = FIELD_NULLABLE | FIELD_OMIT_NULL, .sub = &customer_order_out,
        .help = "the order that was made"});
/* clang-format on */
#undef AT

bool customers_masked(const struct req *r, struct uuid customer)
{
    bool sells =
        r->who.kind == WHO_USER && (r->who.role == ROLE_CASHIER || r->who.role == ROLE_STAFF);
    /* Whoever may change a record must see it: a mask is never written back. */
    return sells && !r->company->show_contacts && !req_may(r, PERM_UPDATE_CUSTOMER) &&
           (uuid_is_nil(customer) || !uuid_eq(customer, r->who.customer));
}

struct str customers_email_mask(struct arena *a, struct str email)
{
    const char *at = email.n ? memchr(email.p, '@', email.n) : NULL;
    if (!at)
        return STR_NULL;
    size_t first = 1; /* a letter of more than one byte is not cut */
    while (email.p + first < at && ((unsigned char)email.p[first] & 0xc0) == 0x80)
        first++;
    return arena_printf(a, "%.*s•••%.*s", at > email.p ? (int)first : 0, email.p,
                        (int)(email.n - (size_t)(at - email.p)), at);
}

void customer_view_make(struct req *r, const struct customer_row *row, struct customer_view *out)
{
    const struct company *c = r->company;
    *out = (struct customer_view){.c = *row, .company_id = c->id};
    if (row->phone.n > 0)
        out->phone_national = phone_national(r->arena, row->phone, c->country);
    if (row->phone.n > 0)
        out->phone_evidence = row->phone_evidence.n > 0 ? row->phone_evidence : STR("staff");
    if (customers_masked(r, row->id)) {
        out->c.email = customers_email_mask(r->arena, row->email);
        out->c.address = row->address.n > 0 ? STR("•••") : STR_NULL;
    }
    out->company.id = c->id;
    out->company.name = c->name;
    out->count.orders = row->order_count;
}
