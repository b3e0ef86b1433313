/* Routes, jobs and checks of the system slice. */
#include "base/clock.h"
#include "slice.h"
#include "system.sql.h"
#include "system/system.h"

/* A page or file that belongs to no company and is not wrapped as JSON data. */
#define PAGE(path_, handler_, help_, ...)                                                          \
    ROUTE("GET", path_, PERM_PUBLIC, COMPANY_NONE, RUN_FAST, NULL, NULL, handler_, help_,          \
          .limit = LIMIT_NONE, .flags = ROUTE_PLAIN, .status = 200, .tag = "system", __VA_ARGS__)

static const struct route routes[] = {
    PAGE("/", page_landing, "What this service is and where its pages are"),
    PAGE("/till", page_own, "The till"),
    PAGE("/till-sw.js", page_own, "The till's service worker, which keeps the page for offline"),
    PAGE("/admin", page_own, "The back office"),
    PAGE("/me", page_own, "A customer's own page"),
    PAGE("/shop", page_own, "A sample checkout"),
    PAGE("/assets/:name", page_asset, "Files of the pages, named by their content"),
    PAGE("/docs", page_docs, "This documentation as a page"),
    PAGE("/api/openapi.json", page_openapi, "This documentation as OpenAPI 3.1"),
    PAGE("/.well-known/jwks.json", page_jwks, "Public keys that verify access tokens (RFC 7517)"),
    PAGE("/healthz", page_health, "200 while the program runs"),
    PAGE("/readyz", page_ready, "200 while the data store answers, else 503"),
    PAGE("/metrics", page_metrics, "Counters and latencies in Prometheus' text format"),
    ROUTE("GET", "/api/audit", PERM_READ_AUDIT, COMPANY_TOKEN, RUN_SLOW, &log_query_in, &audit_out,
          logs_audit, "The audit log, newest first", .list = true, .status = 200, .tag = "audit"),
    ROUTE("GET", "/api/access-log", PERM_READ_AUDIT, COMPANY_TOKEN, RUN_SLOW, &access_query_in,
          &access_out, logs_access, "Who on the staff read whom, newest first", .list = true,
          .status = 200, .tag = "audit"),
    ROUTE("GET", "/api/events", PERM_READ_CUSTOMER, COMPANY_TOKEN, RUN_SLOW, &feed_query_in,
          &event_out, logs_events,
          "Everything that happened, in the order of its numbers; without MANAGE_COMPANY what "
          "concerns customers",
          .list = true, .status = 200, .tag = "events"),
};

static const struct job jobs[] = {
    {"audit.seal", SECOND_US, seal_audit, "puts audit rows into their company's hash chain"},
    {"outbox.number", SECOND_US / 2, seal_outbox, "numbers events for the feed"},
    {"prune", 3600 * SECOND_US, prune_companies, "forgets what was kept for a time only"},
    {0},
};

static const struct check checks[] = {
    {"audit.chain", seal_check, "every sealed audit row follows from the one before"},
    {0},
};

const struct slice system_slice = {
    .name = "system",
    .statements = &system_statements,
    .routes = {"system", routes, sizeof routes / sizeof *routes},
    .jobs = jobs,
    .checks = checks,
};
