/* Connections between requests. libmicrohttpd drops a silent one, but not one
 * that sends a byte of a header now and then; a look around every second ends
 * those that have taken too long over one request's headers. */
#pragma once
#include <microhttpd.h>
#include <stdint.h>

struct connections;
/* patience: us from one answer (or the beginning) to the next headers. */
struct connections *connections_new(int64_t patience);
void connections_free(struct connections **c);
/* libmicrohttpd's MHD_NotifyConnectionCallback; arg: struct connections. */
void connections_notify(void *arg, struct MHD_Connection *c, void **context,
                        enum MHD_ConnectionNotificationCode code);
/* The headers of a request are in; its answer is out. */
void connection_begins(struct MHD_Connection *c);
void connection_ends(struct MHD_Connection *c);
