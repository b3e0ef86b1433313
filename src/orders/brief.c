/* An order in short, for slices that show a person's last ones. */
#include "orders/orders.h"

#define ROW(member) offsetof(struct order_brief, member)
FIELDS(
    order_brief_out, "OrderBrief", struct order_brief,
    {.name = "id", .type = F_UUID, .offset = ROW(id), .help = "the order"},
    {.name = "orderNumber",
     .type = F_TEXT,
     .offset = ROW(order_number),
     .help = "ORD-YYYYMMDD-NNN; null for imported orders, which keep their externalId"},
    {.name = "totalAmount",
     .type = F_MONEY,
     .offset = ROW(total_amount),
     .help = "what the order costs"},
    {.name = "status",
     .type = F_TEXT_ENUM,
     .offset = ROW(status),
     .names = order_status_names,
     .help = "where it stands"},
    {.name = "isUnproven",
     .type = F_BOOL,
     .flags = FIELD_STAFF,
     .offset = ROW(is_unproven),
     .help = "came under a number that nobody has proved"},
    {.name = "createdAt", .type = F_TIME, .offset = ROW(created_at), .help = "when it was made"});
#undef ROW
