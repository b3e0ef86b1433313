/* OpenAPI 3.1 of all routes: paths here, schemas in openapi_schema.c. Nothing
 * in it depends on settings or data, so that it is the same for every run of a
 * version. */
#include "base/version.h"
#include "http/openapi_priv.h"

static void put_info(struct json_out *j)
{
    openapi_key(j, "info", '{');
    put_text(j, "title", STR("Clientele"));
    put_text(j, "version", STR(CLIENTELE_VERSION));
    put_text(j, "summary", STR("The customer system of a shop"));
    put_text(j, "description",
             STR("JSON in UTF-8, camelCase. Success: `{\"success\":true,\"data\":…}`, lists add "
                 "`meta:{nextCursor,hasMore}`; a failure names its cause: `message` for people, "
                 "`code` for programs, `errors` by field, `requestId` for support. Ids are UUIDs, "
                 "times RFC 3339 in UTC, money decimal texts in the company's currency. Unknown "
                 "fields are refused by name; a missing field stays, null clears."));
    openapi_key(j, "license", '{');
    put_text(j, "name", STR("MIT"));
    put_text(j, "identifier", STR("MIT"));
    json_close(j, '}');
    json_close(j, '}');
    openapi_key(j, "servers", '[');
    json_open(j, '{');
    put_text(j, "url", STR("/"));
    put_text(j, "description", STR("This server"));
    json_close(j, '}');
    json_close(j, ']');
    json_key(j, STR("security"));
    json_raw(j, STR("[{\"bearerAuth\":[]}]"));
}

