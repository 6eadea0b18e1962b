/* SPDX-License-Identifier: ISC */

/* Instants against the C library's calendar, and against what RFC 3339 allows and does not. */

#include <errno.h>
#include <time.h>

#include "unit.h"

static const struct {
    const char *text;
    int problem; /* 0, or why it is refused */
    int64_t us;
} corpus[] = {
    {"1970-01-01T00:00:00Z", 0, 0},
    {"1970-01-01T00:00:00.000001Z", 0, 1},
    {"1969-12-31T23:59:59.999999Z", 0, -1},
    {"2026-11-24T17:00:00Z", 0, INT64_C(1795539600000000)},
    {"2026-11-24t17:00:00z", 0, INT64_C(1795539600000000)},
    {"2026-11-24 17:00:00Z", 0, INT64_C(1795539600000000)},
    {"2026-11-24T09:00:00-08:00", 0, INT64_C(1795539600000000)},
    {"2026-11-25T02:30:00+09:30", 0, INT64_C(1795539600000000)},
    {"2026-11-24T17:00:00-00:00", 0, INT64_C(1795539600000000)},
    {"2026-11-24T16:59:00-00:01", 0, INT64_C(1795539600000000)},
    {"2026-11-24T17:00:00.5Z", 0, INT64_C(1795539600500000)},
    {"2026-11-24T17:00:00.1234567899Z", 0, INT64_C(1795539600123456)},
    {"2024-02-29T12:00:00Z", 0, INT64_C(1709208000000000)},
    {"2000-02-29T00:00:00Z", 0, INT64_C(951782400000000)},
    {"0001-01-01T00:00:00Z", 0, INT64_C(-62135596800000000)},
    {"9999-12-31T23:59:59.999999Z", 0, INT64_C(253402300799999999)},

    {"", INSTANT_SYNTAX, 0},
    {"now", INSTANT_SYNTAX, 0},
    {"1795539600", INSTANT_SYNTAX, 0},
    {"2026-11-24", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00Z", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:0Z", INSTANT_SYNTAX, 0},
    {"2026-1-24T17:00:00Z", INSTANT_SYNTAX, 0},
    {"26-11-24T17:00:00Z", INSTANT_SYNTAX, 0},
    {"12026-11-24T17:00:00Z", INSTANT_SYNTAX, 0},
    {"-2026-11-24T17:00:00Z", INSTANT_SYNTAX, 0},
    {" 2026-11-24T17:00:00Z", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00Z ", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00ZZ", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00.Z", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00,5Z", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00-0800", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00-08", INSTANT_SYNTAX, 0},
    {"2026-11-24T17:00:00 PST", INSTANT_SYNTAX, 0},
    {"2026-11-24_17:00:00Z", INSTANT_SYNTAX, 0},
    {"2026/11/24T17:00:00Z", INSTANT_SYNTAX, 0},
    {"20261124T170000Z", INSTANT_SYNTAX, 0},
    {"2026-11-24T1\xd9\xa1:00:00Z", INSTANT_SYNTAX, 0},

    {"2026-11-24T17:00:00", INSTANT_NO_OFFSET, 0},
    {"2026-11-24T17:00:00.5", INSTANT_NO_OFFSET, 0},
    {"2026-11-24 17:00:00", INSTANT_NO_OFFSET, 0},

    {"2026-00-24T17:00:00Z", INSTANT_RANGE, 0},
    {"2026-13-24T17:00:00Z", INSTANT_RANGE, 0},
    {"2026-11-00T17:00:00Z", INSTANT_RANGE, 0},
    {"2026-11-31T17:00:00Z", INSTANT_RANGE, 0},
    {"2026-02-29T17:00:00Z", INSTANT_RANGE, 0},
    {"2100-02-29T17:00:00Z", INSTANT_RANGE, 0},
    {"2026-11-24T24:00:00Z", INSTANT_RANGE, 0},
    {"2026-11-24T17:60:00Z", INSTANT_RANGE, 0},
    {"2016-12-31T23:59:60Z", INSTANT_RANGE, 0}, /* a real leap second: POSIX time has none */
    {"2026-11-24T17:00:00+24:00", INSTANT_RANGE, 0},
    {"2026-11-24T17:00:00+08:60", INSTANT_RANGE, 0},
    {"0000-06-01T00:00:00Z", INSTANT_RANGE, 0},
    {"0001-01-01T00:00:00+00:01", INSTANT_RANGE, 0},
    {"9999-12-31T23:59:00-00:01", INSTANT_RANGE, 0},
};

START_TEST(parses_rfc_3339_and_nothing_else)
{
    const instant before = 42;
    instant at = before;
    int r = instant_parse(corpus[_i].text, &at);

    ck_assert_msg(r == corpus[_i].problem, "\"%s\": %d", corpus[_i].text, r);
    ck_assert_int_eq(at, r ? before : corpus[_i].us);
    if (r)
        ck_assert_ptr_nonnull(instant_problem_text(r));
}
END_TEST

