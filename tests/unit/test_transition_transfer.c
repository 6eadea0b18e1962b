/* SPDX-License-Identifier: ISC */

/* Pickups: arranged, due, missed, and in conflict with the deadline. */

#include "scenario.h"

#define PICKUP_TIMERS (TIMER_BIT(TIMER_PICKUP_DUE) | TIMER_BIT(TIMER_PICKUP_MISSED))

static void schedule(struct scenario *scenario, instant pickup_at)
{
    struct command command = scenario_command(scenario, COMMAND_SCHEDULE);

    command.pickup_at = pickup_at;
    scenario_must(scenario, &command);
}

static const enum hold_state schedulable[] = {HOLD_LODGED, HOLD_HELD, HOLD_EXPIRED};

START_TEST(scheduling_arms_the_pickup_and_its_grace)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];
    instant pickup_at;

    scenario_start(&scenario);
    scenario.facility.transfer_grace_us = 20 * US_PER_MIN;
    scenario_reach(&scenario, schedulable[_i]);
    pickup_at = scenario.now + 3 * US_PER_H;
    schedule(&scenario, pickup_at);
    ck_assert_int_eq(scenario.hold.pickup_at, pickup_at);
    ck_assert_int_eq(scenario.hold.state, schedulable[_i]);
    ck_assert_uint_eq(scenario.outcome.n_timers, 2);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_PICKUP_DUE, 0)->due_at, pickup_at);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_PICKUP_MISSED, 0)->due_at,
                     pickup_at + 20 * US_PER_MIN);
    ck_assert_int_eq(event->kind, EVENT_TRANSFER_SCHEDULED);
    ck_assert_int_eq(event->pickup_at, pickup_at);
    ck_assert_int_eq(event->deadline_at, scenario.hold.deadline_at);
}
END_TEST

START_TEST(rescheduling_replaces_the_pickup_and_nothing_else)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    schedule(&scenario, scenario.now + 3 * US_PER_H);
    schedule(&scenario, scenario.now + 2 * US_PER_H);
    ck_assert_uint_eq(scenario.outcome.disarm, PICKUP_TIMERS);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_PICKUP_DUE, 0)->due_at,
                     scenario.now + 2 * US_PER_H);
}
END_TEST

START_TEST(a_pickup_past_the_deadline_is_flagged_at_once)
{
    const struct {
        instant pickup_at;
        bool conflict;
    } rows[] = {{DEADLINE_AT - 1, false}, {DEADLINE_AT, false}, {DEADLINE_AT + 1, true}};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct scenario scenario;

        scenario_start(&scenario);
        scenario_reach(&scenario, HOLD_HELD);
        schedule(&scenario, rows[i].pickup_at);
        ck_assert_int_eq(scenario.outcome.events[0].transfer_conflict, rows[i].conflict);
    }
}
END_TEST

START_TEST(a_pickup_after_authority_has_ended_is_flagged_at_once)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_EXPIRED);
    schedule(&scenario, scenario.now + US_PER_H);
    ck_assert(scenario.outcome.events[0].transfer_conflict);
}
END_TEST

START_TEST(a_pickup_arranged_before_the_start_is_judged_at_the_start)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    schedule(&scenario, RECEIVED_AT + 72 * US_PER_H);
    ck_assert(!scenario.outcome.events[0].transfer_conflict);
    scenario_do(&scenario, COMMAND_START, scenario.now);
    ck_assert(scenario.outcome.events[0].transfer_conflict);
    ck_assert_int_eq(scenario.outcome.events[0].pickup_at, RECEIVED_AT + 72 * US_PER_H);
    ck_assert_uint_eq(scenario.outcome.disarm & PICKUP_TIMERS, 0); /* still arranged */
}
END_TEST

static const struct {
    enum timer_kind timer;
    enum event_kind event;
    int64_t after_pickup_us;
} firings[] = {
    {TIMER_PICKUP_DUE, EVENT_TRANSFER_DUE, 0},
    {TIMER_PICKUP_MISSED, EVENT_TRANSFER_MISSED, FACILITY_TRANSFER_GRACE_US},
};

