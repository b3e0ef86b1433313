/* Declared fields: one table a struct says how JSON, query and path become a
 * C struct, how a struct becomes JSON, and what OpenAPI tells of both.
 *
 * Request structs begin with `struct given given;`, which notes the members
 * that the request named, so that an absent field stays and a null clears.
 * Its bits go by offset / 8: members of request structs are aligned to 8. The
 * elements of an F_LIST are request structs too.
 *
 * A NULL table takes nothing. "companyId" is taken and thrown away wherever a
 * table does not declare it: the company comes from the token. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/str.h"
#include "base/uuid.h"
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
    F_TEXT,         /* struct str; min/max: code points; trimmed; "" on creation is absent */
    F_UUID,         /* struct uuid */
    F_INT,          /* int64_t; min/max: value */
    F_MONEY,        /* int64_t minor units; JSON: decimal string in the company's currency;
                       requests: 0 or more unless min says otherwise */
    F_BOOL,         /* bool, _Alignas(8) in request structs */
    F_TIME,         /* int64_t us; in a query a bare date is midnight in the company's zone */
    F_DATE,         /* int64_t days */
    F_PHONE,        /* struct str, E.164 with the company's region */
    F_PHONE_LOOSE,  /* the same, but what is no number stays as typed (order snapshots) */
    F_EMAIL,        /* struct str, lower case */
    F_ENUM,         /* int64_t index into `names`; JSON: the name */
    F_JSON,         /* struct str: compact JSON text of an object; max: bytes */
    F_STRINGS,      /* struct strs; min/max: count; names: allowed values when not NULL */
    F_LIST,         /* struct list of `sub`; min/max: count */
    F_OBJECT,       /* a nested struct at the offset (answers), `sub` */
    F_OBJECT_PTR,   /* pointer to a struct, NULL = null (answers), `sub` */
    F_TEXT_ENUM,    /* struct str that holds one of `names` (answers from the store) */
    F_PERMS,        /* uint64_t mask ⇄ array of names in `names`, bit i = names[i] */
    F_CURSOR,       /* struct str: opaque keyset cursor, base64url decoded (queries) */
    F_STRINGS_JSON, /* struct str that holds a JSON array of strings; null → [] (answers) */
    F_QUANTITY,     /* int64_t thousandths; min/max: thousandths; JSON: a number, or a decimal
                       string, with up to 3 decimals; answers: a number, 2 or 0.35 */
};

enum field_place { IN_BODY, IN_QUERY, IN_PATH };

enum field_flags {
    FIELD_REQUIRED = 1,
    FIELD_NULLABLE = 2,   /* null is taken and clears */
    FIELD_IGNORED = 4,    /* taken and thrown away: companyId, which comes from the token */
    FIELD_SECRET = 8,     /* format: password in OpenAPI; never logged, never stored for replay */
    FIELD_STAFF = 16,     /* answers: left out for principals that are not staff */
    FIELD_OMIT_NULL = 32, /* answers: absent instead of null */
    FIELD_ASKED = 64,     /* F_PHONE that is only looked for: what has the form of E.164 is taken
                             as it stands, and checked when nobody has it (customers_lookup) */
};

struct list {
    void *v;
    size_t n;
};

struct fields;
struct field {
    const char *name;
    enum field_type type;
    enum field_place place;
    unsigned flags;
    size_t offset;
    int64_t min, max;         /* 0, 0: no bound but the type's own default */
    const char *const *names; /* NULL-terminated */
    const struct fields *sub;
    bool (*check)(struct str s); /* further check of a text; NULL none */
    const char *check_says;      /* "must be an IANA time zone" */
    const char *alias;           /* another name that requests may use */
    const char *help;
};

struct fields {
    const char *title; /* OpenAPI schema name: "Customer" */
    const struct field *v;
    size_t n;
    size_t size; /* of the struct */
};
#define FIELDS(name_, title_, type_, ...)                                                          \
    static const struct field name_##_rows[] = {__VA_ARGS__};                                      \
    const struct fields name_ = {title_, name_##_rows,                                             \
                                 sizeof(name_##_rows) / sizeof(struct field), sizeof(type_)}

struct given {
    uint64_t bits[4]; /* members within the first 2 KiB */
};

static inline bool given_at(const struct given *g, size_t offset)
{
    assert(offset / 8 < 256);
    return g->bits[offset / 512] >> (offset / 8 % 64) & 1;
}

static inline void given_set(struct given *g, size_t offset)
{
    assert(offset / 8 < 256);
    g->bits[offset / 512] |= UINT64_C(1) << (offset / 8 % 64);
}
/* Did the request name this member? GIVEN(in, name) */
#define GIVEN(in, member) given_at(&(in)->given, offsetof(__typeof__(*(in)), member))

/* What decoding needs to know of the company. */
struct decode_context {
    struct arena *a;
    struct str region; /* default phone region */
    struct str zone;
    int digits;    /* of the currency */
    bool creating; /* POST: an empty string counts as absent */
};

struct field_error {
    struct str field;   /* "lines[2].quantity" */
    const char *code;   /* "required", "unknown", "type", "range", "format", … */
    struct str message; /* a sentence */
};
enum { FIELD_ERRORS_MAX = 32 };
struct field_errors {
    struct field_error v[FIELD_ERRORS_MAX];
    size_t n; /* may count past the array: the rest is not listed */
};
void field_error(struct field_errors *e, struct arena *a, struct str field, const char *code,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Body: 0, or ERR_BAD_JSON, ERR_INVALID or (a phone alone is wrong)
 * ERR_PHONE_INVALID with errors filled. An empty body gives nothing. in: a
 * zeroed struct of f->size; numbers and times not given are I64_NULL after
 * fields_defaults. An empty text is absent on creation and in a query, else it
 * clears what is FIELD_NULLABLE. */
int fields_decode_body(const struct fields *f, struct str json, const struct decode_context *c,
                       void *in, struct field_errors *e);
/* Query string (after '?', still percent-encoded) and path parameters. */
int fields_decode_query(const struct fields *f, struct str query, const struct decode_context *c,
                        void *in, struct field_errors *e);
int fields_decode_path(const struct fields *f, struct str name, struct str value,
                       const struct decode_context *c, void *in, struct field_errors *e);
/* After the places: what is required and missing; defaults of numbers. */
void fields_defaults(const struct fields *f, void *in);
int fields_check_required(const struct fields *f, const void *in, struct field_errors *e,
                          struct arena *a);
/* Names of the body fields given, joined by ",", for the audit row. */
struct str fields_given(const struct fields *f, const void *in, struct arena *a);

struct encode_context {
    int digits; /* of the currency */
    bool staff; /* shows FIELD_STAFF */
};
void fields_encode(const struct fields *f, const void *row, const struct encode_context *c,
                   struct json_out *j);