static const struct {
    const char *in, *out;
} canonical[] = {
    {"2026-11-24T09:00:00-08:00", "2026-11-24T17:00:00Z"},
    {"2026-11-24t17:00:00.000000000z", "2026-11-24T17:00:00Z"},
    {"2026-11-24T17:00:00.5Z", "2026-11-24T17:00:00.500000Z"},
    {"2026-11-24T17:00:00.000001Z", "2026-11-24T17:00:00.000001Z"},
    {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
};

START_TEST(formats_in_utc_with_a_fraction_only_where_there_is_one)
{
    char text[INSTANT_TEXT_SIZE];
    size_t length = instant_format(unit_instant(canonical[_i].in), text);

    ck_assert_str_eq(text, canonical[_i].out);
    ck_assert_uint_eq(length, strlen(text));
}
END_TEST

START_TEST(agrees_with_the_c_library_at_random_instants)
{
    struct unit_random random = unit_random_start("instant");

    for (int i = 0; i < 200000; i++) {
        instant at =
            unit_random_between(&random, -62135596800 * US_PER_S, 253402300800 * US_PER_S - 1);
        time_t seconds = at / US_PER_S - (at % US_PER_S < 0);
        char text[INSTANT_TEXT_SIZE], expected[64];
        struct tm tm;

        instant_format(at, text);
        ck_assert_int_eq(unit_instant(text), at);
        gmtime_r(&seconds, &tm);
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        ck_assert_int_eq(strncmp(text, expected, strlen(expected)), 0);
    }
}
END_TEST

START_TEST(adds_without_overflow)
{
    instant sum = 7;

    ck_assert(instant_add(40, 2, &sum));
    ck_assert_int_eq(sum, 42);
    ck_assert(!instant_add(INT64_MAX, 1, &sum));
    ck_assert(!instant_add(INT64_MIN, -1, &sum));
    ck_assert_int_eq(sum, 42);
}
END_TEST

START_TEST(knows_which_instants_can_be_written)
{
    instant first = unit_instant("0001-01-01T00:00:00Z");
    instant last = unit_instant("9999-12-31T23:59:59.999999Z");

    ck_assert(instant_in_range(first) && !instant_in_range(first - 1));
    ck_assert(instant_in_range(last) && !instant_in_range(last + 1));
    ck_assert(!instant_in_range(INSTANT_NONE));
}
END_TEST

START_TEST(no_time_is_earlier_than_any)
{
    ck_assert_int_eq(instant_max(INSTANT_NONE, -5), -5);
    ck_assert_int_eq(instant_max(-5, INSTANT_NONE), -5);
    ck_assert_int_eq(instant_max(3, 4), 4);
}
END_TEST

static const struct {
    const char *text;
    int64_t us; /* -1 where it is refused */
} durations[] = {
    {"0s", 0},
    {"45s", 45 * US_PER_S},
    {"15min", 15 * US_PER_MIN},
    {"48h", 48 * US_PER_H},
    {"007h", 7 * US_PER_H},
    {"876600h", 876600 * US_PER_H}, /* 100 years */
    {"876601h", -1},
    {"", -1},
    {"h", -1},
    {"15", -1},
    {"15 min", -1},
    {"15m", -1},
    {"1d", -1},
    {"1.5h", -1},
    {"-1h", -1},
    {"+1h", -1},
    {" 1h", -1},
    {"1h ", -1},
    {"1H", -1},
    {"1h30min", -1},
    {"9223372036854775807h", -1},
    {"99999999999999999999s", -1},
};

START_TEST(reads_lengths_of_time)
{
    int64_t us = -1;
    int r = duration_parse(durations[_i].text, &us);

    ck_assert_int_eq(r, durations[_i].us < 0 ? -EINVAL : 0);
    ck_assert_int_eq(us, durations[_i].us);
}
END_TEST

static const struct {
    int64_t us;
    const char *text;
} lengths[] = {
    {0, "0 s"},
    {999999, "0 s"},
    {45 * US_PER_S, "45 s"},
    {60 * US_PER_S, "1 min"},
    {90 * US_PER_S, "1 min 30 s"},
    {US_PER_H, "1 h 0 min"},
    {3 * US_PER_H + 12 * US_PER_MIN + 59 * US_PER_S, "3 h 12 min"},
    {INT64_MAX, "2562047788 h 0 min"},
};

START_TEST(writes_lengths_for_people)
{
    char text[DURATION_TEXT_SIZE];

    duration_format(lengths[_i].us, text);
    ck_assert_str_eq(text, lengths[_i].text);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {parses_rfc_3339_and_nothing_else, ARRAY_SIZE(corpus)},
        {formats_in_utc_with_a_fraction_only_where_there_is_one, ARRAY_SIZE(canonical)},
        {.test = agrees_with_the_c_library_at_random_instants},
        {.test = adds_without_overflow},
        {.test = knows_which_instants_can_be_written},
        {.test = no_time_is_earlier_than_any},
        {reads_lengths_of_time, ARRAY_SIZE(durations)},
        {writes_lengths_for_people, ARRAY_SIZE(lengths)},
    };

    return unit_run("instant", tests, ARRAY_SIZE(tests));
}
