/* Phone numbers by libphonenumber, behind a C face. No exception leaves this
 * file: whatever calls the library is noexcept (out of memory ends the
 * program, as everywhere). The fast paths take only what the library would
 * surely say the same of. */
#include "base/phone_plans.h"
#include <stdarg.h>
#include <string.h>
extern "C" {
#include "base/phone.h"
}
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>
#include <set>
#include <string>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/* The library's singleton, with its chatter on standard output turned off. */
static PhoneNumberUtil *library()
{
    static PhoneNumberUtil *const util = [] {
        PhoneNumberUtil *u = PhoneNumberUtil::GetInstance();
        u->SetLogger(new NullLogger);
        return u;
    }();
    return util;
}

static bool region_is(struct str region, const char two[3])
{
    return region.n == 2 && region.p[0] == two[0] && region.p[1] == two[1];
}

static bool all_same(const char *digits, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (digits[i] != digits[0])
            return false;
    return n > 0;
}

static unsigned number_of(const char *digits, int n)
{
    unsigned v = 0;
    for (int i = 0; i < n; i++)
        v = v * 10 + (unsigned)(digits[i] - '0');
    return v;
}

static bool india_knows(const char *ten)
{
    return ten[0] >= '6' && !all_same(ten, 10);
}

static bool nanp_knows(const char *ten)
{
    return ten[0] >= '2' && ten[3] >= '2' && phone_plan_bit(nanp_areas, number_of(ten, 3) - 200) &&
           !all_same(ten, 10);
}

/* The digits of an ASCII text with the usual separators; -1 for any other. */
static int compact(struct str raw, char digits[PHONE_MAX], bool *plus)
{
    int n = 0;
    *plus = raw.n > 0 && raw.p[0] == '+';
    for (size_t i = *plus ? 1 : 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c >= '0' && c <= '9') {
            if (n == PHONE_MAX - 1)
                return -1;
            digits[n++] = c;
        } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') {
            return -1;
        }
    }
    return n;
}

static void write_e164(const char *code, const char *ten, char out[PHONE_MAX], size_t *n)
{
    size_t k = 0;
    out[k++] = '+';
    for (; *code; code++)
        out[k++] = *code;
    memcpy(out + k, ten, 10);
    *n = k + 10;
}

/* True when the number is of a plan known here, and certainly valid. */
static bool fast_normalise(struct str raw, struct str region, char out[PHONE_MAX], size_t *n)
{
    char d[PHONE_MAX];
    bool plus;
    int k = compact(raw, d, &plus);
    bool india = region_is(region, "IN"), nanp = region_is(region, "US") || region_is(region, "CA");

    if (plus) {
        india = k == 12 && d[0] == '9' && d[1] == '1';
        nanp = k == 11 && d[0] == '1';
    } else {
        india = india && (k == 10 || (k == 11 && d[0] == '0'));
        nanp = nanp && (k == 10 || (k == 11 && d[0] == '1'));
    }
    if (india && india_knows(d + k - 10)) {
        write_e164("91", d + k - 10, out, n);
        return true;
    }
    if (nanp && nanp_knows(d + k - 10)) {
        write_e164("1", d + k - 10, out, n);
        return true;
    }
    return false;
}

/* Letters are refused here: the library would read them as a vanity number or
 * an extension, and either hides a slip of the finger. */
static enum phone_reason looks_like_number(struct str raw)
{
    bool digit = false;
    int32_t i = 0, len = (int32_t)raw.n;

    if (raw.n > PHONE_RAW_MAX)
        return PHONE_TOO_LONG;
    while (i < len) {
        UChar32 c;
        U8_NEXT(raw.p, i, len, c);
        if (c <= 0 || u_isalpha(c))
            return PHONE_NOT_A_NUMBER;
        digit |= u_isdigit(c) != 0;
    }
    return digit ? PHONE_OK : PHONE_NOT_A_NUMBER;
}

