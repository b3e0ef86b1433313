/* Texts into members, by type: from a JSON string, a query parameter or a
 * path segment. What is kept is copied into the arena. */
#include "base/money.h"
#include "base/phone.h"
#include "base/zone.h"
#include "http/fields_priv.h"
#include "http/text.h"

enum { TEXT_MAX = 1000, LOOSE_PHONE_MAX = 64, EMAIL_MAX = 254, LOCAL_MAX = 64 };

int name_index(const char *const *names, struct str s)
{
    for (int i = 0; names && names[i]; i++)
        if (str_eq(s, str_c(names[i])))
            return i;
    return -1;
}

struct str names_list(const char *const *names, struct arena *a)
{
    struct str all = STR("");
    for (int i = 0; names && names[i]; i++)
        all = arena_printf(a, "%.*s%s%s", STR_ARG(all), i ? ", " : "", names[i]);
    return all;
}

void decode_clear(const struct field *f, void *member)
{
    static const int64_t none = I64_NULL;
    switch (f->type) {
    case F_INT:
    case F_MONEY:
    case F_QUANTITY:
    case F_TIME:
    case F_DATE:
    case F_ENUM:
        memcpy(member, &none, sizeof none);
        break;
    case F_UUID:
        *(struct uuid *)member = UUID_NIL;
        break;
    case F_BOOL:
        *(bool *)member = false;
        break;
    case F_PERMS:
        *(uint64_t *)member = 0;
        break;
    case F_STRINGS:
        *(struct strs *)member = (struct strs){NULL, 0};
        break;
    case F_LIST:
        *(struct list *)member = (struct list){NULL, 0};
        break;
    case F_OBJECT:
    case F_OBJECT_PTR:
        break; /* answers only */
    default:
        *(struct str *)member = STR_NULL;
        break;
    }
}

/* What a message may show of a value. */
static struct str shown(const struct decoding *d, const struct field *f, struct str s)
{
    return f->flags & FIELD_SECRET ? STR("…") : text_excerpt(d->c->a, s);
}

static enum decoded not_a(const struct decoding *d, const struct field *f, struct str s,
                          const struct spot *at, const char *what)
{
    return decode_bad(d, at, "format", "'%.*s' is not %s", STR_ARG(shown(d, f, s)), what);
}

static enum decoded keep_text(const struct decoding *d, const struct field *f, struct str s,
                              void *member, int64_t preset, const struct spot *at)
{
    int64_t count = (int64_t)utf8_count(s), max = f->max ? f->max : preset;
    if (count < f->min && count == 0)
        return decode_bad(d, at, "range", "must not be empty");
    if (count < f->min)
        return decode_bad(d, at, "range", "needs at least %lld characters (has %lld)",
                          (long long)f->min, (long long)count);
    if (count > max)
        return decode_bad(d, at, "range", "takes at most %lld characters (has %lld)",
                          (long long)max, (long long)count);
    if (f->names && name_index(f->names, s) < 0)
        return decode_bad(d, at, "choice", "must be one of %.*s",
                          STR_ARG(names_list(f->names, d->c->a)));
    if (f->check && !f->check(s))
        return decode_bad(d, at, "format", "%s", f->check_says ? f->check_says : "is not valid");
    *(struct str *)member = arena_str(d->c->a, s);
    return DECODED_SET;
}

static enum decoded phone_of(const struct decoding *d, const struct field *f, struct str s,
                             void *member, const struct spot *at)
{
    char e164[PHONE_MAX];
    size_t n = 0;
    if (f->flags & FIELD_ASKED && phone_looks_e164(s)) {
        *(struct str *)member = arena_str(d->c->a, s);
        return DECODED_SET;
    }
    enum phone_reason why = phone_normalise(s, d->c->region, e164, &n);
    if (why == PHONE_OK) {
        *(struct str *)member = arena_str(d->c->a, (struct str){e164, n});
        return DECODED_SET;
    }
    if (f->type == F_PHONE_LOOSE)
        return keep_text(d, f, s, member, LOOSE_PHONE_MAX, at);
    struct str code = arena_printf(d->c->a, "phone_%s", phone_reason_code(why));
    return decode_bad(d, at, arena_cstr(d->c->a, code), "'%.*s' is not a phone number: %s",
                      STR_ARG(shown(d, f, s)), phone_reason_text(why));
}

