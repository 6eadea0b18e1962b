/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Inside the ledger: what its parts share. ledger.c has the turns, ledger_step.c what follows a
 * command or a timer alike, ledger_command.c what a command needs to know, ledger_repeat.c commands
 * that come again, ledger_law.c what a new law changes.
 */

#include "ledger.h"
#include "store.h"

struct ledger {
    struct store *store;
    struct in_force *in_force;
    struct law *law; /* a reference; in force, or about to be */
    struct evaluator *evaluator;
    const struct clock *clock;
    struct view *view;

    struct tally {
        int64_t last_seq;
        int64_t last_hold;
        int64_t counts[HOLD_STATES];
    } tally;
    instant last_recorded_at;
    instant next_due;
    instant next_deadline;
    instant overdue_since;
    bool overdue_moved;      /* an expired hold has come, gone or changed since that was read */
    int64_t announced_seq;   /* as stored */
    instant oldest_reply_at; /* of those kept, INSTANT_NONE without one */
    size_t n_remembered;     /* replies that were added in this turn */
    int64_t reviewed;        /* the last hold whose deadline the law in force was asked about */
    bool reviewing;          /* there are more of them */
    bool law_is_new;         /* of this turn */

    struct timer due[LEDGER_TIMERS_PER_TURN];
    struct outcome outcome; /* of the step at hand */
};

/* The facility of a hold, or what it falls back on. */
const struct facility *ledger_facility(const struct ledger *ledger, const struct hold *hold);

/* Writes down what became of a hold, ledger->outcome. `before` is NULL for one that is new. */
int ledger_record(struct ledger *ledger, const struct hold *before);

/* Fires the due timers of one hold, or of all where `hold` is 0, up to one turn's worth. */
int ledger_fire(struct ledger *ledger, int64_t hold, instant now);

/* Applies one operation: all of it or, where it is refused, nothing. */
int ledger_apply(struct ledger *ledger, struct operation *operation, instant now);

/*
 * A command that has come before gets its reply of then. Returns 0 where it is new, 1 where that
 * was all, with its result set, or a negative errno.
 */
int ledger_recall(struct ledger *ledger, struct operation *operation);

/* Keeps the reply of a command that has a key, in the transaction that carries it out. */
int ledger_remember(struct ledger *ledger, struct operation *operation, instant now);

/* Drops some replies that have been kept for long enough, if there are any. */
int ledger_forget(struct ledger *ledger, instant now);

/* Adds to a command what it needs to know of other holds and of the law. */
int ledger_complete(struct ledger *ledger, struct command *command, const struct hold *hold,
                    const struct facility *facility, instant now);

/* Begins a review of the running deadlines where another law was in force when they were worked
 * out. */
int ledger_note_law(struct ledger *ledger);

/* Goes on with the review, up to one turn's worth. */
int ledger_review(struct ledger *ledger, instant now);

/* Puts the operation's law in force, with the commit that comes. */
int ledger_apply_law(struct ledger *ledger, struct operation *operation);
