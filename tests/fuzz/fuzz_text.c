/* Small texts: times, dates, money, numbers, ids, names, base64url, JSON
 * writing. What is read is written and read again, to the same value. */
#include "base/clock.h"
#include "base/json_out.h"
#include "base/money.h"
#include "base/names.h"
#include "base/uuid.h"
#include "base/zone.h"
#include "fuzz.h"
#include "http/text.h"
#include <jansson.h>

static void times(struct str s)
{
    int64_t us, again, days;
    char text[TIME_TEXT];
    if (time_parse(s, &us)) {
        size_t n = time_format(us, text);
        CHECK(n <= TIME_TEXT && time_parse((struct str){text, n}, &again) && again == us);
    }
    if (date_parse(s, &days)) {
        date_format(days, text);
        CHECK(str_eq(s, (struct str){text, DATE_TEXT}));
    }
}

static void numbers(struct str s)
{
    int64_t minor, again;
    for (int digits = 0; digits < 5; digits++) {
        if (!money_parse(s, digits, &minor))
            continue;
        char text[MONEY_TEXT];
        size_t n = money_format(minor, digits, text);
        CHECK(n <= MONEY_TEXT && minor <= MONEY_MAX && minor >= -MONEY_MAX);
        CHECK(money_parse((struct str){text, n}, digits, &again) && again == minor);
    }
    int known = currency_digits(s);
    CHECK(known >= -1 && known <= 4);
    struct uuid id;
    if (uuid_parse(s, &id)) {
        char text[UUID_TEXT];
        uuid_format(id, text);
        CHECK(str_eq_nocase(s, (struct str){text, UUID_TEXT}));
    }
}

static void names(struct str s, struct arena *a)
{
    struct str folded = name_fold(a, s), words[NAME_WORDS];
    CHECK(utf8_valid(folded));
    size_t n = name_words(folded, words);
    CHECK(n <= NAME_WORDS);
    for (size_t i = 0; i < n; i++) {
        CHECK(words[i].n > 0 && words[i].n <= NAME_WORD_MAX);
        int d = name_distance(words[0], words[i], 3);
        CHECK(d >= 0 && d <= 4 && d == name_distance(words[i], words[0], 3) && !d == !i);
    }
    CHECK(name_sort_key(a, s).n == 0 || name_sort_key(a, s).p);
}

static void codes(struct str s, struct arena *a)
{
    struct str bytes, code = base64url_encode(a, s);
    CHECK(base64url_decode(a, code, &bytes) && str_eq(bytes, s));
    if (base64url_decode(a, s, &bytes))
        CHECK(base64url_encode(a, bytes).n == s.n);
    CHECK(utf8_valid(text_excerpt(a, s)));

    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j = json_out(&b);
    json_text(&j, s);
    json_t *back = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    CHECK(back);
    if (utf8_valid(s))
        CHECK(str_eq(s, (struct str){json_string_value(back), json_string_length(back)}));
    json_decref(back);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    struct arena *a = arena_new(4096);
    struct str s = arena_str(a, (struct str){(const char *)data, n});
    times(s);
    numbers(s);
    names(s, a);
    codes(s, a);
    if (zone_exists(s))
        CHECK(zone_offset(s, 0) > -DAY_US && zone_day(s, zone_day_start(s, 20000)) == 20000);
    arena_free(&a);
    return 0;
}
