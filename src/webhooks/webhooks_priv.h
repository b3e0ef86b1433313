/* Between the files of this slice. */
#pragma once
#include "app.h"
#include "exec/job.h"
#include "http/route.h"
#include "messages/messages.h"
#include "webhooks.sql.h"

#define WEBHOOK_CHANNEL "WEBHOOK"
#define WEBHOOK_TEST "webhook.test" /* the type of a delivery that somebody asked for */
enum {
    WEBHOOKS_MOST = 50, /* of a company */
    WEBHOOK_DROPPED =
        2000, /* messages that die with a webhook at once; others when their turn comes */
};

/* What a secret is sealed for. */
#define WEBHOOK_SEAL "webhook"
/* fanout.c: queues what the feed has for webhooks. */
int webhooks_fan_out(const struct job_run *j, struct tx *tx);
/* Ids in the order of n, at one moment. */
struct uuid webhook_message_id(int64_t now, unsigned n);

/* webhooks_http.c */
/* The schemes that a webhook's URL may have: without TLS only where private
 * targets are allowed. */
const char *webhook_schemes(const struct app *app);
bool webhook_private_allowed(const struct app *app);

extern const struct fields webhook_create_in, webhook_update_in, webhook_path_in, webhooks_list_in;
extern const struct fields webhook_out, webhook_secret_out, webhook_test_out;
int webhooks_http_list(struct req *r, struct tx *tx);
int webhooks_http_create(struct req *r, struct tx *tx);
int webhooks_http_read(struct req *r, struct tx *tx);
int webhooks_http_update(struct req *r, struct tx *tx);
int webhooks_http_delete(struct req *r, struct tx *tx);
int webhooks_http_rotate(struct req *r, struct tx *tx);
int webhooks_http_test(struct req *r, struct tx *tx);

/* events_command.c: `clientele events` */
extern const struct command webhooks_commands[];
