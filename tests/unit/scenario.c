/* SPDX-License-Identifier: ISC */

/* One hold, its facility and a clock. */

#include "scenario.h"

void scenario_start(struct scenario *scenario)
{
    memset(scenario, 0, sizeof(*scenario));
    facility_default(&scenario->facility);
    scenario->facility.us_federal = unit_us_federal();
    scenario->policy = DECISION_HONOR;
    snprintf(scenario->facility.id, sizeof(scenario->facility.id), "PIERCE");
    scenario->now = RECEIVED_AT;
}

struct command scenario_command(const struct scenario *scenario, enum command_kind kind)
{
    struct command command;

    command_init(&command, kind, 1, kind < COMMAND_FROM_OUTSIDE ? "uid:1000" : "clock",
                 kind < COMMAND_FROM_OUTSIDE ? 4711 : RECORD_NO_INT);
    if (kind == COMMAND_REQUEST) {
        snprintf(command.booking, sizeof(command.booking), "2026-0001");
        snprintf(command.facility, sizeof(command.facility), "PIERCE");
        command.booked_at = BOOKED_AT;
    }
    if (kind == COMMAND_DECIDE)
        command.decision = DECISION_HONOR;
    if (kind == COMMAND_DECIDE || kind == COMMAND_CORRECT)
        snprintf(command.reason, sizeof(command.reason), "read the papers again");
    if (kind == COMMAND_SCHEDULE)
        command.pickup_at = scenario->now + US_PER_H;
    if (kind == COMMAND_CLOSE)
        command.close_reason = names_find(&close_reason_names, "bonded");
    if (kind == COMMAND_CORRECT)
        command.at = scenario->hold.eligible_at;
    if (kind == COMMAND_NOTE)
        snprintf(command.text, sizeof(command.text), "called the field office");
    if (kind >= COMMAND_FROM_OUTSIDE)
        command.at = command.due_at = scenario->now;
    return command;
}

int scenario_apply(struct scenario *scenario, const struct command *command)
{
    const struct hold *hold = command->kind == COMMAND_REQUEST ? NULL : &scenario->hold;
    struct outcome outcome;
    int r;

    scenario->command = *command;
    scenario->command.ruling = (struct ruling){
        .decision = scenario->policy,
        .policy = "test-policy",
        .hash = "0123",
        .version = "2026",
        .rule = "all",
        .reason = "the test says so",
        .cite = "Sec. 1",
    };
    r = transition_apply(hold, &scenario->command, &scenario->facility, scenario->now, &outcome,
                         &scenario->problem);
    if (r)
        return r;
    scenario->outcome = outcome;
    scenario->hold = outcome.hold;
    return 0;
}

void scenario_must(struct scenario *scenario, const struct command *command)
{
    int r = scenario_apply(scenario, command);

    ck_assert_msg(r == 0, "command %d: %s", command->kind, scenario->problem.detail);
}

void scenario_do(struct scenario *scenario, enum command_kind kind, instant at)
{
    struct command command = scenario_command(scenario, kind);

    command.at = at;
    scenario_must(scenario, &command);
}

static void request(struct scenario *scenario, enum decision policy)
{
    enum decision usual = scenario->policy;

    scenario->policy = policy;
    scenario_do(scenario, COMMAND_REQUEST, RECEIVED_AT);
    scenario->policy = usual;
}

static void hold_on(struct scenario *scenario)
{
    request(scenario, DECISION_HONOR);
    scenario->now = ELIGIBLE_AT;
    scenario_do(scenario, COMMAND_START, ELIGIBLE_AT);
}

/* Ends a hold an hour after it was, or could have been, started. */
static void end_by(struct scenario *scenario, enum command_kind command)
{
    scenario->now = ELIGIBLE_AT + US_PER_H;
    scenario_do(scenario, command, scenario->now);
}

void scenario_reach(struct scenario *scenario, enum hold_state state)
{
    static const enum command_kind ends[HOLD_STATES] = {
        [HOLD_CANCELLED] = COMMAND_CANCEL,
        [HOLD_TRANSFERRED] = COMMAND_TRANSFER,
        [HOLD_RELEASED] = COMMAND_RELEASE,
        [HOLD_CLOSED] = COMMAND_CLOSE,
    };

    if (state == HOLD_PENDING)
        request(scenario, DECISION_REVIEW);
    else if (state == HOLD_DECLINED)
        request(scenario, DECISION_DECLINE);
    else if (state == HOLD_LODGED || state == HOLD_CANCELLED)
        request(scenario, DECISION_HONOR);
    else
        hold_on(scenario);
    if (state == HOLD_EXPIRED) {
        scenario->now = DEADLINE_AT;
        scenario_do(scenario, COMMAND_EXPIRE, DEADLINE_AT);
    } else if (ends[state]) {
        end_by(scenario, ends[state]);
    }
    ck_assert_int_eq(scenario->hold.state, state);
}

const struct timer *scenario_timer(const struct scenario *scenario, enum timer_kind kind,
                                   int64_t rung_s)
{
    const struct outcome *outcome = &scenario->outcome;

    for (size_t i = 0; i < outcome->n_timers; i++)
        if (outcome->timers[i].kind == (int)kind && outcome->timers[i].rung_s == rung_s)
            return &outcome->timers[i];
    return NULL;
}
