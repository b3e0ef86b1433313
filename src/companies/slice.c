/* What this slice brings to the house. */
#include "slice.h"
#include "companies/companies_priv.h"

/* A change of a company's settings. */
#define CHANGE(method_, flags_)                                                                    \
    ROUTE(method_, "/api/companies/:id", PERM_MANAGE_COMPANY, COMPANY_PATH, RUN_WRITE,             \
          &company_update_in, &company_out, companies_http_update,                                 \
          "Changes settings; a field that is missing stays", .action = "company.update",           \
          .event = "company.updated", .status = 200, .flags = flags_, .tag = "companies",          \
          .errors = "company_not_found slug_taken")
/* A change of a store. */
#define STORE(method_, path_, in_, handler_, help_, ...)                                           \
    ROUTE(method_, path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_WRITE, in_, &store_out,          \
          handler_, help_, .tag = "stores", __VA_ARGS__)

static const struct route routes[] = {
    ROUTE("GET", "/api/companies", PERM_STAFF, COMPANY_TOKEN, RUN_FAST, &companies_list_in,
          &company_out, companies_http_list, "The own company; for SUPER_ADMIN all", .list = true,
          .status = 200, .tag = "companies"),
    ROUTE("POST", "/api/companies", PERM_SUPER, COMPANY_NEW, RUN_WRITE, &company_create_in,
          &company_out, companies_http_create, "Makes a company", .action = "company.create",
          .status = 201, .tag = "companies", .errors = "slug_taken"),
    ROUTE("GET", "/api/companies/:id", PERM_STAFF, COMPANY_PATH, RUN_FAST, &company_path_in,
          &company_out, companies_http_read_one, "A company and its settings", .status = 200,
          .tag = "companies", .errors = "company_not_found"),
    CHANGE("PUT", 0),
    CHANGE("PATCH", ROUTE_ALIAS),
    ROUTE("GET", "/api/stores", PERM_STAFF, COMPANY_TOKEN, RUN_FAST, &stores_list_in, &store_out,
          stores_http_list, "Stores, in the order they were made", .list = true, .status = 200,
          .tag = "stores"),
    STORE("POST", "/api/stores", &store_create_in, stores_http_create, "Opens a store",
          .action = "store.create", .event = "store.created", .status = 201),
    ROUTE("GET", "/api/stores/:id", PERM_STAFF, COMPANY_TOKEN, RUN_FAST, &store_path_in, &store_out,
          stores_http_read_one, "A store", .status = 200, .tag = "stores",
          .errors = "store_not_found"),
    STORE("PUT", "/api/stores/:id", &store_update_in, stores_http_update, "Changes a store",
          .action = "store.update", .event = "store.updated", .status = 200,
          .errors = "store_not_found"),
    STORE("PATCH", "/api/stores/:id", &store_update_in, stores_http_update, "Changes a store",
          .action = "store.update", .event = "store.updated", .status = 200, .flags = ROUTE_ALIAS,
          .errors = "store_not_found"),
    STORE("POST", "/api/stores/:id/deactivate", &store_path_in, stores_http_deactivate,
          "It takes no new orders", .action = "store.deactivate", .event = "store.updated",
          .status = 200, .errors = "store_not_found"),
    STORE("POST", "/api/stores/:id/activate", &store_path_in, stores_http_activate,
          "It takes orders again", .action = "store.activate", .event = "store.updated",
          .status = 200, .errors = "store_not_found"),
};

const struct slice companies_slice = {
    .name = "companies",
    .statements = &companies_statements,
    .routes = {"companies", routes, sizeof routes / sizeof *routes},
};
