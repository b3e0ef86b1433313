/* Rate limits: token buckets by key in a bounded table in memory; the oldest
 * make room. Atomic across threads. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

struct limits;
/* rate per second as rate/per_us, burst = rate; room: keys remembered. */
struct limits *limits_new(int64_t rate, int64_t per_us, size_t room);
void limits_free(struct limits **l);
/* true: go on. left and reset_s for the headers. */
bool limits_take(struct limits *l, struct str key, int64_t now, int64_t *left, int64_t *reset_s);
