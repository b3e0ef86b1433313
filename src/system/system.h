/* The system slice: health, metrics, documentation, keys, and reading the
 * audit log, the access log and the event feed. */
#pragma once
#include "exec/job.h"
#include "http/route.h"

/* seal.c */
int seal_audit(const struct job_run *j, struct tx *tx);
int seal_outbox(const struct job_run *j, struct tx *tx);
int64_t seal_check(struct doctor *d, struct tx *tx);

/* prune.c */
int prune_companies(const struct job_run *j, struct tx *tx);

/* logs.c: handlers of the logs and the feed, and their fields. */
extern const struct fields log_query_in, access_query_in, feed_query_in;
extern const struct fields audit_out, access_out, event_out;
int logs_audit(struct req *r, struct tx *tx);
int logs_access(struct req *r, struct tx *tx);
int logs_events(struct req *r, struct tx *tx);

/* pages.c */
int page_landing(struct req *r, struct tx *tx);
int page_own(struct req *r, struct tx *tx);
int page_asset(struct req *r, struct tx *tx);
int page_docs(struct req *r, struct tx *tx);
int page_openapi(struct req *r, struct tx *tx);
int page_jwks(struct req *r, struct tx *tx);
int page_health(struct req *r, struct tx *tx);
int page_ready(struct req *r, struct tx *tx);
int page_metrics(struct req *r, struct tx *tx);
