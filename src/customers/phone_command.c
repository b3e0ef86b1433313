/* `clientele phone`: numbers to E.164, or the reason why not, one a line. */
#include "base/json_out.h"
#include "base/phone.h"
#include "customers/customers_priv.h"
#include <stdlib.h>

enum { LINE_JSON = 4096 };

const struct opt phone_options[] = {
    {"region", OPT_TEXT, "CC", NULL, "country of numbers without +, as IN or US"},
    {0},
};

/* The line as it came must not break the columns of the answer. */
static void print_input(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        putchar(s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
}

static void print_json(struct str raw, struct str e164, struct str national, enum phone_reason r)
{
    struct buf b;
    buf_init(&b, (size_t)LINE_JSON + 8 * raw.n);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("input"));
    json_text(&j, raw);
    json_key(&j, STR("phone"));
    json_text(&j, e164);
    json_key(&j, STR("phoneNational"));
    json_text(&j, national);
    json_key(&j, STR("reason"));
    json_text(&j, r == PHONE_OK ? STR_NULL : str_c(phone_reason_code(r)));
    json_close(&j, '}');
    printf("%.*s\n", STR_ARG(buf_view(&b)));
    buf_free(&b);
}

/* Prints one; false when it was refused. */
static bool print_number(const struct args *a, struct arena *scratch, struct str raw,
                         struct str region)
{
    char out[PHONE_MAX];
    size_t n = 0;
    enum phone_reason r = phone_normalise(raw, region, out, &n);
    struct str e164 = r == PHONE_OK ? (struct str){out, n} : STR_NULL;

    if (args_json(a)) {
        struct str national = r == PHONE_OK ? phone_national(scratch, e164, region) : STR_NULL;
        print_json(raw, e164, national, r);
    } else {
        print_input(raw);
        if (r == PHONE_OK)
            printf("\t%.*s\n", STR_ARG(e164));
        else
            printf("\t-\t%s\n", phone_reason_code(r));
    }
    return r == PHONE_OK;
}

static bool print_lines(const struct args *a, struct arena *scratch, struct str region)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool good = true;

    while ((n = getline(&line, &room, stdin)) >= 0) {
        struct str raw = {line, (size_t)n};
        while (raw.n > 0 && (raw.p[raw.n - 1] == '\n' || raw.p[raw.n - 1] == '\r'))
            raw.n--;
        if (raw.n > 0)
            good &= print_number(a, scratch, raw, region);
        arena_reset(scratch);
    }
    free(line);
    return good;
}

int phone_command(const struct args *a)
{
    struct str region = args_text(a, "region");
    const char *const *numbers;
    size_t n = args_rest(a, &numbers);
    bool good = true;

    if (str_is_null(region))
        return cli_usage("phone needs --region, the country of numbers without +");
    if (!region_exists(region))
        return cli_usage("--region %.*s is no country: two letters, as IN or US", STR_ARG(region));
    struct arena *scratch = arena_new(4096);
    for (size_t i = 0; i < n; i++)
        good &= print_number(a, scratch, str_c(numbers[i]), region);
    if (n == 0)
        good = print_lines(a, scratch, region);
    arena_free(&scratch);
    if (fflush(stdout) != 0)
        return cli_fail("the output cannot be written");
    return good ? EXIT_OK : EXIT_FAILED;
}
