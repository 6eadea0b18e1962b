/* SPDX-License-Identifier: ISC */

/*
 * The clock of a hold: how its deadline is worked out, what runs towards it, and the effects of
 * what starts, ends or moves it. Only a correction moves a deadline later, and says so.
 */

#include <assert.h>
#include <string.h>

#include "transition_step.h"

/*
 * Arms the expiry and the warnings before it: every rung still ahead, and of those already past
 * only the tightest, which is due now. One warning tells all there is to tell.
 */
static void arm_deadline(struct step *step)
{
    const struct facility *facility = step->facility;
    const struct hold *hold = step->hold;
    int64_t passed_s = 0;

    for (size_t i = 0; i < facility->n_warnings; i++) {
        int64_t rung_s = facility->warnings_s[i];
        instant due_at = hold->deadline_at - rung_s * US_PER_S;

        if (due_at > step->now)
            step_arm(step, TIMER_WARNING, rung_s, due_at);
        else if (!passed_s || rung_s < passed_s)
            passed_s = rung_s;
    }
    if (passed_s)
        step_arm(step, TIMER_WARNING, passed_s, step->now);
    step_arm(step, TIMER_EXPIRY, 0, hold->deadline_at);
}

static void expire(struct step *step, enum cause cause, instant authority_ended_at)
{
    struct event *event;

    step->hold->state = HOLD_EXPIRED;
    step->hold->authority_ended_at = authority_ended_at;
    step_disarm(step, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
    event = step_event(step, EVENT_EXPIRED, authority_ended_at);
    event->cause = cause;
    event->deadline_at = step->hold->deadline_at;
    if (cause == CAUSE_DEADLINE)
        step_mark_fired(event, authority_ended_at, step->now);
}

/* Sets the clock running, or, where its time is already over, expires the hold at once. */
static void run_clock(struct step *step)
{
    if (step->hold->deadline_at <= step->now)
        expire(step, CAUSE_DEADLINE, step->hold->deadline_at);
    else
        arm_deadline(step);
}

/* What a rule makes of the hold, or of the detainers before it where those came earlier. */
static instant deadline_by(const struct step *step, const struct rule *rule)
{
    const struct hold *hold = step->hold;
    const struct first_clock *first = &step->command->first;
    instant from = rule_clock_start(rule, hold->eligible_at,
                                    instant_earlier(hold->received_at, first->received_at),
                                    instant_earlier(hold->served_at, first->served_at));
    instant deadline_at = INSTANT_NONE;
    bool representable = rule_deadline(rule, step->facility->zone, from, &deadline_at);

    /* Times were parsed (years 1 to 9999) and are not in the future: 48 hours always fit. */
    assert(representable);
    (void)representable;
    return deadline_at;
}

/* A policy's bound is in elapsed hours. */
static instant bound_deadline(const struct step *step, const struct policy_clock *bound)
{
    struct rule rule;

    rule_consecutive(&rule);
    rule.start = (enum rule_start)bound->start;
    rule.limit_h = bound->limit_h;
    return deadline_by(step, &rule);
}

/*
 * The facility's rule binds, or the policy where that allows less. Time that ran out by either
 * before the person was release-eligible ends there: until then they were held on other authority.
 */
static void set_binding(struct step *step)
{
    struct hold *hold = step->hold;
    const struct policy_clock *bound = step->command->bound;

    step->rule = step->facility->rule.name;
    hold->limit_h = step->facility->rule.limit_h;
    hold->deadline_at = deadline_by(step, &step->facility->rule);
    if (bound && bound_deadline(step, bound) < hold->deadline_at) {
        step->rule = RULE_OF_POLICY;
        hold->limit_h = bound->limit_h;
        hold->deadline_at = bound_deadline(step, bound);
    }
    hold->deadline_at = instant_max(hold->deadline_at, hold->eligible_at);
}

/* Works out the deadline that binds, and both readings of the federal rule beside it. */
static void set_deadline(struct step *step)
{
    struct hold *hold = step->hold;
    struct rule reading;

    set_binding(step);
    STEP_COPY_TEXT(hold->rule, step->rule);
    rule_consecutive(&reading);
    hold->consecutive_deadline_at = deadline_by(step, &reading);
    rule_regulatory(step->facility->us_federal, &reading);
    hold->regulatory_deadline_at = deadline_by(step, &reading);
}

static void tell_deadlines(const struct step *step, struct event *event)
{
    const struct hold *hold = step->hold;

    event->eligible_at = hold->eligible_at;
    event->deadline_at = hold->deadline_at;
    event->rule = step->rule;
    event->consecutive_deadline_at = hold->consecutive_deadline_at;
    event->regulatory_deadline_at = hold->regulatory_deadline_at;
}

/*
 * A second detainer on the same booking never gets a clock of its own: the first one counts on.
 * That it began earlier has already moved the deadline; that it was to end earlier, by a rule of
 * that day, still does.
 */
static void start_clock(struct step *step)
{
    const struct first_clock *first = &step->command->first;
    struct hold *hold = step->hold;
    instant own_eligible_at = hold->eligible_at;

    hold->eligible_at = instant_earlier(hold->eligible_at, first->eligible_at);
    set_deadline(step);
    if (first->deadline_at != INSTANT_NONE && first->deadline_at < hold->deadline_at)
        hold->deadline_at = first->deadline_at;
    else if (hold->eligible_at == own_eligible_at)
        return;
    hold->first_hold = first->hold;
}

void effect_start(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    step_set_eligible(step);
    step_keep_ruling(step);
    start_clock(step);
    event = step_event(step, kind, step->at);
    tell_deadlines(step, event);
    step_tell_ruling(step, event);
    event->reason = step_eligible_reason(step);
    event->first_hold = hold->first_hold;
    event->pickup_at = hold->pickup_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
    run_clock(step);
}

void effect_expire(struct step *step, enum event_kind kind)
{
    (void)kind; /* expire() knows its event */
    expire(step, CAUSE_DEADLINE, step->hold->deadline_at);
}

void effect_warn(struct step *step, enum event_kind kind)
{
    struct event *event = step_event(step, kind, step->at);

    event->rung_s = step->command->rung_s;
    event->deadline_at = step->hold->deadline_at;
    event->pickup_at = step->hold->pickup_at;
    event->transfer_conflict = hold_transfer_conflict(step->hold);
    step_mark_fired(event, step->command->due_at, step->now);
}

/* When authority ends: at the deadline, or before it where ICE withdrew the detainer. */
static instant authority_end(const struct hold *hold)
{
    return instant_earlier(hold->withdrawn_at, hold->deadline_at);
}

/* ICE withdrew: authority ends at once, and the person is still inside. */
void effect_cancel_held(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;

    hold->state = HOLD_HELD;
    hold->lift_code = step->command->lift_code;
    step_tell_end(step, step_event(step, kind, step->at));
    hold->withdrawn_at = instant_max(step->at, hold->eligible_at);
    expire(step, CAUSE_CANCELLED, authority_end(hold));
}

/*
 * New facts from a supervisor: the only way a deadline moves later, and then it says so. Authority
 * that ICE withdrew stays withdrawn.
 */
void effect_correct(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    instant previous_deadline_at = hold->deadline_at;
    bool was_expired = hold->state == HOLD_EXPIRED;
    struct event *event;

    hold->eligible_at = step->at;
    set_deadline(step);
    if (was_expired) {
        /* A clock that went back revives nothing by itself: the deadline must move later, too. */
        bool running = hold->withdrawn_at == INSTANT_NONE && hold->deadline_at > step->now &&
                       hold->deadline_at > previous_deadline_at;

        hold->state = running ? HOLD_HELD : HOLD_EXPIRED;
        hold->authority_ended_at = running ? INSTANT_NONE : authority_end(hold);
    }
    event = step_event(step, kind, step->now);
    tell_deadlines(step, event);
    event->previous_deadline_at = previous_deadline_at;
    event->lengthened = hold->deadline_at > previous_deadline_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
    event->reason = step->command->reason;
    if (hold->state == HOLD_HELD && hold->deadline_at != previous_deadline_at) {
        step_disarm(step, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
        run_clock(step);
    }
}

/* The earlier of what a deadline was and what the law of today makes of it. Returns whether it
 * moved. */
static bool keep_earlier(instant was, instant *deadline_at)
{
    if (was != INSTANT_NONE && *deadline_at >= was)
        *deadline_at = was;
    return *deadline_at != was;
}

/*
 * The law has changed while the clock runs. Whatever it now says, nobody is held longer: a deadline
 * moves only to an earlier instant. Where nothing does, nothing happened.
 */
void effect_shorten(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold, before = *hold;
    struct event *event;
    bool moved, told_otherwise;

    set_deadline(step);
    moved = keep_earlier(before.deadline_at, &hold->deadline_at);
    told_otherwise = keep_earlier(before.consecutive_deadline_at, &hold->consecutive_deadline_at) |
                     keep_earlier(before.regulatory_deadline_at, &hold->regulatory_deadline_at);
    if (!moved) {
        step->rule = NULL; /* what binds is what bound */
        memcpy(hold->rule, before.rule, sizeof(hold->rule));
        hold->limit_h = before.limit_h;
    }
    if (!moved && !told_otherwise)
        return;
    event = step_event(step, kind, step->now);
    tell_deadlines(step, event);
    event->transfer_conflict = hold_transfer_conflict(hold);
    if (!moved)
        return;
    event->previous_deadline_at = before.deadline_at;
    step_disarm(step, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
    run_clock(step);
}
