/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the ledger lets the other threads see without asking: how far the history is committed, how
 * many holds there are and what comes next. Written by the ledger's thread after each commit, read
 * by any thread at any time; each number is atomic, together they are a picture that may be one
 * commit apart.
 */

#include <stdatomic.h>

#include "histogram.h"
#include "hold.h"
#include "problem.h"

struct view {
    _Atomic int64_t committed_seq; /* every event up to here is on disk */
    _Atomic int64_t counts[HOLD_STATES];
    _Atomic instant next_due; /* of the earliest timer, INSTANT_NONE without one */
    _Atomic instant
        next_deadline; /* of the held hold that expires first, INSTANT_NONE without one */
    _Atomic instant overdue_since; /* the end of authority over the expired hold whose authority
                                    * ended first, INSTANT_NONE without one */
    _Atomic int64_t queued;        /* commands handed to the writer and not yet answered; written by
                                    * who hands them over, too */

    /* Since the start, for /metrics. */
    _Atomic instant started_at;
    struct histogram commit_us;      /* how long commits took */
    struct histogram commit_size;    /* how many commands shared one commit, where there were any */
    struct histogram expiry_late_us; /* from deadlines to the moments their expiries say */
    _Atomic int64_t commands;        /* committed */
    _Atomic int64_t refused[PROBLEM_KINDS]; /* commands that the ledger refused */
    _Atomic int64_t replayed; /* commands that had come before, and got their answer again */
    _Atomic int64_t timers_fired;
    _Atomic int64_t max_late_us; /* worst lateness of an expiry that fell due while running */
    _Atomic int64_t clock_steps; /* how often the wall clock was set, or the machine slept */
    _Atomic int64_t checkpoints;
    _Atomic int64_t wal_pages; /* after the last commit */

    _Atomic bool failed;       /* storage failed: nothing is accepted any more */
    _Atomic bool behind;       /* the wall clock is behind the newest event */
    _Atomic bool synchronised; /* of the wall clock, as the kernel has it; written by main */
    _Atomic int64_t
        announced_seq; /* the journal has every event up to here; written by the herald */
};

/* Makes the view of a ledger that has done nothing yet. */
void view_init(struct view *view, instant started_at);
