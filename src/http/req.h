/* A request on its way through the house: what a handler may see and do.
 * A handler is a plain function: it reads req->in, runs statements on tx,
 * answers, and returns 0; or refuses with req_fail() and returns that error,
 * upon which everything it wrote is rolled back. It can be run again: ids and
 * times come from here. It allocates on req->arena and frees nothing. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include "http/field.h"
#include "http/perm.h"
#include <stdbool.h>
#include <stdint.h>

struct route;
struct tx;
struct app; /* process-wide services, app.h */

enum principal_kind { WHO_NOBODY, WHO_USER, WHO_KEY };

struct principal {
    enum principal_kind kind;
    struct uuid id;       /* user or API key */
    struct uuid company;  /* home company */
    enum role role;       /* ROLE_NONE_ for keys */
    uint64_t perms;       /* effective mask */
    struct uuid customer; /* linked customer of a CUSTOMER, or nil */
    struct uuid store;    /* home store, or nil */
    struct uuid session;  /* of an access token, or nil */
    bool factor_missing;  /* an admin without the second factor that the company requires: may do
                             nothing but what everybody may, which is enough to set it up */
};

/* What every request needs to know of its company; loaded by the executor. */
struct company {
    struct uuid id;
    struct str name, slug;
    struct str country;  /* ISO 3166, default phone region */
    struct str currency; /* ISO 4217 */
    int64_t digits;      /* of the currency */
    struct str zone;     /* IANA */
    bool phone_required;
    bool auto_create_login;
    bool cod_requires_verified_phone; /* cash on delivery, on the web */
    bool require_second_factor;       /* of admins */
    int64_t recycle_months;           /* of silence, after which a code alone opens no history */
    int64_t daily_messages;           /* most one-time messages a day */
    struct str code_countries;        /* where codes may go, "IN,US"; null: its own country */
    bool show_contacts;               /* to cashiers too: e-mails and addresses in full */
    bool is_active;
};

enum { REQ_PATH_PARAMS = 4 };
struct req {
    struct arena *arena; /* request lifetime */
    struct app *app;
    const struct route *route;
    struct principal who;
    const struct company *company; /* the fixed company; NULL where the rule is COMPANY_NONE */
    bool own_only;                 /* a CUSTOMER on a ROUTE_OWN route: nothing but its own */
    const void *in;                /* decoded struct of route->in */
    int64_t now;                   /* us, the same on every run */
    struct uuid id;                /* request id, UUIDv7 */
    struct str method, path;       /* path without query */
    struct str address;            /* of the client, for limits; never logged */
    struct str host;               /* Host header without port */
    struct str if_match;           /* header, null when absent */
    struct str idempotency_key;    /* header, null when absent */
    struct str authorization;      /* header, null when absent */
    struct str accept_encoding;    /* header, null when absent */
    struct str query;              /* percent-encoded, without '?' */
    struct str body;
    struct str params[REQ_PATH_PARAMS]; /* path parameters, decoded, in order of the pattern */

    /* The answer, made by req_answer…/req_fail. */
    int status;                                 /* HTTP */
    struct buf out;                             /* body */
    const char *content_type;                   /* NULL: application/json */
    const char *content_encoding;               /* header, NULL when the body is plain */
    struct str etag;                            /* unquoted, null when none */
    int64_t retry_after;                        /* seconds, 0 none */
    struct str location;                        /* header, null when none */
    int error;                                  /* ERR_… of a refusal, 0 */
    bool keep;                                  /* a refusal whose writes commit all the same */
    bool replayed;                              /* answered from the idempotency store */
    struct str disposition;                     /* Content-Disposition, null when none */
    int64_t limit_max, limit_left, limit_reset; /* RateLimit headers when limit_max > 0 */

    /* For the audit row and the event: whom it was about. */
    struct uuid subject;
    struct str changed; /* names of changed fields, null: those given in the body */
    struct field_errors errors;

    /* Executor's own. */
    uint8_t seed[10];
    unsigned ids; /* ids handed out in this run */
    void *exec;
    void *http;
    void *prepared; /* result of route->prepare */
    void *stream;   /* ROUTE_STREAM: for who runs the pages; the arena is rewound between them */
    /* ROUTE_STREAM: where the handler's next page begins; nil on the first. */
    struct uuid page_after;
};

/* The request's n-th new id: the same on every run, in time order. */
struct uuid req_new_id(struct req *r);

/* Encode now; the row may go away afterwards. status: 200, 201. A field named
 * "version" of the row becomes the ETag, a field "id" the subject when none is
 * set. Returns 0. */
int req_answer(struct req *r, int status, const struct fields *out, const void *row);
/* {"success":true,"data":[…],"meta":{"nextCursor":…,"hasMore":…}}; next: bytes
 * of the cursor, null when there is no more. */
int req_answer_list(struct req *r, const struct fields *out, const void *rows, size_t n,
                    struct str next);
/* The same with further members of meta: json is `"others":[…]`, or null. */
int req_answer_list_meta(struct req *r, const struct fields *out, const void *rows, size_t n,
                         struct str next, struct str json);
/* {"success":true,"message":…} */
int req_answer_message(struct req *r, int status, const char *message);
/* Data given as JSON text. */
int req_answer_json(struct req *r, int status, struct str json);
/* A body outside the envelope (ROUTE_PLAIN): content_type must outlive r. */
int req_answer_plain(struct req *r, int status, const char *content_type, struct str body);
/* 204 without a body. */
int req_answer_none(struct req *r);

/* Refuse: returns err (negative). */
int req_fail(struct req *r, int err);
/* With the field at fault; code NULL: the error's own. */
int req_fail_field(struct req *r, int err, const char *field, const char *code, const char *fmt,
                   ...) __attribute__((format(printf, 5, 6)));
/* With further members in the failure: json is `"existing":{…}`. */
int req_fail_with(struct req *r, int err, struct str json);
/* A refusal whose writes commit: a wrong code, a replayed refresh token. */
int req_fail_keep(struct req *r, int err);
/* 0 when there is no If-Match or it names this version, else ERR_STALE. */
int req_match(struct req *r, int64_t version);
bool req_may(const struct req *r, enum perm p);
/* Staff: signed in, and neither CUSTOMER nor DELIVERY. */
bool req_staff(const struct req *r);
/* Whom it was about, for audit and event, when the answer has no "id". */
void req_subject(struct req *r, struct uuid id);
