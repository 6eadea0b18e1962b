/* SPDX-License-Identifier: ISC */

/*
 * The ledger. What follows one command is the same as what follows one timer: the transition
 * function says what becomes of the hold, and record_outcome() writes that down.
 *
 * Numbers that live in memory (the next seq, the counts) are staged during a transaction and
 * published after its commit; where the commit fails the ledger is finished anyway.
 */

#include "ledger.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "store.h"

struct ledger {
    struct store *store;
    const struct config *config;
    const struct clock *clock;
    struct view *view;
    struct facility fallback; /* for holds whose facility has left the configuration */

    struct tally {
        int64_t last_seq;
        int64_t last_hold;
        int64_t counts[HOLD_STATES];
    } tally;
    instant last_recorded_at;
    instant next_due;
    instant next_deadline;
    int64_t announced_seq; /* as stored */

    struct timer due[LEDGER_TIMERS_PER_TURN];
    struct outcome outcome; /* of the step at hand */
};

/* ---- opening ---- */

/* Reads what the view shows beyond the tally, while an error can still stop the commit. */
static int look_ahead(struct ledger *ledger)
{
    int r = store_next_due(ledger->store, &ledger->next_due);

    return r ? r : store_next_deadline(ledger->store, &ledger->next_deadline);
}

/* After a commit: lets the other threads see it. */
static void publish(struct ledger *ledger)
{
    struct view *view = ledger->view;

    atomic_store(&view->next_due, ledger->next_due);
    atomic_store(&view->next_deadline, ledger->next_deadline);
    for (int state = 0; state < HOLD_STATES; state++)
        atomic_store(&view->counts[state], ledger->tally.counts[state]);
    atomic_store(&view->wal_pages, store_wal_pages(ledger->store));
    atomic_store(&view->behind, clock_now(ledger->clock) < ledger->last_recorded_at);
    atomic_store(&view->committed_seq, ledger->tally.last_seq);
}

/* A wall clock behind the newest event is reported and changes nothing: what has fired has fired.
 */
static void report_clock_behind(const struct ledger *ledger)
{
    char now[INSTANT_TEXT_SIZE], last[INSTANT_TEXT_SIZE];

    instant_format(clock_now(ledger->clock), now);
    instant_format(ledger->last_recorded_at, last);
    log_line(LOG_CRIT,
             "the wall clock says %s, but the newest event was recorded at %s: check the clock, "
             "deadlines fire late until it is right",
             now, last);
}

static int load(struct ledger *ledger)
{
    struct tally *tally = &ledger->tally;
    int r;

    r = store_last_event(ledger->store, &tally->last_seq, &ledger->last_recorded_at);
    if (!r)
        r = store_last_hold(ledger->store, &tally->last_hold);
    if (!r)
        r = store_counts(ledger->store, tally->counts);
    if (!r)
        r = store_announced(ledger->store, &ledger->announced_seq);
    if (!r)
        r = look_ahead(ledger);
    if (r)
        return r;
    atomic_store(&ledger->view->announced_seq, ledger->announced_seq);
    publish(ledger);
    if (atomic_load(&ledger->view->behind))
        report_clock_behind(ledger);
    return 0;
}

int ledger_open(const char *database, const char *vfs, const struct config *config,
                const struct clock *clock, struct view *view, struct ledger **ledger)
{
    _cleanup_(ledger_free_ptr) struct ledger *opened = calloc(1, sizeof(*opened));
    int r;

    if (!opened)
        return -ENOMEM;
    opened->config = config;
    opened->clock = clock;
    opened->view = view;
    facility_default(&opened->fallback);
    r = store_open(database, vfs, &opened->store);
    if (!r)
        r = load(opened);
    if (r)
        return r;
    *ledger = opened;
    opened = NULL;
    return 0;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger->store)
        store_free(ledger->store);
    free(ledger);
}

void ledger_adopt(struct ledger *ledger)
{
    store_adopt(ledger->store);
}

