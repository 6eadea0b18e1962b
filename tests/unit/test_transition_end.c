/* SPDX-License-Identifier: ISC */

/* How a hold ends, and how long the person was inside past authority. */

#include "scenario.h"

START_TEST(withdrawal_ends_authority_at_once)
{
    struct scenario scenario;
    struct command command;
    const struct event *events = scenario.outcome.events;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.now += 5 * US_PER_H;
    command = scenario_command(&scenario, COMMAND_CANCEL);
    command.at = scenario.now - US_PER_H;
    command.lift_code = names_find(&lift_code_names, "C");
    snprintf(command.reason, sizeof(command.reason), "wrong person");
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, command.at);
    ck_assert_int_eq(scenario.hold.deadline_at, DEADLINE_AT);
    ck_assert_int_eq(scenario.hold.lift_code, command.lift_code);
    ck_assert_int_eq(events[0].kind, EVENT_CANCELLED);
    ck_assert_int_eq(events[0].state, HOLD_HELD);
    ck_assert_int_eq(events[0].lift_code, command.lift_code);
    ck_assert_str_eq(events[0].reason, "wrong person");
    ck_assert_int_eq(events[1].kind, EVENT_EXPIRED);
    ck_assert_int_eq(events[1].cause, CAUSE_CANCELLED);
    ck_assert_int_eq(events[1].at, command.at);
    ck_assert_int_eq(events[1].due_at, INSTANT_NONE); /* no timer fired */
    ck_assert(!events[1].late);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.disarm & TIMER_BIT(TIMER_EXPIRY), TIMER_BIT(TIMER_EXPIRY));
    ck_assert_uint_eq(scenario.outcome.disarm & TIMER_BIT(TIMER_WARNING), TIMER_BIT(TIMER_WARNING));
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now), US_PER_H);
}
END_TEST

/* Effective time of the withdrawal and when authority ends by it. */
START_TEST(withdrawal_ends_authority_no_earlier_than_it_began_and_by_the_deadline)
{
    const struct {
        instant at, ended_at;
    } rows[] = {
        {RECEIVED_AT, ELIGIBLE_AT},
        {ELIGIBLE_AT + 1, ELIGIBLE_AT + 1},
        {DEADLINE_AT - 1, DEADLINE_AT - 1},
        {DEADLINE_AT, DEADLINE_AT},
        {DEADLINE_AT + US_PER_MIN, DEADLINE_AT},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct scenario scenario;

        scenario_start(&scenario);
        scenario_reach(&scenario, HOLD_HELD);
        scenario.now = instant_max(scenario.now, rows[i].at);
        scenario_do(&scenario, COMMAND_CANCEL, rows[i].at);
        ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
        ck_assert_int_eq(scenario.hold.authority_ended_at, rows[i].ended_at);
        ck_assert_int_eq(scenario.hold.withdrawn_at, instant_max(rows[i].at, ELIGIBLE_AT));
    }
}
END_TEST

static const enum hold_state unstarted[] = {HOLD_PENDING, HOLD_LODGED};

START_TEST(before_the_clock_runs_withdrawal_is_the_end)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, unstarted[_i]);
    scenario.now += US_PER_H;
    command = scenario_command(&scenario, COMMAND_CANCEL);
    command.at = scenario.now - 5;
    command.lift_code = names_find(&lift_code_names, "U");
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.ended_at, scenario.now - 5);
    ck_assert_int_eq(scenario.hold.lift_code, command.lift_code);
    ck_assert_int_eq(scenario.hold.overdue_us, RECORD_NO_INT);
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now + US_PER_DAY), 0);
    ck_assert_uint_eq(scenario.outcome.disarm, TIMER_ALL);
    ck_assert_ptr_null(scenario.outcome.events[0].reason);
}
END_TEST

