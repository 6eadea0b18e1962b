/* SPDX-License-Identifier: ISC */

/* Effects that leave the clock alone, or end it. */

#include <string.h>

#include "transition_step.h"

void effect_request(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->decision = step->command->ruling.decision;
    step_keep_ruling(step);
    if (hold->state == HOLD_DECLINED)
        hold->ended_at = step->at;
    event = step_event(step, kind, step->at);
    event->replaces = hold->replaces;
    step_tell_ruling(step, event);
    if (hold->state == HOLD_DECLINED)
        event->cause = CAUSE_POLICY;
}

void effect_decide(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->decision = step->command->decision;
    hold->decided = true;
    if (hold->state == HOLD_DECLINED) {
        hold->ended_at = step->at;
        step_disarm(step, TIMER_ALL);
    }
    event = step_event(step, kind, step->at);
    event->decision = hold->decision;
    event->reason = step->command->reason;
}

void effect_serve(struct step *step, enum event_kind kind)
{
    step->hold->served_at = step->at;
    step_event(step, kind, step->at);
}

void effect_decline_start(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    step_set_eligible(step);
    hold->decision = DECISION_DECLINE;
    hold->ended_at = step->at;
    step_keep_ruling(step);
    step_disarm(step, TIMER_ALL);
    event = step_event(step, kind, step->at);
    step_tell_ruling(step, event);
    event->eligible_at = hold->eligible_at;
    event->reason = step_eligible_reason(step);
    event->cause =
        step->command->ruling.decision == DECISION_DECLINE ? CAUSE_POLICY : CAUSE_UNDECIDED;
}

/* The hold is over before its clock ever ran. */
void effect_end_unstarted(struct step *step, enum event_kind kind)
{
    step->hold->ended_at = step->at;
    step->hold->lift_code = step->command->lift_code;
    step_disarm(step, TIMER_ALL);
    step_tell_end(step, step_event(step, kind, step->at));
}

/* The person is out. Overdue is the time inside past authority, by when it happened. */
void effect_end(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    instant authority_ends_at =
        hold->authority_ended_at != INSTANT_NONE ? hold->authority_ended_at : hold->deadline_at;
    struct event *event;

    hold->ended_at = step->at;
    hold->overdue_us = step->at > authority_ends_at ? step->at - authority_ends_at : 0;
    step_disarm(step, TIMER_ALL);
    event = step_event(step, kind, step->at);
    event->deadline_at = hold->deadline_at;
    event->overdue_us = hold->overdue_us;
    step_tell_end(step, event);
}

void effect_schedule(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->pickup_at = step->command->pickup_at;
    step_disarm(step, TIMER_BIT(TIMER_PICKUP_DUE) | TIMER_BIT(TIMER_PICKUP_MISSED));
    step_arm(step, TIMER_PICKUP_DUE, 0, hold->pickup_at);
    step_arm(step, TIMER_PICKUP_MISSED, 0, hold->pickup_at + step->facility->transfer_grace_us);
    event = step_event(step, kind, step->at);
    event->pickup_at = hold->pickup_at;
    event->deadline_at = hold->deadline_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
}

void effect_pickup(struct step *step, enum event_kind kind)
{
    struct event *event = step_event(step, kind, step->at);

    event->pickup_at = step->hold->pickup_at;
    event->deadline_at = step->hold->deadline_at;
    step_mark_fired(event, step->command->due_at, step->now);
}

void effect_note(struct step *step, enum event_kind kind)
{
    step_event(step, kind, step->at)->text = step->command->text;
}

/* The policy is asked again when the clock is to start, not before. */
void effect_facts(struct step *step, enum event_kind kind)
{
    memcpy(step->hold->facts, step->command->known_facts, sizeof(step->hold->facts));
    step_event(step, kind, step->at)->facts = step->command->known_facts;
}
