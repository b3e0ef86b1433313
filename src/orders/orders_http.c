/* Orders at the API: what requests may say, and the routes. */
#include "base/money.h"
#include "orders/orders_priv.h"
#include "slices.h"

enum {
    QUANTITY_MAX = 1000000000, /* a million, in thousandths */
    NAME_MAX_POINTS = 200,
    PHONE_MAX_POINTS = 40,
    ADDRESS_MAX_POINTS = 500,
    NOTES_MAX_POINTS = 2000,
};

#define PATH_ID(of)                                                                                \
    {                                                                                              \
        .name = "id", .type = F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED,                   \
        .offset = offsetof(of, id), .help = "the order"                                            \
    }
#define PATH_LINE(of)                                                                              \
    {                                                                                              \
        .name = "line", .type = F_INT, .place = IN_PATH, .flags = FIELD_REQUIRED,                  \
        .offset = offsetof(of, line), .min = 1, .max = INT32_MAX, .help = "number of the line"     \
    }

/* -- Lines: as part of an order, added to one, changed -- */

#define LINE(member) offsetof(struct order_line_in, member)
#define LINE_OFFERED(required)                                                                     \
    {.name = "sku",                                                                                \
     .type = F_TEXT,                                                                               \
     .flags = FIELD_NULLABLE,                                                                      \
     .offset = LINE(sku),                                                                          \
     .min = 1,                                                                                     \
     .max = 64,                                                                                    \
     .help = "article number"},                                                                    \
        {.name = "name",                                                                           \
         .type = F_TEXT,                                                                           \
         .flags = (required),                                                                      \
         .offset = LINE(name),                                                                     \
         .min = 1,                                                                                 \
         .max = NAME_MAX_POINTS,                                                                   \
         .help = "what is sold"},                                                                  \
        {.name = "quantity",                                                                       \
         .type = F_QUANTITY,                                                                       \
         .flags = (required),                                                                      \
         .offset = LINE(quantity),                                                                 \
         .min = 1,                                                                                 \
         .max = QUANTITY_MAX,                                                                      \
         .help = "how many or how much, up to three decimals"},                                    \
    {                                                                                              \
        .name = "unitPrice", .type = F_MONEY, .flags = (required), .offset = LINE(unit_price),     \
        .help = "of one"                                                                           \
    }
#define LINE_FIELDS(required)                                                                      \
    LINE_OFFERED(required),                                                                        \
    {                                                                                              \
        .name = "discount", .type = F_MONEY, .offset = LINE(discount),                             \
        .help = "on the line, not more than it costs"                                              \
    }

FIELDS(order_line_in_order, "OrderLineIn", struct order_line_in, LINE_FIELDS(FIELD_REQUIRED));
FIELDS(order_buyer_line, "OrderLineOfBuyer", struct order_line_in, LINE_OFFERED(FIELD_REQUIRED));
FIELDS(order_line_new, "OrderLineNew", struct order_line_in, PATH_ID(struct order_line_in),
       LINE_FIELDS(FIELD_REQUIRED));
FIELDS(order_line_patch, "OrderLinePatch", struct order_line_in, PATH_ID(struct order_line_in),
       PATH_LINE(struct order_line_in), LINE_FIELDS(0));

FIELDS(order_line_ref_fields, "OrderLineRef", struct order_line_ref, PATH_ID(struct order_line_ref),
       PATH_LINE(struct order_line_ref));
FIELDS(order_ref_fields, "OrderRef", struct order_ref, PATH_ID(struct order_ref));

/* -- Payments and refunds -- */

#define PAYMENT(member) offsetof(struct order_payment_in, member)
#define PAYMENT_FIELDS                                                                             \
    {.name = "method",                                                                             \
     .type = F_ENUM,                                                                               \
     .flags = FIELD_REQUIRED,                                                                      \
     .offset = PAYMENT(method),                                                                    \
     .names = order_method_names,                                                                  \
     .help = "how it is paid"},                                                                    \
        {.name = "amount",                                                                         \
         .type = F_MONEY,                                                                          \
         .offset = PAYMENT(amount),                                                                \
         .min = 1,                                                                                 \
         .max = MONEY_MAX,                                                                         \
         .help = "what it pays of the order; all that is due when left out"},                      \
        {.name = "tendered",                                                                       \
         .type = F_MONEY,                                                                          \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = PAYMENT(tendered),                                                              \
         .min = 1,                                                                                 \
         .max = MONEY_MAX,                                                                         \
         .help = "cash handed over; the answer says the change"},                                  \
    {                                                                                              \
        .name = "reference", .type = F_TEXT, .flags = FIELD_NULLABLE,                              \
        .offset = PAYMENT(reference), .min = 1, .max = 100, .help = "of the payment provider"      \
    }

