/* The way into the house: who is asking, for which company, may they, how
 * often, and is what they say well-formed. Every refusal here has written
 * nothing. The order matters: nothing is told to somebody who is not signed in. */
#include "base/log.h"
#include "base/phone.h"
#include "exec/exec_priv.h"

static int authorise(struct req *r)
{
    enum perm p = r->route->perm;
    assert(p != PERM_MISSING_);
    if (p == PERM_PUBLIC)
        return 0;
    if (r->who.kind == WHO_NOBODY)
        return req_fail(r, ERR_UNAUTHENTICATED);
    r->own_only =
        r->route->flags & ROUTE_OWN && r->who.kind == WHO_USER && r->who.role == ROLE_CUSTOMER;
    if (r->own_only || req_may(r, p))
        return 0;
    if (r->who.factor_missing)
        return req_fail_with(r, ERR_FACTOR_NEEDED,
                             STR("\"hint\":\"Set it up with POST /api/auth/totp/setup, then "
                                 "POST /api/auth/totp/confirm\""));
    return req_fail(r, ERR_FORBIDDEN);
}

static int take(struct req *r, struct limits *l, struct str key)
{
    int64_t left = 0, reset = 0;
    bool ok = limits_take(l, key, r->now, &left, &reset);
    r->limit_left = left;
    r->limit_reset = reset;
    if (ok)
        return 0;
    r->retry_after = reset > 0 ? reset : 1;
    return req_fail(r, ERR_RATE_LIMITED);
}

static int limit(struct exec *e, struct req *r)
{
    if (r->route->limit == LIMIT_AUTH && e->auth_limit) {
        r->limit_max = setting_int(e->app->settings, SETTING_RATE_LIMIT_AUTH);
        return take(r, e->auth_limit, r->address);
    }
    if (r->route->limit == LIMIT_API && e->api_limit && r->who.kind != WHO_NOBODY) {
        r->limit_max = setting_int(e->app->settings, SETTING_RATE_LIMIT_API);
        return take(r, e->api_limit, (struct str){(const char *)r->who.id.b, 16});
    }
    return 0;
}

static int decode_params(struct req *r, const struct fields *f, const struct decode_context *c,
                         void *in)
{
    /* The pattern names the parameters in the order of r->params. */
    size_t at = 0;
    for (const char *p = strchr(r->route->path, ':'); p && at < REQ_PATH_PARAMS;
         p = strchr(p, ':'), at++) {
        p++;
        struct str name = {p, strcspn(p, "/")};
        int rc = fields_decode_path(f, name, r->params[at], c, in, &r->errors);
        if (rc < 0 && rc != ERR_INVALID)
            return rc;
    }
    return 0;
}

/* Everything that is wrong is said at once, not one field a try. */
static int decode(struct req *r)
{
    const struct fields *f = r->route->in;
    if (!f)
        return r->query.n == 0 || r->route->flags & ROUTE_PLAIN
                   ? 0
                   : fields_decode_query(&(const struct fields){.title = "None"}, r->query,
                                         &(struct decode_context){.a = r->arena}, NULL, &r->errors);
    struct decode_context c = {.a = r->arena, .creating = str_eq(r->method, STR("POST"))};
    if (r->company) {
        c.region = r->company->country;
        c.zone = r->company->zone;
        c.digits = (int)r->company->digits;
    }
    void *in = arena_alloc(r->arena, f->size);
    fields_defaults(f, in);
    int rc = decode_params(r, f, &c, in);
    if (rc < 0)
        return rc;
    rc = fields_decode_query(f, r->query, &c, in, &r->errors);
    if (rc < 0 && rc != ERR_INVALID)
        return rc;
    bool takes_body = !str_eq(r->method, STR("GET")) && !str_eq(r->method, STR("HEAD"));
    if (takes_body && !(r->route->flags & ROUTE_RAW_BODY)) {
        rc = fields_decode_body(f, r->body, &c, in, &r->errors);
        if (rc < 0 && rc != ERR_INVALID)
            return rc;
    }
    rc = fields_check_required(f, in, &r->errors, r->arena);
    if (rc < 0 && rc != ERR_INVALID)
        return rc;
    r->in = in;
    return r->errors.n ? ERR_INVALID : 0;
}

/* A single bad phone number has a code of its own, which tills look for. */
static int decode_error(const struct req *r, int rc)
{
    if (rc != ERR_INVALID || r->errors.n != 1)
        return rc;
    for (enum phone_reason p = PHONE_EMPTY; p <= PHONE_INVALID; p++)
        if (strcmp(r->errors.v[0].code, phone_reason_code(p)) == 0)
            return ERR_PHONE_INVALID;
    return rc;
}

int admit(struct worker *w, struct req *r, struct tx *tx)
{
    worker_refresh(w);
    int rc = 0;
    if (r->route->limit == LIMIT_AUTH)
        rc = limit(w->e, r);
    if (rc == 0 && (r->route->perm != PERM_PUBLIC || !str_is_null(r->authorization)))
        rc = auth_principal(w->auth, r, tx);
    if (rc < 0 && r->route->perm == PERM_PUBLIC && err_row(rc)->status == 401)
        rc = 0; /* a stale token does not keep anybody from signing in */
    if (rc == 0)
        rc = authorise(r);
    if (rc == 0 && r->route->limit == LIMIT_API)
        rc = limit(w->e, r);
    if (rc == 0)
        rc = company_fix(w, r, tx);
    if (rc == 0)
        rc = decode_error(r, decode(r));
    if (rc == 0 && r->route->lookup)
        rc = r->route->lookup(r, tx);
    return rc;
}
