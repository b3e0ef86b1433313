/* Shared by the files that turn JSON and text into structs. */
#pragma once
#include "base/error.h"
#include "http/field.h"
#include <jansson.h>
#include <stdarg.h>

/* Where in the body we are; made into text only when there is an error. */
struct spot {
    const struct spot *up;
    struct str name; /* null: an element of an array */
    size_t index;
};

struct decoding {
    const struct decode_context *c;
    struct field_errors *e;
};

enum decoded { DECODED_BAD = -1, DECODED_ABSENT, DECODED_SET };

struct str spot_text(const struct spot *s, struct arena *a);
/* Notes an error there; returns DECODED_BAD. */
enum decoded decode_bad(const struct decoding *d, const struct spot *at, const char *code,
                        const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Members of one JSON object into a zeroed struct; numbers not given become
 * I64_NULL, what is required and missing is an error. */
void decode_object(const struct decoding *d, const struct fields *f, json_t *object, void *in,
                   const struct spot *at);
/* One value of a body. */
enum decoded decode_json(const struct decoding *d, const struct field *f, json_t *value,
                         void *member, const struct spot *at);
/* One value of a query string or a path, decoded. */
enum decoded decode_param(const struct decoding *d, const struct field *f, struct str s,
                          void *member, const struct spot *at);
/* A text by the type's rules, from whichever place. */
enum decoded decode_text(const struct decoding *d, const struct field *f, struct str s,
                         void *member, const struct spot *at);
enum decoded decode_int(const struct decoding *d, const struct field *f, int64_t v, void *member,
                        const struct spot *at);
/* The value that says "none". */
void decode_clear(const struct field *f, void *member);
void decode_missing(const struct decoding *d, const struct fields *f, const void *in,
                    const struct spot *at);
/* Index of s in names, -1 when it is not there. */
int name_index(const char *const *names, struct str s);
/* "CASH, CARD, UPI" */
struct str names_list(const char *const *names, struct arena *a);
void field_verror(struct field_errors *e, struct arena *a, struct str field, const char *code,
                  const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));
