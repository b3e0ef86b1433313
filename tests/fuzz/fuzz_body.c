/* JSON bodies into the request structs of every route: the first byte chooses
 * the route, the rest is the body. What was taken must be written back as
 * valid JSON; what was refused must say why in valid UTF-8. */
#include "fuzz.h"
#include "http/text.h"
#include <jansson.h>

static void check_errors(int err, const struct field_errors *e)
{
    CHECK(err == 0 || err == ERR_BAD_JSON || err == ERR_INVALID || err == ERR_PHONE_INVALID);
    CHECK((err == 0) == (e->n == 0));
    for (size_t i = 0; i < e->n && i < FIELD_ERRORS_MAX; i++) {
        CHECK(e->v[i].code && *e->v[i].code);
        CHECK(utf8_valid(e->v[i].field) && e->v[i].message.n && utf8_valid(e->v[i].message));
    }
}

static void check_taken(const struct fields *f, const void *in, int digits, struct arena *a)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    struct json_out j = json_out(&b);
    const struct encode_context c = {.digits = digits, .staff = true};
    fields_encode(f, in, &c, &j);
    CHECK(!b.full);
    json_t *back = json_loadb(b.p, b.n, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    CHECK(back && json_is_object(back));
    json_decref(back);
    buf_free(&b);
    CHECK(utf8_valid(fields_given(f, in, a)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    const struct fields *f = fuzz_fields(data[0]);
    struct arena *a = arena_new(4096);
    struct decode_context c = {.a = a,
                               .region = STR("IN"),
                               .zone = STR("Asia/Kolkata"),
                               .digits = 2,
                               .creating = data[0] & 1};
    struct str body = arena_str(a, (struct str){(const char *)data + 1, n - 1});
    void *in = arena_alloc(a, f->size);
    struct field_errors e = {.n = 0};
    int err = fields_decode_body(f, body, &c, in, &e);
    check_errors(err, &e);
    if (!err) {
        fields_defaults(f, in);
        check_taken(f, in, c.digits, a);
        err = fields_check_required(f, in, &e, a);
        check_errors(err, &e);
    }
    arena_free(&a);
    return 0;
}
