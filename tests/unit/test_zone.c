/* SPDX-License-Identifier: ISC */

/* Local time at facilities, above all where the clocks change. */

#include <errno.h>

#include "unit.h"
#include "zone.h"

static const struct {
    const char *zone, *utc, *local;
} times[] = {
    {"UTC", "2026-11-24T17:00:00Z", "2026-11-24 17:00:00 +00:00"},
    {"America/Los_Angeles", "2026-11-24T17:00:00Z", "2026-11-24 09:00:00 -08:00"},
    {"America/Los_Angeles", "2026-07-01T17:00:00.999999Z", "2026-07-01 10:00:00 -07:00"},
    /* spring forward: there is no 02:00 to 03:00 on 8 March 2026 */
    {"America/Los_Angeles", "2026-03-08T09:59:59Z", "2026-03-08 01:59:59 -08:00"},
    {"America/Los_Angeles", "2026-03-08T10:00:00Z", "2026-03-08 03:00:00 -07:00"},
    /* fall back: 01:30 comes twice on 1 November 2026, and only the offset tells */
    {"America/Los_Angeles", "2026-11-01T08:30:00Z", "2026-11-01 01:30:00 -07:00"},
    {"America/Los_Angeles", "2026-11-01T09:30:00Z", "2026-11-01 01:30:00 -08:00"},
    /* past the last change that zone data lists one by one */
    {"America/Los_Angeles", "2045-07-01T17:00:00Z", "2045-07-01 10:00:00 -07:00"},
    {"America/Phoenix", "2026-07-01T17:00:00Z", "2026-07-01 10:00:00 -07:00"},
    {"America/St_Johns", "2026-11-24T17:00:00Z", "2026-11-24 13:30:00 -03:30"},
    {"Asia/Kolkata", "2026-11-24T19:00:00Z", "2026-11-25 00:30:00 +05:30"},
    {"UTC", "1969-12-31T23:59:59.5Z", "1969-12-31 23:59:59 +00:00"},
};

START_TEST(tells_the_time_at_a_facility)
{
    const struct zone *zone = NULL;
    char text[ZONE_TEXT_SIZE];

    ck_assert_int_eq(zone_find(times[_i].zone, &zone), 0);
    zone_local(zone, unit_instant(times[_i].utc), text);
    ck_assert_str_eq(text, times[_i].local);
}
END_TEST

static const char *const unknown[] = {
    "",
    "Mars/Olympus",
    "America",
    "PST8PDT8",
    "../../etc/passwd",
    "/etc/localtime",
    "america/los_angeles",
};

START_TEST(refuses_zones_that_the_system_does_not_have)
{
    const struct zone *zone = NULL;

    ck_assert_int_eq(zone_find(unknown[_i], &zone), -ENOENT);
}
END_TEST

START_TEST(does_not_look_at_tz)
{
    const struct zone *zone = NULL;
    char text[ZONE_TEXT_SIZE];

    setenv("TZ", "Asia/Tokyo", 1);
    ck_assert_int_eq(zone_find("America/Los_Angeles", &zone), 0);
    zone_local(zone, unit_instant("2026-11-24T17:00:00Z"), text);
    ck_assert_str_eq(text, "2026-11-24 09:00:00 -08:00");
}
END_TEST

/* Local days, and where the stretch of each ends. */
static const struct {
    const char *zone, *at, *day, *end;
} days[] = {
    {"UTC", "1969-12-31T23:59:59.999999Z", "1969-12-31", "1970-01-01T00:00:00Z"},
    {"America/Los_Angeles", "2026-11-24T17:00:00Z", "2026-11-24", "2026-11-25T08:00:00Z"},
    {"America/Los_Angeles", "2026-11-25T07:59:59.999999Z", "2026-11-24", "2026-11-25T08:00:00Z"},
    {"America/Los_Angeles", "2026-11-25T08:00:00Z", "2026-11-25", "2026-11-26T08:00:00Z"},
    /* 23 and 25 hours */
    {"America/Los_Angeles", "2026-03-08T08:00:00Z", "2026-03-08", "2026-03-09T07:00:00Z"},
    {"America/Los_Angeles", "2026-11-01T07:00:00Z", "2026-11-01", "2026-11-02T08:00:00Z"},
    /* a midnight that never was */
    {"America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-03", "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04", "2018-11-05T02:00:00Z"},
    /* a minute of Sunday, an hour of Saturday again, and Sunday */
    {"America/St_Johns", "2010-11-07T02:30:00Z", "2010-11-07", "2010-11-07T02:31:00Z"},
    {"America/St_Johns", "2010-11-07T02:31:00Z", "2010-11-06", "2010-11-07T03:30:00Z"},
    {"America/St_Johns", "2010-11-07T03:30:00Z", "2010-11-07", "2010-11-08T03:30:00Z"},
    /* a midnight that goes back into the day that it ends: it goes on */
    {"America/Havana", "2026-10-31T12:00:00Z", "2026-10-31", "2026-11-01T04:00:00Z"},
    /* a whole day left out: Samoa had no 30 December 2011 */
    {"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", "2011-12-31T10:00:00Z"},
};

