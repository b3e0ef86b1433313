/* Decoding of every type with good and bad input. */
#include "base/test.h"

#include "base/clock.h"
#include "base/error.h"
#include "http/field.h"
#include <stdlib.h>

struct line {
    struct given given;
    struct str name;
    int64_t quantity, price;
};

struct in {
    struct given given;
    struct uuid id;
    struct str name, phone, loose, email, password, slug, options, cursor;
    int64_t count, limit, total, born, at, kind;
    _Alignas(8) bool active;
    struct strs tags;
    struct list lines;
    uint64_t perms;
};

static bool lower_only(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return true;
}

static const char *const kinds[] = {"RETAIL", "WHOLESALE", NULL};
static const char *const flags[] = {"READ", "WRITE", "DELETE", NULL};
#define AT(m) .offset = offsetof(struct in, m)
#define LINE(m) .offset = offsetof(struct line, m)

FIELDS(line_in, "Line", struct line,
       {.name = "name", .type = F_TEXT, LINE(name), .min = 1, .max = 50, .flags = FIELD_REQUIRED},
       {.name = "quantity", .type = F_QUANTITY, LINE(quantity), .min = 1},
       {.name = "unitPrice", .type = F_MONEY, LINE(price), .flags = FIELD_REQUIRED});

FIELDS(things, "Thing", struct in, {.name = "id", .type = F_UUID, .place = IN_PATH, AT(id)},
       {.name = "name", .type = F_TEXT, AT(name), .min = 1, .max = 5, .flags = FIELD_REQUIRED},
       {.name = "phone", .type = F_PHONE, AT(phone), .flags = FIELD_NULLABLE},
       {.name = "loose", .type = F_PHONE_LOOSE, AT(loose)},
       {.name = "email", .type = F_EMAIL, AT(email), .flags = FIELD_NULLABLE},
       {.name = "password", .type = F_TEXT, AT(password), .min = 8, .flags = FIELD_SECRET},
       {.name = "slug", .type = F_TEXT, AT(slug), .check = lower_only, .check_says = "must be a-z"},
       {.name = "options", .type = F_JSON, AT(options), .max = 40},
       {.name = "count", .type = F_INT, AT(count), .min = 0, .max = 10},
       {.name = "total", .type = F_MONEY, AT(total), .alias = "amount"},
       {.name = "totalCents", .type = F_INT, AT(total), .min = 0, .max = 100000},
       {.name = "born", .type = F_DATE, AT(born), .flags = FIELD_NULLABLE},
       {.name = "at", .type = F_TIME, AT(at)},
       {.name = "kind", .type = F_ENUM, AT(kind), .names = kinds},
       {.name = "active", .type = F_BOOL, AT(active)},
       {.name = "tags", .type = F_STRINGS, AT(tags), .max = 3},
       {.name = "lines", .type = F_LIST, AT(lines), .sub = &line_in, .max = 2, .alias = "items"},
       {.name = "perms", .type = F_PERMS, AT(perms), .names = flags},
       {.name = "old", .type = F_TEXT, .flags = FIELD_IGNORED},
       {.name = "limit", .type = F_INT, .place = IN_QUERY, AT(limit), .min = 1, .max = 100},
       {.name = "q", .type = F_TEXT, .place = IN_QUERY, AT(name), .min = 1, .max = 20},
       {.name = "since", .type = F_TIME, .place = IN_QUERY, AT(at)},
       {.name = "tag", .type = F_STRINGS, .place = IN_QUERY, AT(tags), .max = 3},
       {.name = "isActive", .type = F_BOOL, .place = IN_QUERY, AT(active)},
       {.name = "cursor", .type = F_CURSOR, .place = IN_QUERY, AT(cursor)});

struct decoded {
    struct arena *a;
    struct in in;
    struct field_errors e;
    int err;
};

static int setup(void **state)
{
    struct decoded *d = calloc(1, sizeof *d);
    d->a = arena_new(4096);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct decoded *d = *state;
    arena_free(&d->a);
    free(d);
    return 0;
}

static struct decode_context context_of(struct decoded *d, bool creating)
{
    d->in = (struct in){0};
    d->e.n = 0;
    return (struct decode_context){d->a, STR("IN"), STR("Asia/Kolkata"), 2, creating};
}

static void body(struct decoded *d, struct str json, bool creating)
{
    struct decode_context c = context_of(d, creating);
    d->err = fields_decode_body(&things, json, &c, &d->in, &d->e);
    fields_defaults(&things, &d->in);
}

static void query(struct decoded *d, const char *text)
{
    struct decode_context c = context_of(d, false);
    d->err = fields_decode_query(&things, str_c(text), &c, &d->in, &d->e);
    fields_defaults(&things, &d->in);
}

