/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Inside transitions: one application of a command while it is being worked out, what the effects
 * of the table's rows are made of, and those effects.
 */

#include "transition.h"

struct step {
    const struct command *command;
    const struct facility *facility;
    instant now;
    instant at;       /* effective time */
    const char *rule; /* which binds, once a deadline was worked out */
    struct outcome *outcome;
    struct hold *hold; /* the new hold, inside outcome */
};

/* Adds an event of the hold as it now stands. */
struct event *step_event(struct step *step, enum event_kind kind, instant at);

/* Tells of an event that a timer made when that was due, and how late it is. */
void step_mark_fired(struct event *event, instant due_at, instant now);

void step_arm(struct step *step, enum timer_kind kind, int64_t rung_s, instant due_at);
void step_disarm(struct step *step, unsigned kinds);

/* Keeps in the hold what the policy says, and by what; and tells it. */
void step_keep_ruling(struct step *step);
void step_tell_ruling(const struct step *step, struct event *event);

/* Copies a text, cut to fit; NULL is "". */
void step_copy_text(char *to, size_t size, const char *text);
#define STEP_COPY_TEXT(array, text) step_copy_text(array, sizeof(array), text)

/* Why the person would have been let go, which is "other" where nothing is said. */
void step_set_eligible(struct step *step);
const char *step_eligible_reason(const struct step *step);

/* Tells why a hold ended, as far as the command says. */
void step_tell_end(const struct step *step, struct event *event);

/* What a row of the table does beside changing the state. */
typedef void effect_fn(struct step *step, enum event_kind kind);

/* transition_effect.c */
effect_fn effect_request, effect_decide, effect_serve, effect_decline_start, effect_end_unstarted,
    effect_end, effect_schedule, effect_pickup, effect_note, effect_facts;

/* transition_clock.c */
effect_fn effect_start, effect_warn, effect_expire, effect_cancel_held, effect_correct,
    effect_shorten;

/* transition_check.c: the times of a command that takes effect `at`. As transition_apply(). */
int transition_check_times(const struct hold *hold, const struct command *command, instant at,
                           instant now, struct problem *problem);
