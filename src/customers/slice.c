/* What this slice brings to the house: the routes of SPEC 4, the command
 * `phone`, a check for `doctor`. */
#include "slice.h"
#include "customers/customers_priv.h"

#define READ(path_, mode_, in_, out_, handler_, help_, ...)                                        \
    ROUTE("GET", path_, PERM_READ_CUSTOMER, COMPANY_TOKEN, mode_, in_, out_, handler_, help_,      \
          .status = 200, __VA_ARGS__)
#define WRITE(method_, path_, perm_, in_, out_, handler_, help_, ...)                              \
    ROUTE(method_, path_, perm_, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_, help_, __VA_ARGS__)
#define UPDATE(method_, path_, flags_)                                                             \
    WRITE(method_, path_, PERM_UPDATE_CUSTOMER, &customer_update_in, &customer_out,                \
          customers_update,                                                                        \
          "Changes a record: a missing field stays, null clears; the old phone is kept as a "      \
          "former one",                                                                            \
          .status = 200, .action = "customer.update", .event = "customer.updated",                 \
          .flags = flags_, .errors = "customer_not_found phone_taken external_id_taken stale")
#define PERSON ROUTE_READS_PERSON

static const struct route routes[] = {
    WRITE("POST", "/api/customers", PERM_CREATE_CUSTOMER, &customer_create_in, &customer_out,
          customers_create, "Registers a customer", .status = 201, .action = "customer.create",
          .event = "customer.created", .flags = ROUTE_PRESUMES,
          .errors = "phone_taken external_id_taken phone_invalid"),
    READ("/api/customers/phone/:phone", RUN_FAST, &customer_phone_fields, &customer_lookup_out,
         customers_lookup, "The lookup at the till, in any spelling", .flags = PERSON,
         .errors = "customer_not_found phone_invalid"),
    READ("/api/customers/search", RUN_SLOW, &customer_search_fields, &customer_row_out,
         customers_search, "By a part of the phone, the name with typos, or the e-mail; best first",
         .list = true, .flags = PERSON),
    READ("/api/customers", RUN_SLOW, &customer_list_fields, &customer_row_out, customers_list,
         "A list with filters, in one of three orders", .list = true, .flags = PERSON),
    READ("/api/customers/recent", RUN_SLOW, &customer_recent_fields, &customer_row_out,
         customers_recent, "The people served last in a store", .list = true, .flags = PERSON),
    ROUTE("GET", "/api/customers/export", PERM_EXPORT, COMPANY_TOKEN, RUN_SLOW,
          &customer_export_fields, NULL, customers_export,
          "Everybody, as CSV or JSON Lines, streamed", .status = 200,
          .flags = ROUTE_STREAM | ROUTE_PLAIN | PERSON),
    READ("/api/customers/:id", RUN_FAST, &customer_id_fields, &customer_detail_out,
         customers_detail, "A person with the last ten orders", .flags = PERSON,
         .errors = "customer_not_found"),
    UPDATE("PUT", "/api/customers/:id", 0),
    UPDATE("PATCH", "/api/customers/:id", ROUTE_ALIAS),
    WRITE("DELETE", "/api/customers/:id", PERM_DELETE_CUSTOMER, &customer_id_fields, NULL,
          customers_delete, "Only without orders, points and balance", .status = 200,
          .action = "customer.delete", .event = "customer.deleted",
          .errors = "customer_not_found customer_has_orders customer_has_balance stale"),
    WRITE("POST", "/api/customers/:id/deactivate", PERM_UPDATE_CUSTOMER, &customer_id_fields,
          &customer_out, customers_deactivate, "Still found, marked so; the phone stays theirs",
          .status = 200, .action = "customer.deactivate", .event = "customer.updated",
          .errors = "customer_not_found stale"),
    WRITE("POST", "/api/customers/:id/activate", PERM_UPDATE_CUSTOMER, &customer_id_fields,
          &customer_out, customers_activate, "Active again", .status = 200,
          .action = "customer.activate", .event = "customer.updated",
          .errors = "customer_not_found stale"),
    READ("/api/customers/:id/orders", RUN_SLOW, &customer_page_fields, &customer_order_out,
         customers_orders, "A person's orders, newest first", .list = true, .flags = PERSON,
         .errors = "customer_not_found"),
    READ("/api/customers/:id/timeline", RUN_SLOW, &customer_page_fields, &customer_event_out,
         customers_timeline, "Everything that happened to a person, newest first", .list = true,
         .flags = PERSON, .errors = "customer_not_found"),
    READ("/api/customers/:id/users", RUN_SLOW, &customer_id_fields, &customer_user_out,
         customers_users, "A person's logins", .list = true, .flags = PERSON,
         .errors = "customer_not_found"),
    READ("/api/admin/customers", RUN_SLOW, &customer_list_fields, &customer_row_out, customers_list,
         "A list with filters, in one of three orders", .list = true,
         .flags = PERSON | ROUTE_ALIAS),
    READ("/api/admin/customers/:id", RUN_SLOW, &customer_page_fields, &customer_full_out,
         customers_full, "A person with all orders, paged", .flags = PERSON,
         .errors = "customer_not_found"),
    READ("/api/admin/customers/:id/users", RUN_SLOW, &customer_id_fields, &customer_user_out,
         customers_users, "A person's logins", .list = true, .flags = PERSON | ROUTE_ALIAS,
         .errors = "customer_not_found"),
    UPDATE("PUT", "/api/admin/customers/:id", ROUTE_ALIAS),
};

static const struct command commands[] = {
    {.name = "phone",
     .usage = "--region CC [NUMBER…]",
     .help = "normalise phone numbers to E.164\n"
             "Reads numbers from its arguments, or from standard input one a line, and prints each "
             "with its E.164 form, or with - and the reason why it is none, apart by tabs.\n"
             "Exit status 1 when any was refused.",
     .opts = phone_options,
     .run = phone_command},
    {0},
};

static const struct check checks[] = {
    {"customers.names", customers_check_names, "the name index has every name, and no other"},
    {0},
};

const struct slice customers_slice = {
    .name = "customers",
    .statements = &customers_statements,
    .routes = {"customers", routes, sizeof routes / sizeof *routes},
    .commands = commands,
    .checks = checks,
};
