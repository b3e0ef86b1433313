/* Finding people, against a real store: search, lists, export, timeline. */
#include "customers/customers_world.h"

static void make_people(struct fixture *f)
{
    static const char *const people[][3] = {
        {"John Smith", "9876543210", "john@x.in"},     {"John Smithson", "9876543211", "js@x.in"},
        {"Joan Smith", "9876543212", "joan@x.in"},     {"José Núñez", "9876512345", "jose@x.in"},
        {"Smita Johnson", "9811112345", "smita@x.in"}, {"राम शर्मा", "9811154321", "ram@x.in"},
        {"Christopher Lee", "9822212345", "lee@x.in"},
    };
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        struct str body =
            arena_printf(f->arena, "{\"name\":\"%s\",\"phone\":\"%s\",\"email\":\"%s\"}",
                         people[i][0], people[i][1], people[i][2]);
        assert_int_equal(create(f, arena_cstr(f->arena, body)), 0);
    }
}

static void test_search_by_name(void **state)
{
    struct fixture *f = *state;
    make_people(f);
    finds(f, "name=john+smith&limit=2", "John Smith|John Smithson|");
    finds(f, "name=smith+john&limit=1", "John Smith|");
    finds(f, "name=JOHN+smiths", "John Smithson|John Smith|"); /* a typo less one letter */
    finds(f, "name=nunez", "José Núñez|");
    finds(f, "name=N%C3%BA%C3%B1ez+Jos%C3%A9", "José Núñez|");
    finds(f, "name=jose+n", "José Núñez|");
    finds(f, "name=ram+sharma", "राम शर्मा|");
    finds(f, "name=j+smita&limit=1", "Smita Johnson|"); /* an initial first */
    finds(f, "name=cristopher", "Christopher Lee|");
    finds(f, "name=cristophers+lee", "Christopher Lee|"); /* a long word may have two */
    finds(f, "name=jonh+smiht&limit=1", "John Smith|");   /* both misspelt */
    finds(f, "name=xyzzy", "");
    finds(f, "name=john+lee", "");
    finds(f, "name=%21%21", "");
}

static void test_search_by_phone_and_email(void **state)
{
    struct fixture *f = *state;
    make_people(f);
    finds(f, "phone=98765123", "José Núñez|");
    finds(f, "phone=09876512345", "José Núñez|");
    finds(f, "phone=91+98765+12", "José Núñez|");
    finds(f, "phone=%2B9198765123", "José Núñez|");
    finds(f, "phone=54321", "राम शर्मा|"); /* the last digits */
    finds(f, "email=SMITA%40x", "Smita Johnson|");
    finds(f, "q=jose%40x.in", "José Núñez|");
    finds(f, "q=98765-12345", "José Núñez|");
    finds(f, "q=christopher", "Christopher Lee|");
    finds(f, "q=lee%40", "Christopher Lee|");
    finds(f, "q=js", "John Smithson|");                   /* only an e-mail begins so */
    finds(f, "phone=12345&name=smita", "Smita Johnson|"); /* all that is asked fits */
    assert_int_equal(search(f, ""), ERR_INVALID);
    assert_int_equal(search(f, "phone=abc"), ERR_INVALID);
    assert_int_equal(search(f, "q=a&name=b"), ERR_INVALID);
}

static void test_what_is_written_is_found_at_once(void **state)
{
    struct fixture *f = *state;
    make_people(f);
    assert_int_equal(search(f, "name=lee+christopher"), 0);
    const char *id = arena_cstr(
        f->arena, str_c(json_string_value(json_object_get(json_array_get(data(f), 0), "id"))));
    assert_int_equal(update(f, id, "{\"name\":\"Zebedee Quux\"}"), 0);
    finds(f, "name=zebedee", "Zebedee Quux|");
    finds(f, "name=zebedde+qux", "Zebedee Quux|"); /* its words have their variants */
    finds(f, "name=christopher+lee", "");
}

