/* SPDX-License-Identifier: ISC */

/* What effects are made of: events, timers, and what the policy said. */

#include "transition_step.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct event *step_event(struct step *step, enum event_kind kind, instant at)
{
    struct outcome *outcome = step->outcome;
    struct hold *hold = step->hold;
    struct event *event = &outcome->events[outcome->n_events++];

    assert(outcome->n_events <= OUTCOME_EVENTS_MAX);
    record_clear(&event_record, event);
    event->kind = kind;
    event->hold = hold->id;
    event->rev = ++hold->rev;
    event->state = hold->state;
    event->at = at;
    event->recorded_at = step->now;
    event->pid = step->command->pid;
    memcpy(event->booking, hold->booking, sizeof(event->booking));
    memcpy(event->facility, hold->facility, sizeof(event->facility));
    memcpy(event->actor, step->command->actor, sizeof(event->actor));
    return event;
}

void step_mark_fired(struct event *event, instant due_at, instant now)
{
    event->due_at = due_at;
    event->late_us = now > due_at ? now - due_at : 0;
    event->late = event->late_us > EVENT_LATE_US;
}

void step_arm(struct step *step, enum timer_kind kind, int64_t rung_s, instant due_at)
{
    struct outcome *outcome = step->outcome;

    assert(outcome->n_timers < OUTCOME_TIMERS_MAX);
    outcome->timers[outcome->n_timers++] =
        (struct timer){.hold = step->hold->id, .kind = kind, .rung_s = rung_s, .due_at = due_at};
}

void step_disarm(struct step *step, unsigned kinds)
{
    step->outcome->disarm |= kinds;
}

/* Keeps what the policy says, and by what. */
void step_keep_ruling(struct step *step)
{
    const struct ruling *ruling = &step->command->ruling;
    struct hold *hold = step->hold;

    STEP_COPY_TEXT(hold->policy, ruling->policy);
    STEP_COPY_TEXT(hold->policy_version, ruling->version);
    STEP_COPY_TEXT(hold->policy_hash, ruling->hash);
    STEP_COPY_TEXT(hold->policy_rule, ruling->rule);
    STEP_COPY_TEXT(hold->policy_reason, ruling->reason);
    STEP_COPY_TEXT(hold->policy_cite, ruling->cite);
    memcpy(hold->facts, step->command->known_facts, sizeof(hold->facts));
}

void step_tell_ruling(const struct step *step, struct event *event)
{
    const struct ruling *ruling = &step->command->ruling;

    event->decision = step->hold->decision;
    event->policy = ruling->policy;
    event->policy_version = ruling->version;
    event->policy_hash = ruling->hash;
    event->policy_rule = ruling->rule;
    event->policy_reason = ruling->reason;
    event->policy_cite = ruling->cite;
    event->facts = step->command->known_facts;
}

const char *step_eligible_reason(const struct step *step)
{
    return eligible_reason_names.values[step->hold->eligible_reason];
}

void step_copy_text(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}
#define STEP_COPY_TEXT(array, text) step_copy_text(array, sizeof(array), text)
void step_set_eligible(struct step *step)
{
    int reason = step->command->eligible_reason;

    step->hold->eligible_at = step->at;
    step->hold->eligible_reason = reason ? reason : ELIGIBLE_OTHER;
}

void step_tell_end(const struct step *step, struct event *event)
{
    const struct command *command = step->command;

    event->lift_code = command->lift_code;
    if (command->kind == COMMAND_CLOSE)
        event->reason = close_reason_names.values[command->close_reason];
    else if (command->reason[0])
        event->reason = command->reason;
}
