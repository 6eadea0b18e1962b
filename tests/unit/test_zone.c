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

int main(void)
{
    const struct unit_test tests[] = {
        {tells_the_time_at_a_facility, ARRAY_SIZE(times)},
        {refuses_zones_that_the_system_does_not_have, ARRAY_SIZE(unknown)},
        {.test = does_not_look_at_tz},
    };

    return unit_run("zone", tests, ARRAY_SIZE(tests));
}
