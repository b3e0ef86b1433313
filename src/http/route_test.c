/* The router, answers and refusals, OpenAPI and /docs of a few made-up routes. */
#include "base/test.h"

#include "base/error.h"
#include "http/route.h"
#include <jansson.h>
#include <stdlib.h>

static int nothing(struct req *r, struct tx *tx)
{
    (void)tx;
    return req_answer_none(r);
}

struct thing_in {
    struct given given;
    struct uuid id;
    struct str name;
    int64_t limit;
};
FIELDS(thing_in, "ThingNew", struct thing_in,
       {.name = "id", .type = F_UUID, .place = IN_PATH, .offset = offsetof(struct thing_in, id)},
       {.name = "name",
        .type = F_TEXT,
        .offset = offsetof(struct thing_in, name),
        .min = 1,
        .max = 200,
        .flags = FIELD_REQUIRED,
        .help = "As people write it & <say> it"},
       {.name = "limit",
        .type = F_INT,
        .place = IN_QUERY,
        .offset = offsetof(struct thing_in, limit),
        .min = 1,
        .max = 100,
        .help = "How many"});
struct thing {
    struct uuid id;
    struct str name;
    int64_t version;
};
FIELDS(thing_out, "Thing", struct thing,
       {.name = "id", .type = F_UUID, .offset = offsetof(struct thing, id)},
       {.name = "name",
        .type = F_TEXT,
        .offset = offsetof(struct thing, name),
        .flags = FIELD_NULLABLE},
       {.name = "version", .type = F_INT, .offset = offsetof(struct thing, version)});

#define READ(path, ...)                                                                            \
    ROUTE("GET", path, PERM_READ_CUSTOMER, COMPANY_TOKEN, RUN_FAST, NULL, &thing_out, nothing,     \
          "Read a thing", .status = 200, __VA_ARGS__)
#define WRITE(method, path, ...)                                                                   \
    ROUTE(method, path, PERM_UPDATE_CUSTOMER, COMPANY_TOKEN, RUN_WRITE, &thing_in, &thing_out,     \
          nothing, "Write a thing", .action = "thing.write", .status = 201, __VA_ARGS__)
static const struct route routes[] = {
    READ("/", .flags = ROUTE_PLAIN),
    READ("/api/things", .list = true),
    WRITE("POST", "/api/things", .errors = "phone_taken order_state"),
    READ("/api/things/:id"),
    WRITE("PUT", "/api/things/:id", ),
    WRITE("PATCH", "/api/things/:id", .flags = ROUTE_ALIAS),
    READ("/api/things/me"),
    READ("/api/things/phone/:phone"),
    READ("/api/things/:id/lines/:line"),
};
static const struct route_set set = {"things", routes, sizeof routes / sizeof routes[0]};
static const struct route_set *const sets[] = {&set};

static int setup(void **state)
{
    *state = arena_new(65536);
    return 0;
}

static int teardown(void **state)
{
    struct arena *a = *state;
    arena_free(&a);
    return 0;
}

static void test_router(void **state)
{
    static const struct {
        const char *method, *path;
        int err, route;
        const char *param, *second;
    } cases[] = {
        {"GET", "/", 0, 0, NULL, NULL},
        {"GET", "/api/things", 0, 1, NULL, NULL},
        {"HEAD", "/api/things", 0, 1, NULL, NULL},
        {"POST", "/api/things", 0, 2, NULL, NULL},
        {"GET", "/api/things/7", 0, 3, "7", NULL},
        {"GET", "/api/things/me", 0, 6, NULL, NULL},
        {"PUT", "/api/things/me", ERR_METHOD, 0, NULL, NULL},
        {"GET", "/api/things/phone", 0, 3, "phone", NULL},
        {"GET", "/api/things/phone/%2B91%209", 0, 7, "+91 9", NULL},
        {"GET", "/api/things/a+b", 0, 3, "a+b", NULL},
        {"GET", "/api/things/%252F", 0, 3, "%2F", NULL},
        {"GET", "/api/things/phone/lines/2", 0, 8, "phone", "2"},
        {"GET", "/api/things/me/lines/2", 0, 8, "me", "2"},
        {"GET", "/api/things/%ff", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/api/things/%00", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/api/things/%4", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/api/things/", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/api//things", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "//", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "*", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/API/things", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/api", ERR_NOT_FOUND, 0, NULL, NULL},
        {"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", ERR_NOT_FOUND, 0, NULL, NULL},
        {"DELETE", "/api/things", ERR_METHOD, 0, NULL, NULL},
        {"get", "/api/things", ERR_METHOD, 0, NULL, NULL},
    };
    struct arena *a = *state;
    struct router *rt = router_new(a, sets, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct route *found = NULL;
        struct str params[REQ_PATH_PARAMS], allow;
        int err = router_find(rt, str_c(cases[i].method), str_c(cases[i].path), a, &found, params,
                              &allow);
        assert_int_equal(err, cases[i].err);
        if (err)
            continue;
        assert_ptr_equal(found, &routes[cases[i].route]);
        assert_true(str_is_null(params[0]) == (cases[i].param == NULL));
        if (cases[i].param)
            assert_str(params[0], cases[i].param);
        if (cases[i].second)
            assert_str(params[1], cases[i].second);
    }
    const struct route *found;
    struct str params[REQ_PATH_PARAMS], allow;
    router_find(rt, STR("DELETE"), STR("/api/things"), a, &found, params, &allow);
    assert_str(allow, "GET, HEAD, POST, OPTIONS");
    assert_str(route_param(&routes[8], 1), "line");
    assert_true(str_is_null(route_param(&routes[8], 2)));
}

