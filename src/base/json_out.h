/* Writes JSON straight into a buffer: commas and escapes are its business,
 * balance is the caller's. Reading JSON is Jansson's job. Text that is not
 * UTF-8 is written with U+FFFD in place of each bad byte. */
#pragma once
#include "base/buf.h"
#include "base/str.h"
#include "base/uuid.h"
#include <stdbool.h>
#include <stdint.h>

struct json_out {
    struct buf *b;
    bool comma; /* a value stands before the next one */
};

struct json_out json_out(struct buf *b);
void json_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_close(struct json_out *j, char bracket); /* '}' or ']' */
void json_key(struct json_out *j, struct str name);
void json_text(struct json_out *j, struct str s); /* null when s is null */
void json_int(struct json_out *j, int64_t v);
void json_bool(struct json_out *j, bool v);
void json_none(struct json_out *j);                 /* null; jansson owns the name json_null */
void json_uuid(struct json_out *j, struct uuid id); /* null when nil */
void json_time(struct json_out *j, int64_t us);     /* RFC 3339, null when I64_NULL */
void json_raw(struct json_out *j, struct str json); /* JSON as it stands, null when null */
