/* OpenAPI's components: what the paths refer to, and nothing that they do not. */
#include "http/openapi_priv.h"

void openapi_key(struct json_out *j, const char *key, char bracket)
{
    json_key(j, str_c(key));
    json_open(j, bracket);
}

void openapi_ref(struct json_out *j, const char *kind, const char *name, struct arena *a)
{
    json_open(j, '{');
    put_text(j, "$ref", arena_printf(a, "#/components/%s/%s", kind, name));
    json_close(j, '}');
}

void openapi_schema(struct json_out *j, const char *name, struct arena *a)
{
    json_key(j, STR("schema"));
    openapi_ref(j, "schemas", name, a);
}

static bool any_route(const struct printer *p, bool (*fits)(const struct route *r))
{
    for (size_t i = 0; i < p->n; i++)
        if (fits(p->v[i].r))
            return true;
    return false;
}

static bool takes_company(const struct route *r)
{
    return r->rule == COMPANY_TOKEN;
}

static bool is_list(const struct route *r)
{
    return r->list;
}

static bool says_message(const struct route *r)
{
    return !r->out && r->status != 204 && !(r->flags & (ROUTE_PLAIN | ROUTE_STREAM));
}

static void put_component(struct json_out *j, const char *name, struct str json)
{
    json_key(j, str_c(name));
    json_raw(j, json);
}

void openapi_parameters(struct printer *p)
{
    struct json_out *j = &p->j;
    openapi_key(j, "parameters", '{');
    if (any_route(p, takes_company))
        put_component(j, "CompanyId",
                      STR("{\"name\":\"companyId\",\"in\":\"query\",\"description\":\"For "
                          "SUPER_ADMIN: the company meant; of everybody else the token says it\","
                          "\"schema\":{\"type\":\"string\",\"format\":\"uuid\"}}"));
    if (any_route(p, route_idempotent))
        put_component(j, "IdempotencyKey",
                      STR("{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"The "
                          "same key and body within 7 days gets the first answer again\","
                          "\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}}"));
    if (any_route(p, route_matches))
        put_component(j, "IfMatch",
                      STR("{\"name\":\"If-Match\",\"in\":\"header\",\"description\":\"The ETag "
                          "that was read; 412 when the record has changed since\","
                          "\"schema\":{\"type\":\"string\"}}"));
    json_close(j, '}');
}

void openapi_responses(struct printer *p)
{
    struct json_out *j = &p->j;
    openapi_key(j, "responses", '{');
    for (int i = 0; i < ERROR_KINDS; i++) {
        if (!(p->schemas.statuses >> i & 1))
            continue;
        openapi_key(j, error_kinds[i].name, '{');
        put_text(j, "description", str_c(error_kinds[i].says));
        openapi_key(j, "content", '{');
        openapi_key(j, "application/json", '{');
        openapi_schema(j, "Failure", p->schemas.a);
        json_close(j, '}');
        json_close(j, '}');
        json_close(j, '}');
    }
    json_close(j, '}');
}

void openapi_schemas(struct printer *p)
{
    struct json_out *j = &p->j;
    openapi_key(j, "schemas", '{');
    put_component(
        j, "Failure",
        STR("{\"type\":\"object\",\"required\":[\"success\",\"message\",\"code\"],\"properties\":{"
            "\"success\":{\"const\":false},"
            "\"message\":{\"type\":\"string\",\"description\":\"For a person\"},"
            "\"code\":{\"type\":\"string\",\"description\":\"For a program\"},"
            "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"field\","
            "\"code\",\"message\"],\"properties\":{"
            "\"field\":{\"type\":\"string\",\"description\":\"Path, as in lines[2].quantity\"},"
            "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}},"
            "\"requestId\":{\"type\":\"string\",\"format\":\"uuid\"}}}"));
    if (any_route(p, is_list))
        put_component(j, "ListMeta",
                      STR("{\"type\":\"object\",\"required\":[\"nextCursor\",\"hasMore\"],"
                          "\"properties\":{\"nextCursor\":{\"type\":[\"string\",\"null\"],"
                          "\"description\":\"`cursor` of the next page\"},"
                          "\"hasMore\":{\"type\":\"boolean\"}}}"));
    if (any_route(p, says_message))
        put_component(j, "Message",
                      STR("{\"type\":\"object\",\"required\":[\"success\"],\"properties\":{"
                          "\"success\":{\"const\":true},\"message\":{\"type\":\"string\"}}}"));
    for (size_t i = 0; i < p->schemas.n; i++) { /* printing one may add others */
        struct table t = p->schemas.v[i];
        json_key(j, t.name);
        schema_table(&p->schemas, j, &t);
    }
    json_close(j, '}');
}
