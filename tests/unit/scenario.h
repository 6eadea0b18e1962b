/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * One hold, its facility and a clock: what the tests of transitions act upon.
 *
 * The usual story: booked a day before T0, detainer received at T0, release-eligible an hour later,
 * deadline 48 hours after that.
 */

#include "transition.h"
#include "unit.h"

struct scenario {
    struct facility facility;
    enum decision policy; /* what the facility's policy says */
    instant now;
    struct hold hold;
    struct command command; /* the last one; its events borrow from it */
    struct outcome outcome; /* of the last command that was taken */
    struct problem problem; /* of the last one that was refused */
};

#define RECEIVED_AT unit_instant(T0)
#define BOOKED_AT   (RECEIVED_AT - US_PER_DAY)
#define ELIGIBLE_AT (RECEIVED_AT + US_PER_H)
#define DEADLINE_AT (ELIGIBLE_AT + 48 * US_PER_H)

/* A facility that honours every detainer, on the default rungs, in UTC; no hold yet; the time is
 * T0. */
void scenario_start(struct scenario *scenario);

/*
 * Brings a hold into a state by the shortest way: held at ELIGIBLE_AT, expired at DEADLINE_AT,
 * ended an hour after ELIGIBLE_AT. The clock stands at that moment then.
 */
void scenario_reach(struct scenario *scenario, enum hold_state state);

/* A command with everything given that must be, which takes effect now; correct changes nothing. */
struct command scenario_command(const struct scenario *scenario, enum command_kind kind);

/* Applies a command; the hold becomes what the outcome says. Returns as transition_apply(). */
int scenario_apply(struct scenario *scenario, const struct command *command);

/* Applies what must be taken. */
void scenario_must(struct scenario *scenario, const struct command *command);

/* Applies scenario_command(kind), taking effect `at`, which must be taken. */
void scenario_do(struct scenario *scenario, enum command_kind kind, instant at);

/* The timer of that kind and rung in the last outcome, or NULL. */
const struct timer *scenario_timer(const struct scenario *scenario, enum timer_kind kind,
                                   int64_t rung_s);
