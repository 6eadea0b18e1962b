/* SPDX-License-Identifier: ISC */

/* What policy and supervisors decide: at the request, in review, and again when the clock would
 * start. */

#include "scenario.h"

static const struct {
    enum decision policy;
    enum hold_state state;
    enum event_kind event;
    enum cause cause;
} requests[] = {
    {DECISION_HONOR, HOLD_LODGED, EVENT_LODGED, CAUSE_NONE},
    {DECISION_DECLINE, HOLD_DECLINED, EVENT_DECLINED, CAUSE_POLICY},
    {DECISION_REVIEW, HOLD_PENDING, EVENT_PENDING, CAUSE_NONE},
};

START_TEST(a_request_is_decided_by_policy)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario.policy = requests[_i].policy;
    scenario_do(&scenario, COMMAND_REQUEST, scenario.now - US_PER_H);
    ck_assert_int_eq(scenario.hold.state, requests[_i].state);
    ck_assert_int_eq(scenario.hold.decision, requests[_i].policy);
    ck_assert(!scenario.hold.decided);
    ck_assert_int_eq(scenario.hold.ended_at,
                     requests[_i].state == HOLD_DECLINED ? scenario.now - US_PER_H : INSTANT_NONE);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_int_eq(event->kind, requests[_i].event);
    ck_assert_int_eq(event->cause, requests[_i].cause);
    ck_assert_int_eq(event->decision, requests[_i].policy);
    ck_assert_int_eq(event->rev, 1);
    ck_assert_int_eq(event->at, scenario.now - US_PER_H);
    ck_assert_int_eq(event->recorded_at, scenario.now);
    ck_assert_str_eq(event->actor, "uid:1000");
    ck_assert_int_eq(event->pid, 4711);
}
END_TEST

START_TEST(a_request_fills_the_hold)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    command = scenario_command(&scenario, COMMAND_REQUEST);
    command.hold_id = 17;
    command.form = names_find(&form_names, "I-247D");
    command.issued_at = scenario.now - 2 * US_PER_H;
    command.ice_warrant = names_find(&ice_warrant_names, "I-205");
    snprintf(command.ice_office, sizeof(command.ice_office), "Tacoma");
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.id, 17);
    ck_assert_int_eq(scenario.hold.rev, 1);
    ck_assert_str_eq(scenario.hold.booking, "2026-0001");
    ck_assert_str_eq(scenario.hold.facility, "PIERCE");
    ck_assert_int_eq(scenario.hold.form, command.form);
    ck_assert_int_eq(scenario.hold.issued_at, command.issued_at);
    ck_assert_int_eq(scenario.hold.booked_at, BOOKED_AT);
    ck_assert_int_eq(scenario.hold.received_at, scenario.now);
    ck_assert_int_eq(scenario.hold.ice_warrant, command.ice_warrant);
    ck_assert_str_eq(scenario.hold.ice_office, "Tacoma");
    ck_assert_int_eq(scenario.hold.eligible_at, INSTANT_NONE);
    ck_assert_int_eq(scenario.hold.deadline_at, INSTANT_NONE);
    ck_assert_str_eq(scenario.hold.rule, "");
}
END_TEST

START_TEST(the_form_is_i_247a_where_nothing_is_said)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    ck_assert_str_eq(form_names.values[scenario.hold.form], "I-247A");
}
END_TEST

static const struct {
    enum decision decision;
    enum hold_state state;
} decisions[] = {{DECISION_HONOR, HOLD_LODGED}, {DECISION_DECLINE, HOLD_DECLINED}};

START_TEST(a_supervisor_decides_what_is_pending)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_PENDING);
    command = scenario_command(&scenario, COMMAND_DECIDE);
    command.decision = decisions[_i].decision;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.state, decisions[_i].state);
    ck_assert_int_eq(scenario.hold.decision, decisions[_i].decision);
    ck_assert(scenario.hold.decided);
    ck_assert_int_eq(scenario.outcome.events[0].decision, decisions[_i].decision);
    ck_assert_str_eq(scenario.outcome.events[0].reason, command.reason);
    ck_assert_int_eq(scenario.hold.ended_at,
                     decisions[_i].state == HOLD_DECLINED ? scenario.now : INSTANT_NONE);
}
END_TEST

/* The way to lodged, the policy on the day of the start, and what becomes of the start. */
static const struct {
    bool decided; /* lodged by a supervisor, not by policy */
    enum decision policy;
    enum hold_state state;
    enum cause cause;
} starts[] = {
    {false, DECISION_HONOR, HOLD_HELD, CAUSE_NONE},
    {false, DECISION_DECLINE, HOLD_DECLINED, CAUSE_POLICY},
    {false, DECISION_REVIEW, HOLD_DECLINED, CAUSE_UNDECIDED},
    {true, DECISION_HONOR, HOLD_HELD, CAUSE_NONE},
    {true, DECISION_DECLINE, HOLD_DECLINED, CAUSE_POLICY},
    {true, DECISION_REVIEW, HOLD_HELD, CAUSE_NONE},
};

START_TEST(a_start_asks_the_policy_again)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    scenario_start(&scenario);
    scenario_reach(&scenario, starts[_i].decided ? HOLD_PENDING : HOLD_LODGED);
    if (starts[_i].decided)
        scenario_do(&scenario, COMMAND_DECIDE, scenario.now);
    scenario.policy = starts[_i].policy;
    scenario_do(&scenario, COMMAND_START, scenario.now);
    ck_assert_int_eq(scenario.hold.state, starts[_i].state);
    ck_assert_int_eq(event->cause, starts[_i].cause);
    if (starts[_i].state != HOLD_DECLINED)
        return;
    ck_assert_int_eq(event->kind, EVENT_DECLINED);
    ck_assert_int_eq(event->eligible_at, scenario.now);
    ck_assert_int_eq(scenario.hold.decision, DECISION_DECLINE);
    ck_assert_int_eq(scenario.hold.ended_at, scenario.now);
    ck_assert_int_eq(scenario.hold.deadline_at, INSTANT_NONE);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.disarm, TIMER_ALL);
}
END_TEST

/* Nobody decided in time: the person goes home. */
START_TEST(an_undecided_start_is_declined)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_PENDING);
    scenario.policy = DECISION_REVIEW;
    scenario_do(&scenario, COMMAND_START, scenario.now);
    ck_assert_int_eq(scenario.hold.state, HOLD_DECLINED);
    ck_assert_int_eq(scenario.outcome.events[0].cause, CAUSE_UNDECIDED);
}
END_TEST

START_TEST(serving_is_recorded)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now += US_PER_H;
    scenario_do(&scenario, COMMAND_SERVE, RECEIVED_AT + 5);
    ck_assert_int_eq(scenario.hold.served_at, RECEIVED_AT + 5);
    ck_assert_int_eq(scenario.outcome.events[0].at, RECEIVED_AT + 5);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {a_request_is_decided_by_policy, ARRAY_SIZE(requests)},
        {.test = a_request_fills_the_hold},
        {.test = the_form_is_i_247a_where_nothing_is_said},
        {a_supervisor_decides_what_is_pending, ARRAY_SIZE(decisions)},
        {a_start_asks_the_policy_again, ARRAY_SIZE(starts)},
        {.test = an_undecided_start_is_declined},
        {.test = serving_is_recorded},
    };

    return unit_run("transition: policy", tests, ARRAY_SIZE(tests));
}
