/* The list of event types against what routes and handlers really emit. */
#include "base/test.h"
#include "http/route.h"
#include "slices.h"
#include "webhooks/events.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { SOURCE_MOST = 1 << 20, EMITTED_MOST = 256 };
struct emitted {
    struct str v[EMITTED_MOST];
    size_t n;
    struct arena *a;
};

static void add(struct emitted *e, struct str type)
{
    assert_true(e->n < EMITTED_MOST);
    e->v[e->n++] = arena_str(e->a, type);
}

/* outbox_add(r, tx, "order.paid", …): every call names its type in quotes. */
static void add_calls(struct emitted *e, const char *path)
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    char *text = arena_bytes(e->a, SOURCE_MOST + 1);
    size_t n = fread(text, 1, SOURCE_MOST, f);
    fclose(f);
    assert_true(n < SOURCE_MOST);
    text[n] = '\0';
    for (char *p = text; (p = strstr(p, "outbox_add(r, tx, ")) != NULL; p++) {
        const char *from = strchr(p, ',');
        const char *to = strchr(p, ';');
        from = strchr(from + 1, ',');
        assert_true(to && from < to);
        /* one name, or one of two: cond ? "a" : "b" */
        size_t found = 0;
        for (const char *q = from; (q = memchr(q, '"', (size_t)(to - q))) != NULL; q++) {
            const char *end = memchr(q + 1, '"', (size_t)(to - q - 1));
            assert_non_null(end);
            add(e, (struct str){q + 1, (size_t)(end - q - 1)});
            found++;
            q = end;
        }
        if (found == 0 && !strstr(path, "/exec/"))
            fail_msg("%s: outbox_add without a type in quotes", path);
    }
}

static void add_folder(struct emitted *e, const char *folder)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;) {
        size_t n = strlen(f->d_name);
        const char *path = arena_printf(e->a, "%s/%s", folder, f->d_name).p;
        if (f->d_type == DT_DIR && f->d_name[0] != '.')
            add_folder(e, path);
        else if (n > 2 && strcmp(f->d_name + n - 2, ".c") == 0 && !strstr(f->d_name, "_test.c"))
            add_calls(e, path);
    }
    closedir(d);
}

static bool listed(struct str type)
{
    for (const char *const *name = event_names; *name; name++)
        if (str_eq(str_c(*name), type))
            return true;
    return false;
}

static void the_list_is_what_is_emitted(void **state)
{
    (void)state;
    struct emitted e = {.a = arena_new(1 << 20)};
    const char *root = getenv("CLIENTELE_SOURCE");
    assert_non_null(root);
    for (size_t i = 0; i < all_route_count; i++)
        for (size_t k = 0; k < all_routes[i]->n; k++)
            if (all_routes[i]->v[k].event)
                add(&e, str_c(all_routes[i]->v[k].event));
    assert_true(e.n > 10);
    add_folder(&e, arena_printf(e.a, "%s/src", root).p);
    for (size_t i = 0; i < e.n; i++)
        if (!listed(e.v[i]))
            fail_msg("%.*s is emitted and not listed in events.h", STR_ARG(e.v[i]));
    for (const char *const *name = event_names; *name; name++) {
        bool found = false;
        for (size_t i = 0; i < e.n; i++)
            found = found || str_eq(e.v[i], str_c(*name));
        if (!found)
            fail_msg("%s is listed in events.h and emitted by nobody", *name);
    }
    arena_free(&e.a);
}

static void the_list_is_sorted_and_explained(void **state)
{
    (void)state;
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        assert_true(i == 0 || strcmp(event_names[i - 1], event_names[i]) < 0);
        assert_true(strlen(event_helps[i]) > 5);
        assert_int_equal(strspn(event_names[i], "abcdefghijklmnopqrstuvwxyz_."),
                         strlen(event_names[i]));
    }
    assert_null(event_names[EVENT_TYPE_COUNT]);
}

static void the_printed_list_is_fresh(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    FILE *f = fopen(arena_printf(a, "%s/docs/events.md", getenv("CLIENTELE_SOURCE")).p, "re");
    assert_non_null(f);
    char *text = arena_bytes(a, SOURCE_MOST);
    size_t n = fread(text, 1, SOURCE_MOST, f);
    fclose(f);
    if (!str_eq(events_markdown(a), (struct str){text, n}))
        fail_msg("docs/events.md is stale: clientele events > docs/events.md");
    arena_free(&a);
}

static void a_list_says_what_is_wanted(void **state)
{
    (void)state;
    assert_true(event_wanted(STR("[]"), STR("order.paid")));
    assert_true(event_wanted(STR("[\"order.paid\"]"), STR("order.paid")));
    assert_true(event_wanted(STR("[\"a.b\", \"order.paid\"]"), STR("order.paid")));
    assert_false(event_wanted(STR("[\"order.paid\"]"), STR("order.created")));
    assert_false(event_wanted(STR("[\"order.paid\"]"), STR("order.pai")));
    assert_false(event_wanted(STR("[\"order.paid\"]"), STR("rder.paid")));
    assert_false(
        event_wanted(STR("[\"order.paid\"]"),
                     STR("a.type.that.is.longer.than.any.there.is.and.longer.than.that.too")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_what_is_emitted),
        cmocka_unit_test(the_list_is_sorted_and_explained),
        cmocka_unit_test(the_printed_list_is_fresh),
        cmocka_unit_test(a_list_says_what_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