static enum phone_reason parse_reason(PhoneNumberUtil::ErrorType e)
{
    switch (e) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return PHONE_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return PHONE_INVALID_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
        return PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG_NSN:
        return PHONE_TOO_LONG;
    case PhoneNumberUtil::NOT_A_NUMBER:
        break;
    }
    return PHONE_NOT_A_NUMBER;
}

static enum phone_reason length_reason(PhoneNumberUtil::ValidationResult v)
{
    switch (v) {
    case PhoneNumberUtil::TOO_SHORT:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        return PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG:
        return PHONE_TOO_LONG;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
        return PHONE_INVALID_COUNTRY;
    case PhoneNumberUtil::IS_POSSIBLE:
    case PhoneNumberUtil::INVALID_LENGTH:
        break;
    }
    return PHONE_INVALID;
}

static enum phone_reason ask_normalise(struct str raw, struct str region, char out[PHONE_MAX],
                                       size_t *n) noexcept
{
    PhoneNumberUtil *util = library();
    PhoneNumber number;
    enum phone_reason r = looks_like_number(raw);

    if (r != PHONE_OK)
        return r;
    r = parse_reason(
        util->Parse(std::string(raw.p, raw.n), std::string(region.p, region.n), &number));
    if (r != PHONE_OK)
        return r;
    std::string national, e164;
    util->GetNationalSignificantNumber(number, &national);
    if (all_same(national.data(), national.size()))
        return PHONE_INVALID;
    if (!util->IsValidNumber(number))
        return length_reason(util->IsPossibleNumberWithReason(number));
    util->Format(number, PhoneNumberUtil::E164, &e164);
    if (e164.size() > PHONE_MAX)
        return PHONE_TOO_LONG;
    memcpy(out, e164.data(), e164.size());
    *n = e164.size();
    return PHONE_OK;
}

extern "C" enum phone_reason phone_normalise(struct str raw, struct str region, char out[PHONE_MAX],
                                             size_t *n)
{
    *n = 0;
    if (raw.n > PHONE_RAW_MAX)
        return PHONE_TOO_LONG;
    raw = str_trim(raw);
    if (raw.n == 0)
        return PHONE_EMPTY;
    if (fast_normalise(raw, region, out, n))
        return PHONE_OK;
    return ask_normalise(raw, region, out, n);
}

