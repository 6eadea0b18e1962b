/* SPDX-License-Identifier: ISC */

/*
 * Every state and every command, under every policy: what is legal leads where it should, what is
 * not is refused with the state and what would be legal. The expectations are written from the
 * description of a hold's life, not from the table in the code.
 */

#include "scenario.h"

#define H (1u << DECISION_HONOR)
#define D (1u << DECISION_DECLINE)
#define R (1u << DECISION_REVIEW)

static const struct expectation {
    enum hold_state from;
    enum command_kind command;
    unsigned policies;
    enum hold_state to;
    enum event_kind events[2];
} expected[] = {
    {HOLD_PENDING, COMMAND_DECIDE, H | D | R, HOLD_LODGED, {EVENT_DECIDED}}, /* to honor */
    {HOLD_PENDING, COMMAND_START, H | D | R, HOLD_DECLINED, {EVENT_DECLINED}},
    {HOLD_PENDING, COMMAND_CANCEL, H | D | R, HOLD_CANCELLED, {EVENT_CANCELLED}},
    {HOLD_PENDING, COMMAND_CLOSE, H | D | R, HOLD_CLOSED, {EVENT_CLOSED}},
    {HOLD_PENDING, COMMAND_FACTS, H | D | R, HOLD_PENDING, {EVENT_FACTS}},
    {HOLD_PENDING, COMMAND_NOTE, H | D | R, HOLD_PENDING, {EVENT_NOTED}},
    {HOLD_PENDING, COMMAND_PICKUP_DUE, H | D | R, HOLD_PENDING, {EVENT_TRANSFER_DUE}},
    {HOLD_PENDING, COMMAND_PICKUP_MISSED, H | D | R, HOLD_PENDING, {EVENT_TRANSFER_MISSED}},

    {HOLD_LODGED, COMMAND_SERVE, H | D | R, HOLD_LODGED, {EVENT_SERVED}},
    {HOLD_LODGED, COMMAND_START, H, HOLD_HELD, {EVENT_STARTED}},
    {HOLD_LODGED, COMMAND_START, D | R, HOLD_DECLINED, {EVENT_DECLINED}},
    {HOLD_LODGED, COMMAND_SCHEDULE, H | D | R, HOLD_LODGED, {EVENT_TRANSFER_SCHEDULED}},
    {HOLD_LODGED, COMMAND_CANCEL, H | D | R, HOLD_CANCELLED, {EVENT_CANCELLED}},
    {HOLD_LODGED, COMMAND_CLOSE, H | D | R, HOLD_CLOSED, {EVENT_CLOSED}},
    {HOLD_LODGED, COMMAND_FACTS, H | D | R, HOLD_LODGED, {EVENT_FACTS}},
    {HOLD_LODGED, COMMAND_NOTE, H | D | R, HOLD_LODGED, {EVENT_NOTED}},
    {HOLD_LODGED, COMMAND_PICKUP_DUE, H | D | R, HOLD_LODGED, {EVENT_TRANSFER_DUE}},
    {HOLD_LODGED, COMMAND_PICKUP_MISSED, H | D | R, HOLD_LODGED, {EVENT_TRANSFER_MISSED}},

    {HOLD_HELD, COMMAND_SCHEDULE, H | D | R, HOLD_HELD, {EVENT_TRANSFER_SCHEDULED}},
    {HOLD_HELD, COMMAND_TRANSFER, H | D | R, HOLD_TRANSFERRED, {EVENT_TRANSFERRED}},
    {HOLD_HELD, COMMAND_RELEASE, H | D | R, HOLD_RELEASED, {EVENT_RELEASED}},
    {HOLD_HELD, COMMAND_CANCEL, H | D | R, HOLD_EXPIRED, {EVENT_CANCELLED, EVENT_EXPIRED}},
    {HOLD_HELD, COMMAND_CLOSE, H | D | R, HOLD_CLOSED, {EVENT_CLOSED}},
    {HOLD_HELD, COMMAND_CORRECT, H | D | R, HOLD_HELD, {EVENT_CORRECTED}},
    {HOLD_HELD, COMMAND_NOTE, H | D | R, HOLD_HELD, {EVENT_NOTED}},
    {HOLD_HELD, COMMAND_WARN, H | D | R, HOLD_HELD, {EVENT_WARNING}},
    {HOLD_HELD, COMMAND_SHORTEN, H | D | R, HOLD_HELD, {EVENT_NONE}}, /* by the same law */
    {HOLD_HELD, COMMAND_EXPIRE, H | D | R, HOLD_EXPIRED, {EVENT_EXPIRED}},
    {HOLD_HELD, COMMAND_PICKUP_DUE, H | D | R, HOLD_HELD, {EVENT_TRANSFER_DUE}},
    {HOLD_HELD, COMMAND_PICKUP_MISSED, H | D | R, HOLD_HELD, {EVENT_TRANSFER_MISSED}},

    {HOLD_EXPIRED, COMMAND_SCHEDULE, H | D | R, HOLD_EXPIRED, {EVENT_TRANSFER_SCHEDULED}},
    {HOLD_EXPIRED, COMMAND_TRANSFER, H | D | R, HOLD_TRANSFERRED, {EVENT_TRANSFERRED}},
    {HOLD_EXPIRED, COMMAND_RELEASE, H | D | R, HOLD_RELEASED, {EVENT_RELEASED}},
    {HOLD_EXPIRED, COMMAND_CLOSE, H | D | R, HOLD_CLOSED, {EVENT_CLOSED}},
    {HOLD_EXPIRED, COMMAND_CORRECT, H | D | R, HOLD_EXPIRED, {EVENT_CORRECTED}},
    {HOLD_EXPIRED, COMMAND_NOTE, H | D | R, HOLD_EXPIRED, {EVENT_NOTED}},
    {HOLD_EXPIRED, COMMAND_PICKUP_DUE, H | D | R, HOLD_EXPIRED, {EVENT_TRANSFER_DUE}},
    {HOLD_EXPIRED, COMMAND_PICKUP_MISSED, H | D | R, HOLD_EXPIRED, {EVENT_TRANSFER_MISSED}},
};

