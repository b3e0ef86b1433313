/* IANA time zones by ICU, without touching TZ. Offsets are remembered per
 * thread for the span between two changes, since calendars are slow to ask. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

bool zone_exists(struct str zone);
/* Seconds east of UTC at that moment; 0 for an unknown zone. */
int64_t zone_offset(struct str zone, int64_t us);
/* The local calendar day at that moment, days since 1970-01-01. */
int64_t zone_day(struct str zone, int64_t us);
/* The moment at which that local day begins. */
int64_t zone_day_start(struct str zone, int64_t day);
