/* SPDX-License-Identifier: ISC */

/* Effective times: none in the future, none before what it follows; each rule at its border. */

#include "scenario.h"

#define TOLERANCE_US (60 * US_PER_S)
#define HORIZON_US   (366 * US_PER_DAY)

static instant *member(struct command *command, size_t offset)
{
    return (instant *)((char *)command + offset);
}

#define MEMBER(name) offsetof(struct command, name)

/* The times that clients give, and what clients call them. */
static const struct {
    enum hold_state state; /* HOLD_NONE: before the request */
    enum command_kind command;
    size_t member;
    const char *field;
    int64_t ahead_us;
} futures[] = {
    {HOLD_NONE, COMMAND_REQUEST, MEMBER(at), "received_at", TOLERANCE_US},
    {HOLD_NONE, COMMAND_REQUEST, MEMBER(booked_at), "booked_at", TOLERANCE_US},
    {HOLD_PENDING, COMMAND_DECIDE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_PENDING, COMMAND_START, MEMBER(at), "eligible_at", TOLERANCE_US},
    {HOLD_PENDING, COMMAND_CANCEL, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_PENDING, COMMAND_CLOSE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_PENDING, COMMAND_NOTE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_LODGED, COMMAND_SERVE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_LODGED, COMMAND_START, MEMBER(at), "eligible_at", TOLERANCE_US},
    {HOLD_LODGED, COMMAND_SCHEDULE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_LODGED, COMMAND_SCHEDULE, MEMBER(pickup_at), "pickup_at", HORIZON_US},
    {HOLD_HELD, COMMAND_SCHEDULE, MEMBER(pickup_at), "pickup_at", HORIZON_US},
    {HOLD_HELD, COMMAND_TRANSFER, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_HELD, COMMAND_RELEASE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_HELD, COMMAND_CANCEL, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_HELD, COMMAND_CLOSE, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_HELD, COMMAND_CORRECT, MEMBER(at), "eligible_at", TOLERANCE_US},
    {HOLD_EXPIRED, COMMAND_TRANSFER, MEMBER(at), "at", TOLERANCE_US},
    {HOLD_EXPIRED, COMMAND_CORRECT, MEMBER(at), "eligible_at", TOLERANCE_US},
};

static void set_up(struct scenario *scenario, enum hold_state state)
{
    scenario_start(scenario);
    if (state != HOLD_NONE)
        scenario_reach(scenario, state);
}

static void check_problem(const struct scenario *scenario, int r, enum problem_kind kind,
                          const char *field, instant border)
{
    char text[INSTANT_TEXT_SIZE];

    instant_format(border, text);
    ck_assert_int_eq(r, kind);
    ck_assert_int_eq(scenario->problem.kind, kind);
    ck_assert_str_eq(scenario->problem.field, field);
    ck_assert_ptr_nonnull(strstr(scenario->problem.detail, field));
    ck_assert_msg(strstr(scenario->problem.detail, text), "\"%s\" does not say %s",
                  scenario->problem.detail, text);
}

START_TEST(no_time_lies_in_the_future)
{
    struct scenario scenario;
    struct command command;
    instant border;
    int r;

    set_up(&scenario, futures[_i].state);
    command = scenario_command(&scenario, futures[_i].command);
    border = scenario.now + futures[_i].ahead_us;

    *member(&command, futures[_i].member) = border + 1;
    r = scenario_apply(&scenario, &command);
    check_problem(&scenario, r, PROBLEM_TIME_IN_FUTURE, futures[_i].field, border);
    *member(&command, futures[_i].member) = border;
    scenario_must(&scenario, &command);
}
END_TEST

START_TEST(an_issue_time_lies_neither_in_the_future_nor_after_receipt)
{
    struct scenario scenario;
    struct command command;
    int r;

    set_up(&scenario, HOLD_NONE);
    command = scenario_command(&scenario, COMMAND_REQUEST);
    command.at = command.issued_at = scenario.now + TOLERANCE_US;
    command.issued_at++;
    r = scenario_apply(&scenario, &command);
    check_problem(&scenario, r, PROBLEM_TIME_IN_FUTURE, "issued_at", scenario.now + TOLERANCE_US);
    command.issued_at--;
    command.at--;
    r = scenario_apply(&scenario, &command);
    check_problem(&scenario, r, PROBLEM_TIME_ORDER, "received_at", command.issued_at);
    command.at++;
    scenario_must(&scenario, &command);
}
END_TEST

enum bound {
    BOOKED,
    RECEIVED,
    ELIGIBLE,
};

