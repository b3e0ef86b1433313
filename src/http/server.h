/* The HTTP/1.1 server: libmicrohttpd with epoll, one thread a core. Only this
 * folder knows it. It reads a request, finds its row, hands it to the
 * executor and sends the answer when that is there. */
#pragma once
#include "app.h"
#include "base/error.h"

struct server;
/* Listens; app->url is set. why: a sentence (port taken, bad address, …). */
MUST_CHECK int server_start(struct app *app, struct server **out, struct arena *a, struct str *why);
/* Takes nothing new, finishes what runs within 8 s, stops. */
void server_stop(struct server **s);
