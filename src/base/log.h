/* Structured logs on standard error, one line an event, logfmt or JSON. No
 * personal data, secrets or tokens: ids, counts, codes and durations only.
 * Thread-safe; a line is one write. */
#pragma once
#include "base/str.h"
#include "base/uuid.h"
#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    enum { LF_TEXT, LF_INT, LF_UUID } kind;
    union {
        struct str text;
        int64_t i;
        struct uuid id;
    } v;
};
#define LOG_S(k, s) ((struct log_field){.key = (k), .kind = LF_TEXT, .v.text = (s)})
#define LOG_C(k, c) LOG_S((k), str_c(c))
#define LOG_I(k, n) ((struct log_field){.key = (k), .kind = LF_INT, .v.i = (int64_t)(n)})
#define LOG_U(k, u) ((struct log_field){.key = (k), .kind = LF_UUID, .v.id = (u)})

/* Set once, before threads start. */
void log_setup(enum log_level at_least, bool json);
void log_event(enum log_level level, const char *what, const struct log_field *fields, size_t n);
#define LOG_AT(level, what, ...)                                                                   \
    log_event((level), (what), (const struct log_field[]){__VA_ARGS__},                            \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
#define log_info(what, ...) LOG_AT(LOG_INFO, what, __VA_ARGS__)
#define log_warn(what, ...) LOG_AT(LOG_WARN, what, __VA_ARGS__)
#define log_error(what, ...) LOG_AT(LOG_ERROR, what, __VA_ARGS__)
