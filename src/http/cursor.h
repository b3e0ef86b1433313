/* Cursors of lists that run in the order of ids: the bytes of the last id. */
#pragma once
#include "http/req.h"

enum { PAGE_PRESET = 50 };
/* Rows of a page: what was asked for, between the field's bounds, or 50. */
static inline size_t page_limit(int64_t asked)
{
    return asked == I64_NULL ? PAGE_PRESET : (size_t)asked;
}

static inline struct str cursor_of_id(const struct uuid *last)
{
    return (struct str){(const char *)last->b, sizeof last->b};
}

/* Without a cursor an id before all others; not nil, which would be NULL. */
static inline int cursor_id(struct req *r, struct str cursor, struct uuid *after)
{
    *after = UUID_NIL;
    after->b[15] = 1;
    if (str_is_null(cursor))
        return 0;
    if (cursor.n != sizeof after->b)
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "cursor is not one of this list");
    memcpy(after->b, cursor.p, cursor.n);
    return 0;
}
