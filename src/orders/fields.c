/* Orders as JSON: what answers show. */
#include "orders/orders_priv.h"

/* The members of an order's row, wherever it lies in the struct. */
#define ORDER_ROW(at)                                                                              \
    {.name = "id", .type = F_UUID, .offset = at(id), .help = "the order"},                         \
        {.name = "orderNumber",                                                                    \
         .type = F_TEXT,                                                                           \
         .offset = at(order_number),                                                               \
         .help = "ORD-YYYYMMDD-NNN; null for imported orders, which keep their externalId"},       \
        {.name = "externalId",                                                                     \
         .type = F_TEXT,                                                                           \
         .offset = at(external_id),                                                                \
         .help = "id in another system"},                                                          \
        {.name = "storeId", .type = F_UUID, .offset = at(store_id), .help = "where it was made"},  \
        {.name = "customerId",                                                                     \
         .type = F_UUID,                                                                           \
         .offset = at(customer_id),                                                                \
         .help = "the person; null: walk-in"},                                                     \
        {.name = "customerType",                                                                   \
         .type = F_TEXT_ENUM,                                                                      \
         .offset = at(customer_type),                                                              \
         .names = order_type_names,                                                                \
         .help = "how it was priced"},                                                             \
        {.name = "customerName",                                                                   \
         .type = F_TEXT,                                                                           \
         .offset = at(customer_name),                                                              \
         .help = "as it was at the sale; Walk-in without a name"},                                 \
        {.name = "customerPhone",                                                                  \
         .type = F_TEXT,                                                                           \
         .offset = at(customer_phone),                                                             \
         .help = "as it was at the sale: E.164, or as typed"},                                     \
        {.name = "customerAddress",                                                                \
         .type = F_TEXT,                                                                           \
         .offset = at(customer_address),                                                           \
         .help = "as it was at the sale"},                                                         \
        {.name = "source",                                                                         \
         .type = F_TEXT_ENUM,                                                                      \
         .offset = at(source),                                                                     \
         .names = order_source_names,                                                              \
         .help = "how it came in"},                                                                \
        {.name = "status",                                                                         \
         .type = F_TEXT_ENUM,                                                                      \
         .offset = at(status),                                                                     \
         .names = order_status_names,                                                              \
         .help = "where it stands"},                                                               \
        {.name = "fulfilment",                                                                     \
         .type = F_TEXT_ENUM,                                                                      \
         .offset = at(fulfilment),                                                                 \
         .names = fulfilment_names,                                                                \
         .help = "where its delivery stands"},                                                     \
        {.name = "paymentMethod",                                                                  \
         .type = F_TEXT_ENUM,                                                                      \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = at(payment_method),                                                             \
         .names = order_method_names,                                                              \
         .help = "how the buyer means to pay; null: not said"},                                    \
        {.name = "isUnproven",                                                                     \
         .type = F_BOOL,                                                                           \
         .flags = FIELD_STAFF,                                                                     \
         .offset = at(is_unproven),                                                                \
         .help = "came under a number that nobody has proved: the person's logins do not see it"}, \
        {.name = "subtotal",                                                                       \
         .type = F_MONEY,                                                                          \
         .offset = at(subtotal),                                                                   \
         .help = "what the lines add up to"},                                                      \
        {.name = "discount",                                                                       \
         .type = F_MONEY,                                                                          \
         .offset = at(discount),                                                                   \
         .help = "on the whole order"},                                                            \
        {.name = "totalAmount",                                                                    \
         .type = F_MONEY,                                                                          \
         .offset = at(total_amount),                                                               \
         .help = "subtotal minus discount"},                                                       \
        {.name = "paidAmount",                                                                     \
         .type = F_MONEY,                                                                          \
         .offset = at(paid_amount),                                                                \
         .help = "sum of payments"},                                                               \
        {.name = "refundedAmount",                                                                 \
         .type = F_MONEY,                                                                          \
         .offset = at(refunded_amount),                                                            \
         .help = "sum of refunds"},                                                                \
        {.name = "currency", .type = F_TEXT, .offset = at(currency), .help = "ISO 4217"},          \
        {.name = "notes",                                                                          \
         .type = F_TEXT,                                                                           \
         .flags = FIELD_STAFF,                                                                     \
         .offset = at(notes),                                                                      \
         .help = "of staff, for staff"},                                                           \
        {.name = "createdByUserId",                                                                \
         .type = F_UUID,                                                                           \
         .flags = FIELD_STAFF,                                                                     \
         .offset = at(created_by_user_id),                                                         \
         .help = "user or API key that made it"},                                                  \
        {.name = "version",                                                                        \
         .type = F_INT,                                                                            \
         .offset = at(version),                                                                    \
         .help = "counts changes; also the ETag"},                                                 \
        {.name = "createdAt",                                                                      \
         .type = F_TIME,                                                                           \
         .offset = at(created_at),                                                                 \
         .help = "when it was made"},                                                              \
        {.name = "paidAt",                                                                         \
         .type = F_TIME,                                                                           \
         .offset = at(paid_at),                                                                    \
         .help = "when it was fully paid"},                                                        \
    {                                                                                              \
        .name = "updatedAt", .type = F_TIME, .offset = at(updated_at), .help = "last change"       \
    }

static const char *const fulfilment_names[] = {"NONE",      "PENDING", "OUT_FOR_DELIVERY",
                                               "DELIVERED", "FAILED",  NULL};

