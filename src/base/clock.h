/* Time: int64_t microseconds since 1970-01-01T00:00:00Z ("us"); dates: days
 * since 1970-01-01 in no zone. I64_NULL is "no value" for every number. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

#define I64_NULL INT64_MIN
#define SECOND_US ((int64_t)1000000)
#define DAY_US (86400 * SECOND_US)

int64_t clock_now(void);  /* wall clock */
int64_t clock_mono(void); /* never goes back; for deadlines and durations */

enum { TIME_TEXT = 27 }; /* 2026-11-21T09:30:00.123456Z */
/* RFC 3339 in UTC with as many fraction digits as needed (0, 3 or 6);
 * returns the length, writes no NUL. */
size_t time_format(int64_t us, char out[TIME_TEXT]);
/* RFC 3339 with any offset, or a date alone (midnight UTC). */
bool time_parse(struct str s, int64_t *us);
enum { DATE_TEXT = 10 };
void date_format(int64_t days, char out[DATE_TEXT]);
bool date_parse(struct str s, int64_t *days); /* YYYY-MM-DD, a day that exists */
void date_civil(int64_t days, int *year, int *month, int *day);
int64_t date_days(int year, int month, int day);