static struct req *request(struct arena *a)
{
    struct req *r = ARENA_NEW(a, struct req);
    r->arena = a;
    r->now = 1763717400000000;
    memset(r->seed, 0xff, sizeof r->seed);
    buf_init(&r->out, 1 << 20);
    return r;
}

static void test_ids(void **state)
{
    struct req *r = request(*state);
    struct uuid first[300], before = UUID_NIL;
    for (int i = 0; i < 300; i++) {
        first[i] = req_new_id(r);
        assert_true(uuid_cmp(before, first[i]) < 0);
        before = first[i];
    }
    r->ids = 0; /* run again */
    for (int i = 0; i < 300; i++)
        assert_true(uuid_eq(first[i], req_new_id(r)));
    assert_int_equal(uuid_time_us(first[0]), r->now / 1000 * 1000);
}

static void test_answers(void **state)
{
    struct req *r = request(*state);
    struct thing t[2] = {{.name = STR("a"), .version = 3}, {.name = STR_NULL, .version = 4}};
    t[0].id.b[0] = 1;
    assert_int_equal(req_answer(r, 201, &thing_out, t), 0);
    assert_str(buf_view(&r->out),
               "{\"success\":true,\"data\":{\"id\":\"01000000-0000-0000-0000-000000000000\","
               "\"name\":\"a\",\"version\":3}}");
    assert_str(r->etag, "3");
    assert_true(uuid_eq(r->subject, t[0].id));
    assert_int_equal(req_answer_list_meta(r, &thing_out, t + 1, 1, STR("\1\2\3"), STR("\"x\":1")),
                     0);
    assert_str(buf_view(&r->out),
               "{\"success\":true,\"data\":[{\"id\":null,\"name\":null,\"version\":4}],"
               "\"meta\":{\"nextCursor\":\"AQID\",\"hasMore\":true,\"x\":1}}");
    assert_true(str_is_null(r->etag));
    assert_int_equal(req_fail_with(r, ERR_PHONE_TAKEN, STR("\"existing\":{\"id\":1}")),
                     ERR_PHONE_TAKEN);
    assert_str(buf_view(&r->out),
               "{\"success\":false,\"message\":\"Customer with this phone number already exists in "
               "your company\",\"code\":\"phone_taken\",\"errors\":[],\"requestId\":null,"
               "\"existing\":{\"id\":1}}");
    assert_int_equal(r->status, 400);
    assert_int_equal(req_fail(r, ERR_BUSY), ERR_BUSY);
    assert_int_equal(r->retry_after, 1);
    assert_int_equal(req_fail_field(r, ERR_INVALID, "total", NULL, "is %d", 7), ERR_INVALID);
    assert_non_null(strstr(arena_cstr(r->arena, buf_view(&r->out)),
                           "\"message\":\"Some fields are not valid: total is 7\""));
    assert_int_equal(req_fail_keep(r, ERR_BAD_CREDENTIALS), ERR_BAD_CREDENTIALS);
    assert_true(r->keep);
    buf_free(&r->out);
    buf_init(&r->out, 40);
    assert_int_equal(req_answer(r, 200, &thing_out, t), ERR_INTERNAL);
    buf_free(&r->out);
}

