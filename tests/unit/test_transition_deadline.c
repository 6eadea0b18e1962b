/* SPDX-License-Identifier: ISC */

/* The clock: how a start arms it, what it inherits, when it warns and expires. */

#include "scenario.h"

#define DEADLINE_TIMERS (TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY))

START_TEST(a_start_runs_the_clock)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    ck_assert_int_eq(scenario.hold.eligible_at, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.deadline_at, ELIGIBLE_AT + 48 * US_PER_H);
    ck_assert_str_eq(scenario.hold.rule, "consecutive");
    ck_assert_int_eq(scenario.hold.limit_h, 48);
    ck_assert_int_eq(scenario.hold.eligible_reason, ELIGIBLE_OTHER);
    ck_assert_int_eq(scenario.hold.authority_ended_at, INSTANT_NONE);
    ck_assert_int_eq(event->eligible_at, ELIGIBLE_AT);
    ck_assert_int_eq(event->deadline_at, DEADLINE_AT);
    ck_assert_int_eq(event->first_hold, RECORD_NO_INT);
    ck_assert_str_eq(event->reason, "other");
    ck_assert_int_eq(event->overdue_us, RECORD_NO_INT);
}
END_TEST

START_TEST(the_reason_of_eligibility_is_kept)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    command = scenario_command(&scenario, COMMAND_START);
    command.eligible_reason = ELIGIBLE_BOND_POSTED;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.eligible_reason, ELIGIBLE_BOND_POSTED);
    ck_assert_str_eq(scenario.outcome.events[0].reason, "bond_posted");
}
END_TEST

/* When the start is recorded, after eligibility, and which of the default rungs are armed then. */
static const struct {
    int64_t after_us;
    size_t n_rungs;
    int64_t rungs_s[5];
} recordings[] = {
    {0, 5, {86400, 43200, 14400, 3600, 900}},
    {24 * US_PER_H - 1, 5, {86400, 43200, 14400, 3600, 900}},
    {24 * US_PER_H, 5, {86400, 43200, 14400, 3600, 900}}, /* the first is due this instant */
    {30 * US_PER_H, 5, {86400, 43200, 14400, 3600, 900}}, /* the first is late */
    {36 * US_PER_H, 4, {43200, 14400, 3600, 900}},        /* of two passed, only the tighter */
    {44 * US_PER_H, 3, {14400, 3600, 900}},
    {46 * US_PER_H, 3, {14400, 3600, 900}},
    {47 * US_PER_H + 45 * US_PER_MIN, 1, {900}},
    {48 * US_PER_H - 1, 1, {900}},
};

START_TEST(arms_the_rungs_ahead_and_the_tightest_of_those_passed)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = ELIGIBLE_AT + recordings[_i].after_us;
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.state, HOLD_HELD);
    ck_assert_uint_eq(scenario.outcome.n_timers, recordings[_i].n_rungs + 1);
    for (size_t i = 0; i < recordings[_i].n_rungs; i++) {
        int64_t rung_s = recordings[_i].rungs_s[i];
        const struct timer *timer = scenario_timer(&scenario, TIMER_WARNING, rung_s);

        ck_assert_ptr_nonnull(timer);
        /* one that has passed fires at once, and nobody is late */
        ck_assert_int_eq(timer->due_at, instant_max(DEADLINE_AT - rung_s * US_PER_S, scenario.now));
        ck_assert_int_eq(timer->hold, scenario.hold.id);
    }
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_EXPIRY, 0)->due_at, DEADLINE_AT);
}
END_TEST

START_TEST(rungs_of_the_facility_are_armed_in_any_order)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario.facility.n_warnings = 3;
    scenario.facility.warnings_s[0] = 60;
    scenario.facility.warnings_s[1] = 48 * 3600; /* due at the start itself */
    scenario.facility.warnings_s[2] = 47 * 3600;
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = ELIGIBLE_AT + 2 * US_PER_H;
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    ck_assert_uint_eq(scenario.outcome.n_timers, 3);
    ck_assert_ptr_nonnull(scenario_timer(&scenario, TIMER_WARNING, 60));
    ck_assert_ptr_nonnull(scenario_timer(&scenario, TIMER_WARNING, 47 * 3600));
}
END_TEST

START_TEST(without_rungs_only_the_expiry_is_armed)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario.facility.n_warnings = 0;
    scenario_reach(&scenario, HOLD_HELD);
    ck_assert_uint_eq(scenario.outcome.n_timers, 1);
    ck_assert_ptr_nonnull(scenario_timer(&scenario, TIMER_EXPIRY, 0));
}
END_TEST

/* How long after the deadline a start is recorded, and whether its expiry is called late. */
static const struct {
    int64_t after_us;
    bool late;
} late_starts[] = {{0, false}, {US_PER_S, false}, {US_PER_S + 1, true}, {30 * US_PER_DAY, true}};