static void put_tags(struct printer *p)
{
    struct json_out *j = &p->j;
    openapi_key(j, "tags", '[');
    for (size_t i = 0; i < p->n; i++) {
        size_t k = 0;
        while (strcmp(p->v[k].tag, p->v[i].tag) != 0)
            k++;
        if (k < i)
            continue;
        json_open(j, '{');
        put_text(j, "name", str_c(p->v[i].tag));
        put_text(j, "description", arena_printf(p->schemas.a, "Routes of %s", p->v[i].tag));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_parameter(struct printer *p, struct str name, const struct field *f, bool in_path)
{
    struct json_out *j = &p->j;
    json_open(j, '{');
    put_text(j, "name", name);
    put_text(j, "in", in_path ? STR("path") : STR("query"));
    if (in_path || (f && f->flags & FIELD_REQUIRED)) {
        json_key(j, STR("required"));
        json_bool(j, true);
    }
    if (f && f->help)
        put_text(j, "description", str_c(f->help));
    if (f && f->type == F_STRINGS) { /* a,b */
        json_key(j, STR("explode"));
        json_bool(j, false);
    }
    json_key(j, STR("schema"));
    if (f)
        schema_field(&p->schemas, j, f, true);
    else
        json_raw(j, STR("{\"type\":\"string\"}"));
    json_close(j, '}');
}

static const struct field *path_field(const struct route *r, struct str name)
{
    for (size_t i = 0; r->in && i < r->in->n; i++)
        if (r->in->v[i].place == IN_PATH && str_eq(name, str_c(r->in->v[i].name)))
            return &r->in->v[i];
    return NULL;
}

static void put_parameters(struct printer *p, const struct route *r)
{
    struct json_out *j = &p->j;
    openapi_key(j, "parameters", '[');
    for (size_t i = 0; i < route_params(r); i++)
        put_parameter(p, route_param(r, i), path_field(r, route_param(r, i)), true);
    bool company = r->rule == COMPANY_TOKEN;
    for (size_t i = 0; r->in && i < r->in->n; i++) {
        const struct field *f = &r->in->v[i];
        if (f->place != IN_QUERY || f->flags & FIELD_IGNORED)
            continue;
        put_parameter(p, str_c(f->name), f, false);
        company = company && strcmp(f->name, "companyId") != 0;
    }
    if (company)
        openapi_ref(j, "parameters", "CompanyId", p->schemas.a);
    if (route_idempotent(r))
        openapi_ref(j, "parameters", "IdempotencyKey", p->schemas.a);
    if (route_matches(r))
        openapi_ref(j, "parameters", "IfMatch", p->schemas.a);
    json_close(j, ']');
}

static void put_body(struct printer *p, const struct route *r)
{
    struct json_out *j = &p->j;
    if (r->flags & ROUTE_RAW_BODY) {
        json_key(j, STR("requestBody"));
        json_raw(j, STR("{\"required\":true,\"content\":{"
                        "\"text/csv\":{\"schema\":{\"type\":\"string\"}},"
                        "\"application/x-ndjson\":{\"schema\":{\"type\":\"string\"}}}}"));
        return;
    }
    if (!fields_have(r->in, IN_BODY))
        return;
    openapi_key(j, "requestBody", '{');
    json_key(j, STR("required"));
    json_bool(j, fields_need(r->in, IN_BODY));
    openapi_key(j, "content", '{');
    openapi_key(j, "application/json", '{');
    json_key(j, STR("schema"));
    schema_ref(&p->schemas, j, r->in, true);
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
}

/* {"success":true,"data":…[,"meta":…]} */
static void put_envelope(struct printer *p, const struct route *r)
{
    struct json_out *j = &p->j;
    openapi_key(j, "schema", '{');
    put_text(j, "type", STR("object"));
    json_key(j, STR("required"));
    json_raw(j, r->list ? STR("[\"success\",\"data\",\"meta\"]") : STR("[\"success\",\"data\"]"));
    openapi_key(j, "properties", '{');
    json_key(j, STR("success"));
    json_raw(j, STR("{\"const\":true}"));
    json_key(j, STR("data"));
    if (r->list) {
        json_open(j, '{');
        put_text(j, "type", STR("array"));
        json_key(j, STR("items"));
        schema_ref(&p->schemas, j, r->out, false);
        json_close(j, '}');
        json_key(j, STR("meta"));
        openapi_ref(j, "schemas", "ListMeta", p->schemas.a);
    } else {
        schema_ref(&p->schemas, j, r->out, false);
    }
    json_close(j, '}');
    json_close(j, '}');
}

static void put_success(struct printer *p, const struct route *r)
{
    struct json_out *j = &p->j;
    int status = r->status ? r->status : 200;
    openapi_key(j, arena_printf(p->schemas.a, "%d", status).p, '{');
    put_text(j, "description", str_c(r->help));
    if (status != 204 && !(r->flags & (ROUTE_PLAIN | ROUTE_STREAM))) {
        openapi_key(j, "content", '{');
        openapi_key(j, "application/json", '{');
        if (r->out)
            put_envelope(p, r);
        else
            openapi_schema(j, "Message", p->schemas.a);
        json_close(j, '}');
        json_close(j, '}');
    }
    json_close(j, '}');
}

/* The route's own codes of that status with their sentences, or null. */
static struct str own_errors(const struct route *r, int status, struct arena *a)
{
    struct str all = STR_NULL;
    const char *at = r->errors;
    for (const struct err_row *e; (e = route_error(&at, status));)
        all =
            arena_printf(a, "%.*s%s`%s`: %s", STR_ARG(all), all.n ? "; " : "", e->code, e->message);
    return all;
}

static void put_failures(struct printer *p, const struct route *r)
{
    struct json_out *j = &p->j;
    struct arena *a = p->schemas.a;
    for (int i = 0; i < ERROR_KINDS; i++) {
        const struct error_kind *k = &error_kinds[i];
        if (!route_fails(r, k->status))
            continue;
        json_key(j, arena_printf(a, "%d", k->status));
        struct str own = own_errors(r, k->status, a);
        if (str_is_null(own)) {
            p->schemas.statuses |= UINT64_C(1) << i;
            openapi_ref(j, "responses", k->name, a);
            continue;
        }
        json_open(j, '{');
        put_text(j, "description", arena_printf(a, "%s. %.*s", k->says, STR_ARG(own)));
        openapi_key(j, "content", '{');
        openapi_key(j, "application/json", '{');
        openapi_schema(j, "Failure", a);
        json_close(j, '}');
        json_close(j, '}');
        json_close(j, '}');
    }
}

/* The row's permission for machines: tests walk every route by it. */
static const char *permission_name(enum perm p)
{
    switch (p) {
    case PERM_PUBLIC:
        return "PUBLIC";
    case PERM_ANY:
        return "ANY";
    case PERM_STAFF:
        return "STAFF";
    case PERM_SUPER:
        return "SUPER";
    default:
        assert(p > PERM_FIRST_ && p < PERM_END_);
        return perm_names[p - PERM_FIRST_ - 1];
    }
}

/* Customers may call it too, for what is their own. */
static void put_own(struct json_out *j, const struct route *r)
{
    if (!(r->flags & ROUTE_OWN))
        return;
    json_key(j, STR("x-own"));
    json_raw(j, STR("true"));
}

static void put_operation(struct printer *p, const struct routed *routed)
{
    const struct route *r = routed->r;
    struct json_out *j = &p->j;
    struct arena *a = p->schemas.a;
    char method[8] = "";
    for (size_t i = 0; r->method[i] && i + 1 < sizeof method; i++)
        method[i] = (char)(r->method[i] | 0x20);
    openapi_key(j, method, '{');
    put_text(j, "operationId", route_name(r, a));
    openapi_key(j, "tags", '[');
    json_text(j, str_c(routed->tag));
    json_close(j, ']');
    put_text(j, "summary", str_c(r->help));
    put_text(j, "description", arena_printf(a, "%.*s.", STR_ARG(route_access(r, a))));
    put_text(j, "x-permission", str_c(permission_name(r->perm)));
    put_own(j, r);
    if (r->perm == PERM_PUBLIC) {
        json_key(j, STR("security"));
        json_raw(j, STR("[]"));
    }
    put_parameters(p, r);
    put_body(p, r);
    openapi_key(j, "responses", '{');
    put_success(p, r);
    put_failures(p, r);
    json_close(j, '}');
    json_close(j, '}');
}

/* A path is one object with its methods, wherever their rows stand. */
static void put_paths(struct printer *p)
{
    struct json_out *j = &p->j;
    openapi_key(j, "paths", '{');
    for (size_t i = 0; i < p->n; i++) {
        const char *path = p->v[i].r->path;
        size_t first = 0;
        while (strcmp(p->v[first].r->path, path) != 0)
            first++;
        if (first < i)
            continue;
        json_key(j, route_braces(p->v[i].r, p->schemas.a));
        json_open(j, '{');
        for (size_t k = i; k < p->n; k++)
            if (strcmp(p->v[k].r->path, path) == 0)
                put_operation(p, &p->v[k]);
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void collect(struct printer *p, const struct route_set *const *sets, size_t n,
                    struct arena *a)
{
    size_t room = 0;
    for (size_t i = 0; i < n; i++)
        room += sets[i]->n;
    p->v = ARENA_ARRAY(a, struct routed, room + 1);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sets[i]->n; k++)
            if (!(sets[i]->v[k].flags & ROUTE_ALIAS))
                p->v[p->n++] = (struct routed){&sets[i]->v[k], route_tag(sets[i], &sets[i]->v[k])};
}

/* Further paths of routes that stand above: for whoever walks all of them. */
static void put_aliases(struct printer *p, const struct route_set *const *sets, size_t n)
{
    struct json_out *j = &p->j;
    openapi_key(j, "x-aliases", '[');
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sets[i]->n; k++) {
            const struct route *r = &sets[i]->v[k];
            if (!(r->flags & ROUTE_ALIAS))
                continue;
            json_open(j, '{');
            put_text(j, "method", str_c(r->method));
            put_text(j, "path", route_braces(r, p->schemas.a));
            put_text(j, "x-permission", str_c(permission_name(r->perm)));
            put_own(j, r);
            json_close(j, '}');
        }
    json_close(j, ']');
}

struct str openapi_print(const struct route_set *const *sets, size_t n, struct arena *a)
{
    struct buf b;
    buf_init(&b, PRINTED_MAX);
    struct printer *p = ARENA_NEW(a, struct printer);
    *p = (struct printer){.j = json_out(&b), .schemas = {.a = a}};
    collect(p, sets, n, a);
    struct json_out *j = &p->j;
    json_open(j, '{');
    put_text(j, "openapi", STR("3.1.0"));
    put_info(j);
    put_tags(p);
    put_paths(p);
    put_aliases(p, sets, n);
    openapi_key(j, "components", '{');
    openapi_key(j, "securitySchemes", '{');
    json_key(j, STR("bearerAuth"));
    json_raw(j, STR("{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An access token "
                    "(JWT) from /api/auth/login, or an API key\"}"));
    json_close(j, '}');
    openapi_parameters(p);
    openapi_responses(p);
    openapi_schemas(p);
    json_close(j, '}');
    json_close(j, '}');
    struct str text = arena_str(a, buf_view(&b));
    buf_free(&b);
    return text;
}
