/* Clocks, RFC 3339 and the calendar. Days and dates by Howard Hinnant's
 * algorithms (public domain, "chrono-Compatible Low-Level Date Algorithms"). */
#include "base/clock.h"
#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t date_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_civil(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

static char *two(char *p, int v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

/* Four digits a year: what is outside 0000 to 9999 is written as the nearest
 * day inside. */
void date_format(int64_t days, char out[DATE_TEXT])
{
    enum { FIRST = -719528, LAST = 2932896 };
    int y, m, d;
    date_civil(days < FIRST ? FIRST : days > LAST ? LAST : days, &y, &m, &d);
    char *p = two(two(out, y / 100), y % 100);
    *p++ = '-';
    p = two(p, m);
    *p++ = '-';
    two(p, d);
}

size_t time_format(int64_t us, char out[TIME_TEXT])
{
    int64_t days = us / DAY_US, rest = us % DAY_US;
    if (rest < 0)
        rest += DAY_US, days--;
    int seconds = (int)(rest / SECOND_US), fraction = (int)(rest % SECOND_US);
    date_format(days, out);
    char *p = out + DATE_TEXT;
    *p++ = 'T';
    p = two(p, seconds / 3600);
    *p++ = ':';
    p = two(p, seconds / 60 % 60);
    *p++ = ':';
    p = two(p, seconds % 60);
    if (fraction) {
        int thousandths = fraction / 1000, rest_us = fraction % 1000;
        *p++ = '.';
        *p++ = (char)('0' + thousandths / 100);
        p = two(p, thousandths % 100);
        if (rest_us) {
            *p++ = (char)('0' + rest_us / 100);
            p = two(p, rest_us % 100);
        }
    }
    *p++ = 'Z';
    return (size_t)(p - out);
}

/* n digits at s.p + at, or -1. */
static int digits(struct str s, size_t at, size_t n)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

bool date_parse(struct str s, int64_t *days)
{
    if (s.n != DATE_TEXT || s.p[4] != '-' || s.p[7] != '-')
        return false;
    int y = digits(s, 0, 4), m = digits(s, 5, 2), d = digits(s, 8, 2);
    if (y < 0 || m < 1 || m > 12 || d < 1)
        return false;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    if (d > lengths[m - 1] + (m == 2 && leap))
        return false;
    *days = date_days(y, m, d);
    return true;
}

/* ".123456789" at *at: microseconds, what is finer is cut off; -1 bad. */
static int64_t fraction(struct str s, size_t *at)
{
    size_t i = *at;
    if (i >= s.n || s.p[i] != '.')
        return 0;
    int64_t us = 0, scale = SECOND_US / 10;
    size_t first = ++i;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, scale /= 10)
        us += (s.p[i] - '0') * scale;
    *at = i;
    return i == first ? -1 : us;
}

/* "Z", "+05:30" at the end: seconds; false bad. */
static bool offset(struct str s, size_t at, int *seconds)
{
    if (at + 1 == s.n && (s.p[at] == 'Z' || s.p[at] == 'z')) {
        *seconds = 0;
        return true;
    }
    if (at + 6 != s.n || (s.p[at] != '+' && s.p[at] != '-') || s.p[at + 3] != ':')
        return false;
    int h = digits(s, at + 1, 2), m = digits(s, at + 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *seconds = (h * 60 + m) * (s.p[at] == '-' ? -60 : 60);
    return true;
}

bool time_parse(struct str s, int64_t *us)
{
    int64_t days;
    if (s.n < DATE_TEXT || !date_parse((struct str){s.p, DATE_TEXT}, &days))
        return false;
    if (s.n == DATE_TEXT) {
        *us = days * DAY_US;
        return true;
    }
    if (s.n < 20 || (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') || s.p[13] != ':' ||
        s.p[16] != ':')
        return false;
    int h = digits(s, 11, 2), m = digits(s, 14, 2), sec = digits(s, 17, 2), east;
    size_t at = 19;
    int64_t frac = fraction(s, &at);
    if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60 || frac < 0 ||
        !offset(s, at, &east))
        return false;
    int64_t minutes = days * 1440 + h * 60 + m - east / 60;
    /* a leap second is the last of a UTC day; here it is the first of the next */
    if (sec == 60 && (minutes % 1440 + 1440) % 1440 != 1439)
        return false;
    int64_t at_us = (minutes * 60 + sec) * SECOND_US + frac;
    if (at_us < date_days(0, 1, 1) * DAY_US || at_us >= date_days(10000, 1, 1) * DAY_US)
        return false;
    *us = at_us;
    return true;
}
