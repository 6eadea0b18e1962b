/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The life of a hold, as one pure function driven by one table:
 *
 *     (hold, command, facility, now) -> new hold + events + timers
 *
 * No SQL, no JSON, no clock and no allocation inside. What it may not do, ever: move a deadline
 * later without a supervisor's correction that says so.
 */

#include "command.h"
#include "event.h"
#include "facility.h"
#include "problem.h"

enum timer_kind {
    TIMER_NONE,
    TIMER_WARNING,
    TIMER_EXPIRY,
    TIMER_PICKUP_DUE,
    TIMER_PICKUP_MISSED,
    TIMER_KINDS
};

extern const struct names timer_kind_names;

#define TIMER_BIT(kind) (1u << (kind))
#define TIMER_ALL       (TIMER_BIT(TIMER_KINDS) - 1)

/* Something that will happen to a hold at a known instant, unless it is disarmed before. */
struct timer {
    int64_t hold;
    int kind;       /* enum timer_kind */
    int64_t rung_s; /* TIMER_WARNING: seconds before the deadline; 0 for the others */
    instant due_at;
};

#define OUTCOME_EVENTS_MAX 2
#define OUTCOME_TIMERS_MAX (FACILITY_WARNINGS_MAX + 3)

struct outcome {
    struct hold hold;
    size_t n_events;
    struct event events[OUTCOME_EVENTS_MAX]; /* seq not yet given */
    unsigned disarm;                         /* bit set of enum timer_kind: done before arming */
    size_t n_timers;
    struct timer timers[OUTCOME_TIMERS_MAX]; /* to arm */
};

/*
 * Applies one command. `hold` is NULL for a request, whose command carries the id to give. Returns
 * 0 and fills *outcome, whose events borrow strings from the command and the facility, and where
 * there are no events nothing has changed; or an enum problem_kind and
 * fills *problem: PROBLEM_ILLEGAL_TRANSITION, PROBLEM_TIME_IN_FUTURE or PROBLEM_TIME_ORDER.
 */
int transition_apply(const struct hold *hold, const struct command *command,
                     const struct facility *facility, instant now, struct outcome *outcome,
                     struct problem *problem);

/* The command by which a timer acts on its hold. */
void transition_from_timer(const struct timer *timer, struct command *command);

/* Which commands from outside are legal in a state: a bit set of enum command_kind. */
unsigned transition_legal(enum hold_state state);
