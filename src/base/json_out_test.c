/* JSON writer: commas, escapes at every place in a run, text that is no UTF-8.
 * What it writes must come back through Jansson as it went in. */
#include "base/clock.h"
#include "base/json_out.h"
#include "base/test.h"
#include <jansson.h>

static void puts_commas_between_values(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("a"));
    json_open(&j, '[');
    json_int(&j, 1);
    json_bool(&j, true);
    json_bool(&j, false);
    json_none(&j);
    json_open(&j, '{');
    json_close(&j, '}');
    json_open(&j, '[');
    json_close(&j, ']');
    json_text(&j, STR("t"));
    json_close(&j, ']');
    json_key(&j, STR("b"));
    json_text(&j, STR_NULL);
    json_key(&j, STR("c"));
    json_raw(&j, STR("{\"x\":1}"));
    json_key(&j, STR("d"));
    json_raw(&j, STR_NULL);
    json_close(&j, '}');
    assert_str(buf_view(&b),
               "{\"a\":[1,true,false,null,{},[],\"t\"],\"b\":null,\"c\":{\"x\":1},\"d\":null}");
    buf_free(&b);
}

static void writes_ids_and_times(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    struct json_out j = json_out(&b);
    struct uuid id;
    assert_true(uuid_parse(STR("018F3D2A-0000-7abc-8def-0123456789AB"), &id));
    json_uuid(&j, id);
    json_uuid(&j, UUID_NIL);
    json_time(&j, 0);
    json_time(&j, 1500);
    json_time(&j, 120000);
    json_time(&j, I64_NULL);
    assert_str(buf_view(&b), "\"018f3d2a-0000-7abc-8def-0123456789ab\",null,"
                             "\"1970-01-01T00:00:00Z\",\"1970-01-01T00:00:00.001500Z\","
                             "\"1970-01-01T00:00:00.120Z\",null");
    buf_free(&b);
}

/* The text as JSON without its quotes. */
static void assert_written(struct str s, const char *expected)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json_out j = json_out(&b);
    json_text(&j, s);
    struct str got = buf_view(&b);
    assert_int_equal(got.p[0], '"');
    assert_int_equal(got.p[got.n - 1], '"');
    assert_str((struct str){got.p + 1, got.n - 2}, expected);
    buf_free(&b);
}

static void escapes_what_must_be(void **state)
{
    (void)state;
    assert_written(STR("a\"b\\c/d"), "a\\\"b\\\\c/d");
    assert_written(STR("\b\f\n\r\t"), "\\b\\f\\n\\r\\t");
    assert_written(STR("\0x\x01\x1f\x7f"), "\\u0000x\\u0001\\u001f\x7f");
    assert_written(STR(""), "");
    assert_written(STR("Zoë राम 😀"), "Zoë राम 😀");
}

static void replaces_each_bad_byte(void **state)
{
    (void)state;
#define BAD "\xef\xbf\xbd"
    assert_written(STR("\x80"), BAD);
    assert_written(STR("a\xff"
                       "b"),
                   "a" BAD "b");
    assert_written(STR("\xc3"), BAD);                         /* cut off */
    assert_written(STR("\xc0\xaf"), BAD BAD);                 /* overlong */
    assert_written(STR("\xe0\x80\xaf"), BAD BAD BAD);         /* overlong */
    assert_written(STR("\xed\xa0\x80"), BAD BAD BAD);         /* surrogate */
    assert_written(STR("\xf4\x90\x80\x80"), BAD BAD BAD BAD); /* past U+10FFFF */
    assert_written(STR("\xf5\x80\x80\x80"), BAD BAD BAD BAD);
    assert_written(STR("\xe2\x82"), BAD BAD);
    assert_written(STR("\xe2\x82\xac\xe2"), "€" BAD);
    assert_written(STR("\xf0\x9f\x98\"x"), BAD BAD BAD "\\\"x");
#undef BAD
}

/* Every byte at every place of a text around the eight bytes looked at once. */
static void comes_back_through_jansson(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    for (int c = 0; c < 0x80; c++) {
        for (size_t n = 1; n <= 20; n++) {
            for (size_t at = 0; at < n; at++) {
                char text[20];
                memset(text, 'm', n);
                text[at] = (char)c;
                buf_reset(&b);
                struct json_out j = json_out(&b);
                json_text(&j, (struct str){text, n});
                json_t *v = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
                assert_non_null(v);
                assert_int_equal(json_string_length(v), n);
                assert_memory_equal(json_string_value(v), text, n);
                json_decref(v);
            }
        }
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_commas_between_values), cmocka_unit_test(writes_ids_and_times),
        cmocka_unit_test(escapes_what_must_be),       cmocka_unit_test(replaces_each_bad_byte),
        cmocka_unit_test(comes_back_through_jansson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
