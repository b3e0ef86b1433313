/* Routes as rows: everything about one is said here, and the decoder, the
 * executor, the permission check, OpenAPI and the tests read it. */
#pragma once
#include "http/field.h"
#include "http/perm.h"
#include "http/req.h"

enum company_rule {
    COMPANY_MISSING_ = 0,
    COMPANY_TOKEN,  /* the token's; SUPER_ADMIN may name another by ?companyId= or body companyId */
    COMPANY_PATH,   /* the token's; for SUPER_ADMIN the one that the path's first parameter names */
    COMPANY_OWN,    /* the token's, and nobody's to name: what is about who asks */
    COMPANY_NEW,    /* the token's, until the handler has made one, the request's subject: audit row
                       and event are the new company's */
    COMPANY_HOST,   /* public: `company` slug in body or query, else Host, else that of who is
                       signed in, else the only one */
    COMPANY_NONE,   /* concerns no company: health, docs; public ones run without a transaction */
    COMPANY_SECRET, /* public: a token in the body names it; `lookup` sets r->company */
    COMPANY_SECRET_OR_HOST, /* the former when the body has a `token`, else as COMPANY_HOST */
};

enum run_mode {
    RUN_FAST = 1, /* a read of microseconds: in place */
    RUN_SLOW,     /* search, list, export: reader pool */
    RUN_WRITE,    /* one transaction of the writer */
};

enum limit_class {
    LIMIT_NONE,
    LIMIT_API,  /* per principal, setting rate-limit-api */
    LIMIT_AUTH, /* per address, setting rate-limit-auth: sign-in, tokens */
};

enum route_flags {
    ROUTE_NO_IDEMPOTENCY = 1, /* auth, and answers that carry a secret */
    ROUTE_READS_PERSON = 2,   /* staff's reads go to the access log; subject says whom */
    ROUTE_PLAIN = 4,          /* the answer is not the JSON envelope (health, metrics, pages) */
    ROUTE_STREAM = 8,         /* handler is called page by page, see req_stream */
    ROUTE_ALIAS = 16,         /* another path of a route: not in OpenAPI twice */
    ROUTE_OWN = 32,           /* a CUSTOMER may call it too, whatever the permission, for what is
                                 its own: r->own_only is set, and the handler keeps to r->who */
    ROUTE_RAW_BODY = 64,      /* the body is text/csv or application/x-ndjson and stays in r->body;
                                 `in` has path and query */
    ROUTE_PRESUMES = 128,     /* makes rows that are hardly ever there: see tx_presume() */
};

struct route {
    const char *method;
    const char *path; /* "/api/customers/:id" */
    enum perm perm;
    enum company_rule rule;
    enum run_mode mode;
    enum limit_class limit;
    const struct fields *in;  /* NULL: takes nothing */
    const struct fields *out; /* NULL: a message or none */
    bool list;                /* `out` describes the rows of a list */
    int status;               /* of success, for OpenAPI: 200, 201, 204 */
    /* What prepare must know of the store (a password's hash), read in a read
     * transaction of its own and left in req->prepared. May be stale by the
     * time the handler runs, which therefore looks again. It may answer by
     * itself, when there is nothing to write: that ends the request. NULL: none. */
    int (*lookup)(struct req *r, struct tx *tx);
    /* Work that needs no transaction and may be slow (Argon2id), on a worker
     * after lookup and before the handler; its result in req->prepared. NULL:
     * none. A refusal of either ends the request, with nothing written. */
    int (*prepare)(struct req *r);
    int (*handler)(struct req *r, struct tx *tx);
    const char *action; /* audit: "customer.create"; required for RUN_WRITE */
    const char *event;  /* outbox: "customer.created"; NULL none */
    unsigned flags;
    const char *tag;    /* OpenAPI group */
    const char *help;   /* one sentence */
    const char *errors; /* codes beside the usual ones, for OpenAPI: "phone_taken" */
};
/* Positional for what must not be forgotten, named for the rest. */
#define ROUTE(method_, path_, perm_, rule_, mode_, in_, out_, handler_, help_, ...)                \
    {                                                                                              \
        .method = method_, .path = path_, .perm = perm_, .rule = rule_, .mode = mode_, .in = in_,  \
        .out = out_, .handler = handler_, .help = help_, .limit = LIMIT_API, __VA_ARGS__           \
    }

struct route_set {
    const char *name; /* of the slice; default tag */
    const struct route *v;
    size_t n;
};

/* Finds the row; fills params. ERR_NOT_FOUND or ERR_METHOD (allow: the
 * methods that exist, "GET, PUT"). HEAD finds GET. Static segments win over
 * parameters. */
struct router;
struct router *router_new(struct arena *a, const struct route_set *const *sets, size_t n);
int router_find(const struct router *rt, struct str method, struct str path, struct arena *a,
                const struct route **out, struct str params[REQ_PATH_PARAMS], struct str *allow);
/* How many parameters the path has, and the name of the i-th ("id"), null
 * past the last. */
size_t route_params(const struct route *r);
struct str route_param(const struct route *r, size_t i);

/* OpenAPI 3.1 of all routes as JSON; the same for every program version. */
struct str openapi_print(const struct route_set *const *sets, size_t n, struct arena *a);
/* A readable page of the same, HTML without scripts from elsewhere. */
struct str docs_page(const struct route_set *const *sets, size_t n, struct arena *a);