START_TEST(time_tells_that_a_pickup_is_due_and_then_missed)
{
    struct scenario scenario;
    struct command command;
    const struct event *event = &scenario.outcome.events[0];
    instant due_at;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    due_at = scenario.now + US_PER_H + firings[_i].after_pickup_us;
    schedule(&scenario, scenario.now + US_PER_H);
    transition_from_timer(scenario_timer(&scenario, firings[_i].timer, 0), &command);
    scenario.now = due_at + 2 * US_PER_S;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.state, HOLD_HELD);
    ck_assert_int_eq(event->kind, firings[_i].event);
    ck_assert_int_eq(event->at, due_at);
    ck_assert_int_eq(event->due_at, due_at);
    ck_assert_int_eq(event->late_us, 2 * US_PER_S);
    ck_assert(event->late);
    ck_assert_int_eq(event->pickup_at, scenario.hold.pickup_at);
    ck_assert_int_eq(event->deadline_at, DEADLINE_AT);
    ck_assert_str_eq(event->actor, "clock");
}
END_TEST

START_TEST(a_pickup_outlives_expiry_and_withdrawal)
{
    const enum command_kind ends[] = {COMMAND_EXPIRE, COMMAND_CANCEL};

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct scenario scenario;

        scenario_start(&scenario);
        scenario_reach(&scenario, HOLD_HELD);
        schedule(&scenario, DEADLINE_AT);
        scenario.now = DEADLINE_AT;
        scenario_do(&scenario, ends[i], DEADLINE_AT);
        ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
        ck_assert_uint_eq(scenario.outcome.disarm & PICKUP_TIMERS, 0);
    }
}
END_TEST

START_TEST(a_warning_tells_of_the_pickup)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    schedule(&scenario, DEADLINE_AT + 1);
    command = scenario_command(&scenario, COMMAND_WARN);
    command.rung_s = 3600;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.outcome.events[0].pickup_at, DEADLINE_AT + 1);
    ck_assert(scenario.outcome.events[0].transfer_conflict);
}
END_TEST

static const struct {
    enum timer_kind timer;
    enum command_kind command;
} by_timer[] = {
    {TIMER_WARNING, COMMAND_WARN},
    {TIMER_EXPIRY, COMMAND_EXPIRE},
    {TIMER_PICKUP_DUE, COMMAND_PICKUP_DUE},
    {TIMER_PICKUP_MISSED, COMMAND_PICKUP_MISSED},
};

START_TEST(every_timer_has_its_command)
{
    const struct timer timer = {
        .hold = 5, .kind = by_timer[_i].timer, .rung_s = 900, .due_at = RECEIVED_AT};
    struct command command;

    transition_from_timer(&timer, &command);
    ck_assert_int_eq(command.kind, by_timer[_i].command);
    ck_assert_int_eq(command.hold_id, 5);
    ck_assert_int_eq(command.rung_s, 900);
    ck_assert_int_eq(command.at, RECEIVED_AT);
    ck_assert_int_eq(command.due_at, RECEIVED_AT);
    ck_assert_str_eq(command.actor, "clock");
    ck_assert_int_eq(command.pid, RECORD_NO_INT);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {scheduling_arms_the_pickup_and_its_grace, ARRAY_SIZE(schedulable)},
        {.test = rescheduling_replaces_the_pickup_and_nothing_else},
        {.test = a_pickup_past_the_deadline_is_flagged_at_once},
        {.test = a_pickup_after_authority_has_ended_is_flagged_at_once},
        {.test = a_pickup_arranged_before_the_start_is_judged_at_the_start},
        {time_tells_that_a_pickup_is_due_and_then_missed, ARRAY_SIZE(firings)},
        {.test = a_pickup_outlives_expiry_and_withdrawal},
        {.test = a_warning_tells_of_the_pickup},
        {every_timer_has_its_command, ARRAY_SIZE(by_timer)},
    };

    return unit_run("transition: transfer", tests, ARRAY_SIZE(tests));
}
