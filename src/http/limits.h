/* Rate limits: token buckets by key in a bounded table in memory; the oldest
 * make room. Atomic across threads. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

struct limits;
struct sockaddr;
/* rate per second as rate/per_us, burst = rate; room: keys remembered. */
struct limits *limits_new(int64_t rate, int64_t per_us, size_t room);
void limits_free(struct limits **l);
/* true: go on. left and reset_s for the headers. */
bool limits_take(struct limits *l, struct str key, int64_t now, int64_t *left, int64_t *reset_s);
/* A client as limits count it: of IPv6 the network (/64) that a provider gives
 * one household, in which it may choose an address for each request. */
struct str limits_address(const struct sockaddr *sa, struct arena *a);
