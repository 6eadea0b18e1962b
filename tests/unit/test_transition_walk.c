/* SPDX-License-Identifier: ISC */

/*
 * Long random lives of holds: random commands at random times under a random facility, with the
 * timers fired as a ledger would. Whatever comes, what must always hold does.
 */

#include "scenario.h"

#define LIVES      4000
#define STEPS      60
#define TIMERS_MAX 64

struct walk {
    struct unit_random random;
    struct scenario scenario;
    bool withdrawn; /* ICE took back a running hold */
    size_t n_timers;
    struct timer timers[TIMERS_MAX];
};

static bool chance(struct walk *walk, unsigned one_in)
{
    return unit_random_below(&walk->random, one_in) == 0;
}

/* ---- the ledger's part: timers ---- */

static void disarm(struct walk *walk, unsigned kinds)
{
    size_t kept = 0;

    for (size_t i = 0; i < walk->n_timers; i++)
        if (!(kinds & TIMER_BIT(walk->timers[i].kind)))
            walk->timers[kept++] = walk->timers[i];
    walk->n_timers = kept;
}

static void take_timers(struct walk *walk)
{
    const struct outcome *outcome = &walk->scenario.outcome;

    disarm(walk, outcome->disarm);
    for (size_t i = 0; i < outcome->n_timers; i++) {
        const struct timer *timer = &outcome->timers[i];

        for (size_t j = 0; j < walk->n_timers; j++)
            ck_assert_msg(
                walk->timers[j].kind != timer->kind || walk->timers[j].rung_s != timer->rung_s,
                "timer %d, rung %lld is armed twice", timer->kind, (long long)timer->rung_s);
        ck_assert_uint_lt(walk->n_timers, TIMERS_MAX);
        walk->timers[walk->n_timers++] = *timer;
    }
}

/* Takes the earliest timer due by now off the list. */
static bool next_due(struct walk *walk, struct timer *due)
{
    size_t first = walk->n_timers;

    for (size_t i = 0; i < walk->n_timers; i++)
        if (first == walk->n_timers || walk->timers[i].due_at < walk->timers[first].due_at)
            first = i;
    if (first == walk->n_timers || walk->timers[first].due_at > walk->scenario.now)
        return false;
    *due = walk->timers[first];
    walk->timers[first] = walk->timers[--walk->n_timers];
    return true;
}

/* ---- what must always hold ---- */

static void check_events(const struct walk *walk, const struct hold *before)
{
    const struct outcome *outcome = &walk->scenario.outcome;

    ck_assert_uint_ge(outcome->n_events, 1);
    ck_assert_uint_le(outcome->n_events, OUTCOME_EVENTS_MAX);
    for (size_t i = 0; i < outcome->n_events; i++) {
        ck_assert_int_eq(outcome->events[i].rev, before->rev + 1 + (int64_t)i);
        ck_assert_int_eq(outcome->events[i].hold, before->id);
        ck_assert_int_eq(outcome->events[i].recorded_at, walk->scenario.now);
        if (outcome->events[i].overdue_us != RECORD_NO_INT)
            ck_assert_int_ge(outcome->events[i].overdue_us, 0);
    }
    ck_assert_int_eq(walk->scenario.hold.rev, before->rev + (int64_t)outcome->n_events);
    ck_assert_int_eq(outcome->events[outcome->n_events - 1].state, walk->scenario.hold.state);
}

static void check_deadline(const struct walk *walk, const struct hold *before,
                           enum command_kind command)
{
    const struct hold *hold = &walk->scenario.hold;

    if (before->deadline_at == INSTANT_NONE)
        return;
    ck_assert_int_ne(hold->deadline_at, INSTANT_NONE);
    if (hold->deadline_at > before->deadline_at) {
        ck_assert_int_eq(command, COMMAND_CORRECT);
        ck_assert(walk->scenario.outcome.events[0].lengthened);
        ck_assert_int_eq(walk->scenario.outcome.events[0].previous_deadline_at,
                         before->deadline_at);
    }
    if (command != COMMAND_CORRECT)
        ck_assert_int_eq(hold->deadline_at, before->deadline_at);
}

static void check_timers(const struct walk *walk)
{
    const struct hold *hold = &walk->scenario.hold;
    size_t n_expiries = 0;

    if (!hold_is_open(hold->state))
        ck_assert_uint_eq(walk->n_timers, 0);
    for (size_t i = 0; i < walk->n_timers; i++) {
        const struct timer *timer = &walk->timers[i];

        ck_assert_int_eq(timer->hold, hold->id);
        n_expiries += timer->kind == TIMER_EXPIRY;
        if (timer->kind == TIMER_EXPIRY)
            ck_assert_int_eq(timer->due_at, hold->deadline_at);
        if (timer->kind == TIMER_EXPIRY || timer->kind == TIMER_WARNING)
            ck_assert_int_eq(hold->state, HOLD_HELD);
    }
    ck_assert_uint_eq(n_expiries, hold->state == HOLD_HELD ? 1 : 0);
}

