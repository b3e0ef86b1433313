/* Zones: offsets on both sides of a change, days that lack their midnight,
 * days that do not exist, names that ICU takes and IANA does not. */
#include "base/clock.h"
#include "base/test.h"
#include "base/zone.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_true(time_parse(str_c(text), &us));
    return us;
}

static int64_t day(const char *text)
{
    return at(text) / DAY_US;
}

static void knows_names(void **state)
{
    (void)state;
    const char *good[] = {"Europe/Berlin", "Asia/Kolkata", "Asia/Calcutta",
                          "UTC",           "Etc/UTC",      "America/Argentina/Buenos_Aires",
                          "Pacific/Apia",  "EST",          "Japan"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!zone_exists(str_c(good[i])))
            fail_msg("%s is refused", good[i]);
    const char *bad[] = {"",
                         "Mars/Olympus",
                         "GMT+05:30",
                         "IST",
                         "PST",
                         "Etc/Unknown",
                         "europe berlin",
                         "Europe/Berlin\n",
                         "../etc/passwd",
                         "utc ",
                         "+05:30",
                         "A/very/long/name/that/no/zone/has/and/that/would/not/fit"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_exists(str_c(bad[i])))
            fail_msg("%s is taken", bad[i]);
    assert_false(zone_exists(STR_NULL));
    assert_false(zone_exists((struct str){"UTC\0x", 5}));
}

static void offsets_change_to_the_microsecond(void **state)
{
    (void)state;
    struct str berlin = STR("Europe/Berlin");
    int64_t spring = at("2026-03-29T01:00:00Z"), autumn = at("2026-10-25T01:00:00Z");
    for (int run = 0; run < 2; run++) { /* once asked, once remembered */
        assert_true(zone_offset(berlin, spring - 1) == 3600);
        assert_true(zone_offset(berlin, spring) == 7200);
        assert_true(zone_offset(berlin, autumn - 1) == 7200);
        assert_true(zone_offset(berlin, autumn) == 3600);
        assert_true(zone_offset(STR("Asia/Kolkata"), spring) == 19800);
        assert_true(zone_offset(STR("America/New_York"), spring) == -14400);
    }
    /* a change at half an hour: Lord Howe, by half an hour */
    int64_t howe = at("2026-04-04T15:00:00Z");
    assert_true(zone_offset(STR("Australia/Lord_Howe"), howe - 1) == 39600);
    assert_true(zone_offset(STR("Australia/Lord_Howe"), howe) == 37800);
    assert_true(zone_offset(STR("Nowhere/At_All"), spring) == 0);
    assert_true(zone_offset(STR_NULL, spring) == 0);
}

static void remembers_more_zones_than_it_has_room_for(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t hours;
    } v[] = {{"Etc/GMT+1", -1}, {"Etc/GMT+2", -2},   {"Etc/GMT+3", -3},   {"Etc/GMT+4", -4},
             {"Etc/GMT+5", -5}, {"Etc/GMT+6", -6},   {"Etc/GMT+7", -7},   {"Etc/GMT+8", -8},
             {"Etc/GMT+9", -9}, {"Etc/GMT+10", -10}, {"Etc/GMT+11", -11}, {"Etc/GMT+12", -12},
             {"Etc/GMT-1", 1},  {"Etc/GMT-2", 2},    {"Etc/GMT-3", 3},    {"Etc/GMT-4", 4},
             {"Etc/GMT-5", 5},  {"Etc/GMT-6", 6},    {"Etc/GMT-7", 7},    {"Etc/GMT-8", 8}};
    for (int run = 0; run < 3; run++)
        for (size_t i = 0; i < sizeof v / sizeof *v; i++)
            assert_true(zone_offset(str_c(v[i].zone), run) == v[i].hours * 3600);
}

static void days_are_local(void **state)
{
    (void)state;
    struct str kolkata = STR("Asia/Kolkata"), york = STR("America/New_York");
    assert_true(zone_day(kolkata, at("2026-11-20T18:29:59.999999Z")) == day("2026-11-20"));
    assert_true(zone_day(kolkata, at("2026-11-20T18:30:00Z")) == day("2026-11-21"));
    assert_true(zone_day(york, at("2026-11-21T04:59:59Z")) == day("2026-11-20"));
    assert_true(zone_day(york, at("1969-12-31T23:00:00Z")) == -1);
    assert_true(zone_day(york, at("1970-01-01T04:00:00Z")) == -1);
    assert_true(zone_day_start(kolkata, day("2026-11-21")) == at("2026-11-20T18:30:00Z"));
    assert_true(zone_day_start(STR("UTC"), 0) == 0);
}

static void days_around_a_change_begin_right(void **state)
{
    (void)state;
    struct str berlin = STR("Europe/Berlin");
    assert_true(zone_day_start(berlin, day("2026-03-29")) == at("2026-03-28T23:00:00Z"));
    assert_true(zone_day_start(berlin, day("2026-03-30")) == at("2026-03-29T22:00:00Z"));
    assert_true(zone_day_start(berlin, day("2026-10-25")) == at("2026-10-24T22:00:00Z"));
    assert_true(zone_day_start(berlin, day("2026-10-26")) == at("2026-10-25T23:00:00Z"));
    /* no midnight: clocks went from 00:00 to 01:00 */
    struct str paulo = STR("America/Sao_Paulo");
    assert_true(zone_day_start(paulo, day("2018-11-04")) == at("2018-11-04T03:00:00Z"));
    /* midnight twice: clocks went back from 00:00 to 23:00; the day begins once */
    assert_true(zone_day_start(paulo, day("2018-02-18")) == at("2018-02-18T03:00:00Z"));
    assert_true(zone_day(paulo, at("2018-02-18T02:59:59Z")) == day("2018-02-17"));
    /* no such day: Samoa left out 30 December 2011 */
    struct str apia = STR("Pacific/Apia");
    assert_true(zone_day_start(apia, day("2011-12-30")) == at("2011-12-30T10:00:00Z"));
    assert_true(zone_day_start(apia, day("2011-12-31")) == at("2011-12-30T10:00:00Z"));
    assert_true(zone_day_start(apia, day("2011-12-29")) == at("2011-12-29T10:00:00Z"));
}

/* Over three years of several zones: a day's start lies in it, and the
 * microsecond before does not. */
static void every_start_is_in_its_day(void **state)
{
    (void)state;
    const char *zones[] = {"Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Cairo",
                           "America/St_Johns"};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct str zone = str_c(zones[z]);
        for (int64_t d = day("2016-01-01"); d < day("2019-01-01"); d++) {
            int64_t start = zone_day_start(zone, d);
            assert_true(zone_day(zone, start) == d);
            assert_true(zone_day(zone, start - 1) == d - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names),
        cmocka_unit_test(offsets_change_to_the_microsecond),
        cmocka_unit_test(remembers_more_zones_than_it_has_room_for),
        cmocka_unit_test(days_are_local),
        cmocka_unit_test(days_around_a_change_begin_right),
        cmocka_unit_test(every_start_is_in_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
