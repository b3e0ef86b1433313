/* Counters for /metrics (Prometheus text format 0.0.4): requests by route and
 * status class with a latency histogram, plus what others register. Atomic,
 * bounded by the number of routes. */
#pragma once
#include "base/arena.h"
#include "http/route.h"
#include <stdint.h>

struct metrics;
struct metrics *metrics_new(const struct route_set *const *sets, size_t n);
void metrics_free(struct metrics **m);
void metrics_request(struct metrics *m, const struct route *r, int status, int64_t took_us);
/* A gauge or counter read when asked; name without the clientele_ prefix. */
void metrics_read(struct metrics *m, const char *name, const char *help, int64_t (*read)(void *arg),
                  void *arg);
struct str metrics_print(const struct metrics *m, struct arena *a);
