/* Shared by what is printed from the rows: OpenAPI and /docs. */
#pragma once
#include "base/error.h"
#include "http/route.h"

enum { TABLES_MAX = 512, PRINTED_MAX = 16 << 20 };

/* A table of fields under the name of its schema. Requests and answers differ:
 * in a request unknown members are refused, in an answer members are sure. */
struct table {
    const struct fields *f;
    bool request;
    struct str name;
};

struct schemas {
    struct arena *a;
    struct table v[TABLES_MAX];
    size_t n;
    uint64_t statuses; /* bit i: error_kinds[i] is referred to */
};

/* {"$ref":"#/components/schemas/…"}; remembers the table. */
void schema_ref(struct schemas *s, struct json_out *j, const struct fields *f, bool request);
/* The schema of one field. */
void schema_field(struct schemas *s, struct json_out *j, const struct field *f, bool request);
/* The schema of a remembered table. */
void schema_table(struct schemas *s, struct json_out *j, const struct table *t);

/* Every route but aliases, with its tag. */
struct routed {
    const struct route *r;
    const char *tag;
};

struct printer {
    struct routed *v;
    size_t n;
    struct json_out j;
    struct schemas schemas;
};

/* "key": and an open bracket. */
void openapi_key(struct json_out *j, const char *key, char bracket);
/* {"$ref":"#/components/kind/name"} */
void openapi_ref(struct json_out *j, const char *kind, const char *name, struct arena *a);
/* "schema": and a reference to a schema of our own. */
void openapi_schema(struct json_out *j, const char *name, struct arena *a);
/* The components, when the paths are printed. */
void openapi_parameters(struct printer *p);
void openapi_responses(struct printer *p);
void openapi_schemas(struct printer *p);

/* A key with a text. */
void put_text(struct json_out *j, const char *key, struct str s);

/* Has it a member in that place that a client may use? */
bool fields_have(const struct fields *f, enum field_place place);
bool fields_need(const struct fields *f, enum field_place place);
/* "a string of 1 to 200 characters", for people. */
struct str field_says(const struct field *f, struct arena *a);
/* "/api/customers/{id}" */
struct str route_braces(const struct route *r, struct arena *a);
/* "getCustomersById" */
struct str route_name(const struct route *r, struct arena *a);
const char *route_tag(const struct route_set *set, const struct route *r);
/* "Needs READ_CUSTOMER" in a few words. */
struct str route_access(const struct route *r, struct arena *a);
/* May a client send an Idempotency-Key, an If-Match? */
bool route_idempotent(const struct route *r);
bool route_matches(const struct route *r);

/* Kinds of failures by status. */
struct error_kind {
    int status;
    const char *name; /* of the component */
    const char *says;
};
enum { ERROR_KINDS = 12 };
extern const struct error_kind error_kinds[ERROR_KINDS];
/* Can this route answer so? */
bool route_fails(const struct route *r, int status);
/* The route's own codes of that status, one a call; NULL when there are no
 * more. *at begins as r->errors. */
const struct err_row *route_error(const char **at, int status);
