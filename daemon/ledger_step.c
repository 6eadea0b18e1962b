/* SPDX-License-Identifier: ISC */

/*
 * One step of the ledger: a hold has become another, by a command or by a timer, and that is
 * written down. A timer goes and its event comes in the same transaction.
 */

#include "ledger_step.h"

#include <inttypes.h>

#include "log.h"

const struct facility *ledger_facility(const struct ledger *ledger, const struct hold *hold)
{
    const struct facility *facility = law_facility(ledger->law, hold->facility);

    return facility ? facility : &ledger->law->fallback;
}

static int change_timers(struct ledger *ledger, const struct outcome *outcome)
{
    int r = 0;

    if (outcome->disarm)
        r = store_disarm(ledger->store, outcome->hold.id, outcome->disarm);
    for (size_t i = 0; i < outcome->n_timers && !r; i++)
        r = store_arm(ledger->store, &outcome->timers[i]);
    return r;
}

static int record_events(struct ledger *ledger, struct outcome *outcome)
{
    int r = 0;

    for (size_t i = 0; i < outcome->n_events && !r; i++)
        r = store_add_event(ledger->store, &outcome->events[i]);
    return r;
}

static void note_overdue(struct ledger *ledger, const struct hold *before)
{
    if (ledger->outcome.hold.state == HOLD_EXPIRED || (before && before->state == HOLD_EXPIRED))
        ledger->overdue_moved = true;
}

/* Writes down what became of a hold. `before` is NULL for one that is new. */
int ledger_record(struct ledger *ledger, const struct hold *before)
{
    struct outcome *outcome = &ledger->outcome;
    struct tally *tally = &ledger->tally;
    int r;

    for (size_t i = 0; i < outcome->n_events; i++)
        outcome->events[i].seq = ++tally->last_seq;
    outcome->hold.last_seq = tally->last_seq;
    tally->counts[outcome->hold.state]++;
    if (before)
        tally->counts[before->state]--;
    else
        tally->last_hold = outcome->hold.id;
    ledger->last_recorded_at =
        instant_max(ledger->last_recorded_at, outcome->events[0].recorded_at);
    note_overdue(ledger, before);

    r = before ? store_change_hold(ledger->store, &outcome->hold)
               : store_add_hold(ledger->store, &outcome->hold);
    if (!r)
        r = record_events(ledger, outcome);
    if (!r)
        r = change_timers(ledger, outcome);
    return r;
}

/* ---- timers ---- */

/* Only of expiries: a warning may be armed when its time has already passed, which is no fault of
 * ours. */
static void note_lateness(struct ledger *ledger, const struct timer *timer, instant now)
{
    int64_t late_us = now - timer->due_at;

    if (timer->kind != TIMER_EXPIRY)
        return;
    histogram_observe(&ledger->view->expiry_late_us, late_us);
    if (late_us > atomic_load(&ledger->view->max_late_us))
        atomic_store(&ledger->view->max_late_us, late_us);
}

static int apply_timer(struct ledger *ledger, const struct timer *timer, instant now,
                       struct hold *hold)
{
    struct command command;
    struct problem problem;
    int r;

    r = store_hold(ledger->store, timer->hold, hold);
    if (r)
        return r;
    transition_from_timer(timer, &command);
    return transition_apply(hold, &command, ledger_facility(ledger, hold), now, &ledger->outcome,
                            &problem);
}

/* Takes the timer and records its event: both or neither. */
static int fire(struct ledger *ledger, const struct timer *timer, instant now)
{
    struct hold hold;
    int r;

    r = store_take(ledger->store, timer);
    if (r)
        return r < 0 ? r : 0; /* disarmed by one that fired just before it */
    r = apply_timer(ledger, timer, now, &hold);
    if (r < 0)
        return r;
    if (r > 0) {
        log_line(LOG_ERR, "dropped the %s timer that does not fit hold %" PRId64,
                 timer_kind_names.values[timer->kind], timer->hold);
        return 0;
    }
    note_lateness(ledger, timer, now);
    atomic_fetch_add(&ledger->view->timers_fired, 1);
    return ledger_record(ledger, &hold);
}

/* Fires the due timers of one hold, or of all where `hold` is 0, up to one turn's worth. */
int ledger_fire(struct ledger *ledger, int64_t hold, instant now)
{
    size_t n_due;
    int r;

    r = store_due(ledger->store, hold, now, ledger->due, LEDGER_TIMERS_PER_TURN, &n_due);
    for (size_t i = 0; i < n_due && !r; i++)
        r = fire(ledger, &ledger->due[i], now);
    return r;
}