FIELDS(order_payment_in_order, "OrderPaymentIn", struct order_payment_in, PAYMENT_FIELDS);
FIELDS(order_payment_new, "OrderPaymentNew", struct order_payment_in,
       PATH_ID(struct order_payment_in), PAYMENT_FIELDS);

FIELDS(order_refund_new, "OrderRefundNew", struct order_refund_in, PATH_ID(struct order_refund_in),
       {.name = "amount",
        .type = F_MONEY,
        .offset = offsetof(struct order_refund_in, amount),
        .min = 1,
        .max = MONEY_MAX,
        .help = "how much goes back; all that is left when left out"},
       {.name = "method",
        .type = F_ENUM,
        .offset = offsetof(struct order_refund_in, method),
        .names = order_method_names,
        .help = "how it goes back; as the last payment came when left out"},
       {.name = "reason",
        .type = F_TEXT,
        .flags = FIELD_NULLABLE,
        .offset = offsetof(struct order_refund_in, reason),
        .min = 1,
        .max = NAME_MAX_POINTS,
        .help = "why"});

/* -- Orders -- */

#define SNAPSHOT_FIELDS(of)                                                                        \
    {.name = "customerType",                                                                       \
     .type = F_ENUM,                                                                               \
     .offset = offsetof(of, customer_type),                                                        \
     .names = order_type_names,                                                                    \
     .help = "RETAIL when left out"},                                                              \
        {.name = "customerName",                                                                   \
         .type = F_TEXT,                                                                           \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = offsetof(of, customer_name),                                                    \
         .min = 1,                                                                                 \
         .max = NAME_MAX_POINTS,                                                                   \
         .help = "snapshot; from the record, or Walk-in, when left out"},                          \
        {.name = "customerPhone",                                                                  \
         .type = F_PHONE_LOOSE,                                                                    \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = offsetof(of, customer_phone),                                                   \
         .max = PHONE_MAX_POINTS,                                                                  \
         .help = "snapshot; what is no number is kept as typed"},                                  \
        {.name = "customerAddress",                                                                \
         .type = F_TEXT,                                                                           \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = offsetof(of, customer_address),                                                 \
         .min = 1,                                                                                 \
         .max = ADDRESS_MAX_POINTS,                                                                \
         .help = "snapshot"},                                                                      \
        {.name = "paymentMethod",                                                                  \
         .type = F_ENUM,                                                                           \
         .flags = FIELD_NULLABLE,                                                                  \
         .offset = offsetof(of, payment_method),                                                   \
         .names = order_method_names,                                                              \
         .help = "how the buyer means to pay"},                                                    \
        {.name = "discount",                                                                       \
         .type = F_MONEY,                                                                          \
         .offset = offsetof(of, discount),                                                         \
         .help = "on the whole order"},                                                            \
    {                                                                                              \
        .name = "notes", .type = F_TEXT, .flags = FIELD_NULLABLE, .offset = offsetof(of, notes),   \
        .min = 1, .max = NOTES_MAX_POINTS, .help = "of staff, for staff"                           \
    }

static const char *const new_status_names[] = {"OPEN", "PAID", NULL};

#define NEW(member) offsetof(struct order_in, member)
FIELDS(order_in_fields, "OrderNew", struct order_in,
       {.name = "id",
        .type = F_UUID,
        .offset = NEW(id),
        .help = "UUID of version 7 made by a till that works offline; sent again, it answers the "
                "order that is there"},
       {.name = "customerId",
        .type = F_UUID,
        .flags = FIELD_NULLABLE,
        .offset = NEW(customer_id),
        .help = "the person; none: walk-in"},
       {.name = "storeId",
        .type = F_UUID,
        .flags = FIELD_NULLABLE,
        .offset = NEW(store_id),
        .help = "where; the user's home store when left out"},
       {.name = "source",
        .type = F_ENUM,
        .offset = NEW(source),
        .names = order_source_names,
        .help = "POS when left out"},
       {.name = "externalId",
        .type = F_TEXT,
        .flags = FIELD_NULLABLE,
        .offset = NEW(external_id),
        .min = 1,
        .max = 100,
        .help = "id in another system, unique in the company"},
       {.name = "status",
        .type = F_ENUM,
        .offset = NEW(status),
        .names = new_status_names,
        .alias = "statusId",
        .help = "PAID: the payments must cover the total; follows from them when left out"},
       SNAPSHOT_FIELDS(struct order_in),
       {.name = "lines",
        .type = F_LIST,
        .offset = NEW(lines),
        .max = ORDER_LINES_MAX,
        .sub = &order_line_in_order,
        .alias = "items",
        .help = "what is sold; may follow later"},
       {.name = "totalAmount",
        .type = F_MONEY,
        .offset = NEW(total),
        .help = "must be what the lines add up to; without lines the total itself"},
       {.name = "totalAmountCents",
        .type = F_INT,
        .offset = NEW(total_cents),
        .min = 0,
        .max = MONEY_MAX,
        .help = "the same in the smallest unit of the currency"},
       {.name = "payments",
        .type = F_LIST,
        .offset = NEW(payments),
        .max = ORDER_PAYMENTS_MAX,
        .sub = &order_payment_in_order,
        .help = "together not more than the total"},
       {.name = "createdAt",
        .type = F_TIME,
        .offset = NEW(created_at),
        .help = "when it was sold, of a sale that is sent later: at most 60 days ago; now when "
                "left out. It is numbered on the day it comes in"});

