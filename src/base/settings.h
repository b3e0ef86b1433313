/* Settings as rows: name, type, default, bounds, help. Flag --name, then
 * environment CLIENTELE_NAME, then the file of --config (name = value), then
 * the default. A bad value is an error that names the setting. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum setting_type { SET_TEXT, SET_INT, SET_BOOL, SET_ENUM, SET_DURATION /* "15m", us */ };

/* X(id, name, type, default, min, max, names, help) */
#define SETTINGS(X)                                                                                \
    X(STORE, "store", SET_TEXT, "sqlite:clientele.db", 0, 0, NULL,                                 \
      "data store: sqlite:PATH or postgresql://…")                                                 \
    X(LISTEN, "listen", SET_TEXT, "127.0.0.1:8080", 0, 0, NULL,                                    \
      "address and port to serve on; port 0 picks a free one and prints it")                       \
    X(THREADS, "threads", SET_INT, "0", 0, 64, NULL, "HTTP threads; 0: one a core")                \
    X(READERS, "readers", SET_INT, "2", 1, 32, NULL,                                               \
      "threads for slow reads: search, lists, export")                                             \
    X(PG_READERS, "pg-readers", SET_INT, "4", 1, 64, NULL,                                         \
      "PostgreSQL: connections for fast reads")                                                    \
    X(PG_WRITERS, "pg-writers", SET_INT, "4", 1, 64, NULL, "PostgreSQL: connections for writes")   \
    X(GROUP, "group", SET_INT, "128", 1, 1024, NULL, "most writes that share one transaction")     \
    X(QUEUE, "queue", SET_INT, "4096", 16, 65536, NULL,                                            \
      "requests that may wait for the store before 503")                                           \
    X(DEADLINE, "deadline", SET_DURATION, "30s", 1000000, 600000000, NULL,                         \
      "longest time a request may take")                                                           \
    X(COMMIT_DEADLINE, "commit-deadline", SET_DURATION, "10s", 100000, 600000000, NULL,            \
      "PostgreSQL: longest wait for a COMMIT before 503 outcome_unknown")                          \
    X(MAX_CONNECTIONS, "max-connections", SET_INT, "12000", 16, 100000, NULL,                      \
      "open client connections")                                                                   \
    X(IDLE_TIMEOUT, "idle-timeout", SET_DURATION, "60s", 1000000, 3600000000, NULL,                \
      "silence after which a client is dropped")                                                   \
    X(RATE_LIMIT_API, "rate-limit-api", SET_INT, "0", 0, 1000000, NULL,                            \
      "requests a second for one signed-in principal; 0: no limit")                                \
    X(RATE_LIMIT_AUTH, "rate-limit-auth", SET_INT, "60", 0, 1000000, NULL,                         \
      "sign-in requests a minute from one address; 0: no limit")                                   \
    X(LOGIN_ATTEMPTS, "login-attempts", SET_INT, "10", 1, 1000, NULL,                              \
      "wrong passwords for one account in 15 minutes before it has to wait")                       \
    X(CODES_NUMBER, "codes-per-number", SET_INT, "5", 0, 1000, NULL,                               \
      "one-time codes an hour to one phone or e-mail address; 0: no limit")                        \
    X(CODES_ADDRESS, "codes-per-address", SET_INT, "20", 0, 1000000, NULL,                         \
      "one-time codes and links an hour that one client address may ask for; 0: no limit")         \
    X(CODES_COUNTRY, "codes-per-country", SET_INT, "600", 0, 1000000, NULL,                        \
      "one-time codes an hour to phones of one country, for each company; 0: no limit")            \
    X(CODES_GUESSES, "code-guesses", SET_INT, "30", 5, 1000, NULL,                                 \
      "wrong one-time codes a day for one phone or e-mail address before its codes get longer")    \
    X(UNPROVED_SIGNUPS, "unproved-signups", SET_DURATION, "30d", 0, 315360000000000, NULL,         \
      "age at which sign-ups are removed that never proved a phone or an e-mail, have ordered "    \
      "nothing and are signed in nowhere; 0d: never")                                              \
    X(PASSWORD_QUEUE, "password-queue", SET_INT, "64", 1, 4096, NULL,                              \
      "password checks that may wait before 503")                                                  \
    X(KEY_FILE, "key-file", SET_TEXT, "", 0, 0, NULL,                                              \
      "signing keys; empty: beside the SQLite file, or clientele.keys")                            \
    X(ACCESS_TOKEN, "access-token", SET_DURATION, "15m", 60000000, 86400000000, NULL,              \
      "life of an access token")                                                                   \
    X(REFRESH_TOKEN, "refresh-token", SET_DURATION, "30d", 3600000000, 31536000000000, NULL,       \
      "life of a refresh token")                                                                   \
    X(PUBLIC_URL, "public-url", SET_TEXT, "", 0, 0, NULL,                                          \
      "address that people use, for links; empty: the listen address")                             \
    X(TLS_CERT, "tls-cert", SET_TEXT, "", 0, 0, NULL,                                              \
      "certificate chain (PEM); with tls-key: serve HTTPS")                                        \
    X(TLS_KEY, "tls-key", SET_TEXT, "", 0, 0, NULL, "private key (PEM)")                           \
    X(LOG_FORMAT, "log-format", SET_ENUM, "logfmt", 0, 0,                                          \
      ((const char *const[]){"logfmt", "json", NULL}), "form of the log lines")                    \
    X(LOG_LEVEL, "log-level", SET_ENUM, "info", 0, 0,                                              \
      ((const char *const[]){"debug", "info", "warn", "error", NULL}),                             \
      "least level that is logged")                                                                \
    X(LOG_REQUESTS, "log-requests", SET_BOOL, "false", 0, 0, NULL, "a log line for every request") \
    X(METRICS, "metrics", SET_BOOL, "true", 0, 0, NULL, "serve /metrics")                          \
    X(ALLOW_PRIVATE_TARGETS, "allow-private-targets", SET_BOOL, "false", 0, 0, NULL,               \
      "webhooks and transports may reach this machine and private networks, and without TLS")      \
    X(CA_FILE, "ca-file", SET_TEXT, "", 0, 0, NULL,                                                \
      "certificates (PEM) trusted when messages are sent; empty: those of the system")             \
    X(MESSAGES_LOG, "messages-log", SET_BOOL, "false", 0, 0, NULL,                                 \
      "development: write messages that have no transport to standard error, codes included")

