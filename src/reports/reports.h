/* Reports: what the shop sold in a span of days, when, what and to whom. */
#pragma once
#include "http/req.h"
#include "http/route.h"
#include "reports.sql.h"
#include "store/store.h"

enum { REPORT_DAYS_MAX = 366, REPORT_HOURS = 7 * 24, REPORT_ITEMS = 20, REPORT_PRESET = 30 };

struct report_day {
    int64_t day; /* local, days since 1970-01-01 */
    int64_t orders, sales;
};
struct report_hour {
    int64_t weekday; /* 1 Monday … 7 Sunday, as ISO 8601 */
    int64_t hour;    /* 0 … 23, local */
    int64_t orders, sales;
};
/* Days, and hours of the week, from quarters of an hour (bucket: quarters
 * since 1970 UTC). days: one for every day from `first`; hours: REPORT_HOURS. */
void report_sort(struct str zone, const struct report_bucket *v, size_t n, int64_t first,
                 struct report_day *days, size_t ndays, struct report_hour *hours);

extern const struct fields report_in, report_out;
int reports_sales(struct req *r, struct tx *tx);
