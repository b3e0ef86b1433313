/* The process-wide services, made once by `serve` and handed down. Nothing
 * here changes after start but through the services' own functions. */
#pragma once
#include "base/settings.h"
#include "slice.h"

struct store;
struct exec;
struct tokens;
struct passwords;
struct metrics;
struct router;

struct app {
    const struct settings *settings;
    struct store *store;
    struct exec *exec;
    struct tokens *tokens;       /* signing keys */
    struct passwords *passwords; /* Argon2id worker */
    struct metrics *metrics;
    struct router *router;
    struct str openapi, docs; /* printed once, at the start */
    struct str url;           /* where it listens, "http://127.0.0.1:8080" */
    bool log_messages;        /* development: messages may be written to standard error */
    /* True while a PostgreSQL that was away at the start has not been brought
     * up to the program's schema: requests that need the store get 503. */
    _Atomic bool schema_waiting;
};
