/* SPDX-License-Identifier: ISC */

/* The review: stays judged by both readings of the 48 hours, and what that comes to. */

#include <stdlib.h>

#include "client/review.h"
#include "unit.h"

static struct review both_in(const char *zone)
{
    struct review review = {.zone_name = zone, .n_rules = 2};

    ck_assert_int_eq(zone_find(zone, &review.zone), 0);
    ck_assert_int_eq(calendar_us_federal(&review.us_federal), 0);
    rule_consecutive(&review.rules[0]);
    rule_regulatory(review.us_federal, &review.rules[1]);
    return review;
}

static struct stay stay_of(const char *eligible_at, const char *released_at)
{
    return (struct stay){
        .booking = "B",
        .eligible_at = unit_instant(eligible_at),
        .released_at = unit_instant(released_at),
    };
}

#define H US_PER_H

/* In Los Angeles; the release lies long after both deadlines. */
static const struct {
    const char *eligible_at, *consecutive_at, *regulatory_at;
} deadlines[] = {
    /* Monday, Thursday and Saturday, no holiday between. */
    {"2026-03-16T17:00:00-07:00", "2026-03-18T17:00:00-07:00", "2026-03-18T17:00:00-07:00"},
    {"2026-03-19T17:00:00-07:00", "2026-03-21T17:00:00-07:00", "2026-03-23T17:00:00-07:00"},
    {"2026-03-21T12:00:00-07:00", "2026-03-23T12:00:00-07:00", "2026-03-25T00:00:00-07:00"},
    /* Wednesday before Thanksgiving: 7 hours, then Friday, then Monday. */
    {"2026-11-25T17:00:00-08:00", "2026-11-27T17:00:00-08:00", "2026-11-30T17:00:00-08:00"},
};

START_TEST(knows_both_deadlines)
{
    struct review review = both_in("America/Los_Angeles");
    struct stay stay = stay_of(deadlines[_i].eligible_at, "2027-01-01T00:00:00Z");
    struct verdict verdicts[REVIEW_RULES_MAX];

    ck_assert(review_judge(&review, &stay, false, verdicts));
    ck_assert_int_eq(verdicts[0].deadline_at, unit_instant(deadlines[_i].consecutive_at));
    ck_assert_int_eq(verdicts[1].deadline_at, unit_instant(deadlines[_i].regulatory_at));
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(verdicts[i].over_us, stay.released_at - verdicts[i].deadline_at);
    ck_assert_int_eq(verdicts[0].counted_us, stay.released_at - stay.eligible_at);
    review_clear(&review);
}
END_TEST

static const struct {
    const char *eligible_at, *released_at;
    int64_t counted_us, over_us[REVIEW_RULES_MAX];
} stays[] = {
    /* The stay 2c98197c14e4 of Pierce County: Thursday before Veterans Day on a Saturday, seen on
     * Friday. */
    {"2017-11-09T15:35:00-08:00", "2017-11-13T08:50:00-08:00", 69 * H / 4, {165 * H / 4, 0}},
    /* To the microsecond. */
    {"2026-03-16T17:00:00-07:00", "2026-03-18T16:59:59.999999-07:00", 48 * H - 1, {0, 0}},
    {"2026-03-16T17:00:00-07:00", "2026-03-18T17:00:00-07:00", 48 * H, {0, 0}},
    {"2026-03-16T17:00:00-07:00", "2026-03-18T17:00:00.000001-07:00", 48 * H + 1, {1, 1}},
    /* A Sunday of 23 hours is not counted, a Monday of 24 is. */
    {"2026-03-07T12:00:00-08:00", "2026-03-10T00:00:00-07:00", 24 * H, {11 * H, 0}},
    {"2026-03-16T17:00:00-07:00", "2026-03-16T17:00:00-07:00", 0, {0, 0}},
};

START_TEST(counts_what_was_held_and_what_was_over)
{
    struct review review = both_in("America/Los_Angeles");
    struct stay stay = stay_of(stays[_i].eligible_at, stays[_i].released_at);
    struct verdict verdicts[REVIEW_RULES_MAX];
    bool past = review_judge(&review, &stay, true, verdicts);

    ck_assert(past == (stays[_i].over_us[0] > 0));
    ck_assert_int_eq(verdicts[0].counted_us, stay.released_at - stay.eligible_at);
    ck_assert_int_eq(verdicts[1].counted_us, stays[_i].counted_us);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(verdicts[i].over_us, stays[_i].over_us[i]);
    review_clear(&review);
}
END_TEST

/* Adds what counts, and ends it where the stay ends. */
struct sum {
    instant until;
    int64_t counted_us;
};

static int add_span(const struct span *span, void *context)
{
    struct sum *sum = context;
    instant to = span->to < sum->until ? span->to : sum->until;

    if (span->counted && to > span->from)
        sum->counted_us += to - span->from;
    return 0;
}

