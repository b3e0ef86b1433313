/* Request targets: the first byte chooses the table of the query, the rest is
 * PATH?QUERY. The path goes to the router and its parameters to the route's
 * fields, the query to the table. */
#include "fuzz.h"
#include "http/text.h"

static void decode(const struct fields *f, struct str query, const struct route *route,
                   const struct str *params, struct arena *a)
{
    struct decode_context c = {
        .a = a, .region = STR("US"), .zone = STR("Europe/Berlin"), .digits = 2};
    struct field_errors e = {.n = 0};
    void *in = arena_alloc(a, f->size);
    int err = fields_decode_query(f, query, &c, in, &e);
    CHECK(err == 0 || e.n > 0);
    if (!err)
        fields_defaults(f, in);
    if (!route || !route->in)
        return;
    in = arena_alloc(a, route->in->size);
    int k = 0;
    for (size_t i = 0; i < route->in->n && k < REQ_PATH_PARAMS; i++)
        if (route->in->v[i].place == IN_PATH)
            err =
                fields_decode_path(route->in, str_c(route->in->v[i].name), params[k++], &c, in, &e);
    CHECK(err == 0 || e.n > 0);
    for (size_t i = 0; i < e.n && i < FIELD_ERRORS_MAX; i++)
        CHECK(utf8_valid(e.v[i].field) && utf8_valid(e.v[i].message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena *ever; /* global: these two are made once for all inputs */
    static struct router *router;
    if (!router) {
        ever = arena_new(64 * 1024);
        router = router_new(ever, all_routes, all_route_count);
    }
    if (n < 1)
        return 0;
    struct arena *a = arena_new(4096);
    struct str target = arena_str(a, (struct str){(const char *)data + 1, n - 1});
    const char *mark = memchr(target.p, '?', target.n);
    struct str path = {target.p, mark ? (size_t)(mark - target.p) : target.n};
    struct str query = mark ? (struct str){mark + 1, target.n - path.n - 1} : STR("");
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"};
    struct str method = str_c(methods[data[0] % 7]), allow = STR_NULL;
    struct str params[REQ_PATH_PARAMS] = {0};
    const struct route *route = NULL;
    int err = router_find(router, method, path, a, &route, params, &allow);
    CHECK(err <= 0 || route);
    decode(fuzz_fields(data[0]), query, err < 0 ? NULL : route, params, a);
    arena_free(&a);
    return 0;
}
