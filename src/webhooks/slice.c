/* What this slice brings to the house. */
#include "slice.h"
#include "base/clock.h"
#include "webhooks/webhooks_priv.h"

#define READ(path_, in_, handler_, help_, ...)                                                     \
    ROUTE("GET", path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_FAST, in_, &webhook_out, handler_, \
          help_, .status = 200, .tag = "webhooks", __VA_ARGS__)
#define CHANGE(method_, path_, in_, out_, handler_, help_, ...)                                    \
    ROUTE(method_, path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_,      \
          help_, .status = 200, .tag = "webhooks", __VA_ARGS__)

static const struct route routes[] = {
    READ("/api/webhooks", &webhooks_list_in, webhooks_http_list,
         "Webhooks, in the order they were made", .list = true),
    CHANGE(
        "POST", "/api/webhooks", &webhook_create_in, &webhook_secret_out, webhooks_http_create,
        "Makes a webhook, which begins at the head of the feed; its secret is answered this once",
        .action = "webhook.create", .status = 201, .flags = ROUTE_NO_IDEMPOTENCY),
    READ("/api/webhooks/:id", &webhook_path_in, webhooks_http_read, "A webhook"),
    CHANGE("PUT", "/api/webhooks/:id", &webhook_update_in, &webhook_out, webhooks_http_update,
           "Changes a webhook; a field that is missing stays", .action = "webhook.update"),
    CHANGE("PATCH", "/api/webhooks/:id", &webhook_update_in, &webhook_out, webhooks_http_update,
           "Changes a webhook; a field that is missing stays", .action = "webhook.update",
           .flags = ROUTE_ALIAS),
    CHANGE("DELETE", "/api/webhooks/:id", &webhook_path_in, NULL, webhooks_http_delete,
           "The webhook goes, with what waits for it", .action = "webhook.delete"),
    CHANGE("POST", "/api/webhooks/:id/rotate", &webhook_path_in, &webhook_secret_out,
           webhooks_http_rotate,
           "A new secret, answered this once; the one before signs too for 24 hours",
           .action = "webhook.rotate", .flags = ROUTE_NO_IDEMPOTENCY),
    CHANGE("POST", "/api/webhooks/:id/test", &webhook_path_in, &webhook_test_out,
           webhooks_http_test, "Queues a delivery of the type webhook.test",
           .action = "webhook.test"),
};

static const struct job jobs[] = {
    {"webhooks.queue", SECOND_US / 2, webhooks_fan_out, "queues events of the feed for webhooks"},
    {0},
};

const struct slice webhooks_slice = {
    .name = "webhooks",
    .statements = &webhooks_statements,
    .routes = {"webhooks", routes, sizeof routes / sizeof *routes},
    .commands = webhooks_commands,
    .jobs = jobs,
};
