/* Structs as JSON, every type, null and not. */
#include "base/test.h"

#include "base/clock.h"
#include "http/field.h"

static const char *const kinds[] = {"RETAIL", "WHOLESALE", NULL};
static const char *const flags[] = {"READ", "WRITE", "DELETE", NULL};

struct inner {
    struct str city;
};
struct out {
    struct uuid id;
    struct str name, options, tags, notes;
    int64_t total, quantity, kind, born, at, count;
    bool active;
    uint64_t perms;
    struct inner inner;
    struct inner *other;
    struct list list;
};
#define OUT(m) .offset = offsetof(struct out, m)
FIELDS(inner_out, "Inner", struct inner, {.name = "city", .type = F_TEXT});
FIELDS(out_fields, "Out", struct out, {.name = "id", .type = F_UUID, OUT(id)},
       {.name = "name", .type = F_TEXT, OUT(name)},
       {.name = "options", .type = F_JSON, OUT(options)},
       {.name = "tags", .type = F_STRINGS_JSON, OUT(tags)},
       {.name = "notes", .type = F_TEXT, OUT(notes), .flags = FIELD_STAFF},
       {.name = "total", .type = F_MONEY, OUT(total)},
       {.name = "quantity", .type = F_QUANTITY, OUT(quantity)},
       {.name = "kind", .type = F_ENUM, OUT(kind), .names = kinds},
       {.name = "born", .type = F_DATE, OUT(born)}, {.name = "at", .type = F_TIME, OUT(at)},
       {.name = "count", .type = F_INT, OUT(count), .flags = FIELD_OMIT_NULL},
       {.name = "active", .type = F_BOOL, OUT(active)},
       {.name = "perms", .type = F_PERMS, OUT(perms), .names = flags},
       {.name = "inner", .type = F_OBJECT, OUT(inner), .sub = &inner_out},
       {.name = "other", .type = F_OBJECT_PTR, OUT(other), .sub = &inner_out},
       {.name = "list", .type = F_LIST, OUT(list), .sub = &inner_out});

static void encodes(const struct out *o, int digits, bool staff, const char *expected)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json_out j = json_out(&b);
    fields_encode(&out_fields, o, &(struct encode_context){digits, staff}, &j);
    assert_str(buf_view(&b), expected);
    buf_free(&b);
}

static void test_encode(void **state)
{
    (void)state;
    struct inner cities[] = {{STR("Pune")}, {STR_NULL}};
    struct out o = {.name = STR("A \"b\"\n"),
                    .options = STR("{\"a\":1}"),
                    .notes = STR("secret"),
                    .total = -1505,
                    .quantity = 2350,
                    .kind = 0,
                    .born = 0,
                    .at = 0,
                    .count = I64_NULL,
                    .active = true,
                    .perms = 2,
                    .inner = cities[0],
                    .other = &cities[0],
                    .list = {cities, 2}};
    encodes(&o, 2, true,
            "{\"id\":null,\"name\":\"A \\\"b\\\"\\n\",\"options\":{\"a\":1},\"tags\":[],"
            "\"notes\":\"secret\",\"total\":\"-15.05\",\"quantity\":2.35,\"kind\":\"RETAIL\","
            "\"born\":\"1970-01-01\",\"at\":\"1970-01-01T00:00:00Z\",\"active\":true,"
            "\"perms\":[\"WRITE\"],\"inner\":{\"city\":\"Pune\"},\"other\":{\"city\":\"Pune\"},"
            "\"list\":[{\"city\":\"Pune\"},{\"city\":null}]}");
    struct out none = {.total = I64_NULL,
                       .quantity = 2000,
                       .kind = I64_NULL,
                       .born = I64_NULL,
                       .at = I64_NULL,
                       .count = 7,
                       .tags = STR("[\"a\"]")};
    encodes(&none, 0, false,
            "{\"id\":null,\"name\":null,\"options\":null,\"tags\":[\"a\"],\"total\":null,"
            "\"quantity\":2,\"kind\":null,\"born\":null,\"at\":null,\"count\":7,\"active\":false,"
            "\"perms\":[],\"inner\":{\"city\":null},\"other\":null,\"list\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_encode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
