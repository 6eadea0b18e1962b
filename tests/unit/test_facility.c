/* SPDX-License-Identifier: ISC */

/* What a hold falls back on when its facility has left the configuration. */

#include "facility.h"
#include "unit.h"

START_TEST(a_lost_facility_still_runs_the_clock)
{
    struct facility facility;
    instant deadline_at;

    memset(&facility, 0x5a, sizeof(facility));
    facility_default(&facility);
    ck_assert_ptr_null(facility.policy);
    ck_assert(rule_deadline(&facility.rule, facility.zone, 0, &deadline_at));
    ck_assert_int_eq(deadline_at, 48 * US_PER_H);
    ck_assert_int_eq(facility.transfer_grace_us, 30 * US_PER_MIN);
    ck_assert_str_eq(facility.zone_name, "UTC");
    ck_assert_str_eq(facility.id, "");
    ck_assert_str_eq(facility.name, "");
    ck_assert_int_eq(zone_day(facility.zone, US_PER_DAY), 1);
}
END_TEST

START_TEST(a_lost_facility_warns_on_the_default_rungs)
{
    const int64_t rungs_s[] = {24 * 3600, 12 * 3600, 4 * 3600, 3600, 15 * 60};
    struct facility facility;

    facility_default(&facility);
    ck_assert_uint_eq(facility.n_warnings, ARRAY_SIZE(rungs_s));
    for (size_t i = 0; i < ARRAY_SIZE(rungs_s); i++)
        ck_assert_int_eq(facility.warnings_s[i], rungs_s[i]);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_lost_facility_still_runs_the_clock},
        {.test = a_lost_facility_warns_on_the_default_rungs},
    };

    return unit_run("facility", tests, ARRAY_SIZE(tests));
}