static bool is_e164(struct str s)
{
    if (s.n < 4 || s.n > PHONE_MAX || s.p[0] != '+')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* Which numbers up to 999 are calling codes; none is the beginning of another. */
static const bool *calling_codes()
{
    static bool known[1000];
    static const bool *const table = [] {
        std::set<int> codes;
        library()->GetSupportedCallingCodes(&codes);
        for (int code : codes)
            known[code] = true;
        return known;
    }();
    return table;
}

/* What the library's parser makes of a number in E.164, without its patterns:
 * calling code, leading zeros, the rest. False: it has no known calling code. */
static bool take_apart(struct str e164, PhoneNumber *out) noexcept
{
    const char *digits = e164.p + 1;
    int n = (int)e164.n - 1, head = 1;
    while (head <= 3 && head < n && !calling_codes()[number_of(digits, head)])
        head++;
    if (head > 3 || head == n)
        return false;
    int zeros = 0;
    while (head + zeros < n - 1 && digits[head + zeros] == '0')
        zeros++;
    uint64_t rest = 0;
    for (int i = head + zeros; i < n; i++)
        rest = rest * 10 + (uint64_t)(digits[i] - '0');
    out->set_country_code((int)number_of(digits, head));
    out->set_national_number(rest);
    if (zeros > 0)
        out->set_italian_leading_zero(true);
    if (zeros > 1)
        out->set_number_of_leading_zeros(zeros);
    return true;
}

static struct str ask_national(struct arena *a, struct str e164, struct str region,
                               bool parsing) noexcept
{
    PhoneNumberUtil *util = library();
    PhoneNumber number;
    std::string text, home(region.p ? region.p : "", region.n);

    if (!is_e164(e164))
        return e164;
    if (parsing ? util->Parse(std::string(e164.p, e164.n), "ZZ", &number) !=
                      PhoneNumberUtil::NO_PARSING_ERROR
                : !take_apart(e164, &number))
        return e164;
    bool ours = number.country_code() == util->GetCountryCodeForRegion(home);
    util->Format(number, ours ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &text);
    return arena_str(a, (struct str){text.data(), text.size()});
}

/* Calling codes are shared (+1), so only the number's own digits can tell. */
static std::string ask_region(struct str e164) noexcept
{
    PhoneNumber number;
    std::string region, text(e164.p ? e164.p : "", e164.n);
    if (library()->Parse(text, "ZZ", &number) == PhoneNumberUtil::NO_PARSING_ERROR)
        library()->GetRegionCodeForNumber(number, &region);
    return region;
}

static int ask_country_code(struct str region) noexcept
{
    return region.n == 2 ? library()->GetCountryCodeForRegion(std::string(region.p, 2)) : 0;
}

/* pattern: what stands as it is, and '#' for the next digit. */
static struct str fill(struct arena *a, const char *pattern, const char *digits)
{
    size_t n = strlen(pattern);
    char *p = arena_bytes(a, n);
    for (size_t i = 0; i < n; i++)
        p[i] = pattern[i] == '#' ? *digits++ : pattern[i];
    return (struct str){p, n};
}

extern "C" struct str phone_national(struct arena *a, struct str e164, struct str region)
{
    if (!is_e164(e164))
        return e164;
    if (e164.n == 13 && e164.p[1] == '9' && e164.p[2] == '1') {
        const char *ten = e164.p + 3;
        if (ten[0] == '9' ||
            (ten[0] >= '6' && phone_plan_bit(india_mobile, number_of(ten, 4) - 6000)))
            return fill(a, region_is(region, "IN") ? "0##### #####" : "+91 ##### #####", ten);
    }
    if (e164.n == 12 && e164.p[1] == '1' && nanp_knows(e164.p + 2)) {
        bool home = region_is(region, "US") || region_is(region, "CA");
        if (home || phone_country_code(region) == 1)
            return fill(a, "(###) ###-####", e164.p + 2);
        return fill(a, "+1 ###-###-####", e164.p + 2);
    }
    return ask_national(a, e164, region, false);
}

extern "C" bool phone_looks_e164(struct str s)
{
    return s.n >= 8 && is_e164(s) && s.p[1] != '0';
}

extern "C" int phone_country_code(struct str region)
{
    return region_is(region, "IN") ? 91 : ask_country_code(region);
}

extern "C" bool phone_region(struct str e164, char out[2])
{
    std::string region = ask_region(e164);
    if (region.size() != 2 || region == "ZZ")
        return false;
    memcpy(out, region.data(), 2);
    return true;
}

extern "C" enum phone_reason phone_normalise_slowly(struct str raw, struct str region,
                                                    char out[PHONE_MAX], size_t *n)
{
    *n = 0;
    return ask_normalise(raw, region, out, n);
}

extern "C" struct str phone_national_slowly(struct arena *a, struct str e164, struct str region)
{
    return ask_national(a, e164, region, true);
}

extern "C" bool region_exists(struct str region)
{
    return phone_country_code(region) != 0;
}

/* By enum phone_reason: for machines, for people. */
static const struct {
    const char *code, *text;
} reasons[] = {
    {"ok", "This is a phone number"},
    {"empty", "The phone number is empty"},
    {"not_a_number", "This is not a phone number"},
    {"too_short", "This phone number is too short"},
    {"too_long", "This phone number is too long"},
    {"invalid_country", "This phone number's country code does not exist"},
    {"invalid", "There is no such phone number in that country"},
};

extern "C" const char *phone_reason_text(enum phone_reason r)
{
    return reasons[r].text;
}

extern "C" const char *phone_reason_code(enum phone_reason r)
{
    return reasons[r].code;
}
