/* What this slice brings to the house. */
#include "slice.h"
#include "reports/reports.h"

/* EXPORT is what sets apart who may take the whole shop's figures with them. */
static const struct route routes[] = {
    ROUTE("GET", "/api/reports/sales", PERM_EXPORT, COMPANY_TOKEN, RUN_SLOW, &report_in,
          &report_out, reports_sales,
          "Sales of a span of days: by day, by hour of the week, by article; new and returning "
          "customers",
          .status = 200, .tag = "reports"),
};

const struct slice reports_slice = {
    .name = "reports",
    .statements = &reports_statements,
    .routes = {"reports", routes, sizeof routes / sizeof *routes},
};