/* The spans that explain a deadline are what the review counts. */
START_TEST(counts_as_the_explanation_does)
{
    struct unit_random random = unit_random_start("client_review");
    struct review review = both_in("America/New_York");
    struct verdict verdicts[REVIEW_RULES_MAX];

    for (int i = 0; i < 2000; i++) {
        instant from = unit_random_between(&random, 631152000, 2208988800) * US_PER_S;
        struct stay stay = {.booking = "B", .eligible_at = from};
        struct sum sum = {0};

        stay.released_at = from + unit_random_between(&random, 0, 200 * 3600) * US_PER_S;
        review_judge(&review, &stay, true, verdicts);
        sum.until = stay.released_at;
        ck_assert_int_eq(rule_explain(&review.rules[1], review.zone, from, add_span, &sum), 0);
        if (verdicts[1].over_us)
            ck_assert_int_eq(sum.counted_us, 48 * H);
        else
            ck_assert_int_eq(sum.counted_us, verdicts[1].counted_us);
    }
    review_clear(&review);
}
END_TEST

/* ---- all stays
 * ------------------------------------------------------------------------------------- */

static void judge_length(struct review *review, const char *booking, int64_t length_us,
                         unsigned notes)
{
    struct verdict verdicts[REVIEW_RULES_MAX];
    struct stay stay = stay_of("2026-03-16T17:00:00-07:00", "2026-03-16T17:00:00-07:00");

    stay.booking = booking;
    stay.notes = notes;
    stay.released_at += length_us;
    review_judge(review, &stay, false, verdicts);
}

START_TEST(adds_up)
{
    struct review review = both_in("America/Los_Angeles");

    judge_length(&review, "short", 47 * H, 1u << STAY_DOUBTFUL);
    judge_length(&review, "long", 50 * H, 0);
    judge_length(&review, "longest", 58 * H, 1u << STAY_DOUBTFUL | 1u << STAY_NO_CUSTODY_END);
    judge_length(&review, "as long", 58 * H, 0);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(review.totals[i].n_past, 3);
        ck_assert_int_eq(review.totals[i].over_us, 22 * H);
        ck_assert_int_eq(review.totals[i].longest_us, 10 * H);
        ck_assert_str_eq(review.totals[i].longest_booking, "longest");
    }
    ck_assert_int_eq(review.n_notes[STAY_DOUBTFUL], 2);
    ck_assert_int_eq(review.n_notes[STAY_NO_CUSTODY_END], 1);
    ck_assert_int_eq(review.n_notes[STAY_AFTER_RELEASE], 0);
    ck_assert_uint_eq(review.n_used, 4);
    review_clear(&review);
}
END_TEST

static const struct {
    int64_t lengths_h[5];
    size_t count;
    int64_t median_us;
} medians[] = {
    {{0}, 0, INT64_MIN},    {{0}, 1, 0},
    {{5}, 1, 5 * H},        {{9, 1}, 2, 5 * H},
    {{4, 1}, 2, 5 * H / 2}, {{9, 1, 100}, 3, 9 * H},
    {{1, 1, 1, 9}, 4, H},   {{100, 3, 0, 2, 50}, 5, 3 * H},
};

START_TEST(knows_the_median)
{
    struct review review = both_in("UTC");

    for (size_t i = 0; i < medians[_i].count; i++)
        judge_length(&review, "B", medians[_i].lengths_h[i] * H, 0);
    ck_assert_int_eq(review_median_us(&review), medians[_i].median_us);
    review_clear(&review);
}
END_TEST

START_TEST(a_sum_stops_where_numbers_end)
{
    struct review review = both_in("UTC");

    review.totals[0].over_us = INT64_MAX - 1;
    judge_length(&review, "B", 50 * H, 0);
    ck_assert_int_eq(review.totals[0].over_us, INT64_MAX);
    ck_assert_int_eq(review.totals[1].over_us, 2 * H);
    review_clear(&review);
}
END_TEST

START_TEST(keeps_very_many_lengths)
{
    struct review review = both_in("UTC");

    for (int i = 0; i < 10001; i++)
        judge_length(&review, "B", i * 7919 % 10001 * US_PER_S, 0);
    ck_assert_int_eq(review_median_us(&review), 5000 * US_PER_S);
    review_clear(&review);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {knows_both_deadlines, ARRAY_SIZE(deadlines)},
        {counts_what_was_held_and_what_was_over, ARRAY_SIZE(stays)},
        {.test = counts_as_the_explanation_does},
        {.test = adds_up},
        {knows_the_median, ARRAY_SIZE(medians)},
        {.test = a_sum_stops_where_numbers_end},
        {.test = keeps_very_many_lengths},
    };

    return unit_run("client_review", tests, ARRAY_SIZE(tests));
}