FIELDS(order_patch_fields, "OrderPatch", struct order_patch, PATH_ID(struct order_patch),
       SNAPSHOT_FIELDS(struct order_patch));

#define ATTACH(member) offsetof(struct order_attach_in, member)
FIELDS(order_attach_fields, "OrderCustomer", struct order_attach_in,
       PATH_ID(struct order_attach_in),
       {.name = "customerId",
        .type = F_UUID,
        .flags = FIELD_NULLABLE,
        .offset = ATTACH(customer_id),
        .help = "whose order it is; null: nobody's"},
       {.name = "register",
        .type = F_BOOL,
        .offset = ATTACH(do_register),
        .help = "make a record from the order's name and phone"},
       {.name = "name",
        .type = F_TEXT,
        .flags = FIELD_NULLABLE,
        .offset = ATTACH(name),
        .min = 1,
        .max = NAME_MAX_POINTS,
        .help = "with register: instead of the order's"},
       {.name = "phone",
        .type = F_PHONE,
        .flags = FIELD_NULLABLE,
        .offset = ATTACH(phone),
        .help = "with register: instead of the order's"});

#define QUERY(member) offsetof(struct order_query, member)
FIELDS(order_query_fields, "OrderQuery", struct order_query,
       {.name = "customerId",
        .type = F_UUID,
        .place = IN_QUERY,
        .offset = QUERY(customer_id),
        .help = "of this person"},
       {.name = "status",
        .type = F_ENUM,
        .place = IN_QUERY,
        .offset = QUERY(status),
        .names = order_status_names,
        .help = "in this state"},
       {.name = "source",
        .type = F_ENUM,
        .place = IN_QUERY,
        .offset = QUERY(source),
        .names = order_source_names,
        .help = "that came in this way"},
       {.name = "storeId",
        .type = F_UUID,
        .place = IN_QUERY,
        .offset = QUERY(store_id),
        .help = "made in this store"},
       {.name = "from",
        .type = F_TIME,
        .place = IN_QUERY,
        .offset = QUERY(from),
        .help = "made at or after this moment; a date is its first moment"},
       {.name = "to",
        .type = F_TIME,
        .place = IN_QUERY,
        .offset = QUERY(to),
        .help = "made before this moment"},
       {.name = "customerPhone",
        .type = F_PHONE_LOOSE,
        .place = IN_QUERY,
        .offset = QUERY(customer_phone),
        .max = PHONE_MAX_POINTS,
        .help = "with this number in the snapshot, in any spelling"},
       {.name = "orderNumber",
        .type = F_TEXT,
        .place = IN_QUERY,
        .offset = QUERY(order_number),
        .min = 1,
        .max = 40,
        .help = "with this number, or this externalId: what a receipt shows"},
       {.name = "limit",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = QUERY(limit),
        .min = 1,
        .max = 100,
        .help = "rows a page; 50 when left out"},
       {.name = "cursor",
        .type = F_CURSOR,
        .place = IN_QUERY,
        .offset = QUERY(cursor),
        .help = "nextCursor of the page before"});