static void test_if_match(void **state)
{
    static const struct {
        const char *header;
        int err;
    } cases[] = {{NULL, 0},           {"\"3\"", 0},         {"W/\"3\"", 0},  {"*", 0},
                 {"\"2\", \"3\"", 0}, {"\"4\"", ERR_STALE}, {"", ERR_STALE}, {"\"33\"", ERR_STALE}};
    struct req *r = request(*state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        r->if_match = str_c(cases[i].header);
        assert_int_equal(req_match(r, 3), cases[i].err);
    }
    buf_free(&r->out);
}

static void test_roles(void **state)
{
    struct req *r = request(*state);
    assert_int_equal(role_perms(ROLE_CUSTOMER), 0);
    assert_int_equal(role_perms(ROLE_DELIVERY), PERM_BIT(PERM_DELIVER));
    assert_true(role_perms(ROLE_STAFF) == role_perms(ROLE_CASHIER));
    assert_true(role_perms(ROLE_ADMIN) & PERM_BIT(PERM_READ_AUDIT));
    assert_false(role_perms(ROLE_MANAGER) & PERM_BIT(PERM_ERASE));
    assert_false(role_perms(ROLE_CASHIER) & PERM_BIT(PERM_REFUND_ORDER));
    assert_int_equal(role_parse(STR("MANAGER")), ROLE_MANAGER);
    assert_int_equal(role_parse(STR("manager")), ROLE_NONE_);
    assert_string_equal(perm_names[PERM_READ_AUDIT - PERM_FIRST_ - 1], "READ_AUDIT");
    assert_true(req_may(r, PERM_PUBLIC));
    assert_false(req_may(r, PERM_MISSING_) || req_may(r, PERM_ANY) || req_may(r, PERM_STAFF));
    r->who = (struct principal){.kind = WHO_USER, .role = ROLE_CUSTOMER};
    assert_true(req_may(r, PERM_ANY));
    assert_false(req_staff(r));
    r->who =
        (struct principal){.kind = WHO_KEY, .role = ROLE_NONE_, .perms = PERM_BIT(PERM_READ_ORDER)};
    assert_true(req_staff(r) && req_may(r, PERM_READ_ORDER));
    assert_false(req_may(r, PERM_SUPER) || req_may(r, PERM_CREATE_ORDER));
}

static void test_openapi(void **state)
{
    struct arena *a = *state;
    struct str text = openapi_print(sets, 1, a);
    json_error_t why;
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        fail_msg("%s at %d", why.text, why.position);
    json_t *paths = json_object_get(root, "paths");
    assert_int_equal(json_object_size(paths), 6);
    json_t *item = json_object_get(paths, "/api/things/{id}");
    assert_non_null(json_object_get(item, "put"));
    assert_null(json_object_get(item, "patch")); /* an alias */
    json_t *post = json_object_get(json_object_get(paths, "/api/things"), "post");
    assert_string_equal(json_string_value(json_object_get(post, "operationId")), "postThings");
    json_t *responses = json_object_get(post, "responses");
    const char *conflict =
        json_string_value(json_object_get(json_object_get(responses, "409"), "description"));
    assert_non_null(strstr(conflict, "`order_state`"));
    json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    json_t *body = json_object_get(schemas, "ThingNew");
    assert_int_equal(json_object_size(json_object_get(body, "properties")), 1);
    assert_true(json_is_false(json_object_get(body, "additionalProperties")));
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(schemas, "Thing"), "required")), 3);
    json_decref(root);
    assert_true(str_eq(text, openapi_print(sets, 1, a)));
}

static void test_docs(void **state)
{
    const char *page = arena_cstr(*state, docs_page(sets, 1, *state));
    assert_non_null(strstr(page, "id=\"getThingsByIdLinesByLine\""));
    assert_non_null(strstr(page, "As people write it &amp; &lt;say&gt; it"));
    assert_non_null(strstr(page, "Needs UPDATE_CUSTOMER"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "style=")); /* the policy forbids it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router),  cmocka_unit_test(test_ids),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_if_match),
        cmocka_unit_test(test_roles),   cmocka_unit_test(test_openapi),
        cmocka_unit_test(test_docs),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
