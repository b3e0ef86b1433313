/* What this slice brings to the house. */
#include "slice.h"
#include "messages/messages_priv.h"

#define TRANSPORT(method_, path_, in_, out_, handler_, help_, ...)                                 \
    ROUTE(method_, path_, PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_,      \
          help_, .tag = "messages", __VA_ARGS__)

static const struct route routes[] = {
    ROUTE("GET", "/api/transports", PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_FAST, NULL,
          &transport_out, transports_http_list, "How the company's SMS and e-mails leave",
          .list = true, .status = 200, .tag = "messages"),
    TRANSPORT("PUT", "/api/transports/:channel", &transport_put_in, &transport_out,
              transports_http_put, "Chooses the transport of a channel",
              .action = "transport.update", .status = 200, .flags = ROUTE_NO_IDEMPOTENCY),
    TRANSPORT("DELETE", "/api/transports/:channel", &transport_path_in, NULL,
              transports_http_delete, "The channel has no transport any more",
              .action = "transport.delete", .status = 200),
    TRANSPORT("POST", "/api/transports/:channel/test", &transport_test_in, &message_out,
              transports_http_test, "Queues a test message; what came of it is in /api/messages",
              .action = "transport.test", .status = 201, .errors = "no_transport"),
    ROUTE("GET", "/api/messages", PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_SLOW, &messages_list_in,
          &message_out, messages_http_list,
          "Messages on their way, sent and given up, newest first; for 30 days", .list = true,
          .status = 200, .tag = "messages"),
    ROUTE("GET", "/api/messages/:id", PERM_MANAGE_COMPANY, COMPANY_TOKEN, RUN_FAST,
          &message_path_in, &message_out, messages_http_read, "What became of a message",
          .status = 200, .tag = "messages"),
    TRANSPORT("POST", "/api/messages/:id/retry", &message_path_in, &message_out,
              messages_http_retry, "A message that was given up is tried anew",
              .action = "message.retry", .status = 200, .errors = "message_state message_gone"),
};

static const struct job jobs[] = {
    {"messages.tidy", 600 * SECOND_US, messages_tidy,
     "forgets messages 30 days after their end, and the content of dead ones that expired"},
    {NULL},
};

const struct slice messages_slice = {
    .name = "messages",
    .statements = &messages_statements,
    .routes = {"messages", routes, sizeof routes / sizeof *routes},
    .jobs = jobs,
};
