/* What this slice brings to the house: one's own record, the follow-ups of a
 * number that may be a recycled one, and links made by staff. */
#include "slice.h"
#include "identity/identity_priv.h"

#define OWN(method_, path_, in_, out_, handler_, help_, ...)                                       \
    ROUTE(method_, path_, PERM_ANY, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_, help_,          \
          .status = 200, .tag = "me", __VA_ARGS__)
#define LINK(method_, path_, in_, handler_, help_, ...)                                            \
    ROUTE(method_, path_, PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_WRITE, in_, &customer_out,         \
          handler_, help_, .status = 200, .tag = "customers", __VA_ARGS__)
#define ME_CHANGE(method_, flags_)                                                                 \
    OWN(method_, "/api/customers/me", &identity_own_fields, &customer_out, identity_me_change,     \
        "Changes one's own record, but for phone and e-mail, which are proved by a code",          \
        .action = "customer.update", .event = "customer.updated", .flags = ROUTE_OWN | flags_,     \
        .errors = "stale user_not_found")

static const struct route routes[] = {
    OWN("GET", "/api/customers/me", NULL, &customer_out, identity_me,
        "The record of who is signed in, made when there is none; writes nothing when there is",
        .lookup = identity_me_lookup, .action = "user.record", .flags = ROUTE_OWN,
        .errors = "user_not_found"),
    OWN("POST", "/api/customers/me", NULL, &customer_out, identity_me,
        "The same: any number of calls make one record", .lookup = identity_me_lookup,
        .action = "user.record", .flags = ROUTE_OWN, .errors = "user_not_found"),
    ME_CHANGE("PUT", 0),
    ME_CHANGE("PATCH", ROUTE_ALIAS),
    OWN("POST", "/api/customers/me/join/request", NULL, &identity_hint_out, identity_join_request,
        "The proved phone has an earlier record: sends a code to that record's e-mail",
        .limit = LIMIT_AUTH, .action = "customer.join_request",
        .flags = ROUTE_OWN | ROUTE_NO_IDEMPOTENCY,
        .errors = "nothing_pending no_email two_records customer_inactive rate_limited "
                  "no_transport"),
    OWN("POST", "/api/customers/me/join", &identity_join_fields, &customer_out, identity_join,
        "Joins the earlier record by that code: its history and one's own are one",
        .limit = LIMIT_AUTH, .action = "user.join", .event = "customer.updated",
        .flags = ROUTE_OWN | ROUTE_NO_IDEMPOTENCY,
        .errors = "bad_code nothing_pending no_email two_records customer_inactive rate_limited"),
    OWN("POST", "/api/customers/me/fresh", NULL, &customer_out, identity_fresh,
        "Takes the proved phone without the history of its earlier owner, who keeps it as a "
        "former number",
        .action = "user.fresh", .event = "customer.updated", .flags = ROUTE_OWN,
        .errors = "nothing_pending customer_inactive"),
    LINK("POST", "/api/customers/:id/users", &identity_link_fields, identity_users_link,
         "Links a login to a person", .action = "user.link",
         .errors = "customer_not_found user_not_found linked_elsewhere"),
    LINK("DELETE", "/api/customers/:id/users/:userId", &identity_unlink_fields,
         identity_users_unlink,
         "Takes a login from a person: it gets a record of its own when it next needs one",
         .action = "user.unlink", .errors = "customer_not_found user_not_found"),
};

const struct slice identity_slice = {
    .name = "identity",
    .statements = &identity_statements,
    .routes = {"identity", routes, sizeof routes / sizeof *routes},
    .checks = identity_checks,
};