/* What the effective time of each command must not come before. */
static const struct {
    enum hold_state state;
    enum command_kind command;
    const char *field;
    enum bound bound;
} orders[] = {
    {HOLD_PENDING, COMMAND_DECIDE, "at", RECEIVED},
    {HOLD_PENDING, COMMAND_START, "eligible_at", BOOKED},
    {HOLD_PENDING, COMMAND_CANCEL, "at", RECEIVED},
    {HOLD_PENDING, COMMAND_CLOSE, "at", RECEIVED},
    {HOLD_PENDING, COMMAND_NOTE, "at", RECEIVED},
    {HOLD_LODGED, COMMAND_SERVE, "at", RECEIVED},
    {HOLD_LODGED, COMMAND_START, "eligible_at", BOOKED},
    {HOLD_LODGED, COMMAND_SCHEDULE, "at", RECEIVED},
    {HOLD_LODGED, COMMAND_CANCEL, "at", RECEIVED},
    {HOLD_LODGED, COMMAND_CLOSE, "at", RECEIVED},
    {HOLD_LODGED, COMMAND_NOTE, "at", RECEIVED},
    {HOLD_HELD, COMMAND_SCHEDULE, "at", RECEIVED},
    {HOLD_HELD, COMMAND_TRANSFER, "at", ELIGIBLE},
    {HOLD_HELD, COMMAND_RELEASE, "at", ELIGIBLE},
    {HOLD_HELD, COMMAND_CLOSE, "at", ELIGIBLE},
    {HOLD_HELD, COMMAND_CANCEL, "at", RECEIVED},
    {HOLD_HELD, COMMAND_CORRECT, "eligible_at", BOOKED},
    {HOLD_HELD, COMMAND_NOTE, "at", RECEIVED},
    {HOLD_EXPIRED, COMMAND_SCHEDULE, "at", RECEIVED},
    {HOLD_EXPIRED, COMMAND_TRANSFER, "at", ELIGIBLE},
    {HOLD_EXPIRED, COMMAND_RELEASE, "at", ELIGIBLE},
    {HOLD_EXPIRED, COMMAND_CLOSE, "at", ELIGIBLE},
    {HOLD_EXPIRED, COMMAND_CORRECT, "eligible_at", BOOKED},
    {HOLD_EXPIRED, COMMAND_NOTE, "at", RECEIVED},
};

START_TEST(no_time_comes_before_what_it_follows)
{
    static const char *const names[] = {"booked_at", "received_at", "eligible_at"};
    const instant bounds[] = {BOOKED_AT, RECEIVED_AT, ELIGIBLE_AT};
    instant bound = bounds[orders[_i].bound];
    struct scenario scenario;
    struct command command;
    int r;

    set_up(&scenario, orders[_i].state);
    command = scenario_command(&scenario, orders[_i].command);
    command.at = bound - 1;
    r = scenario_apply(&scenario, &command);
    check_problem(&scenario, r, PROBLEM_TIME_ORDER, orders[_i].field, bound);
    ck_assert_ptr_nonnull(strstr(scenario.problem.detail, names[orders[_i].bound]));
    command.at = bound;
    scenario_must(&scenario, &command);
}
END_TEST

START_TEST(a_pickup_does_not_come_before_its_arrangement)
{
    struct scenario scenario;
    struct command command;
    int r;

    set_up(&scenario, HOLD_HELD);
    command = scenario_command(&scenario, COMMAND_SCHEDULE);
    command.at = scenario.now - US_PER_MIN;
    command.pickup_at = command.at - 1;
    r = scenario_apply(&scenario, &command);
    check_problem(&scenario, r, PROBLEM_TIME_ORDER, "pickup_at", command.at);
    command.pickup_at = command.at;
    scenario_must(&scenario, &command);
}
END_TEST

START_TEST(without_a_booking_time_a_start_may_lie_anywhere_in_the_past)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    command = scenario_command(&scenario, COMMAND_REQUEST);
    command.booked_at = INSTANT_NONE;
    scenario_must(&scenario, &command);
    scenario_do(&scenario, COMMAND_START, unit_instant("0001-01-01T00:00:00Z"));
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
}
END_TEST

/* A clerk who writes things down later: both times are kept. */
START_TEST(effective_and_recorded_time_are_both_kept)
{
    struct scenario scenario;

    set_up(&scenario, HOLD_HELD);
    scenario.now += 3 * US_PER_H;
    scenario_do(&scenario, COMMAND_NOTE, ELIGIBLE_AT + 7);
    ck_assert_int_eq(scenario.outcome.events[0].at, ELIGIBLE_AT + 7);
    ck_assert_int_eq(scenario.outcome.events[0].recorded_at, scenario.now);
}
END_TEST

START_TEST(what_has_no_time_happens_now)
{
    struct scenario scenario;

    set_up(&scenario, HOLD_HELD);
    scenario.now += 3 * US_PER_H;
    scenario_do(&scenario, COMMAND_NOTE, INSTANT_NONE);
    ck_assert_int_eq(scenario.outcome.events[0].at, scenario.now);
    ck_assert_int_eq(scenario.outcome.events[0].recorded_at, scenario.now);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {no_time_lies_in_the_future, ARRAY_SIZE(futures)},
        {.test = an_issue_time_lies_neither_in_the_future_nor_after_receipt},
        {no_time_comes_before_what_it_follows, ARRAY_SIZE(orders)},
        {.test = a_pickup_does_not_come_before_its_arrangement},
        {.test = without_a_booking_time_a_start_may_lie_anywhere_in_the_past},
        {.test = effective_and_recorded_time_are_both_kept},
        {.test = what_has_no_time_happens_now},
    };

    return unit_run("transition: times", tests, ARRAY_SIZE(tests));
}
