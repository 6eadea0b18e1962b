/* SPDX-License-Identifier: ISC */

/*
 * The ledger: opening it, its turns, and what the other threads see of it.
 *
 * Numbers that live in memory (the next seq, the counts) are staged during a transaction and
 * published after its commit; where the commit fails the ledger is finished anyway.
 */

#include "ledger_step.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "log.h"

/* ---- opening ---- */

/* Reads what the view shows beyond the tally, while an error can still stop the commit. */
static int look_ahead(struct ledger *ledger)
{
    int r = store_next_due(ledger->store, &ledger->next_due);

    if (!r)
        r = store_next_deadline(ledger->store, &ledger->next_deadline);
    if (!r && ledger->overdue_moved)
        r = store_overdue_since(ledger->store, &ledger->overdue_since);
    ledger->overdue_moved = false;
    return r;
}

/* After a commit: lets the other threads see it. */
static void publish(struct ledger *ledger)
{
    struct view *view = ledger->view;

    if (ledger->law_is_new)
        in_force_set(ledger->in_force, ledger->law);
    ledger->law_is_new = false;
    atomic_store(&view->next_due, ledger->next_due);
    atomic_store(&view->next_deadline, ledger->next_deadline);
    atomic_store(&view->overdue_since, ledger->overdue_since);
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
        r = store_oldest_reply(ledger->store, &ledger->oldest_reply_at);
    if (!r)
        r = ledger_note_law(ledger);
    ledger->overdue_moved = true;
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

int ledger_open(const char *database, const char *vfs, struct in_force *in_force,
                const struct clock *clock, struct view *view, struct ledger **ledger)
{
    _cleanup_(ledger_free_ptr) struct ledger *opened = calloc(1, sizeof(*opened));
    int r;

    view_init(view, clock_now(clock));
    if (!opened)
        return -ENOMEM;
    opened->in_force = in_force;
    opened->law = in_force_get(in_force);
    opened->clock = clock;
    opened->view = view;
    r = evaluator_new(&opened->evaluator);
    if (!r)
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
    if (ledger->evaluator)
        evaluator_free(ledger->evaluator);
    law_unref(ledger->law);
    free(ledger);
}

void ledger_adopt(struct ledger *ledger)
{
    store_adopt(ledger->store);
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

static int commit(struct ledger *ledger)
{
    int64_t began_us = clock_steady_us(ledger->clock);
    int r = store_commit(ledger->store);

    if (!r)
        histogram_observe(&ledger->view->commit_us, clock_steady_us(ledger->clock) - began_us);
    return r;
}

static int run_transaction(struct ledger *ledger, struct operation *operations, instant now)
{
    int r;

    ledger->n_remembered = 0;
    r = store_begin(ledger->store);
    for (struct operation *o = operations; o && !r; o = o->next)
        r = ledger_apply(ledger, o, now);
    if (!r)
        r = ledger_review(ledger, now);
    if (!r)
        r = ledger_fire(ledger, 0, now);
    if (!r)
        r = ledger_forget(ledger, now);
    if (!r)
        r = save_announced(ledger);
    if (!r)
        r = look_ahead(ledger);
    if (!r)
        r = commit(ledger);
    if (r)
        store_rollback(ledger->store);
    return r;
}

void operation_clear(struct operation *operation)
{
    free(operation->mistakes);
    free(operation->if_match);
    reply_clear(&operation->reply);
}

void operation_fail(struct operation *operation, const char *detail)
{
    reply_clear(&operation->reply); /* it speaks of what never came to be */
    if (operation->law)
        law_unref(operation->law);
    operation->law = NULL;
    operation->result =
        problem_set(&operation->problem, PROBLEM_STORAGE_FAILED, NULL, "%s", detail);
}

static void fail_operations(struct operation *operations)
{
    for (struct operation *o = operations; o; o = o->next)
        operation_fail(o, "the database failed while this was being recorded; look at the history "
                          "once detainerd is back before repeating it");
}

static void count_operations(struct ledger *ledger, const struct operation *operations)
{
    struct view *view = ledger->view;
    int64_t n = 0;

    for (const struct operation *o = operations; o; o = o->next, n++)
        if (o->reply.replayed)
            atomic_fetch_add(&view->replayed, 1);
        else
            atomic_fetch_add(o->result ? &view->refused[o->result] : &view->commands, 1);
    if (n > 0)
        histogram_observe(&view->commit_size, n);
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

bool ledger_is_behind(const struct ledger *ledger)
{
    return ledger->reviewing ||
           (ledger->next_due != INSTANT_NONE && ledger->next_due <= clock_now(ledger->clock));
}

int ledger_catch_up(struct ledger *ledger)
{
    int r = 0;

    while (!r && ledger_is_behind(ledger))
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
        r = commit(ledger);
    if (r)
        store_rollback(ledger->store);
    return r;
}

int ledger_clock_stepped(struct ledger *ledger, int64_t step_us)
{
    int r = record_step(ledger, step_us);

    if (r)
        return fail_stop(ledger, r);
    atomic_fetch_add(&ledger->view->clock_steps, 1);
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
