/* A first look at JSON text before it is parsed: how deep, is it UTF-8, and
 * where in it ("lines[2].quantity") a byte stands, for errors by name. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 32 };

enum json_scan {
    JSON_SCAN_OK,
    JSON_SCAN_DEEP, /* nested more than JSON_DEPTH_MAX */
    JSON_SCAN_UTF8, /* a text is not UTF-8 */
    JSON_SCAN_NUL,  /* a byte 0 */
};

/* Walks the first `upto` bytes or to the first problem; path: where it
 * stopped, allocated in a (NULL: not wanted). Does not judge the grammar. */
enum json_scan json_scan(struct str json, size_t upto, struct arena *a, struct str *path);
