/* SPDX-License-Identifier: ISC */

/*
 * Deadlines by law: both readings beside the one that binds, rules from receipt and service, what a
 * policy allows less, clocks that are inherited, and a law that changes while one runs.
 *
 * T0 is a Tuesday, 18:00 UTC; eligible an hour later; Thursday of that week is Thanksgiving.
 */

#include "scenario.h"

static void use_rule(struct scenario *scenario, enum rule_start start, int limit_h)
{
    scenario->facility.rule.start = start;
    scenario->facility.rule.limit_h = limit_h;
    strcpy(scenario->facility.rule.name, "county");
}

static void lodge(struct scenario *scenario)
{
    scenario_start(scenario);
    scenario_reach(scenario, HOLD_LODGED);
    scenario->now = ELIGIBLE_AT;
}

START_TEST(both_readings_are_kept_whichever_binds)
{
    struct scenario scenario;
    instant regulatory_at = unit_instant("2026-11-27T19:00:00Z");

    lodge(&scenario);
    if (_i)
        rule_regulatory(scenario.facility.us_federal, &scenario.facility.rule);
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    ck_assert_str_eq(scenario.hold.rule, _i ? "regulatory" : "consecutive");
    ck_assert_int_eq(scenario.hold.deadline_at, _i ? regulatory_at : DEADLINE_AT);
    ck_assert_int_eq(scenario.hold.consecutive_deadline_at, DEADLINE_AT);
    ck_assert_int_eq(scenario.hold.regulatory_deadline_at, regulatory_at);
    ck_assert_str_eq(scenario.outcome.events[0].rule, scenario.hold.rule);
    ck_assert_int_eq(scenario.outcome.events[0].consecutive_deadline_at, DEADLINE_AT);
    ck_assert_int_eq(scenario.outcome.events[0].regulatory_deadline_at, regulatory_at);
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_EXPIRY, 0)->due_at, scenario.hold.deadline_at);
}
END_TEST

START_TEST(hours_from_receipt_and_from_service)
{
    struct scenario scenario;

    lodge(&scenario);
    scenario_do(&scenario, COMMAND_SERVE, RECEIVED_AT + 30 * US_PER_MIN);
    use_rule(&scenario, _i ? RULE_FROM_SERVED : RULE_FROM_RECEIVED, 24);
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.deadline_at,
                     RECEIVED_AT + (_i ? 30 * US_PER_MIN : 0) + 24 * US_PER_H);
    ck_assert_int_eq(scenario.hold.limit_h, 24);
    ck_assert_int_eq(scenario.hold.consecutive_deadline_at, DEADLINE_AT);
}
END_TEST

/* Until somebody is eligible they are held on other authority. */
START_TEST(time_that_ran_out_before_ends_at_eligible)
{
    struct scenario scenario;

    lodge(&scenario);
    use_rule(&scenario, RULE_FROM_RECEIVED, 1);
    scenario.now = RECEIVED_AT + 5 * US_PER_H;
    scenario_do(&scenario, COMMAND_START, RECEIVED_AT + 3 * US_PER_H);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_int_eq(scenario.hold.deadline_at, RECEIVED_AT + 3 * US_PER_H);
    ck_assert_int_eq(scenario.hold.authority_ended_at, RECEIVED_AT + 3 * US_PER_H);
}
END_TEST

static const struct {
    struct policy_clock clock;
    const char *rule;
    int64_t limit_h;
    int64_t after_eligible_us;
} bounds[] = {
    {{RULE_FROM_ELIGIBLE, 24}, "policy", 24, 24 * US_PER_H},
    {{RULE_FROM_ELIGIBLE, 48}, "consecutive", 48, 48 * US_PER_H},
    {{RULE_FROM_RECEIVED, 48}, "policy", 48, 47 * US_PER_H},
    {{RULE_FROM_SERVED, 48}, "consecutive", 48, 48 * US_PER_H}, /* never served */
};

START_TEST(a_policy_can_allow_less_and_never_more)
{
    struct scenario scenario;
    struct command command;

    lodge(&scenario);
    command = scenario_command(&scenario, COMMAND_START);
    command.bound = &bounds[_i].clock;
    scenario_must(&scenario, &command);
    ck_assert_str_eq(scenario.hold.rule, bounds[_i].rule);
    ck_assert_int_eq(scenario.hold.limit_h, bounds[_i].limit_h);
    ck_assert_int_eq(scenario.hold.deadline_at, ELIGIBLE_AT + bounds[_i].after_eligible_us);
    /* a correction is bound by it, too */
    command = scenario_command(&scenario, COMMAND_CORRECT);
    command.bound = &bounds[_i].clock;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.deadline_at, ELIGIBLE_AT + bounds[_i].after_eligible_us);
}
END_TEST

