/* SPDX-License-Identifier: ISC */

/* The rule: 48 elapsed hours, whatever the calendar or the clocks do meanwhile. */

#include "rule.h"
#include "unit.h"

static const struct {
    int limit_h;
    const char *eligible_at, *deadline_at;
} rows[] = {
    {48, "2026-11-24T18:00:00Z", "2026-11-26T18:00:00Z"},
    {48, "2026-11-24T18:00:00.000001Z", "2026-11-26T18:00:00.000001Z"},
    /* over a weekend and Thanksgiving: this rule excludes no day */
    {48, "2026-11-26T00:00:00-08:00", "2026-11-28T00:00:00-08:00"},
    {48, "2026-11-28T12:00:00-08:00", "2026-11-30T12:00:00-08:00"},
    /* over a change of clocks the local hour moves, the elapsed time does not */
    {48, "2026-03-07T12:00:00-08:00", "2026-03-09T13:00:00-07:00"},
    {48, "2026-10-31T12:00:00-07:00", "2026-11-02T11:00:00-08:00"},
    {48, "2028-02-28T12:00:00Z", "2028-03-01T12:00:00Z"},
    {24, "2026-12-31T18:00:00Z", "2027-01-01T18:00:00Z"},
    {1, "2026-11-24T18:00:00Z", "2026-11-24T19:00:00Z"},
};

START_TEST(counts_elapsed_hours)
{
    const struct rule rule = {.kind = RULE_CONSECUTIVE, .limit_h = rows[_i].limit_h};
    instant deadline_at;

    ck_assert(rule_deadline(&rule, unit_instant(rows[_i].eligible_at), &deadline_at));
    ck_assert_int_eq(deadline_at, unit_instant(rows[_i].deadline_at));
}
END_TEST

START_TEST(refuses_what_cannot_be_represented)
{
    const struct rule rule = {.kind = RULE_CONSECUTIVE, .limit_h = 48};
    instant deadline_at = 42;

    ck_assert(!rule_deadline(&rule, INT64_MAX - 1, &deadline_at));
    ck_assert_int_eq(deadline_at, 42);
}
END_TEST

START_TEST(allows_no_more_than_48_hours)
{
    const struct rule rule = {.kind = RULE_CONSECUTIVE, .limit_h = 49};
    instant deadline_at;

    rule_deadline(&rule, 0, &deadline_at);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {counts_elapsed_hours, ARRAY_SIZE(rows)},
        {.test = refuses_what_cannot_be_represented},
        {.test = allows_no_more_than_48_hours, .aborts = true},
    };

    return unit_run("rule", tests, ARRAY_SIZE(tests));
}
