/* Phone numbers: the first byte chooses the region, the rest is what somebody
 * typed. The fast path must say what the library alone says; what it wrote
 * must be E.164, and normalise to itself. */
#include "base/phone.h"
#include "fuzz.h"

static const char *const regions[] = {"IN", "US", "DE", "GB", "FR", "JP",
                                      "BR", "KW", "ZZ", "",   "in"};

static void check_e164(struct str s, struct str region, struct arena *a)
{
    CHECK(s.n >= 4 && s.n <= PHONE_MAX && s.p[0] == '+');
    for (size_t i = 1; i < s.n; i++)
        CHECK(s.p[i] >= '0' && s.p[i] <= '9');
    char again[PHONE_MAX];
    size_t n = 0;
    CHECK(phone_normalise(s, region, again, &n) == PHONE_OK);
    CHECK(str_eq(s, (struct str){again, n}));
    CHECK(str_eq(phone_national(a, s, region), phone_national_slowly(a, s, region)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    struct arena *a = arena_new(4096);
    struct str region = str_c(regions[data[0] % (sizeof regions / sizeof *regions)]);
    struct str raw = arena_str(a, (struct str){(const char *)data + 1, n - 1});
    char fast[PHONE_MAX], slow[PHONE_MAX];
    size_t fast_n = 0, slow_n = 0;
    enum phone_reason r = phone_normalise(raw, region, fast, &fast_n);
    struct str trimmed = str_trim(raw);
    if (raw.n > PHONE_RAW_MAX)
        CHECK(r == PHONE_TOO_LONG);
    else if (trimmed.n == 0)
        CHECK(r == PHONE_EMPTY);
    else
        CHECK(phone_normalise_slowly(trimmed, region, slow, &slow_n) == r);
    CHECK(*phone_reason_code(r) && *phone_reason_text(r));
    if (r == PHONE_OK) {
        CHECK(str_eq((struct str){fast, fast_n}, (struct str){slow, slow_n}));
        check_e164((struct str){fast, fast_n}, region, a);
    }
    struct str shown = phone_national(a, raw, region);
    CHECK(shown.n == 0 || shown.p);
    arena_free(&a);
    return 0;
}
