/* Sales of a span of local days. The store sums quarters of an hour; which
 * local day and hour each is part of is worked out here, where zones are known. */
#include "reports/reports.h"
#include "base/clock.h"
#include "base/zone.h"

#define QUARTER (900 * SECOND_US)

struct report_query {
    struct given given;
    int64_t from, to; /* local days, both included */
    struct uuid store_id;
};
FIELDS(report_in, "SalesReportQuery", struct report_query,
       {.name = "from",
        .type = F_DATE,
        .place = IN_QUERY,
        .offset = offsetof(struct report_query, from),
        .help = "First day; 30 days before the last when not given"},
       {.name = "to",
        .type = F_DATE,
        .place = IN_QUERY,
        .offset = offsetof(struct report_query, to),
        .help = "Last day; today when not given"},
       {.name = "storeId",
        .type = F_UUID,
        .place = IN_QUERY,
        .offset = offsetof(struct report_query, store_id),
        .help = "One store; all when not given"});

struct report {
    int64_t from, to, orders, sales, buyers, fresh, returning;
    struct list days, hours, items;
};

#define FIELD(type_, name_, kind_, member_, help_)                                                 \
    {                                                                                              \
        .name = name_, .type = kind_, .offset = offsetof(type_, member_), .help = help_            \
    }
#define ROW(...) FIELD(struct report_day, __VA_ARGS__)
FIELDS(report_day_out, "SalesDay", struct report_day, ROW("day", F_DATE, day, "Local day"),
       ROW("orders", F_INT, orders, "Paid orders made on it"),
       ROW("sales", F_MONEY, sales, "Their totals less refunds"));
#undef ROW
#define ROW(...) FIELD(struct report_hour, __VA_ARGS__)
FIELDS(report_hour_out, "SalesHour", struct report_hour,
       ROW("weekday", F_INT, weekday, "1 Monday to 7 Sunday"),
       ROW("hour", F_INT, hour, "0 to 23, local"), ROW("orders", F_INT, orders, "Paid orders"),
       ROW("sales", F_MONEY, sales, "Their totals less refunds"));
#undef ROW
#define ROW(...) FIELD(struct report_item, __VA_ARGS__)
FIELDS(report_item_out, "SalesItem", struct report_item, ROW("name", F_TEXT, name, "The article"),
       ROW("quantity", F_QUANTITY, quantity, "How much of it"),
       ROW("sales", F_MONEY, sales, "What its lines brought"));
#undef ROW
#define ROW(...) FIELD(struct report, __VA_ARGS__)
#define LIST(name_, member_, sub_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = F_LIST, .offset = offsetof(struct report, member_), .sub = sub_,    \
        .help = help_                                                                              \
    }
FIELDS(report_out, "SalesReport", struct report, ROW("from", F_DATE, from, "First day"),
       ROW("to", F_DATE, to, "Last day"), ROW("orders", F_INT, orders, "Paid orders"),
       ROW("sales", F_MONEY, sales, "Their totals less refunds"),
       ROW("buyers", F_INT, buyers, "Customers who bought"),
       ROW("newCustomers", F_INT, fresh, "Those who did so for the first time"),
       ROW("returningCustomers", F_INT, returning, "Those who had before"),
       LIST("days", days, &report_day_out, "Every day of the span"),
       LIST("hours", hours, &report_hour_out, "The 168 hours of the week, Monday first"),
       LIST("items", items, &report_item_out, "What brought most, at most 20"));

void report_sort(struct str zone, const struct report_bucket *v, size_t n, int64_t first,
                 struct report_day *days, size_t ndays, struct report_hour *hours)
{
    for (size_t i = 0; i < ndays; i++)
        days[i] = (struct report_day){.day = first + (int64_t)i};
    for (int i = 0; i < REPORT_HOURS; i++)
        hours[i] = (struct report_hour){.weekday = i / 24 + 1, .hour = i % 24};
    for (size_t i = 0; i < n; i++) {
        int64_t at = v[i].bucket * QUARTER;
        int64_t local = at / SECOND_US + zone_offset(zone, at);
        int64_t day = zone_day(zone, at);
        /* 1970-01-01 was a Thursday. */
        int64_t weekday = ((day + 3) % 7 + 7) % 7, hour = (local % 86400 + 86400) % 86400 / 3600;
        struct report_hour *h = &hours[weekday * 24 + hour];
        h->orders += v[i].orders;
        h->sales += v[i].sales;
        if (day < first || day >= first + (int64_t)ndays)
            continue;
        days[day - first].orders += v[i].orders;
        days[day - first].sales += v[i].sales;
    }
}

static int span(struct req *r, const struct report_query *in, struct report *out)
{
    out->to = in->to == I64_NULL ? zone_day(r->company->zone, r->now) : in->to;
    out->from = in->from == I64_NULL ? out->to - REPORT_PRESET + 1 : in->from;
    if (out->from > out->to)
        return req_fail_field(r, ERR_INVALID, "from", "range", "is after the last day");
    if (out->to - out->from >= REPORT_DAYS_MAX)
        return req_fail_field(r, ERR_INVALID, "from", "range", "a report covers at most %d days",
                              REPORT_DAYS_MAX);
    return 0;
}

int reports_sales(struct req *r, struct tx *tx)
{
    const struct report_query *in = r->in;
    struct report out = {0};
    struct report_bucket *buckets = NULL;
    struct report_item *items = NULL;
    struct report_people_row people = {0};
    struct uuid company = r->company->id;
    size_t n = 0;
    int rc = span(r, in, &out);
    if (rc < 0)
        return rc;
    int64_t begin = zone_day_start(r->company->zone, out.from);
    int64_t end = zone_day_start(r->company->zone, out.to + 1);
    rc = report_buckets(tx, company, begin, end, in->store_id, &buckets, &n);
    if (rc >= 0)
        rc =
            report_items(tx, company, begin, end, in->store_id, REPORT_ITEMS, &items, &out.items.n);
    if (rc >= 0)
        rc = report_people(tx, company, begin, end, in->store_id, &people);
    if (rc < 0)
        return rc;
    size_t ndays = (size_t)(out.to - out.from + 1);
    struct report_day *days = ARENA_ARRAY(r->arena, struct report_day, ndays);
    struct report_hour *hours = ARENA_ARRAY(r->arena, struct report_hour, REPORT_HOURS);
    report_sort(r->company->zone, buckets, n, out.from, days, ndays, hours);
    for (size_t i = 0; i < n; i++) {
        out.orders += buckets[i].orders;
        out.sales += buckets[i].sales;
    }
    out.days = (struct list){days, ndays};
    out.hours = (struct list){hours, REPORT_HOURS};
    out.items.v = items;
    out.buyers = people.buyers;
    out.fresh = people.fresh;
    out.returning = people.buyers - people.fresh;
    return req_answer(r, 200, &report_out, &out);
}