static bool local_part(struct str s)
{
    if (s.n == 0 || s.n > LOCAL_MAX || s.p[0] == '.' || s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((unsigned char)c <= ' ' || strchr("\"(),:;<>[\\]", c))
            return false;
        if (c == '.' && s.p[i - 1] == '.')
            return false;
    }
    return true;
}

static bool label(struct str s)
{
    if (s.n == 0 || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool fine = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!fine)
            return false;
    }
    return true;
}

static bool domain_part(struct str s)
{
    size_t from = 0, labels = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '.')
            continue;
        if (!label((struct str){s.p + from, i - from}))
            return false;
        labels++;
        from = i + 1;
    }
    return labels >= 2;
}

static enum decoded email_of(const struct decoding *d, const struct field *f, struct str s,
                             void *member, const struct spot *at)
{
    char *lower = arena_bytes(d->c->a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        lower[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    struct str e = {lower, s.n};
    const char *sign = e.n ? memchr(e.p, '@', e.n) : NULL;
    size_t before = sign ? (size_t)(sign - e.p) : 0;
    if (!sign || e.n > EMAIL_MAX || !local_part((struct str){e.p, before}) ||
        !domain_part((struct str){sign + 1, e.n - before - 1}))
        return not_a(d, f, s, at, "an e-mail address");
    *(struct str *)member = e;
    return DECODED_SET;
}

/* -?digits[.digits] with the number of decimals, or -1. */
static int decimals_of(struct str s)
{
    size_t i = s.n > 0 && s.p[0] == '-', whole = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == whole)
        return -1;
    if (i == s.n)
        return 0;
    if (s.p[i++] != '.' || i == s.n)
        return -1;
    size_t from = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i == s.n ? (int)(i - from) : -1;
}

/* Decimal text in units of 10^-digits, between the field's bounds; what is
 * not bounded below is 0 or more: nobody pays or counts less than nothing. */
static enum decoded decimal_of(const struct decoding *d, const struct field *f, struct str s,
                               int digits, void *member, const struct spot *at)
{
    int decimals = decimals_of(s);
    int64_t v = 0;
    if (decimals < 0)
        return not_a(d, f, s, at, "a decimal number such as \"150.00\"");
    if (decimals > digits && digits == 0)
        return decode_bad(d, at, "format", "takes no decimals");
    if (decimals > digits)
        return decode_bad(d, at, "format", "takes at most %d decimals", digits);
    if (!money_parse(s, digits, &v))
        return decode_bad(d, at, "range", "is too large");
    int64_t max = f->max > 0 ? f->max : MONEY_MAX;
    if (v >= f->min && v <= max) {
        memcpy(member, &v, sizeof v);
        return DECODED_SET;
    }
    char bound[MONEY_TEXT];
    size_t n = money_format(v > max ? max : f->min, digits, bound);
    return decode_bad(d, at, "range", "must be %.*s or %s", (int)n, bound,
                      v > max ? "less" : "more");
}

static enum decoded time_of(const struct decoding *d, const struct field *f, struct str s,
                            void *member, const struct spot *at)
{
    int64_t v = 0, day = 0;
    if (date_parse(s, &day))
        v = str_is_null(d->c->zone) ? day * DAY_US : zone_day_start(d->c->zone, day);
    else if (!time_parse(s, &v))
        return not_a(d, f, s, at, "a time such as 2026-11-21T09:30:00Z");
    memcpy(member, &v, sizeof v);
    return DECODED_SET;
}

static enum decoded enum_of(const struct decoding *d, const struct field *f, struct str s,
                            void *member, const struct spot *at)
{
    int64_t v = name_index(f->names, s);
    if (v < 0)
        return decode_bad(d, at, "choice", "must be one of %.*s",
                          STR_ARG(names_list(f->names, d->c->a)));
    memcpy(member, &v, sizeof v);
    return DECODED_SET;
}

static enum decoded by_type(const struct decoding *d, const struct field *f, struct str s,
                            void *member, const struct spot *at)
{
    switch (f->type) {
    case F_UUID:
        if (!uuid_parse(s, member) || uuid_is_nil(*(struct uuid *)member))
            return not_a(d, f, s, at, "an id (UUID)");
        return DECODED_SET;
    case F_MONEY:
        return decimal_of(d, f, s, d->c->digits, member, at);
    case F_QUANTITY:
        return decimal_of(d, f, s, 3, member, at);
    case F_TIME:
        return time_of(d, f, s, member, at);
    case F_DATE:
        if (!date_parse(s, member))
            return not_a(d, f, s, at, "a date such as 2026-11-21");
        return DECODED_SET;
    case F_PHONE:
    case F_PHONE_LOOSE:
        return phone_of(d, f, s, member, at);
    case F_EMAIL:
        return email_of(d, f, s, member, at);
    case F_ENUM:
        return enum_of(d, f, s, member, at);
    case F_CURSOR:
        if (!base64url_decode(d->c->a, s, member))
            return decode_bad(d, at, "format", "is not a cursor of this list");
        return DECODED_SET;
    default:
        return keep_text(d, f, s, member, TEXT_MAX, at);
    }
}

enum decoded decode_text(const struct decoding *d, const struct field *f, struct str s,
                         void *member, const struct spot *at)
{
    if (text_has_control(s))
        return decode_bad(d, at, "control", "has control characters");
    if (!(f->flags & FIELD_SECRET))
        s = str_trim(s);
    if (s.n == 0 && (d->c->creating || f->place == IN_QUERY))
        return DECODED_ABSENT;
    if (s.n == 0 && f->flags & FIELD_NULLABLE) {
        decode_clear(f, member);
        return DECODED_SET;
    }
    return by_type(d, f, s, member, at);
}

/* "a,b" */
static enum decoded split(const struct decoding *d, const struct field *f, struct str s,
                          void *member, const struct spot *at)
{
    struct field one = {.name = f->name, .type = F_TEXT, .min = 1, .max = 200, .names = f->names};
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == ',';
    if (f->max && n > (size_t)f->max)
        return decode_bad(d, at, "range", "takes at most %lld", (long long)f->max);
    struct str *v = ARENA_ARRAY(d->c->a, struct str, n);
    for (size_t i = 0, from = 0; i < n; i++) {
        size_t to = from;
        while (to < s.n && s.p[to] != ',')
            to++;
        if (by_type(d, &one, str_trim((struct str){s.p + from, to - from}), &v[i], at) !=
            DECODED_SET)
            return DECODED_BAD;
        from = to + 1;
    }
    *(struct strs *)member = (struct strs){v, n};
    return DECODED_SET;
}

enum decoded decode_param(const struct decoding *d, const struct field *f, struct str s,
                          void *member, const struct spot *at)
{
    long long whole = 0;
    if (str_trim(s).n == 0 && f->place == IN_QUERY)
        return DECODED_ABSENT;
    switch (f->type) {
    case F_INT:
        if (!str_to_i64(str_trim(s), &whole))
            return not_a(d, f, s, at, "a whole number");
        return decode_int(d, f, whole, member, at);
    case F_BOOL:
        if (!str_eq(s, STR("true")) && !str_eq(s, STR("false")))
            return not_a(d, f, s, at, "true or false");
        *(bool *)member = s.n == 4;
        return DECODED_SET;
    case F_STRINGS:
        return text_has_control(s) ? decode_bad(d, at, "control", "has control characters")
                                   : split(d, f, s, member, at);
    default:
        return decode_text(d, f, s, member, at);
    }
}
