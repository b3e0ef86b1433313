/* Codes: made, guessed, used. Neither destination nor code can be read from the
 * store; both are keyed hashes that also mean the company and the purpose. */
#include "app.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "codes/codes_priv.h"
#include <sodium.h>

static const char *const purposes[] = {[CODE_SIGN_IN] = "sign-in", [CODE_JOIN] = "join"};

struct str codes_hash(const struct req *r, const char *what, struct str text)
{
    size_t n = sizeof r->company->id + text.n;
    char *both = arena_bytes(r->arena, n), *mac = arena_bytes(r->arena, MAC_BYTES);
    memcpy(both, &r->company->id, sizeof r->company->id);
    memcpy(both + sizeof r->company->id, text.p, text.n);
    tokens_mac(r->app->tokens, what, (struct str){both, n}, (uint8_t *)mac);
    return (struct str){mac, MAC_BYTES};
}

struct str codes_destination(const struct req *r, const struct code_to *to)
{
    return str_is_null(to->phone) ? arena_printf(r->arena, "e%.*s", STR_ARG(to->email))
                                  : arena_printf(r->arena, "p%.*s", STR_ARG(to->phone));
}

/* The row's key, and the hash of a code in it. */
struct keyed {
    struct str purpose, destination, code;
};

static struct keyed keyed_of(const struct req *r, const struct code_to *to, struct str digits)
{
    const char *purpose = purposes[to->purpose];
    struct str where = codes_destination(r, to);
    struct str whole =
        arena_printf(r->arena, "%s %.*s %.*s", purpose, STR_ARG(where), STR_ARG(digits));
    return (struct keyed){.purpose = str_c(purpose),
                          .destination = codes_hash(r, "code destination", where),
                          .code = codes_hash(r, "code", whole)};
}

static struct str random_digits(struct arena *a, size_t n)
{
    char *p = arena_bytes(a, n);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('0' + randombytes_uniform(10));
    return (struct str){p, n};
}

struct str codes_make(struct req *r, struct tx *tx, const struct code_to *to, int *err)
{
    int is_long = caps_is_guessed_at(r, tx, codes_destination(r, to));
    struct str digits = random_digits(r->arena, is_long > 0 ? LONG_DIGITS : CODE_DIGITS);
    struct keyed k = keyed_of(r, to, digits);
    /* Tries are counted up to CODES_TRIES; a long one begins lower. */
    int rc = is_long < 0 ? is_long
                         : code_put(tx, &(struct code_put_params){
                                            .company = r->company->id,
                                            .purpose = k.purpose,
                                            .destination = k.destination,
                                            .hash = k.code,
                                            .tries = is_long ? CODES_TRIES - LONG_TRIES : 0,
                                            .now = r->now,
                                            .expires_at = r->now + CODES_LIFE * SECOND_US,
                                        });
    *err = rc < 0 ? rc : 0;
    return rc < 0 ? STR_NULL : digits;
}

/* As people type it off a screen, "123 456". What is no code is guessed all
 * the same, so that it takes the same way. */
static struct str without_blanks(struct req *r, struct str code)
{
    char *p = arena_bytes(r->arena, code.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] != ' ' && code.p[i] != '-')
            p[n++] = code.p[i];
    return (struct str){p, n};
}

int codes_check(struct req *r, struct tx *tx, const struct code_to *to, struct str code)
{
    struct keyed k = keyed_of(r, to, without_blanks(r, code));
    struct code_guess_row guess = {.is_right = false};
    int rc = code_guess(tx,
                        &(struct code_guess_params){
                            .company = r->company->id,
                            .purpose = k.purpose,
                            .destination = k.destination,
                            .hash = k.code,
                            .now = r->now,
                            .most = CODES_TRIES,
                        },
                        &guess);
    if (rc >= 0 && guess.is_right)
        return 0;
    if (rc == 1)
        rc = caps_guessed_wrong(r, tx, codes_destination(r, to));
    return rc < 0 ? rc : req_fail_keep(r, ERR_BAD_CODE);
}

int codes_use(struct req *r, struct tx *tx, const struct code_to *to)
{
    struct keyed k = keyed_of(r, to, STR(""));
    int rc = code_use(tx, r->company->id, k.purpose, k.destination, r->now);
    return rc < 0 ? rc : rc == 0 ? req_fail(r, ERR_BAD_CODE) : 0;
}
