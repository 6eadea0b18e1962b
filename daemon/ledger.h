/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The ledger: what turns commands and due timers into committed holds and events.
 *
 * It knows no thread and no loop. One call of ledger_turn() is one transaction: each command in its
 * own savepoint, then the timers that are due, then one commit; only then does any caller hear
 * "done". The writer (writer.h) runs it on its thread; tests run the very same ledger on a
 * simulated clock and a failing disk.
 */

#include "clock.h"
#include "idempotency.h"
#include "in_force.h"
#include "reply.h"
#include "transition.h"
#include "view.h"

/* One command on its way through the ledger. */
struct operation {
    struct command command; /* in: for a request, hold_id is 0; the ledger gives the id */
    struct law *law;        /* in: no command, but the law from here on; a reference, taken over
                             * by the time of done() whatever the result */
    struct idempotency idempotency; /* in: the key by which it may come again, "" for none */
    char *if_match; /* in: entity tags (entity_tag.h) of which the hold's must be one; NULL where
                     * any will do; the submitter's to free() */

    /*
     * Out: 0; an enum problem_kind (nothing was recorded); PROBLEM_NOT_FOUND where there is no such
     * hold, PROBLEM_UNKNOWN_FACILITY or PROBLEM_UNKNOWN_HOLD on a request,
     * PROBLEM_PRECONDITION_FAILED where the hold's tag is none of `if_match`,
     * PROBLEM_IDEMPOTENCY_KEY_REUSED where the key came with another command,
     * PROBLEM_STORAGE_FAILED where the commit failed.
     */
    int result;
    struct problem problem;
    char *mistakes;          /* what problem.mistakes points to; the submitter's to free() */
    struct hold hold;        /* as it now stands, where result is 0 */
    struct timer next_timer; /* its earliest timer; kind is TIMER_NONE without one */
    instant now;             /* when it was recorded */

    /*
     * Out, of a command with a key: the reply that is kept for it. Where it was given before, all
     * other results are void: nothing happened this time. Without status there is none, and the
     * submitter makes its own. The submitter's to clear.
     */
    struct reply reply;

    /* Called on the ledger's thread once `result` is final and on disk; owns the operation from
     * then. */
    void (*done)(struct operation *operation);
    void *context;          /* the submitter's own */
    struct operation *next; /* of whatever queue it is in */
};

/* Frees what is the submitter's to free. */
void operation_clear(struct operation *operation);

/* The result where storage has failed. */
void operation_fail(struct operation *operation, const char *detail);

struct ledger;

/* How many due timers one turn fires at most, so that commands never wait long behind a storm. */
#define LEDGER_TIMERS_PER_TURN 500

/*
 * Opens the database, brings its schema up to date, takes its lock and publishes the first view.
 * `vfs` is SQLite's name of a VFS, NULL for the default one. The arguments must outlive the
 * ledger. Logs the cause and returns -EBUSY (another daemon has
 * it), -EPERM (not ours to open: another application's file, a newer schema), -EIO or another
 * negative errno.
 */
int ledger_open(const char *database, const char *vfs, struct in_force *in_force,
                const struct clock *clock, struct view *view, struct ledger **ledger);
void ledger_free(struct ledger *ledger);
DEFINE_CLEANUP(struct ledger *, ledger_free)

/* From now on the calling thread, and no other, may use the ledger. */
void ledger_adopt(struct ledger *ledger);

/*
 * One transaction: applies the listed operations (linked by `next`), fires due timers, commits and
 * publishes the view. `done` is not called; results are final when it returns. Returns 0, or a
 * negative errno after which every result is PROBLEM_STORAGE_FAILED and the ledger must not be used
 * again.
 */
int ledger_turn(struct ledger *ledger, struct operation *operations);

/* Records that the wall clock was set, or the machine slept, by so much. An own transaction. */
int ledger_clock_stepped(struct ledger *ledger, int64_t step_us);

/* When the earliest timer is due, INSTANT_NONE without one. */
instant ledger_next_due(const struct ledger *ledger);

/* Whether a turn is wanted although nobody asks: a timer is due, or a new law is to be applied to
 * the deadlines that run. */
bool ledger_is_behind(const struct ledger *ledger);

/* Fires everything that is due, in as many turns as it takes. */
int ledger_catch_up(struct ledger *ledger);

/* Moves the write-ahead log into the database where it has grown long. */
int ledger_checkpoint(struct ledger *ledger);
