/* SPDX-License-Identifier: ISC */

/* Times as people type them on detainerctl's command line. */

#include "client/when.h"
#include "unit.h"

static const struct {
    const char *text, *at; /* seen at T0 */
} good[] = {
    {"now", T0},
    {"-2h", "2026-11-24T16:00:00Z"},
    {"+2h", "2026-11-24T20:00:00Z"},
    {"-47h59min40s", "2026-11-22T18:00:20Z"},
    {"+1h30min", "2026-11-24T19:30:00Z"},
    {"+1h5s", "2026-11-24T19:00:05Z"},
    {"-90min", "2026-11-24T16:30:00Z"},
    {"-0s", T0},
    {"+876000h", "2126-10-31T18:00:00Z"},
    {"2026-11-24T09:00:00-08:00", "2026-11-24T17:00:00Z"},
    {"2026-11-24T09:00:00.5Z", "2026-11-24T09:00:00.500000Z"},
};

static const struct {
    const char *text;
    int problem;
} bad[] = {
    {"", INSTANT_SYNTAX},
    {"Now", INSTANT_SYNTAX},
    {"tomorrow", INSTANT_SYNTAX},
    {"2h", INSTANT_SYNTAX},
    {"2026-11-24T09:00:00", INSTANT_NO_OFFSET},
    {"2026-02-30T09:00:00Z", INSTANT_RANGE},
    {"-", WHEN_LENGTH},
    {"+2", WHEN_LENGTH},
    {"+h", WHEN_LENGTH},
    {"-2d", WHEN_LENGTH},
    {"-2hours", WHEN_LENGTH},
    {"-2h ", WHEN_LENGTH},
    {"-2h-30min", WHEN_LENGTH},
    {"-30min2h", WHEN_LENGTH}, /* the wrong way round */
    {"-2h2h", WHEN_LENGTH},
    {"--2h", WHEN_LENGTH},
    {"-1.5h", WHEN_LENGTH},
    {"+878401h", WHEN_LENGTH}, /* longer than the longest */
    {"+99999999999999999999h", WHEN_LENGTH},
};

START_TEST(reads_what_is_meant)
{
    instant at = INSTANT_NONE;

    ck_assert_int_eq(when_parse(good[_i].text, unit_instant(T0), &at), 0);
    ck_assert_int_eq(at, unit_instant(good[_i].at));
}
END_TEST

START_TEST(refuses_the_rest_and_says_why)
{
    instant at = 42;

    ck_assert_int_eq(when_parse(bad[_i].text, unit_instant(T0), &at), bad[_i].problem);
    ck_assert_int_eq(at, 42);
    ck_assert_uint_gt(strlen(when_problem_text(bad[_i].problem)), 10);
}
END_TEST

START_TEST(stays_within_the_years_that_can_be_written)
{
    instant at = 42;

    ck_assert_int_eq(when_parse("+2h", unit_instant("9999-12-31T23:00:00Z"), &at), WHEN_RANGE);
    ck_assert_int_eq(when_parse("-2h", unit_instant("0001-01-01T01:00:00Z"), &at), WHEN_RANGE);
    ck_assert_int_eq(at, 42);
    ck_assert_uint_gt(strlen(when_problem_text(WHEN_RANGE)), 10);
    ck_assert_int_eq(when_parse("-2h", unit_instant("0001-01-01T02:00:00Z"), &at), 0);
    ck_assert_int_eq(at, unit_instant("0001-01-01T00:00:00Z"));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {reads_what_is_meant, ARRAY_SIZE(good)},
        {refuses_the_rest_and_says_why, ARRAY_SIZE(bad)},
        {.test = stays_within_the_years_that_can_be_written},
    };

    return unit_run("client_when", tests, ARRAY_SIZE(tests));
}
