/* SPDX-License-Identifier: ISC */

/*
 * A year of detainers in Los Angeles under three policies: the federal programme holds everybody,
 * the policy of 2013 everybody but for low-level crimes, that of 2018 only whom a judge has signed
 * for. Whom each declines is told by name, not by number.
 */

#include "preset.h"
#include "scenario/los_angeles.h"
#include "unit.h"
#include "zone.h"

static struct los_angeles_request *year_of(int year)
{
    struct los_angeles_request *requests = calloc(LOS_ANGELES_REQUESTS, sizeof(*requests));

    ck_assert_ptr_nonnull(requests);
    los_angeles_year(year, requests);
    return requests;
}

/* ---- the people ---- */

static bool is_charged(const struct facts *facts, const char *severity)
{
    return facts->charge_severity == names_find(&charge_severity_names, severity);
}

/* What makes a crime low-level, word for word. */
static bool is_low_level(const struct facts *facts)
{
    bool vehicle = facts->vehicle_charge == TRUTH_YES;
    int64_t dollars = vehicle ? 2500 : 5000;

    if (facts->gang_database == TRUTH_YES || facts->felony_arrest_prior == TRUTH_YES)
        return false;
    if (is_charged(facts, "infraction") && !vehicle)
        return true;
    return !is_charged(facts, "felony") && facts->bail_cents != RECORD_NO_INT &&
           facts->bail_cents <= dollars * 100;
}

START_TEST(four_hundred_are_there_for_low_level_crimes)
{
    struct los_angeles_request *requests = year_of(2013);
    int low_level = 0;

    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        ck_assert_msg(requests[i].low_level == is_low_level(&requests[i].facts), "%s",
                      requests[i].booking);
        low_level += requests[i].low_level;
    }
    ck_assert_int_eq(low_level, LOS_ANGELES_LOW_LEVEL);
    free(requests);
}
END_TEST

/* How often a fact says yes, or is not known. */
static int count(const struct los_angeles_request *requests, const char *fact, enum truth truth)
{
    int n = 0;

    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++)
        n += *(const int *)record_const_member(record_find(&facts_record, fact),
                                               &requests[i].facts) == (int)truth;
    return n;
}

START_TEST(much_is_not_known_of_them)
{
    static const char *const facts[] = {"vehicle_charge",    "gang_database",    "probable_cause",
                                        "felony_conviction", "judicial_warrant", "prior_removal"};
    struct los_angeles_request *requests = year_of(2013);

    for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
        ck_assert_int_gt(count(requests, facts[i], TRUTH_NONE), 200);
        ck_assert_int_gt(count(requests, facts[i], TRUTH_NO), 200);
        ck_assert_int_gt(count(requests, facts[i], TRUTH_YES), 20);
    }
    free(requests);
}
END_TEST

START_TEST(they_come_one_after_the_other_within_the_year)
{
    static const int years[] = {1972, 2008, 2013, 2018, 2100};
    char first[40], past[40];
    struct los_angeles_request *requests = year_of(years[_i]);

    snprintf(first, sizeof(first), "%d-01-01T00:00:00-08:00", years[_i]);
    snprintf(past, sizeof(past), "%d-01-01T00:00:00-08:00", years[_i] + 1);
    ck_assert_int_ge(requests[0].received_at, unit_instant(first));
    ck_assert_int_lt(requests[LOS_ANGELES_REQUESTS - 1].received_at, unit_instant(past));
    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        ck_assert(i == 0 || requests[i].received_at > requests[i - 1].received_at);
        ck_assert_int_gt(requests[i].eligible_at, requests[i].received_at);
    }
    free(requests);
}
END_TEST

START_TEST(they_are_always_the_same)
{
    struct los_angeles_request *requests = year_of(2013), *again = year_of(2013);

    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        ck_assert_str_eq(requests[i].booking, again[i].booking);
        for (size_t f = 0; f < facts_record.count; f++) {
            const struct record_field *field = &facts_record.fields[f];

            ck_assert_mem_eq(record_const_member(field, &requests[i].facts),
                             record_const_member(field, &again[i].facts), field->size);
        }
    }
    free(requests);
    free(again);
}
END_TEST

/* ---- the policies ---- */

START_TEST(declines_exactly_those)
{
    const struct los_angeles_policy *policy = &los_angeles_policies[_i];
    struct los_angeles_request *requests = year_of(policy->year);
    const struct zone *zone;
    struct preset preset;
    int declined = 0;

    preset_open(&preset, policy->name);
    ck_assert_int_eq(zone_find("America/Los_Angeles", &zone), 0);
    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        enum decision expected = policy->honours(&requests[i]) ? DECISION_HONOR : DECISION_DECLINE;
        struct ruling ruling =
            preset_rule(&preset, &requests[i].facts, zone_day(zone, requests[i].received_at));

        ck_assert_msg(ruling.decision == expected, "%s: %s", requests[i].booking, ruling.reason);
        declined += ruling.decision == DECISION_DECLINE;
    }
    ck_assert_int_ge(declined, policy->least);
    ck_assert_int_le(declined, policy->most);
    preset_close(&preset);
    free(requests);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = four_hundred_are_there_for_low_level_crimes}, {.test = much_is_not_known_of_them},
        {they_come_one_after_the_other_within_the_year, 5},    {.test = they_are_always_the_same},
        {declines_exactly_those, LOS_ANGELES_POLICIES},
    };

    return unit_run("los_angeles", tests, ARRAY_SIZE(tests));
}