static void walk(struct fixture *f, const char *query, const char *all)
{
    struct str seen = STR(""), cursor = STR_NULL;
    for (int pages = 0; pages < 20; pages++) {
        struct str q = arena_printf(f->arena, "%s&limit=2%s%.*s", query,
                                    str_is_null(cursor) ? "" : "&cursor=", STR_ARG(cursor));
        assert_int_equal(
            call(f, customers_list, &customer_list_fields, NULL, NULL, arena_cstr(f->arena, q), ""),
            0);
        seen = arena_printf(f->arena, "%.*s%s", STR_ARG(seen), names_of(f));
        json_t *meta = json_object_get(f->json, "meta");
        const char *next = json_string_value(json_object_get(meta, "nextCursor"));
        assert_int_equal(json_is_true(json_object_get(meta, "hasMore")), next != NULL);
        if (!next)
            break;
        cursor = arena_str(f->arena, str_c(next));
    }
    if (!str_eq(seen, str_c(all)))
        fail_msg("%s listed %.*s, expected %s", query, STR_ARG(seen), all);
}

static void test_lists_page_in_every_order(void **state)
{
    struct fixture *f = *state;
    make_people(f);
    const char *by_name = "Christopher Lee|Joan Smith|John Smith|John Smithson|José "
                          "Núñez|Smita Johnson|राम शर्मा|";
    walk(f, "sort=name", by_name);
    walk(f, "sort=name&order=desc",
         "राम शर्मा|Smita Johnson|José Núñez|John Smithson|John Smith|Joan "
         "Smith|Christopher Lee|");
    walk(f, "sort=createdAt&order=asc",
         "John Smith|John Smithson|Joan Smith|José "
         "Núñez|Smita Johnson|राम शर्मा|Christopher Lee|");
    walk(f, "order=desc&active=true&hasPhone=true",
         "Christopher Lee|राम शर्मा|Smita Johnson|José Núñez|Joan Smith|John "
         "Smithson|John Smith|");
    walk(f, "sort=lastOrderAt", "");
    walk(f, "sort=name&active=false", "");
    walk(f,
         "sort=createdAt&order=asc&createdFrom=2025-01-27T23:30:03Z&createdTo=2025-01-27T23:30:05Z",
         "Joan Smith|José Núñez|");
    walk(f, "createdFrom=2025-01-27T23:30:03Z&createdTo=2025-01-27T23:30:05Z",
         "José Núñez|Joan Smith|");
    walk(f, "sort=name&createdTo=2025-01-27T23:30:03Z", "John Smith|John Smithson|");
    walk(f, "lastOrderTo=2030-01-01", ""); /* who never ordered has no last order */

    assert_int_equal(
        call(f, customers_list, &customer_list_fields, NULL, NULL, "sort=name&limit=1", ""), 0);
    const char *next =
        json_string_value(json_object_get(json_object_get(f->json, "meta"), "nextCursor"));
    const char *wrong =
        arena_cstr(f->arena, arena_printf(f->arena, "sort=createdAt&cursor=%s", next));
    assert_int_equal(call(f, customers_list, &customer_list_fields, NULL, NULL, wrong, ""),
                     ERR_INVALID);
    assert_int_equal(call(f, customers_list, &customer_list_fields, NULL, NULL, "cursor=AAAA", ""),
                     ERR_INVALID);
}

/* Of people whom a filter's own index finds, in every order and by pages. */
static void test_few_are_found_by_what_makes_them_few(void **state)
{
    struct fixture *f = *state;
    static const char *const smiths[] = {"John Smith", "Joan Smith", "Zoë Smith"};

    make_people(f);
    for (size_t i = 0; i < 3; i++) {
        struct str body = arena_printf(
            f->arena, "{\"name\":\"%s\",\"phone\":\"98333%05zu\",\"tags\":[\"rare\",\"x%zu\"]}",
            smiths[i], i, i);
        assert_int_equal(create(f, arena_cstr(f->arena, body)), 0);
    }
    const char *zoe = kept(f, "id");
    walk(f, "tag=rare&sort=name", "Joan Smith|John Smith|Zoë Smith|");
    walk(f, "tag=rare&sort=name&order=desc", "Zoë Smith|John Smith|Joan Smith|");
    walk(f, "tag=rare&sort=createdAt&order=asc", "John Smith|Joan Smith|Zoë Smith|");
    walk(f, "tag=rare", "Zoë Smith|Joan Smith|John Smith|");
    walk(f, "tag=rare&sort=lastOrderAt", "");
    walk(f, "tag=rare&active=false", "");
    walk(f, "tag=rare&hasPhone=true&active=true", "Zoë Smith|Joan Smith|John Smith|");
    walk(f, "tag=x1&sort=name", "Joan Smith|");
    walk(f, "tag=none&sort=name", "");
    walk(f, "tag=rare&createdTo=2000-01-01", "");
    walk(f, "sort=name&order=desc&createdTo=2025-01-27T23:30:03Z", "John Smithson|John Smith|");
    walk(f, "sort=name&lastOrderFrom=2000-01-01", "");
    walk(f, "active=false&sort=name", "");
    assert_int_equal(call(f, customers_deactivate, &customer_id_fields, "id", zoe, "", ""), 0);
    walk(f, "active=false&sort=name", "Zoë Smith|");
    walk(f, "active=false&hasPhone=false", "");
    walk(f, "tag=rare&active=true&sort=name", "Joan Smith|John Smith|");
}

