/* The listening socket, and why there is none. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0", ":8080" (every address).
 * *fd: bound, listening, non-blocking. *url: scheme "http" or "https", a host
 * that a browser on this machine can open, the port it got. ERR_USAGE for what
 * is no address, ERR_IO for one that cannot be had; *why: a sentence. */
MUST_CHECK int listen_on(struct str address, const char *scheme, int *fd, struct str *url,
                         struct arena *a, struct str *why);
