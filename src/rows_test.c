/* What can be printed from rows is printed from rows: every command and option
 * says what it is, no name is used twice, and the copies in docs/ are fresh. */
#include "base/arena.h"
#include "base/settings.h"
#include "base/test.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/manpage.h"
#include "cli/table.h"
#include "slices.h"
#include <stdio.h>
#include <stdlib.h>

static void every_command_explains_itself(void **state)
{
    (void)state;
    const struct command *v[COMMANDS_MOST];
    size_t n = cli_commands(v);
    assert_true(n > 4 && n < COMMANDS_MOST);
    for (size_t i = 0; i < n; i++) {
        struct str summary = help_summary(v[i]);
        if (!v[i]->run || !v[i]->usage || summary.n < 10 || summary.n > 70 ||
            summary.p[summary.n - 1] == '.')
            fail_msg("command %s: run, usage, or a short summary without full stop is missing",
                     v[i]->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(v[i]->name, v[k]->name) == 0)
                fail_msg("two commands are called %s", v[i]->name);
    }
}

static void every_option_explains_itself(void **state)
{
    (void)state;
    struct arena *a = arena_new(64 * 1024);
    const struct command *v[COMMANDS_MOST];
    size_t n = cli_commands(v);
    for (size_t i = 0; i < n; i++) {
        const struct opt *all = args_options(v[i], a);
        for (const struct opt *o = all; o->name; o++) {
            long long number;
            if (!o->help || !*o->help || (o->type != OPT_FLAG && (!o->value || !*o->value)) ||
                (o->type == OPT_INT && o->preset && !str_to_i64(str_c(o->preset), &number)))
                fail_msg("%s --%s: help, value or default", v[i]->name, o->name);
            for (const struct opt *other = all; other < o; other++)
                if (strcmp(o->name, other->name) == 0)
                    fail_msg("%s has two options --%s", v[i]->name, o->name);
        }
    }
    arena_free(&a);
}

static void every_slice_has_a_name_and_routes_their_slice(void **state)
{
    (void)state;
    assert_true(slice_count > 0 && all_route_count == slice_count);
    for (size_t i = 0; i < slice_count; i++) {
        assert_non_null(slices[i]->name);
        assert_ptr_equal(all_routes[i], &slices[i]->routes);
        assert_true(slices[i]->routes.n == 0 || slices[i]->routes.name);
        bool listed = !slices[i]->statements;
        for (size_t k = 0; k < all_statement_count; k++)
            listed |= all_statements[k] == slices[i]->statements;
        assert_true(listed);
    }
}

static void assert_fresh(struct str printed, const char *path, const char *how)
{
    const char *root = getenv("CLIENTELE_SOURCE");
    assert_non_null(root);
    struct arena *a = arena_new(1 << 20);
    FILE *f = fopen(arena_printf(a, "%s/%s", root, path).p, "re");
    assert_non_null(f);
    char *text = arena_bytes(a, 1 << 20);
    size_t n = fread(text, 1, 1 << 20, f);
    fclose(f);
    if (!str_eq(printed, (struct str){text, n}))
        fail_msg("%s is stale: %s > %s", path, how, path);
    arena_free(&a);
}

static void printed_copies_are_fresh(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct command *v[COMMANDS_MOST];
    size_t n = cli_commands(v);
    assert_fresh(manpage(v, n, a), "docs/clientele.1", "clientele man");
    assert_fresh(settings_markdown(a), "docs/configuration.md", "clientele settings");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_explains_itself),
        cmocka_unit_test(every_option_explains_itself),
        cmocka_unit_test(every_slice_has_a_name_and_routes_their_slice),
        cmocka_unit_test(printed_copies_are_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
