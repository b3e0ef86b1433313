/* The one list of slices. A new feature: a folder, and a line here. */
#pragma once
#include "slice.h"

#define SLICES(X)                                                                                  \
    X(system)    /* health, metrics, docs, JWKS, audit reading */                                  \
    X(companies) /* companies and stores */                                                        \
    X(accounts)  /* users, sign-in, API keys */                                                    \
    X(factors)   /* second factors */                                                              \
    X(customers) /* the people who buy */                                                          \
    X(orders)    /* what they bought */                                                            \
    X(identity)  /* which login belongs to whom */                                                 \
    X(checkout)  /* what guests buy */                                                             \
    X(linking)   /* backfill of links */                                                           \
    X(messages)  /* SMS and e-mail on their way out */                                             \
    X(signup)    /* sign-up, one-time codes, forgotten passwords */                                \
    X(webhooks)  /* servers that are told of events */                                             \
    X(reports)   /* sales by day, hour and article */                                              \
    X(imports)   /* import, export, demo */

#define X(name) extern const struct slice name##_slice;
SLICES(X)
#undef X
extern const struct slice *const slices[];
extern const size_t slice_count;
/* Of every .sql file there is, the frame's and the slices' (made by Meson). */
extern const struct stmt_set *const all_statements[];
extern const size_t all_statement_count;
extern const struct route_set *const all_routes[];
extern const size_t all_route_count;
