/* Version of the HTTP server's library. */
#pragma once
#include "base/library.h"
#include <stddef.h>

/* Fills libmicrohttpd; returns 1. */
size_t http_libraries(struct library out[1]);