static const struct expectation *find(enum hold_state from, enum command_kind command,
                                      unsigned policy)
{
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
        if (expected[i].from == from && expected[i].command == command &&
            expected[i].policies & policy)
            return &expected[i];
    return NULL;
}

static unsigned legal_in(enum hold_state state)
{
    unsigned legal = 0;

    for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
        if (expected[i].from == state && expected[i].command < COMMAND_FROM_OUTSIDE)
            legal |= COMMAND_BIT(expected[i].command);
    return legal;
}

static void check_taken(const struct scenario *scenario, const struct expectation *row,
                        const struct hold *before)
{
    const struct outcome *outcome = &scenario->outcome;
    size_t n_events = row->events[1] ? 2 : row->events[0] ? 1 : 0;

    ck_assert_int_eq(scenario->hold.state, row->to);
    ck_assert_uint_eq(outcome->n_events, n_events);
    for (size_t i = 0; i < n_events; i++) {
        const struct event *event = &outcome->events[i];

        ck_assert_int_eq(event->kind, row->events[i]);
        ck_assert_int_eq(event->hold, before->id);
        ck_assert_int_eq(event->rev, before->rev + 1 + (int64_t)i);
        ck_assert_int_eq(event->recorded_at, scenario->now);
        ck_assert_str_eq(event->booking, before->booking);
        ck_assert_str_eq(event->facility, before->facility);
    }
    if (n_events)
        ck_assert_int_eq(outcome->events[n_events - 1].state, row->to);
    ck_assert_int_eq(scenario->hold.rev, before->rev + (int64_t)n_events);
}

static void check_refused(const struct scenario *scenario, int r, const struct hold *before)
{
    const struct problem *problem = &scenario->problem;
    unsigned legal = legal_in(before->state);

    ck_assert_int_eq(r, PROBLEM_ILLEGAL_TRANSITION);
    ck_assert_int_eq(problem->kind, PROBLEM_ILLEGAL_TRANSITION);
    ck_assert_int_eq(problem->state, before->state);
    ck_assert_uint_eq(problem->legal, legal);
    ck_assert_str_eq(problem->field, "");
    ck_assert_ptr_nonnull(strstr(problem->detail, hold_state_names.values[before->state]));
    for (int kind = 0; kind < COMMAND_FROM_OUTSIDE; kind++)
        if (legal & COMMAND_BIT(kind))
            ck_assert_ptr_nonnull(strstr(problem->detail, command_table[kind].name));
    if (!legal)
        ck_assert_ptr_nonnull(strstr(problem->detail, "has ended"));
}

START_TEST(every_pair_does_what_it_should)
{
    enum hold_state state = HOLD_PENDING + _i / (COMMAND_KINDS - 1);
    enum command_kind kind = COMMAND_DECIDE + _i % (COMMAND_KINDS - 1);

    for (enum decision policy = DECISION_HONOR; policy <= DECISION_REVIEW; policy++) {
        const struct expectation *row = find(state, kind, 1u << policy);
        struct scenario scenario;
        struct command command;
        struct hold before;
        int r;

        scenario_start(&scenario);
        scenario_reach(&scenario, state);
        scenario.policy = policy;
        command = scenario_command(&scenario, kind);
        before = scenario.hold;
        r = scenario_apply(&scenario, &command);
        if (row) {
            ck_assert_msg(r == 0, "%s", scenario.problem.detail);
            check_taken(&scenario, row, &before);
        } else {
            check_refused(&scenario, r, &before);
        }
    }
}
END_TEST

START_TEST(every_state_knows_what_is_legal)
{
    enum hold_state state = HOLD_PENDING + _i;

    ck_assert_uint_eq(transition_legal(state), legal_in(state));
    ck_assert_int_eq(transition_legal(state) != 0, hold_is_open(state));
}
END_TEST

START_TEST(what_is_illegal_is_said_before_what_is_late)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    command = scenario_command(&scenario, COMMAND_TRANSFER);
    command.at = scenario.now + US_PER_DAY;
    ck_assert_int_eq(scenario_apply(&scenario, &command), PROBLEM_ILLEGAL_TRANSITION);
    ck_assert_str_eq(scenario.problem.detail,
                     "cannot transfer a hold that is lodged; legal now: serve, start, schedule, "
                     "cancel, close, note, facts");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {every_pair_does_what_it_should, (HOLD_STATES - 1) * (COMMAND_KINDS - 1)},
        {every_state_knows_what_is_legal, HOLD_STATES - 1},
        {.test = what_is_illegal_is_said_before_what_is_late},
    };

    return unit_run("transition: table", tests, ARRAY_SIZE(tests));
}