/* ---- one step: a command or a timer, applied and written down ---- */

static const struct facility *facility_of(const struct ledger *ledger, const struct hold *hold)
{
    const struct facility *facility = config_facility(ledger->config, hold->facility);

    return facility ? facility : &ledger->fallback;
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

/* Writes down what became of a hold. `before` is NULL for one that is new. */
static int record_outcome(struct ledger *ledger, const struct hold *before)
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

    if (timer->kind == TIMER_EXPIRY && late_us > atomic_load(&ledger->view->max_late_us))
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
    return transition_apply(hold, &command, facility_of(ledger, hold), now, &ledger->outcome,
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
    return record_outcome(ledger, &hold);
}

/* Fires the due timers of one hold, or of all where `hold` is 0, up to one turn's worth. */
static int fire_due(struct ledger *ledger, int64_t hold, instant now)
{
    size_t n_due;
    int r;

    r = store_due(ledger->store, hold, now, ledger->due, LEDGER_TIMERS_PER_TURN, &n_due);
    for (size_t i = 0; i < n_due && !r; i++)
        r = fire(ledger, &ledger->due[i], now);
    return r;
}

/* ---- commands ---- */

static int find_facility(struct ledger *ledger, struct operation *operation,
                         const struct facility **facility)
{
    *facility = config_facility(ledger->config, operation->command.facility);
    if (*facility)
        return 0;
    return problem_set(&operation->problem, PROBLEM_UNKNOWN_FACILITY, "facility",
                       "no facility \"%s\" is configured; GET /v1/ lists those that are",
                       operation->command.facility);
}

static int find_hold(struct ledger *ledger, struct operation *operation, struct hold *hold)
{
    int r = store_hold(ledger->store, operation->command.hold_id, hold);

    if (r > 0)
        return problem_set(&operation->problem, PROBLEM_NOT_FOUND, NULL,
                           "there is no hold %" PRId64, operation->command.hold_id);
    return r;
}

static int apply_request(struct ledger *ledger, struct operation *operation, instant now)
{
    const struct facility *facility;
    int r;

    operation->command.hold_id = ledger->tally.last_hold + 1;
    r = find_facility(ledger, operation, &facility);
    if (!r)
        r = transition_apply(NULL, &operation->command, facility, now, &ledger->outcome,
                             &operation->problem);
    return r ? r : record_outcome(ledger, NULL);
}

static int apply_to_hold(struct ledger *ledger, struct operation *operation, instant now)
{
    struct command *command = &operation->command;
    struct hold hold;
    int r;

    r = find_hold(ledger, operation, &hold);
    if (!r && command->kind == COMMAND_START)
        r = store_first_clock(ledger->store, &hold, &command->first_eligible_at,
                              &command->first_hold);
    if (!r)
        r = transition_apply(&hold, command, facility_of(ledger, &hold), now, &ledger->outcome,
                             &operation->problem);
    return r ? r : record_outcome(ledger, &hold);
}

/* What the answer needs, taken before the next command may change it. */
static int fill_answer(struct ledger *ledger, struct operation *operation, instant now)
{
    operation->hold = ledger->outcome.hold;
    operation->now = now;
    return store_next_timer(ledger->store, operation->hold.id, &operation->next_timer);
}

/* Applies one operation, all of it or, where it is refused, nothing. */
static int apply_in_savepoint(struct ledger *ledger, struct operation *operation, instant now)
{
    struct tally tally = ledger->tally;
    int r;

    r = store_savepoint(ledger->store);
    if (r)
        return r;
    operation->result = operation->command.kind == COMMAND_REQUEST
                            ? apply_request(ledger, operation, now)
                            : apply_to_hold(ledger, operation, now);
    if (operation->result < 0)
        return operation->result;
    if (operation->result > 0) {
        ledger->tally = tally;
        return store_undo(ledger->store);
    }
    r = fill_answer(ledger, operation, now);
    return r ? r : store_keep(ledger->store);
}

/* What is due on the hold happens to it first: no command overtakes time. */
static int apply_operation(struct ledger *ledger, struct operation *operation, instant now)
{
    int r = 0;

    if (operation->command.kind != COMMAND_REQUEST)
        r = fire_due(ledger, operation->command.hold_id, now);
    return r ? r : apply_in_savepoint(ledger, operation, now);
}

/* ---- turns ---- */

static int save_announced(struct ledger *ledger)
{
    int64_t seq = atomic_load(&ledger->view->announced_seq);

    if (seq == ledger->announced_seq)
        return 0;
    ledger->announced_seq = seq;
    return store_set_announced(ledger->store, seq);
}

static int run_transaction(struct ledger *ledger, struct operation *operations, instant now)
{
    int r;

    r = store_begin(ledger->store);
    for (struct operation *o = operations; o && !r; o = o->next)
        r = apply_operation(ledger, o, now);
    if (!r)
        r = fire_due(ledger, 0, now);
    if (!r)
        r = save_announced(ledger);
    if (!r)
        r = look_ahead(ledger);
    if (!r)
        r = store_commit(ledger->store);
    if (r)
        store_rollback(ledger->store);
    return r;
}

static void fail_operations(struct operation *operations)
{
    for (struct operation *o = operations; o; o = o->next)
        o->result = problem_set(&o->problem, PROBLEM_STORAGE_FAILED, NULL,
                                "the database failed while this was being recorded; look at the "
                                "history once detainerd is back before repeating it");
}

static void count_operations(struct ledger *ledger, const struct operation *operations)
{
    for (const struct operation *o = operations; o; o = o->next)
        atomic_fetch_add(o->result ? &ledger->view->refused : &ledger->view->commands, 1);
    atomic_fetch_add(&ledger->view->commits, 1);
}

static int fail_stop(struct ledger *ledger, int r)
{
    atomic_store(&ledger->view->failed, true);
    store_abandon(ledger->store);
    return r;
}

int ledger_turn(struct ledger *ledger, struct operation *operations)
{
    instant now = clock_now(ledger->clock);
    int r;

    r = run_transaction(ledger, operations, now);
    if (r) {
        fail_operations(operations);
        return fail_stop(ledger, r);
    }
    count_operations(ledger, operations);
    publish(ledger);
    return 0;
}

int ledger_catch_up(struct ledger *ledger)
{
    int r = 0;

    while (!r && ledger->next_due != INSTANT_NONE && ledger->next_due <= clock_now(ledger->clock))
        r = ledger_turn(ledger, NULL);
    atomic_store(&ledger->view->max_late_us, 0); /* that lateness was not ours */
    return r;
}

static int record_step(struct ledger *ledger, int64_t step_us)
{
    struct event event;
    int r;

    record_clear(&event_record, &event);
    event.seq = ++ledger->tally.last_seq;
    event.kind = EVENT_CLOCK_STEPPED;
    event.at = event.recorded_at = clock_now(ledger->clock);
    ledger->last_recorded_at = event.at; /* from here on, this is the time */
    event.step_us = step_us;
    strcpy(event.actor, "clock");
    r = store_begin(ledger->store);
    if (!r)
        r = store_add_event(ledger->store, &event);
    if (!r)
        r = store_commit(ledger->store);
    if (r)
        store_rollback(ledger->store);
    return r;
}

int ledger_clock_stepped(struct ledger *ledger, int64_t step_us)
{
    int r = record_step(ledger, step_us);

    if (r)
        return fail_stop(ledger, r);
    publish(ledger);
    return 0;
}

instant ledger_next_due(const struct ledger *ledger)
{
    return ledger->next_due;
}

int ledger_checkpoint(struct ledger *ledger)
{
    int r = store_checkpoint(ledger->store);

    if (r < 0)
        return fail_stop(ledger, r);
    atomic_fetch_add(&ledger->view->checkpoints, r);
    return 0;
}