START_TEST(knows_the_local_day_and_its_end)
{
    const struct zone *zone = NULL;
    instant at = unit_instant(days[_i].at);
    char day[INSTANT_TEXT_SIZE];

    ck_assert_int_eq(zone_find(days[_i].zone, &zone), 0);
    instant_format(zone_day(zone, at) * US_PER_DAY, day);
    day[strlen("2026-11-24")] = '\0';
    ck_assert_str_eq(day, days[_i].day);
    ck_assert_int_eq(zone_day_end(zone, at), unit_instant(days[_i].end));
}
END_TEST

static const struct {
    const char *zone, *local, *earliest, *latest;
} readings[] = {
    {"UTC", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z"},
    {"America/Los_Angeles", "2026-11-24T09:00:00.5Z", "2026-11-24T17:00:00.5Z",
     "2026-11-24T17:00:00.5Z"},
    /* twice */
    {"America/Los_Angeles", "2026-11-01T01:30:00Z", "2026-11-01T08:30:00Z", "2026-11-01T09:30:00Z"},
    {"America/Los_Angeles", "2026-11-01T00:59:59Z", "2026-11-01T07:59:59Z", "2026-11-01T07:59:59Z"},
    {"America/Los_Angeles", "2026-11-01T02:00:00Z", "2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"},
    /* never */
    {"America/Los_Angeles", "2026-03-08T02:30:00Z", "2026-03-08T09:30:00Z", "2026-03-08T10:30:00Z"},
    {"America/Los_Angeles", "2026-03-08T01:59:59Z", "2026-03-08T09:59:59Z", "2026-03-08T09:59:59Z"},
    {"America/Los_Angeles", "2026-03-08T03:00:00Z", "2026-03-08T10:00:00Z", "2026-03-08T10:00:00Z"},
};

START_TEST(knows_what_a_local_time_may_mean)
{
    const struct zone *zone = NULL;
    instant earliest, latest;

    ck_assert_int_eq(zone_find(readings[_i].zone, &zone), 0);
    zone_instants(zone, unit_instant(readings[_i].local), &earliest, &latest);
    ck_assert_int_eq(earliest, unit_instant(readings[_i].earliest));
    ck_assert_int_eq(latest, unit_instant(readings[_i].latest));
}
END_TEST

/* Days follow each other without gap or overlap, whatever the zone does. */
START_TEST(days_never_end_before_they_begin)
{
    static const char *const zones[] = {"America/New_York", "America/St_Johns",
                                        "Pacific/Apia",     "America/Havana",
                                        "America/Phoenix",  "Africa/Casablanca"};

    for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
        const struct zone *zone = NULL;
        instant at = unit_instant("1990-01-01T00:00:00Z");

        ck_assert_int_eq(zone_find(zones[i], &zone), 0);
        while (at < unit_instant("2040-01-01T00:00:00Z")) {
            instant end = zone_day_end(zone, at);

            ck_assert_int_gt(end, at);
            ck_assert_int_le(end - at, 26 * US_PER_H);
            ck_assert_int_eq(zone_day(zone, end - 1), zone_day(zone, at));
            ck_assert_int_ne(zone_day(zone, end), zone_day(zone, at));
            at = end;
        }
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {tells_the_time_at_a_facility, ARRAY_SIZE(times)},
        {refuses_zones_that_the_system_does_not_have, ARRAY_SIZE(unknown)},
        {.test = does_not_look_at_tz},
        {knows_the_local_day_and_its_end, ARRAY_SIZE(days)},
        {knows_what_a_local_time_may_mean, ARRAY_SIZE(readings)},
        {.test = days_never_end_before_they_begin},
    };

    return unit_run("zone", tests, ARRAY_SIZE(tests));
}