static const struct {
    enum command_kind command;
    enum event_kind event;
} ends[] = {
    {COMMAND_TRANSFER, EVENT_TRANSFERRED},
    {COMMAND_RELEASE, EVENT_RELEASED},
    {COMMAND_CLOSE, EVENT_CLOSED},
};

/* When the person left, after eligibility, when that was recorded, and the time past authority. */
static const struct {
    int64_t left_us, recorded_us, overdue_us;
    enum hold_state state; /* meanwhile */
} departures[] = {
    {0, 0, 0, HOLD_HELD},
    {48 * US_PER_H - 1, 48 * US_PER_H - 1, 0, HOLD_HELD},
    {48 * US_PER_H, 48 * US_PER_H, 0, HOLD_EXPIRED},
    {48 * US_PER_H + 1, 49 * US_PER_H, 1, HOLD_EXPIRED},
    {342 * US_PER_H + 16 * US_PER_MIN, 343 * US_PER_H, 294 * US_PER_H + 16 * US_PER_MIN,
     HOLD_EXPIRED},
    /* left in time, written down too late: not overdue after all */
    {47 * US_PER_H, 50 * US_PER_H, 0, HOLD_EXPIRED},
    /* the timer has not fired yet, but the deadline is past */
    {48 * US_PER_H + 9, 48 * US_PER_H + 9, 9, HOLD_HELD},
};

#define N_DEPARTURES ARRAY_SIZE(departures)

START_TEST(overdue_is_counted_to_the_departure)
{
    size_t row = (size_t)_i % N_DEPARTURES, end = (size_t)_i / N_DEPARTURES;
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario_reach(&scenario, departures[row].state);
    scenario.now = ELIGIBLE_AT + departures[row].recorded_us;
    scenario_do(&scenario, ends[end].command, ELIGIBLE_AT + departures[row].left_us);
    ck_assert_int_eq(scenario.hold.ended_at, ELIGIBLE_AT + departures[row].left_us);
    ck_assert_int_eq(scenario.hold.overdue_us, departures[row].overdue_us);
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now + US_PER_DAY),
                     departures[row].overdue_us);
    ck_assert_int_eq(event->kind, ends[end].event);
    ck_assert_int_eq(event->overdue_us, departures[row].overdue_us);
    ck_assert_int_eq(event->deadline_at, DEADLINE_AT);
    ck_assert_uint_eq(scenario.outcome.disarm, TIMER_ALL);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
}
END_TEST

START_TEST(after_withdrawal_overdue_counts_from_it)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.now += 6 * US_PER_H;
    scenario_do(&scenario, COMMAND_CANCEL, ELIGIBLE_AT + 5 * US_PER_H);
    scenario_do(&scenario, COMMAND_RELEASE, ELIGIBLE_AT + 6 * US_PER_H);
    ck_assert_int_eq(scenario.hold.overdue_us, US_PER_H);
}
END_TEST

START_TEST(the_reason_of_a_close_is_told_by_name)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_CLOSED);
    ck_assert_str_eq(scenario.outcome.events[0].reason, "bonded");
}
END_TEST

START_TEST(the_reason_of_a_release_is_told_in_its_words)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    command = scenario_command(&scenario, COMMAND_RELEASE);
    snprintf(command.reason, sizeof(command.reason), "nobody came");
    scenario_must(&scenario, &command);
    ck_assert_str_eq(scenario.outcome.events[0].reason, "nobody came");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = withdrawal_ends_authority_at_once},
        {.test = withdrawal_ends_authority_no_earlier_than_it_began_and_by_the_deadline},
        {before_the_clock_runs_withdrawal_is_the_end, ARRAY_SIZE(unstarted)},
        {overdue_is_counted_to_the_departure, ARRAY_SIZE(ends) * N_DEPARTURES},
        {.test = after_withdrawal_overdue_counts_from_it},
        {.test = the_reason_of_a_close_is_told_by_name},
        {.test = the_reason_of_a_release_is_told_in_its_words},
    };

    return unit_run("transition: end", tests, ARRAY_SIZE(tests));
}