START_TEST(a_start_after_its_deadline_expires_in_the_same_breath)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[1];

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = DEADLINE_AT + late_starts[_i].after_us;
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, DEADLINE_AT);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.n_events, 2);
    ck_assert_int_eq(scenario.outcome.events[0].kind, EVENT_STARTED);
    ck_assert_int_eq(scenario.outcome.events[0].state, HOLD_HELD);
    ck_assert_int_eq(event->kind, EVENT_EXPIRED);
    ck_assert_int_eq(event->cause, CAUSE_DEADLINE);
    ck_assert_int_eq(event->at, DEADLINE_AT);
    ck_assert_int_eq(event->due_at, DEADLINE_AT);
    ck_assert_int_eq(event->recorded_at, scenario.now);
    ck_assert_int_eq(event->late_us, late_starts[_i].after_us);
    ck_assert_int_eq(event->late, late_starts[_i].late);
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now), late_starts[_i].after_us);
}
END_TEST

/* The first clock on the booking, relative to this start, and whose clock counts. */
static const struct {
    instant first_us;
    bool inherited;
} firsts[] = {{-US_PER_H, true}, {-1, true}, {0, false}, {1, false}};

START_TEST(a_second_detainer_inherits_the_first_clock)
{
    struct scenario scenario;
    struct command command;
    instant eligible_at = ELIGIBLE_AT + (firsts[_i].inherited ? firsts[_i].first_us : 0);

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = ELIGIBLE_AT;
    command = scenario_command(&scenario, COMMAND_START);
    command.first.eligible_at = ELIGIBLE_AT + firsts[_i].first_us;
    command.first.hold = 9;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.eligible_at, eligible_at);
    ck_assert_int_eq(scenario.hold.deadline_at, eligible_at + 48 * US_PER_H);
    ck_assert_int_eq(scenario.hold.first_hold, firsts[_i].inherited ? 9 : RECORD_NO_INT);
    ck_assert_int_eq(scenario.outcome.events[0].eligible_at, eligible_at);
    ck_assert_int_eq(scenario.outcome.events[0].first_hold, scenario.hold.first_hold);
    ck_assert_int_eq(scenario.outcome.events[0].at, ELIGIBLE_AT);
}
END_TEST

START_TEST(an_inherited_clock_may_have_run_out)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    command = scenario_command(&scenario, COMMAND_START);
    command.first.eligible_at = scenario.now - 50 * US_PER_H;
    command.first.hold = 9;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, scenario.now - 2 * US_PER_H);
}
END_TEST

/* Fires a timer of the last outcome `after_us` after it was due. */
static void fire(struct scenario *scenario, const struct timer *timer, int64_t after_us)
{
    struct command command;

    transition_from_timer(timer, &command);
    scenario->now = timer->due_at + after_us;
    scenario_must(scenario, &command);
}

START_TEST(a_warning_says_how_far_off_the_deadline_is)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    fire(&scenario, scenario_timer(&scenario, TIMER_WARNING, 3600), 2 * US_PER_S);
    ck_assert_int_eq(event->kind, EVENT_WARNING);
    ck_assert_int_eq(event->rung_s, 3600);
    ck_assert_int_eq(event->deadline_at, DEADLINE_AT);
    ck_assert_int_eq(event->at, DEADLINE_AT - US_PER_H);
    ck_assert_int_eq(event->due_at, DEADLINE_AT - US_PER_H);
    ck_assert_int_eq(event->late_us, 2 * US_PER_S);
    ck_assert(event->late);
    ck_assert_str_eq(event->actor, "clock");
    ck_assert_int_eq(event->pid, RECORD_NO_INT);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.disarm, 0);
}
END_TEST

START_TEST(the_deadline_expires_the_hold)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    fire(&scenario, scenario_timer(&scenario, TIMER_EXPIRY, 0), 3);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, DEADLINE_AT);
    ck_assert_uint_eq(scenario.outcome.disarm & DEADLINE_TIMERS, DEADLINE_TIMERS);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_int_eq(event->cause, CAUSE_DEADLINE);
    ck_assert_int_eq(event->at, DEADLINE_AT);
    ck_assert_int_eq(event->late_us, 3);
    ck_assert(!event->late);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_start_runs_the_clock},
        {.test = the_reason_of_eligibility_is_kept},
        {arms_the_rungs_ahead_and_the_tightest_of_those_passed, ARRAY_SIZE(recordings)},
        {.test = rungs_of_the_facility_are_armed_in_any_order},
        {.test = without_rungs_only_the_expiry_is_armed},
        {a_start_after_its_deadline_expires_in_the_same_breath, ARRAY_SIZE(late_starts)},
        {a_second_detainer_inherits_the_first_clock, ARRAY_SIZE(firsts)},
        {.test = an_inherited_clock_may_have_run_out},
        {.test = a_warning_says_how_far_off_the_deadline_is},
        {.test = the_deadline_expires_the_hold},
    };

    return unit_run("transition: deadline", tests, ARRAY_SIZE(tests));
}
