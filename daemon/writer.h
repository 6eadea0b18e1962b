/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The writer: the thread that owns the ledger.
 *
 * A libevent loop with three sources: the queue of commands (an eventfd), the earliest timer (a
 * timerfd on CLOCK_REALTIME that also wakes when the clock is set), and the heartbeat. Whatever
 * waits in the queue when it wakes is committed together.
 */

#include "ledger.h"
#include "pulse.h"

struct writer;

/* Called on the writer's thread, and only to wake another one: they must not block or call back. */
struct writer_listener {
    void (*committed)(void *context); /* the view has moved on */
    void (*failed)(void *context);    /* storage failed; nothing is accepted from now on */
    void *context;
    struct writer_listener *next;
};

/* Starts the thread. `ledger` must outlive the writer and is the writer's to use from here on. */
int writer_start(struct ledger *ledger, const struct clock *clock, struct view *view,
                 struct pulse *pulse, struct writer **writer);

/*
 * Hands a command over; for any thread. `operation` must stay until its `done` was called, which
 * always happens, also when storage has failed.
 */
void writer_submit(struct writer *writer, struct operation *operation);

/* Tells the listener of every commit from now on. It must outlive the writer. */
void writer_listen(struct writer *writer, struct writer_listener *listener);

/*
 * Finishes what is queued, ends the thread and frees. The ledger is the caller's again. Returns 0,
 * or the negative errno that storage failed with.
 */
int writer_stop(struct writer *writer);