START_TEST(the_ruling_is_kept_and_told)
{
    struct scenario scenario;
    struct command command;
    const struct event *event = &scenario.outcome.events[0];

    lodge(&scenario);
    ck_assert_str_eq(scenario.hold.policy, "test-policy");
    ck_assert_str_eq(scenario.hold.policy_rule, "all");
    ck_assert_str_eq(event->policy_version, "2026");
    ck_assert_str_eq(event->policy_cite, "Sec. 1");
    command = scenario_command(&scenario, COMMAND_FACTS);
    strcpy(command.known_facts, "{\"age\":34}");
    scenario_must(&scenario, &command);
    ck_assert_str_eq(scenario.hold.facts, "{\"age\":34}");
    ck_assert_str_eq(event->facts, "{\"age\":34}");
    scenario.policy = DECISION_DECLINE;
    command = scenario_command(&scenario, COMMAND_START);
    strcpy(command.known_facts, "{\"age\":17}");
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.state, HOLD_DECLINED);
    ck_assert_str_eq(scenario.hold.facts, "{\"age\":17}");
    ck_assert_str_eq(event->policy_reason, "the test says so");
}
END_TEST

/* ---- inheritance ---- */

START_TEST(a_deadline_of_that_day_is_inherited_even_where_the_start_is_not)
{
    struct scenario scenario;
    struct command command;

    lodge(&scenario);
    command = scenario_command(&scenario, COMMAND_START);
    command.first.hold = 9;
    command.first.eligible_at = ELIGIBLE_AT + US_PER_H;
    command.first.deadline_at = ELIGIBLE_AT + 5 * US_PER_H;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.eligible_at, ELIGIBLE_AT);
    ck_assert_int_eq(scenario.hold.deadline_at, ELIGIBLE_AT + 5 * US_PER_H);
    ck_assert_int_eq(scenario.hold.first_hold, 9);
    ck_assert_int_eq(scenario.outcome.events[0].first_hold, 9);
}
END_TEST

START_TEST(receipt_of_what_was_replaced_is_inherited)
{
    struct scenario scenario;
    struct command command;

    lodge(&scenario);
    use_rule(&scenario, RULE_FROM_RECEIVED, 48);
    command = scenario_command(&scenario, COMMAND_START);
    command.first.hold = 9;
    command.first.received_at = RECEIVED_AT - 10 * US_PER_H;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.deadline_at, RECEIVED_AT + 38 * US_PER_H);
}
END_TEST

/* ---- a new law ---- */

static void hold_on(struct scenario *scenario)
{
    scenario_start(scenario);
    scenario_reach(scenario, HOLD_HELD);
}