static void test_export_streams_everybody(void **state)
{
    struct fixture *f = *state;
    make_people(f);
    assert_int_equal(create(f, "{\"name\":\"=cmd()\",\"phone\":\"9833312345\",\"address\":\"a, "
                               "\\\"b\\\"\"}"),
                     0);
    assert_int_equal(call(f, customers_export, &customer_export_fields, NULL, NULL, "", ""), 0);
    struct str out = buf_view(&f->r->out);
    char *csv = (char *)(uintptr_t)arena_cstr(f->arena, out);
    assert_non_null(strstr(csv, "id,externalId,name"));
    assert_non_null(strstr(csv, ",'=cmd(),,+919833312345,,\"a, \"\"b\"\"\","));
    size_t lines = 0;
    for (const char *p = csv; (p = strstr(p, "\r\n")); p += 2)
        lines++;
    assert_int_equal(lines, 9);
    assert_int_equal(
        call(f, customers_export, &customer_export_fields, NULL, NULL, "format=jsonl", ""), 0);
    assert_non_null(memchr(buf_view(&f->r->out).p, '\n', buf_view(&f->r->out).n));
}

static void test_timeline(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"9876543210\"}"), 0);
    const char *id = kept(f, "id");
    assert_int_equal(in_tx(f, fake_order, (void *)(uintptr_t)id), 0);
    struct str seen = STR("");
    const char *cursor = "";
    for (int i = 0; i < 3; i++) { /* a page of one event each */
        struct str q = arena_printf(f->arena, "limit=1%s%s", *cursor ? "&cursor=" : "", cursor);
        assert_int_equal(call(f, customers_timeline, &customer_page_fields, "id", id,
                              arena_cstr(f->arena, q), ""),
                         0);
        assert_int_equal(json_array_size(data(f)), 1);
        seen = arena_printf(f->arena, "%.*s%s|", STR_ARG(seen),
                            json_string_value(json_object_get(json_array_get(data(f), 0), "type")));
        const char *next =
            json_string_value(json_object_get(json_object_get(f->json, "meta"), "nextCursor"));
        if (!next)
            break;
        cursor = arena_cstr(f->arena, str_c(next));
    }
    assert_true(str_eq(seen, STR("customer.create|order|")));
    assert_int_equal(call(f, customers_orders, &customer_page_fields, "id", id, "", ""), 0);
    assert_int_equal(json_array_size(data(f)), 1);
    assert_int_equal(call(f, customers_full, &customer_page_fields, "id", id, "limit=1", ""), 0);
    assert_int_equal(json_array_size(json_object_get(data(f), "orders")), 1);
    assert_int_equal(call(f, customers_recent, &customer_recent_fields, NULL, NULL, "", ""), 0);
    assert_string_equal(names_of(f), "Asha Rao|");
}

#define TESTS(engine)                                                                              \
    TEST(search_by_name, engine), TEST(search_by_phone_and_email, engine),                         \
        TEST(what_is_written_is_found_at_once, engine), TEST(lists_page_in_every_order, engine),   \
        TEST(few_are_found_by_what_makes_them_few, engine),                                        \
        TEST(export_streams_everybody, engine), TEST(timeline, engine)
RUN_ON_BOTH(TESTS)