static const struct route routes[] = {
    ROUTE("POST", "/api/orders", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE, &order_in_fields,
          &order_out, orders_create,
          /* Its event comes from the handler: the same id again makes none. */
          "Make an order: empty, to be filled, or whole and paid in one call. A customer's own has "
          "lines and stays open until staff confirm it.",
          .status = 201, .action = "order.create", .flags = ROUTE_OWN,
          .errors = "totals_mismatch, overpaid, external_id_taken, phone_not_verified"),
    ROUTE("GET", "/api/orders", PERM_READ_ORDER, COMPANY_TOKEN, RUN_SLOW, &order_query_fields,
          &order_row_out, orders_list, "List orders, newest first.", .list = true, .status = 200,
          .flags = ROUTE_READS_PERSON | ROUTE_OWN),
    ROUTE("GET", "/api/orders/items", PERM_READ_ORDER, COMPANY_TOKEN, RUN_SLOW, &order_items_query,
          &order_item_out, orders_items, "What was sold most often in the last orders, for a till.",
          .list = true, .status = 200),
    ROUTE("GET", "/api/customers/:id/items", PERM_READ_ORDER, COMPANY_TOKEN, RUN_SLOW,
          &order_bought_query, &order_bought_out, orders_bought,
          "What a person bought most often in their last orders.", .list = true, .status = 200,
          .flags = ROUTE_READS_PERSON, .errors = "customer_not_found"),
    ROUTE("GET", "/api/orders/:id", PERM_READ_ORDER, COMPANY_TOKEN, RUN_FAST, &order_ref_fields,
          &order_out, orders_read, "Read an order with its lines, payments and refunds.",
          .status = 200, .flags = ROUTE_READS_PERSON | ROUTE_OWN, .errors = "order_not_found"),
    ROUTE("PATCH", "/api/orders/:id", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_patch_fields, &order_out, orders_patch,
          "Change an open order's snapshot or discount; its notes at any time.", .status = 200,
          .action = "order.update", .event = "order.updated",
          .errors = "order_not_found, order_state, totals_mismatch, overpaid, phone_not_verified"),
    ROUTE("POST", "/api/orders/:id/lines", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_line_new, &order_out, orders_line_add, "Add a line to an open order.",
          .status = 201, .action = "order.line_add", .event = "order.updated",
          .errors = "order_not_found, order_state"),
    ROUTE("PATCH", "/api/orders/:id/lines/:line", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_line_patch, &order_out, orders_line_change, "Change a line of an open order.",
          .status = 200, .action = "order.line_update", .event = "order.updated",
          .errors = "order_not_found, order_state, totals_mismatch, overpaid"),
    ROUTE("DELETE", "/api/orders/:id/lines/:line", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_line_ref_fields, &order_out, orders_line_remove,
          "Take a line from an open order; its number is not used again.", .status = 200,
          .action = "order.line_remove", .event = "order.updated",
          .errors = "order_not_found, order_state, totals_mismatch, overpaid"),
    ROUTE("POST", "/api/orders/:id/payments", PERM_TAKE_PAYMENT, COMPANY_TOKEN, RUN_WRITE,
          &order_payment_new, &order_out, orders_pay,
          "Take a payment; the order is paid when nothing is due any more.", .status = 201,
          .action = "order.pay", .event = "order.updated",
          .errors = "order_not_found, order_state, overpaid"),
    ROUTE("POST", "/api/orders/:id/refunds", PERM_REFUND_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_refund_new, &order_out, orders_refund,
          "Give money back, in part or all that was paid.", .status = 201, .action = "order.refund",
          .event = "order.refunded", .errors = "order_not_found, overrefunded"),
    ROUTE("POST", "/api/orders/:id/close", PERM_TAKE_PAYMENT, COMPANY_TOKEN, RUN_WRITE,
          &order_ref_fields, &order_out, orders_close,
          "Close an open order of which nothing is due, as one of 0.00: it counts as paid.",
          .status = 200, .action = "order.close", .event = "order.paid",
          .errors = "order_not_found, order_state"),
    ROUTE("POST", "/api/orders/:id/cancel", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_ref_fields, &order_out, orders_cancel, "Cancel an open order without payments.",
          .status = 200, .action = "order.cancel", .event = "order.cancelled",
          .errors = "order_not_found, order_state"),
    ROUTE("POST", "/api/orders/:id/customer", PERM_CREATE_ORDER, COMPANY_TOKEN, RUN_WRITE,
          &order_attach_fields, &order_attached_out, orders_set_customer,
          "Say whose order it is, or register the person from it; statistics follow.",
          .status = 200, .action = "order.customer", .event = "order.updated",
          .errors = "order_not_found, order_state, phone_taken, phone_invalid"),
};

const struct slice orders_slice = {
    .name = "orders",
    .statements = &orders_statements,
    .routes = {"orders", routes, sizeof routes / sizeof *routes},
    .checks = order_checks,
};
