/* Decimal text to minor units and back. ICU says how many decimals a currency
 * has. No floating point anywhere. */
#include "base/money.h"
#include <string.h>
#include <unicode/ucurr.h>

int currency_digits(struct str currency)
{
    UChar code[4] = {0};
    if (currency.n != 3)
        return -1;
    for (int i = 0; i < 3; i++) {
        if (currency.p[i] < 'A' || currency.p[i] > 'Z')
            return -1;
        code[i] = (UChar)currency.p[i];
    }
    UErrorCode e = U_ZERO_ERROR;
    if (!ucurr_isAvailable(code, U_DATE_MIN, U_DATE_MAX, &e) || U_FAILURE(e))
        return -1;
    int n = ucurr_getDefaultFractionDigits(code, &e);
    return U_FAILURE(e) ? -1 : n;
}

bool money_parse(struct str s, int digits, int64_t *minor)
{
    size_t i = 0;
    bool minus = s.n && s.p[0] == '-';
    i += minus;
    size_t whole = i;
    int64_t v = 0;
    int decimals = -1; /* -1: the point has not come yet */
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && decimals < 0 && i > whole) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals == digits)
            return false;
        decimals += decimals >= 0;
        v = v * 10 + (c - '0');
        if (v > MONEY_MAX)
            return false;
    }
    if (i == whole || decimals == 0)
        return false;
    for (int d = decimals < 0 ? 0 : decimals; d < digits; d++) {
        v *= 10;
        if (v > MONEY_MAX)
            return false;
    }
    *minor = minus ? -v : v;
    return true;
}

size_t money_format(int64_t minor, int digits, char out[MONEY_TEXT])
{
    char text[MONEY_TEXT], *p = text + sizeof text;
    uint64_t u = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    for (int i = 0; u || i <= digits; i++, u /= 10) {
        if (i == digits && digits > 0)
            *--p = '.';
        *--p = (char)('0' + u % 10);
    }
    if (minor < 0)
        *--p = '-';
    size_t n = (size_t)(text + sizeof text - p);
    memcpy(out, p, n);
    return n;
}