/* The first error is of that field and code and says so. */
static void refused(const struct decoded *d, const char *field, const char *code, const char *says)
{
    assert_true(d->err < 0);
    assert_true(d->e.n > 0);
    assert_str(d->e.v[0].field, field);
    assert_string_equal(d->e.v[0].code, code);
    if (!memmem(d->e.v[0].message.p, d->e.v[0].message.n, says, strlen(says)))
        fail_msg("\"%.*s\" does not say \"%s\"", STR_ARG(d->e.v[0].message), says);
}

static void test_good(void **state)
{
    struct decoded *d = *state;
    body(d,
         STR("{\"name\":\"  Zo\\u00eb \",\"phone\":\"098765 43210\",\"loose\":\" at the bar \","
             "\"email\":\"Asha.Rao@Example.COM\",\"password\":\"  eight  \",\"slug\":\"abc\","
             "\"options\":{\"a\":[1, 2]},\"count\":10,\"amount\":\"150.5\",\"born\":\"2000-02-29\","
             "\"at\":\"2026-11-21T15:00:00+05:30\",\"kind\":\"WHOLESALE\",\"active\":true,"
             "\"tags\":[\" a \",\"b\"],\"items\":[{\"name\":\"Tea\",\"quantity\":0.35,"
             "\"unitPrice\":\"3\"}],\"perms\":[\"READ\",\"DELETE\"],\"old\":7,"
             "\"companyId\":\"ignored\"}"),
         true);
    assert_int_equal(d->err, 0);
    const struct in *in = &d->in;
    assert_str(in->name, "Zo\xc3\xab");
    assert_str(in->phone, "+919876543210");
    assert_str(in->loose, "at the bar");
    assert_str(in->email, "asha.rao@example.com");
    assert_str(in->password, "  eight  ");
    assert_str(in->options, "{\"a\":[1,2]}");
    assert_int_equal(in->count, 10);
    assert_int_equal(in->total, 15050);
    assert_int_equal(in->born, date_days(2000, 2, 29));
    assert_int_equal(in->at % DAY_US, (9 * 3600 + 1800) * SECOND_US);
    assert_int_equal(in->kind, 1);
    assert_true(in->active);
    assert_int_equal(in->tags.n, 2);
    assert_str(in->tags.v[0], "a");
    const struct line *line = in->lines.v;
    assert_int_equal(in->lines.n, 1);
    assert_int_equal(line->quantity, 350);
    assert_int_equal(line->price, 300);
    assert_int_equal(in->perms, 5);
    assert_true(GIVEN(in, total));
    assert_false(GIVEN(in, limit));
    assert_int_equal(in->limit, I64_NULL);
    assert_str(fields_given(&things, in, d->a),
               "name,phone,loose,email,password,slug,options,count,total,totalCents,born,at,kind,"
               "active,tags,lines,perms");
}

