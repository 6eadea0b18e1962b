/* SPDX-License-Identifier: ISC */

/* Corrections: the only way a deadline moves later, and what they may never bring back. */

#include "scenario.h"

#define DEADLINE_TIMERS (TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY))

/* Corrects the start to `eligible_at`; the time is now. */
static void correct(struct scenario *scenario, instant eligible_at)
{
    scenario_do(scenario, COMMAND_CORRECT, eligible_at);
}

/* A hold that ICE withdrew forty hours after its start; an hour has passed since. */
static void withdraw(struct scenario *scenario)
{
    scenario_start(scenario);
    scenario_reach(scenario, HOLD_HELD);
    scenario->now = ELIGIBLE_AT + 41 * US_PER_H;
    scenario_do(scenario, COMMAND_CANCEL, ELIGIBLE_AT + 40 * US_PER_H);
}

/* How a correction moves the start of a held person, at ELIGIBLE_AT + 2 h. */
static const struct {
    int64_t move_us;
    bool lengthened;
} moves[] = {{-US_PER_H, false}, {-1, false}, {1, true}, {2 * US_PER_H, true}};

START_TEST(moves_the_deadline_of_a_held_person_and_says_so)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];
    instant deadline_at = DEADLINE_AT + moves[_i].move_us;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.now = ELIGIBLE_AT + 2 * US_PER_H;
    correct(&scenario, ELIGIBLE_AT + moves[_i].move_us);
    ck_assert_int_eq(scenario.hold.state, HOLD_HELD);
    ck_assert_int_eq(scenario.hold.eligible_at, ELIGIBLE_AT + moves[_i].move_us);
    ck_assert_int_eq(scenario.hold.deadline_at, deadline_at);
    ck_assert_int_eq(event->kind, EVENT_CORRECTED);
    ck_assert_int_eq(event->eligible_at, scenario.hold.eligible_at);
    ck_assert_int_eq(event->deadline_at, deadline_at);
    ck_assert_int_eq(event->previous_deadline_at, DEADLINE_AT);
    ck_assert_int_eq(event->lengthened, moves[_i].lengthened);
    ck_assert_str_eq(event->reason, "read the papers again");
    ck_assert_int_eq(event->at, scenario.now); /* when the supervisor spoke */
    ck_assert_uint_eq(scenario.outcome.disarm, DEADLINE_TIMERS);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_EXPIRY, 0)->due_at, deadline_at);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_WARNING, 3600)->due_at,
                     deadline_at - US_PER_H);
}
END_TEST

START_TEST(that_changes_nothing_leaves_the_timers_alone)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    correct(&scenario, ELIGIBLE_AT);
    ck_assert_uint_eq(scenario.outcome.disarm, 0);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert(!scenario.outcome.events[0].lengthened);
}
END_TEST

START_TEST(to_a_deadline_already_past_expires_at_once)
{
    struct scenario scenario;
    const struct event *events = scenario.outcome.events;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.now = ELIGIBLE_AT + 40 * US_PER_H;
    correct(&scenario, ELIGIBLE_AT - 10 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, ELIGIBLE_AT + 38 * US_PER_H);
    ck_assert_uint_eq(scenario.outcome.n_events, 2);
    ck_assert_int_eq(events[0].state, HOLD_HELD);
    ck_assert_int_eq(events[1].kind, EVENT_EXPIRED);
    ck_assert_int_eq(events[1].cause, CAUSE_DEADLINE);
    ck_assert_int_eq(events[1].late_us, 2 * US_PER_H);
    ck_assert(events[1].late);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.disarm, DEADLINE_TIMERS);
}
END_TEST

START_TEST(revives_what_expired_by_a_wrong_start)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_EXPIRED);
    scenario.now += US_PER_H;
    correct(&scenario, ELIGIBLE_AT + 3 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_HELD);
    ck_assert_int_eq(scenario.hold.authority_ended_at, INSTANT_NONE);
    ck_assert_int_eq(scenario.hold.deadline_at, DEADLINE_AT + 3 * US_PER_H);
    ck_assert(scenario.outcome.events[0].lengthened);
    ck_assert_int_eq(scenario.outcome.events[0].state, HOLD_HELD);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_EXPIRY, 0)->due_at,
                     DEADLINE_AT + 3 * US_PER_H);
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now), 0);
}
END_TEST

