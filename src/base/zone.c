/* Time zones by ICU. Between two changes of a zone's offset everything is
 * arithmetic, so a thread remembers such spans; ICU, which takes tens of
 * microseconds, is asked when a moment lies in none of them. */
#include "base/zone.h"
#include "base/clock.h"
#include <math.h>
#include <string.h>
#include <unicode/ucal.h>

enum { ZONE_MAX = 48, SPANS = 16 };

/* A zone's offset is `offset` from `from` until before `to`. */
struct span {
    char zone[ZONE_MAX];
    size_t n;         /* bytes of zone; 0: empty place */
    int64_t from, to; /* us */
    int64_t offset;   /* seconds east */
};

/* ICU's name of a zone; 0 when it cannot be one. */
static int32_t widen(struct str zone, UChar out[ZONE_MAX])
{
    if (zone.n == 0 || zone.n >= ZONE_MAX)
        return 0;
    for (size_t i = 0; i < zone.n; i++) {
        if (zone.p[i] <= ' ' || zone.p[i] >= 0x7f)
            return 0;
        out[i] = (UChar)zone.p[i];
    }
    return (int32_t)zone.n;
}

/* ICU also takes abbreviations of its own (IST, PST, …); of three letters only
 * these are IANA's. */
static bool iana(struct str zone)
{
    static const char three[] = "UTC GMT UCT EST MST HST MET WET EET CET PRC ROC ROK";
    if (zone.n != 3)
        return true;
    for (const char *p = three; *p; p += p[3] ? 4 : 3)
        if (memcmp(p, zone.p, 3) == 0)
            return true;
    return false;
}

bool zone_exists(struct str zone)
{
    UChar id[ZONE_MAX], canonical[128];
    int32_t n = widen(zone, id);
    if (!n || !iana(zone) || str_eq(zone, STR(UCAL_UNKNOWN_ZONE_ID)))
        return false;
    UBool system = false;
    UErrorCode e = U_ZERO_ERROR;
    ucal_getCanonicalTimeZoneID(id, n, canonical, 128, &system, &e);
    return U_SUCCESS(e) && system;
}

/* The change of offset before (at) or after ms, in us; `none` when there is none. */
static int64_t change(const UCalendar *cal, UTimeZoneTransitionType which, int64_t none)
{
    UDate at;
    UErrorCode e = U_ZERO_ERROR;
    if (!ucal_getTimeZoneTransitionDate(cal, which, &at, &e) || U_FAILURE(e))
        return none;
    return (int64_t)at * 1000;
}

static void ask(struct str zone, int64_t us, struct span *s)
{
    *s = (struct span){.n = zone.n, .from = INT64_MIN, .to = INT64_MAX};
    if (zone.n < ZONE_MAX)
        memcpy(s->zone, zone.p, zone.n);
    UChar id[ZONE_MAX];
    int32_t n = zone_exists(zone) ? widen(zone, id) : 0;
    UErrorCode e = U_ZERO_ERROR;
    UCalendar *cal = n ? ucal_open(id, n, "en", UCAL_GREGORIAN, &e) : NULL;
    if (!cal)
        return; /* an unknown zone is UTC */
    ucal_setMillis(cal, floor((double)us / 1000), &e);
    int64_t ms = ucal_get(cal, UCAL_ZONE_OFFSET, &e) + ucal_get(cal, UCAL_DST_OFFSET, &e);
    if (U_SUCCESS(e)) {
        s->offset = ms / 1000;
        s->from = change(cal, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
        s->to = change(cal, UCAL_TZ_TRANSITION_NEXT, INT64_MAX);
    }
    ucal_close(cal);
}

static struct span *find(struct str zone, int64_t us)
{
    static _Thread_local struct span spans[SPANS];
    static _Thread_local unsigned last, oldest;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span *s = &spans[(last + i) % SPANS];
        if (s->n && us >= s->from && us < s->to && str_eq(zone, (struct str){s->zone, s->n})) {
            last = (last + i) % SPANS;
            return s;
        }
    }
    last = oldest++ % SPANS;
    ask(zone, us, &spans[last]);
    return &spans[last];
}

int64_t zone_offset(struct str zone, int64_t us)
{
    return zone.n && zone.n < ZONE_MAX ? find(zone, us)->offset : 0;
}

int64_t zone_day(struct str zone, int64_t us)
{
    int64_t local = us + zone_offset(zone, us) * SECOND_US;
    return local / DAY_US - (local % DAY_US < 0);
}

/* Midnight local is midnight UTC less one of the offsets around it. Where a
 * change skips midnight, the day begins with the change. */
int64_t zone_day_start(struct str zone, int64_t day)
{
    int64_t midnight = day * DAY_US;
    int64_t before = zone_offset(zone, midnight - DAY_US) * SECOND_US;
    int64_t after = zone_offset(zone, midnight + DAY_US) * SECOND_US;
    int64_t more = before > after ? before : after, less = before > after ? after : before;
    if (zone_offset(zone, midnight - more) * SECOND_US == more)
        return midnight - more;
    if (zone_offset(zone, midnight - less) * SECOND_US == less)
        return midnight - less;
    return find(zone, midnight - before)->from;
}