static void test_bad_values(void **state)
{
    static const struct {
        const char *json, *field, *code, *says;
    } cases[] = {
        {"{\"name\":\"too long\"}", "name", "range", "at most 5 characters (has 8)"},
        {"{\"name\":\"\"}", "name", "range", "must not be empty"},
        {"{\"name\":5}", "name", "type", "must be a text"},
        {"{\"name\":null}", "name", "null", "cannot be null"},
        {"{\"name\":\"a\\u0007\"}", "name", "control", "control characters"},
        {"{\"name\":\"a\\u0085\"}", "name", "control", "control characters"},
        {"{\"nmae\":\"a\"}", "nmae", "unknown", "did you mean \"name\"?"},
        {"{\"phone\":\"abc\"}", "phone", "phone_not_a_number", "'abc' is not a phone number: "},
        {"{\"phone\":\"98\"}", "phone", "phone_too_short", "'98' is not a phone number: "},
        {"{\"phone\":9876543210}", "phone", "type", "must be a text"},
        {"{\"email\":\"asha\"}", "email", "format", "'asha' is not an e-mail address"},
        {"{\"email\":\"a@b\"}", "email", "format", "e-mail"},
        {"{\"email\":\"a..b@c.de\"}", "email", "format", "e-mail"},
        {"{\"email\":\"a b@c.de\"}", "email", "format", "e-mail"},
        {"{\"email\":\"a@-c.de\"}", "email", "format", "e-mail"},
        {"{\"email\":\"a@b@c.de\"}", "email", "format", "e-mail"},
        {"{\"password\":\"short\"}", "password", "range", "at least 8 characters (has 5)"},
        {"{\"slug\":\"ABC\"}", "slug", "format", "must be a-z"},
        {"{\"options\":[]}", "options", "type", "must be an object"},
        {"{\"options\":{\"a\":\"0123456789012345678901234567890123456789\"}}", "options", "range",
         "at most 40 bytes"},
        {"{\"count\":11}", "count", "range", "must be from 0 to 10"},
        {"{\"count\":-1}", "count", "range", "must be from 0 to 10"},
        {"{\"count\":1.5}", "count", "type", "must be a whole number"},
        {"{\"count\":1e300}", "count", "range", "too large"},
        {"{\"count\":99999999999999999999}", "count", "range", "too large"},
        {"{\"count\":\"5\"}", "count", "type", "must be a whole number"},
        {"{\"total\":\"1.234\"}", "total", "format", "at most 2 decimals"},
        {"{\"total\":\"-1\"}", "total", "range", "must be 0.00 or more"},
        {"{\"total\":1.5}", "total", "type", "decimal text"},
        {"{\"total\":\"1e3\"}", "total", "format", "decimal number"},
        {"{\"total\":\"99999999999999999999\"}", "total", "range", "too large"},
        {"{\"total\":\"1\",\"totalCents\":100}", "totalCents", "duplicate", "given twice"},
        {"{\"lines\":[],\"items\":[]}", "items", "duplicate", "given twice"},
        {"{\"born\":\"2001-02-29\"}", "born", "format", "is not a date"},
        {"{\"at\":\"yesterday\"}", "at", "format", "is not a time"},
        {"{\"kind\":\"retail\"}", "kind", "choice", "must be one of RETAIL, WHOLESALE"},
        {"{\"active\":\"true\"}", "active", "type", "true or false"},
        {"{\"tags\":\"a\"}", "tags", "type", "array of texts"},
        {"{\"tags\":[\"a\",\" \"]}", "tags[1]", "range", "must not be empty"},
        {"{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "tags", "range", "at most 3 (has 4)"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"1\"},{\"name\":\"b\"}]}",
         "lines[1].unitPrice", "required", "is required"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"1\",\"quantity\":0}]}", "lines[0].quantity",
         "range", "0.001 or more"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"1\",\"quantity\":0.0001}]}",
         "lines[0].quantity", "format", "3 decimals"},
        {"{\"lines\":[{\"name\":\"a\",\"unitPrice\":\"1\",\"companyId\":\"x\"}]}",
         "lines[0].companyId", "unknown", "not a known field"},
        {"{\"lines\":[7]}", "lines[0]", "type", "must be an object"},
        {"{\"perms\":[\"READ\",\"FLY\"]}", "perms[1]", "choice", "one of READ, WRITE, DELETE"},
    };
    struct decoded *d = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        body(d, str_c(cases[i].json), false);
        refused(d, cases[i].field, cases[i].code, cases[i].says);
    }
}

static void test_bad_json(void **state)
{
    static const struct {
        struct str json;
        const char *field, *code;
        int err;
    } cases[] = {
        {{"{\"name\":\"a\"", 11}, "name", "syntax", ERR_BAD_JSON},
        {{"{\"name\":\"a\",}", 13}, "name", "syntax", ERR_BAD_JSON},
        {{"[1]", 3}, "", "type", ERR_BAD_JSON},
        {{"\"a\"", 3}, "", "syntax", ERR_BAD_JSON},
        {{"{\"lines\":[{},{\"name\":\"\xff\"}]}", 28}, "lines[1].name", "utf8", ERR_BAD_JSON},
        {{"{\"name\":\"a\0b\"}", 14}, "name", "nul", ERR_BAD_JSON},
        {{"{\"name\":\"a\\u0000b\"}", 19}, "name", "nul", ERR_BAD_JSON},
        {{"{\"name\":\"a\",\"q\":1,\"name\":\"b\"}", 29}, "name", "duplicate", ERR_BAD_JSON},
        {{"{\"name\":\"\\ud800\"}", 17}, "name", "syntax", ERR_BAD_JSON},
        {{"{\"count\":99999999999999999999}", 30}, "count", "range", ERR_INVALID},
        {{"{\"count\":1e999}", 15}, "count", "range", ERR_INVALID},
    };
    struct decoded *d = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        body(d, cases[i].json, false);
        refused(d, cases[i].field, cases[i].code, "");
        assert_int_equal(d->err, cases[i].err);
    }
    char deep[400] = "{\"options\":";
    memset(deep + 11, '[', 100);
    memset(deep + 111, ']', 100);
    deep[211] = '}';
    body(d, str_c(deep), false);
    refused(d, "", "depth", "nested more than 32 deep");
}