/* How a correction moves the start of a hold expired an hour ago, without reviving it. */
static const int64_t small_moves_us[] = {-5 * US_PER_H, 0, US_PER_H - 1, US_PER_H};

START_TEST(moves_the_end_of_authority_of_what_stays_expired)
{
    struct scenario scenario;
    instant deadline_at = DEADLINE_AT + small_moves_us[_i];

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_EXPIRED);
    scenario.now += US_PER_H;
    correct(&scenario, ELIGIBLE_AT + small_moves_us[_i]);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, deadline_at);
    ck_assert_int_eq(hold_overdue_us(&scenario.hold, scenario.now), scenario.now - deadline_at);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
}
END_TEST

/* A wall clock that went back un-fires nothing: only a later deadline brings authority back. */
START_TEST(does_not_revive_because_the_clock_went_back)
{
    const int64_t back_us[] = {0, US_PER_H};

    for (size_t i = 0; i < ARRAY_SIZE(back_us); i++) {
        struct scenario scenario;

        scenario_start(&scenario);
        scenario_reach(&scenario, HOLD_EXPIRED);
        scenario.now -= 5 * US_PER_H;
        correct(&scenario, ELIGIBLE_AT - back_us[i]);
        ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
        ck_assert_int_eq(scenario.hold.authority_ended_at, DEADLINE_AT - back_us[i]);
    }
}
END_TEST

START_TEST(never_revives_what_ice_withdrew)
{
    struct scenario scenario;

    withdraw(&scenario);
    correct(&scenario, ELIGIBLE_AT + 11 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.authority_ended_at, ELIGIBLE_AT + 40 * US_PER_H);
    ck_assert(scenario.outcome.events[0].lengthened);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
}
END_TEST

/* Not even by way of a deadline earlier than the withdrawal, which ends authority by itself. */
START_TEST(never_revives_what_ice_withdrew_however_it_is_corrected)
{
    struct scenario scenario;

    withdraw(&scenario);
    correct(&scenario, ELIGIBLE_AT - 10 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_le(scenario.hold.authority_ended_at, ELIGIBLE_AT + 38 * US_PER_H);
    correct(&scenario, ELIGIBLE_AT + 5 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_lt(scenario.hold.authority_ended_at, scenario.now);
}
END_TEST

/* The withdrawal came after the deadline, but before the timer fired. */
START_TEST(never_revives_what_ice_withdrew_too_late)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.now = DEADLINE_AT + 5;
    scenario_do(&scenario, COMMAND_CANCEL, scenario.now);
    correct(&scenario, ELIGIBLE_AT + US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
}
END_TEST

START_TEST(follows_the_rule_of_today)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.facility.rule.limit_h = 24;
    correct(&scenario, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.limit_h, 24);
    ck_assert_int_eq(scenario.hold.deadline_at, ELIGIBLE_AT + 24 * US_PER_H);
}
END_TEST

START_TEST(tells_of_a_pickup_that_now_comes_too_late)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    command = scenario_command(&scenario, COMMAND_SCHEDULE);
    command.pickup_at = DEADLINE_AT;
    scenario_must(&scenario, &command);
    ck_assert(!scenario.outcome.events[0].transfer_conflict);
    correct(&scenario, ELIGIBLE_AT - 1);
    ck_assert(scenario.outcome.events[0].transfer_conflict);
    ck_assert_uint_eq(scenario.outcome.disarm, DEADLINE_TIMERS); /* the pickup stands */
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {moves_the_deadline_of_a_held_person_and_says_so, ARRAY_SIZE(moves)},
        {.test = that_changes_nothing_leaves_the_timers_alone},
        {.test = to_a_deadline_already_past_expires_at_once},
        {.test = revives_what_expired_by_a_wrong_start},
        {moves_the_end_of_authority_of_what_stays_expired, ARRAY_SIZE(small_moves_us)},
        {.test = does_not_revive_because_the_clock_went_back},
        {.test = never_revives_what_ice_withdrew},
        {.test = never_revives_what_ice_withdrew_however_it_is_corrected},
        {.test = never_revives_what_ice_withdrew_too_late},
        {.test = follows_the_rule_of_today},
        {.test = tells_of_a_pickup_that_now_comes_too_late},
    };

    return unit_run("transition: correct", tests, ARRAY_SIZE(tests));
}
