/* SPDX-License-Identifier: ISC */

/* Local times as exports of records systems have them. */

#include "client/local_time.h"
#include "unit.h"

static const struct zone *zone_of(const char *name)
{
    const struct zone *zone;

    ck_assert_int_eq(zone_find(name, &zone), 0);
    return zone;
}

/* In Los Angeles. */
static const struct {
    const char *text, *earliest, *latest; /* latest NULL: there is but one reading */
} good[] = {
    {"2016-04-27 05:14:00", "2016-04-27T12:14:00Z", NULL},
    {"2016-04-27 05:14", "2016-04-27T12:14:00Z", NULL},
    {"2016-04-27T05:14", "2016-04-27T12:14:00Z", NULL},
    {"2016-04-27T05:14:59", "2016-04-27T12:14:59Z", NULL},
    {"2016-12-27 05:14", "2016-12-27T13:14:00Z", NULL},
    {"2016-04-27 05:14:00.000", "2016-04-27T12:14:00Z", NULL},
    {"2016-04-27 05:14:00.1234567", "2016-04-27T12:14:00.123456Z", NULL},
    {"2016-04-27 05:14:00.123456789", "2016-04-27T12:14:00.123456Z", NULL},
    {"2016-04-27T05:14:00-07:00", "2016-04-27T12:14:00Z", NULL},
    {"2016-04-27T05:14:00Z", "2016-04-27T05:14:00Z", NULL},
    {"2016-02-29 00:00", "2016-02-29T08:00:00Z", NULL},
    {"1970-01-01 00:00", "1970-01-01T08:00:00Z", NULL},
    {"2199-12-31 15:59:59", "2199-12-31T23:59:59Z", NULL},

    /* An hour comes twice: 1 November 2026, from 01:00 on. */
    {"2026-11-01 00:59:59", "2026-11-01T07:59:59Z", NULL},
    {"2026-11-01 01:00", "2026-11-01T08:00:00Z", "2026-11-01T09:00:00Z"},
    {"2026-11-01 01:30:15", "2026-11-01T08:30:15Z", "2026-11-01T09:30:15Z"},
    {"2026-11-01 02:00", "2026-11-01T10:00:00Z", NULL},
    {"2026-11-01T01:30:00-08:00", "2026-11-01T09:30:00Z", NULL}, /* an offset leaves no doubt */

    /* An hour never comes: 8 March 2026, from 02:00 on. */
    {"2026-03-08 01:59:59", "2026-03-08T09:59:59Z", NULL},
    {"2026-03-08 02:30", "2026-03-08T09:30:00Z", "2026-03-08T10:30:00Z"},
    {"2026-03-08 03:00", "2026-03-08T10:00:00Z", NULL},
};

static const struct {
    const char *text;
    int problem;
} bad[] = {
    {"", LOCAL_TIME_SYNTAX},
    {"now", LOCAL_TIME_SYNTAX},
    {"2016-04-27", LOCAL_TIME_SYNTAX},
    {"4/27/2016 5:14 AM", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05", LOCAL_TIME_SYNTAX},
    {"2016-04-27 5:14", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14 ", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14Z", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14:0", LOCAL_TIME_SYNTAX},
    {"2016-04-27  05:14", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14:00.", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14:00 PST", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14:00+1", LOCAL_TIME_SYNTAX},
    {"12345678901234567890123456789012345678901234567890", LOCAL_TIME_SYNTAX},
    {"2016-04-27 05:14:00.000000000000000000000000000000000", LOCAL_TIME_SYNTAX},
    {"2016-13-27 05:14", LOCAL_TIME_NO_SUCH},
    {"2015-02-29 05:14", LOCAL_TIME_NO_SUCH},
    {"2016-04-27 24:00", LOCAL_TIME_NO_SUCH},
    {"2016-04-27 05:60:00", LOCAL_TIME_NO_SUCH},
    {"0000-00-00 00:00:00", LOCAL_TIME_NO_SUCH},
    {"2016-04-27T05:14:00+24:00", LOCAL_TIME_NO_SUCH},
    {"1900-01-01 00:00", LOCAL_TIME_YEAR},
    {"1969-12-31 15:59:59", LOCAL_TIME_YEAR},
    {"2199-12-31 16:00:00", LOCAL_TIME_YEAR},
    {"9999-12-31 00:00:00", LOCAL_TIME_YEAR},
    {"0001-01-01T00:00:00Z", LOCAL_TIME_YEAR},
};

START_TEST(reads_both_readings)
{
    const char *latest = good[_i].latest ? good[_i].latest : good[_i].earliest;
    instant read[2] = {INSTANT_NONE, INSTANT_NONE};

    ck_assert_int_eq(
        local_time_parse(good[_i].text, zone_of("America/Los_Angeles"), &read[0], &read[1]), 0);
    ck_assert_int_eq(read[0], unit_instant(good[_i].earliest));
    ck_assert_int_eq(read[1], unit_instant(latest));
}
END_TEST

START_TEST(refuses_the_rest_and_says_why)
{
    instant read[2];

    ck_assert_int_eq(
        local_time_parse(bad[_i].text, zone_of("America/Los_Angeles"), &read[0], &read[1]),
        bad[_i].problem);
    ck_assert_uint_gt(strlen(local_time_problem_text(bad[_i].problem)), 10);
}
END_TEST

START_TEST(other_zones_have_their_own_days)
{
    instant read[2];

    ck_assert_int_eq(
        local_time_parse("2026-11-01 01:30", zone_of("America/Phoenix"), &read[0], &read[1]), 0);
    ck_assert_int_eq(read[0], unit_instant("2026-11-01T08:30:00Z"));
    ck_assert_int_eq(read[1], read[0]);
    ck_assert_int_eq(local_time_parse("2026-11-01 01:30", zone_of("UTC"), &read[0], &read[1]), 0);
    ck_assert_int_eq(read[0], unit_instant("2026-11-01T01:30:00Z"));
    ck_assert_int_eq(
        local_time_parse("2026-11-01 01:30", zone_of("America/New_York"), &read[0], &read[1]), 0);
    ck_assert_int_eq(read[0], unit_instant("2026-11-01T05:30:00Z"));
    ck_assert_int_eq(read[1], unit_instant("2026-11-01T06:30:00Z"));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {reads_both_readings, ARRAY_SIZE(good)},
        {refuses_the_rest_and_says_why, ARRAY_SIZE(bad)},
        {.test = other_zones_have_their_own_days},
    };

    return unit_run("client_local_time", tests, ARRAY_SIZE(tests));
}