static void test_absent_null_empty(void **state)
{
    struct decoded *d = *state;
    body(d, STR("{\"name\":\"a\",\"email\":\"\",\"phone\":null,\"born\":null}"), true);
    assert_int_equal(d->err, 0);
    assert_false(GIVEN(&d->in, email));
    assert_true(GIVEN(&d->in, phone));
    body(d, STR("{\"email\":\"\",\"phone\":null,\"born\":null}"), false);
    assert_int_equal(d->err, 0);
    assert_true(GIVEN(&d->in, email) && GIVEN(&d->in, phone) && GIVEN(&d->in, born));
    assert_true(str_is_null(d->in.email) && str_is_null(d->in.phone));
    assert_int_equal(d->in.born, I64_NULL);
    assert_int_equal(fields_check_required(&things, &d->in, &d->e, d->a), ERR_INVALID);
    assert_str(d->e.v[0].field, "name");
    body(d, STR("{\"name\":\" \"}"), true);
    assert_false(GIVEN(&d->in, name));
    body(d, STR("{\"phone\":\"12\"}"), true);
    assert_int_equal(d->err, ERR_PHONE_INVALID);
    body(d, STR("{\"phone\":\"12\",\"count\":-1}"), true);
    assert_int_equal(d->err, ERR_INVALID);
    assert_int_equal(d->e.n, 2);
    body(d, STR("  \n"), true);
    assert_int_equal(d->err, 0);
}

static void test_query(void **state)
{
    static const struct {
        const char *text, *field, *code, *says;
    } cases[] = {
        {"limit=0", "limit", "range", "must be from 1 to 100"},
        {"limit=101", "limit", "range", "must be from 1 to 100"},
        {"limit=ten", "limit", "format", "is not a whole number"},
        {"limit=1&limit=2", "limit", "duplicate", "given twice"},
        {"limt=1", "limt", "unknown", "did you mean \"limit\"?"},
        {"q=%zz", "q", "encoding", "percent"},
        {"q=%ff", "q", "encoding", "UTF-8"},
        {"q=%00", "q", "encoding", "UTF-8"},
        {"q=a%2", "q", "encoding", "percent"},
        {"q=%07", "q", "control", "control"},
        {"isActive=yes", "isActive", "format", "true or false"},
        {"since=2026-13-01", "since", "format", "is not a time"},
        {"tag=a,,b", "tag", "range", "must not be empty"},
        {"cursor=*", "cursor", "format", "is not a cursor"},
    };
    struct decoded *d = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        query(d, cases[i].text);
        refused(d, cases[i].field, cases[i].code, cases[i].says);
    }
    query(d, "q=a+b%2Bc%26&limit=7&&since=2026-11-21&tag=x,y&isActive=true&cursor=AQI&companyId=1");
    assert_int_equal(d->err, 0);
    assert_str(d->in.name, "a b+c&");
    assert_int_equal(d->in.limit, 7);
    int64_t midnight = date_days(2026, 11, 21) * DAY_US - (5 * 3600 + 1800) * SECOND_US;
    assert_int_equal(d->in.at, midnight);
    assert_int_equal(d->in.tags.n, 2);
    assert_int_equal(d->in.cursor.n, 2);
    query(d, "q=&limit=");
    assert_int_equal(d->err, 0);
    assert_false(GIVEN(&d->in, name));
}

static void test_path(void **state)
{
    struct decoded *d = *state;
    struct decode_context c = context_of(d, false);
    d->err = fields_decode_path(&things, STR("id"), STR("019aa5d2-7c3b-7e21-9d4f-3b6a1c2d8e90"), &c,
                                &d->in, &d->e);
    assert_int_equal(d->err, 0);
    d->err = fields_decode_path(&things, STR("id"), STR("me"), &c, &d->in, &d->e);
    refused(d, "id", "format", "'me' is not an id");
    context_of(d, false);
    d->err = fields_decode_path(&things, STR("id"), STR("00000000-0000-0000-0000-000000000000"), &c,
                                &d->in, &d->e);
    refused(d, "id", "format", "is not an id");
}

static void test_many_errors(void **state)
{
    struct decoded *d = *state;
    struct buf b;
    buf_init(&b, 4096);
    buf_char(&b, '{');
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%s\"unknown%d\":1", i ? "," : "", i);
    buf_char(&b, '}');
    body(d, buf_view(&b), true);
    buf_free(&b);
    assert_int_equal(d->err, ERR_INVALID);
    assert_int_equal(d->e.n, 100);
    assert_str(d->e.v[FIELD_ERRORS_MAX - 1].field, "unknown31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_bad_json),    cmocka_unit_test(test_absent_null_empty),
        cmocka_unit_test(test_query),       cmocka_unit_test(test_path),
        cmocka_unit_test(test_many_errors),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