enum setting {
#define X(id, ...) SETTING_##id,
    SETTINGS(X)
#undef X
        SETTING_COUNT_
};

struct setting_row {
    const char *name;
    enum setting_type type;
    const char *preset;
    int64_t min, max;
    const char *const *names;
    const char *help;
};
extern const struct setting_row setting_rows[SETTING_COUNT_];

struct settings;
/* argv: the options of `serve` and of every command ("--name value",
 * "--name=value", "--flag"); takes what it knows out of argv (argc shrinks)
 * and leaves the rest. NULL and *why on a bad value. */
struct settings *settings_load(struct arena *a, int *argc, char **argv, struct str *why);
/* The same, but of the flags only those in `flags` (bit i: setting i) are
 * taken; environment and file count for all. */
#define SETTINGS_ALL ((UINT64_C(1) << SETTING_COUNT_) - 1)
#define SETTING_BIT(id) (UINT64_C(1) << (id))
struct settings *settings_load_flags(struct arena *a, uint64_t flags, int *argc, char **argv,
                                     struct str *why);
struct str setting_text(const struct settings *s, enum setting id);
int64_t setting_int(const struct settings *s, enum setting id); /* also durations, us */
bool setting_bool(const struct settings *s, enum setting id);
/* Index into names. */
int setting_enum(const struct settings *s, enum setting id);
/* Where the value is from: "--store", "environment CLIENTELE_STORE", "FILE
 * line 3", "default". */
struct str setting_from(const struct settings *s, enum setting id);

/* The row of that name, or SETTING_COUNT_. */
enum setting setting_find(struct str name);
/* CLIENTELE_NAME. */
struct str setting_env(const struct setting_row *row, struct arena *a);
/* What is allowed: "a whole number from 0 to 64", "one of logfmt, json". */
struct str setting_allowed(const struct setting_row *row, struct arena *a);
/* docs/configuration.md. */
struct str settings_markdown(struct arena *a);