#define LINE(member) offsetof(struct order_line_row, member)
FIELDS(order_line_out, "OrderLine", struct order_line_row,
       {.name = "line",
        .type = F_INT,
        .offset = LINE(line_no),
        .help = "its number in the order; never used again"},
       {.name = "sku", .type = F_TEXT, .offset = LINE(sku), .help = "article number"},
       {.name = "name", .type = F_TEXT, .offset = LINE(name), .help = "what was sold"},
       {.name = "quantity",
        .type = F_QUANTITY,
        .offset = LINE(quantity),
        .help = "how many or how much, up to three decimals"},
       {.name = "unitPrice", .type = F_MONEY, .offset = LINE(unit_price), .help = "of one"},
       {.name = "discount", .type = F_MONEY, .offset = LINE(discount), .help = "on the line"},
       {.name = "amount",
        .type = F_MONEY,
        .offset = LINE(amount),
        .help = "quantity times price, rounded half up, minus discount"});

#define PAYMENT(member) offsetof(struct order_payment_row, member)
FIELDS(
    order_payment_out, "OrderPayment", struct order_payment_row,
    {.name = "payment",
     .type = F_INT,
     .offset = PAYMENT(payment_no),
     .help = "its number in the order"},
    {.name = "method",
     .type = F_TEXT_ENUM,
     .offset = PAYMENT(method),
     .names = order_method_names,
     .help = "how it was paid"},
    {.name = "amount",
     .type = F_MONEY,
     .offset = PAYMENT(amount),
     .help = "what it pays of the order"},
    {.name = "tendered", .type = F_MONEY, .offset = PAYMENT(tendered), .help = "cash handed over"},
    {.name = "change",
     .type = F_MONEY,
     .offset = PAYMENT(change),
     .help = "cash to give back: tendered minus amount"},
    {.name = "reference",
     .type = F_TEXT,
     .offset = PAYMENT(reference),
     .help = "of the payment provider"},
    {.name = "createdByUserId",
     .type = F_UUID,
     .flags = FIELD_STAFF,
     .offset = PAYMENT(created_by_user_id),
     .help = "who took it"},
    {.name = "createdAt", .type = F_TIME, .offset = PAYMENT(created_at), .help = "when"});

#define REFUND(member) offsetof(struct order_refund_row, member)
FIELDS(order_refund_out, "OrderRefund", struct order_refund_row,
       {.name = "refund",
        .type = F_INT,
        .offset = REFUND(refund_no),
        .help = "its number in the order"},
       {.name = "method",
        .type = F_TEXT_ENUM,
        .offset = REFUND(method),
        .names = order_method_names,
        .help = "how the money went back"},
       {.name = "amount", .type = F_MONEY, .offset = REFUND(amount), .help = "how much"},
       {.name = "reason",
        .type = F_TEXT,
        .flags = FIELD_STAFF,
        .offset = REFUND(reason),
        .help = "why, for staff"},
       {.name = "createdByUserId",
        .type = F_UUID,
        .flags = FIELD_STAFF,
        .offset = REFUND(created_by_user_id),
        .help = "who gave it"},
       {.name = "createdAt", .type = F_TIME, .offset = REFUND(created_at), .help = "when"});

#define OFFER(member) offsetof(struct order_offer, member)
FIELDS(
    order_offer_out, "OrderOffer", struct order_offer,
    {.name = "id", .type = F_UUID, .offset = OFFER(id), .help = "the order"},
    {.name = "orderNumber", .type = F_TEXT, .offset = OFFER(order_number), .help = "its number"},
    {.name = "totalAmount", .type = F_MONEY, .offset = OFFER(total_amount), .help = "what it cost"},
    {.name = "createdAt", .type = F_TIME, .offset = OFFER(created_at), .help = "when it was made"});

#define VIEW(member) offsetof(struct order_view, member)
#define IN_VIEW(member) offsetof(struct order_view, o.member)
#define ORDER_PARTS                                                                                \
    {.name = "dueAmount",                                                                          \
     .type = F_MONEY,                                                                              \
     .offset = VIEW(due),                                                                          \
     .help = "still to be paid while it is open"},                                                 \
        {.name = "lines",                                                                          \
         .type = F_LIST,                                                                           \
         .offset = VIEW(lines),                                                                    \
         .sub = &order_line_out,                                                                   \
         .help = "what was sold"},                                                                 \
        {.name = "payments",                                                                       \
         .type = F_LIST,                                                                           \
         .offset = VIEW(payments),                                                                 \
         .sub = &order_payment_out,                                                                \
         .help = "how it was paid"},                                                               \
    {                                                                                              \
        .name = "refunds", .type = F_LIST, .offset = VIEW(refunds), .sub = &order_refund_out,      \
        .help = "what went back"                                                                   \
    }

FIELDS(order_out, "Order", struct order_view, ORDER_ROW(IN_VIEW), ORDER_PARTS);

FIELDS(order_attached_out, "OrderAttached", struct order_view, ORDER_ROW(IN_VIEW), ORDER_PARTS,
       {.name = "offers",
        .type = F_LIST,
        .offset = VIEW(offers),
        .sub = &order_offer_out,
        .help = "earlier walk-in orders under the same phone, to attach as well"});

#define IN_ROW(member) offsetof(struct order_row, member)
FIELDS(order_row_out, "OrderRow", struct order_row, ORDER_ROW(IN_ROW));
