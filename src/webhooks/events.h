/* The types of events that the feed and webhooks tell: the one list from which
 * requests are checked, OpenAPI and docs/events.md are printed. A test compares
 * it with what routes and handlers really emit. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

/* X(type, what happened) */
#define EVENT_TYPES(X)                                                                             \
    X("api_key.created", "an API key was made")                                                    \
    X("api_key.revoked", "an API key was taken back")                                              \
    X("company.updated", "settings of the company changed")                                        \
    X("customer.created", "a customer was made")                                                   \
    X("customer.deleted", "a customer is gone")                                                    \
    X("customer.linked", "a login now belongs to this customer")                                   \
    X("customer.merged", "a customer became part of another; its id answers with the survivor")    \
    X("customer.unlinked", "a login no longer belongs to this customer")                           \
    X("customer.updated", "something about a customer changed, activation included")               \
    X("order.cancelled", "an order was cancelled")                                                 \
    X("order.created", "an order was made")                                                        \
    X("order.paid", "an order is paid")                                                            \
    X("order.refunded", "money of an order went back, all or some")                                \
    X("order.updated", "something about an order changed: lines, payments, customer")              \
    X("store.created", "a store was opened")                                                       \
    X("store.updated", "something about a store changed, activation included")                     \
    X("user.created", "a login was made")                                                          \
    X("user.updated", "something about a login changed: role, permissions, activation")

enum {
#define X(type, help) +1
    EVENT_TYPE_COUNT = 0 EVENT_TYPES(X)
#undef X
};
extern const char *const event_names[EVENT_TYPE_COUNT + 1]; /* NULL-terminated */
extern const char *const event_helps[EVENT_TYPE_COUNT];
/* Is it in a webhook's list? list: JSON as stored, "[]" is all. */
bool event_wanted(struct str list, struct str type);
/* docs/events.md */
struct str events_markdown(struct arena *a);