static void check_hold(const struct walk *walk)
{
    const struct hold *hold = &walk->scenario.hold;

    ck_assert(hold->state > HOLD_NONE && hold->state < HOLD_STATES);
    ck_assert_int_ge(hold_overdue_us(hold, walk->scenario.now), 0);
    ck_assert_int_eq(hold->ended_at != INSTANT_NONE, !hold_is_open(hold->state));
    ck_assert_int_eq(hold->deadline_at != INSTANT_NONE, hold->rule[0] != '\0');
    if (hold->deadline_at != INSTANT_NONE) {
        ck_assert_int_ge(hold->limit_h, 1);
        ck_assert_int_le(hold->limit_h, 48);
        ck_assert_int_eq(hold->deadline_at, hold->eligible_at + hold->limit_h * US_PER_H);
    }
    if (hold->state == HOLD_HELD)
        ck_assert_int_eq(hold->authority_ended_at, INSTANT_NONE);
    if (hold->authority_ended_at != INSTANT_NONE)
        ck_assert_int_le(hold->authority_ended_at, hold->deadline_at);
    if (walk->withdrawn)
        ck_assert_int_ne(hold->state, HOLD_HELD);
}

/* ---- a life ---- */

static void apply(struct walk *walk, const struct command *command)
{
    struct hold before = walk->scenario.hold;
    int r = scenario_apply(&walk->scenario, command);

    if (r) {
        ck_assert_int_lt(command->kind, COMMAND_FROM_OUTSIDE);
        ck_assert(r == PROBLEM_ILLEGAL_TRANSITION || r == PROBLEM_TIME_IN_FUTURE ||
                  r == PROBLEM_TIME_ORDER);
        ck_assert_int_eq(r, walk->scenario.problem.kind);
        ck_assert_str_ne(walk->scenario.problem.detail, "");
        return;
    }
    if (command->kind != COMMAND_REQUEST) {
        ck_assert(hold_is_open(before.state)); /* what has ended takes no more commands */
        check_events(walk, &before);
        check_deadline(walk, &before, command->kind);
    }
    if (command->kind == COMMAND_CANCEL && before.state == HOLD_HELD)
        walk->withdrawn = true;
    take_timers(walk);
    check_hold(walk);
}

static void fire_what_is_due(struct walk *walk)
{
    struct timer timer;
    struct command command;

    while (next_due(walk, &timer)) {
        transition_from_timer(&timer, &command);
        apply(walk, &command);
    }
    if (walk->scenario.hold.state == HOLD_HELD)
        ck_assert_int_gt(walk->scenario.hold.deadline_at, walk->scenario.now);
}

static void random_facility(struct walk *walk)
{
    struct facility *facility = &walk->scenario.facility;

    walk->scenario.policy = (enum decision)(1 + unit_random_below(&walk->random, 10) % 3);
    if (chance(walk, 2))
        walk->scenario.policy = DECISION_HONOR;
    facility->rule.limit_h = chance(walk, 4) ? (int)unit_random_between(&walk->random, 1, 48) : 48;
    facility->transfer_grace_us = unit_random_between(&walk->random, 0, 2 * US_PER_H);
    facility->n_warnings = unit_random_below(&walk->random, 4);
    for (size_t i = 0; i < facility->n_warnings; i++)
        facility->warnings_s[i] = (int64_t)(4 - i) * 43200 - 7 * (int64_t)i;
}

static void random_command(struct walk *walk)
{
    struct unit_random *random = &walk->random;
    enum command_kind kind = COMMAND_DECIDE + unit_random_below(random, COMMAND_NOTE);
    struct command command;

    /* most lives shall see more than their first day */
    if (hold_is_open(walk->scenario.hold.state) && kind != COMMAND_START && chance(walk, 2))
        kind = chance(walk, 2) ? COMMAND_CORRECT : COMMAND_SCHEDULE;
    command = scenario_command(&walk->scenario, kind);
    command.decision = chance(walk, 2) ? DECISION_HONOR : DECISION_DECLINE;
    if (chance(walk, 2))
        command.at =
            walk->scenario.now + unit_random_between(random, -60 * US_PER_H, 2 * US_PER_MIN);
    if (kind == COMMAND_SCHEDULE)
        command.pickup_at =
            walk->scenario.now + unit_random_between(random, -US_PER_H, 30 * US_PER_H);
    if (kind == COMMAND_START && chance(walk, 3)) {
        command.first.eligible_at =
            walk->scenario.now - unit_random_between(random, 0, 50 * US_PER_H);
        command.first.hold = 9;
    }
    apply(walk, &command);
}

static void live(struct walk *walk)
{
    scenario_start(&walk->scenario);
    walk->n_timers = 0;
    walk->withdrawn = false;
    random_facility(walk);
    scenario_do(&walk->scenario, COMMAND_REQUEST, walk->scenario.now);
    take_timers(walk);
    for (int i = 0; i < STEPS; i++) {
        if (chance(walk, 10))
            random_facility(walk);
        if (chance(walk, 2))
            walk->scenario.now += unit_random_between(&walk->random, 0, 10 * US_PER_H);
        if (!chance(walk, 8)) /* the ledger may lag behind */
            fire_what_is_due(walk);
        random_command(walk);
        check_timers(walk);
    }
}

START_TEST(what_must_always_hold_does)
{
    static struct walk walk;

    walk.random = unit_random_start("transition walk");
    for (int i = 0; i < LIVES; i++)
        live(&walk);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = what_must_always_hold_does},
    };

    return unit_run("transition: walk", tests, ARRAY_SIZE(tests));
}