START_TEST(a_shorter_law_moves_a_running_deadline)
{
    struct scenario scenario;
    const struct event *event = &scenario.outcome.events[0];

    hold_on(&scenario);
    use_rule(&scenario, RULE_FROM_ELIGIBLE, 24);
    scenario_do(&scenario, COMMAND_SHORTEN, scenario.now);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_int_eq(event->kind, EVENT_SHORTENED);
    ck_assert_int_eq(event->previous_deadline_at, DEADLINE_AT);
    ck_assert_int_eq(event->deadline_at, ELIGIBLE_AT + 24 * US_PER_H);
    ck_assert(!event->lengthened);
    ck_assert_str_eq(event->rule, "county");
    ck_assert_str_eq(scenario.hold.rule, "county");
    ck_assert_int_eq(scenario_timer(&scenario, TIMER_EXPIRY, 0)->due_at, event->deadline_at);
    ck_assert_uint_eq(scenario.outcome.disarm, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
}
END_TEST

START_TEST(a_law_by_which_time_has_run_out_expires)
{
    struct scenario scenario;

    hold_on(&scenario);
    scenario.now = ELIGIBLE_AT + 30 * US_PER_H;
    use_rule(&scenario, RULE_FROM_ELIGIBLE, 24);
    scenario_do(&scenario, COMMAND_SHORTEN, scenario.now);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
    ck_assert_uint_eq(scenario.outcome.n_events, 2);
    ck_assert_int_eq(scenario.outcome.events[1].kind, EVENT_EXPIRED);
    ck_assert_int_eq(scenario.outcome.events[1].late_us, 6 * US_PER_H);
}
END_TEST

START_TEST(a_longer_law_moves_nothing)
{
    struct scenario scenario;
    struct hold before;

    scenario_start(&scenario);
    use_rule(&scenario, RULE_FROM_ELIGIBLE, 24);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = ELIGIBLE_AT;
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    before = scenario.hold;
    rule_regulatory(scenario.facility.us_federal, &scenario.facility.rule);
    scenario_do(&scenario, COMMAND_SHORTEN, scenario.now);
    ck_assert_uint_eq(scenario.outcome.n_events, 0);
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_mem_eq(&scenario.hold, &before, sizeof(before));
}
END_TEST

START_TEST(a_reading_that_does_not_bind_moves_by_itself)
{
    struct scenario scenario;
    struct mistakes mistakes = {.path = "none.ics", .messages = stderr};
    struct calendar *none = NULL;
    const struct event *event = &scenario.outcome.events[0];

    ck_assert_int_eq(calendar_parse("none",
                                    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n"
                                    "DTSTART;VALUE=DATE:19700101\nSUMMARY:Long ago\nEND:VEVENT\n"
                                    "END:VCALENDAR\n",
                                    &mistakes, &none),
                     0);
    hold_on(&scenario);
    scenario.facility.us_federal = none; /* no Thanksgiving any more */
    scenario_do(&scenario, COMMAND_SHORTEN, scenario.now);
    ck_assert_uint_eq(scenario.outcome.n_events, 1);
    ck_assert_int_eq(event->previous_deadline_at, INSTANT_NONE);
    ck_assert_int_eq(event->deadline_at, DEADLINE_AT);
    ck_assert_ptr_null(event->rule);
    ck_assert_int_eq(scenario.hold.regulatory_deadline_at, unit_instant("2026-11-26T19:00:00Z"));
    ck_assert_str_eq(scenario.hold.rule, "consecutive");
    ck_assert_uint_eq(scenario.outcome.n_timers, 0);
    ck_assert_uint_eq(scenario.outcome.disarm, 0);
    calendar_free(none);
}
END_TEST

/* ---- withdrawal ---- */

START_TEST(a_correction_there_and_back_leaves_the_withdrawal_where_it_was)
{
    struct scenario scenario;
    struct command command;
    instant withdrawn_at = ELIGIBLE_AT + 10 * US_PER_H;

    hold_on(&scenario);
    scenario.now = withdrawn_at;
    scenario_do(&scenario, COMMAND_CANCEL, withdrawn_at);
    command = scenario_command(&scenario, COMMAND_CORRECT);
    command.at = BOOKED_AT;
    scenario_must(&scenario, &command);
    command.at = ELIGIBLE_AT - 40 * US_PER_H;
    scenario.hold.booked_at = INSTANT_NONE;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.authority_ended_at, ELIGIBLE_AT + 8 * US_PER_H);
    command.at = ELIGIBLE_AT;
    scenario_must(&scenario, &command);
    ck_assert_int_eq(scenario.hold.authority_ended_at, withdrawn_at);
    ck_assert_int_eq(scenario.hold.state, HOLD_EXPIRED);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {both_readings_are_kept_whichever_binds, 2},
        {hours_from_receipt_and_from_service, 2},
        {.test = time_that_ran_out_before_ends_at_eligible},
        {a_policy_can_allow_less_and_never_more, ARRAY_SIZE(bounds)},
        {.test = the_ruling_is_kept_and_told},
        {.test = a_deadline_of_that_day_is_inherited_even_where_the_start_is_not},
        {.test = receipt_of_what_was_replaced_is_inherited},
        {.test = a_shorter_law_moves_a_running_deadline},
        {.test = a_law_by_which_time_has_run_out_expires},
        {.test = a_longer_law_moves_nothing},
        {.test = a_reading_that_does_not_bind_moves_by_itself},
        {.test = a_correction_there_and_back_leaves_the_withdrawal_where_it_was},
    };

    return unit_run("transition: law", tests, ARRAY_SIZE(tests));
}
