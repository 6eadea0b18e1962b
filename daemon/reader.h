/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A reader: one thread's own read-only connection to the database. It can neither write nor
 * checkpoint (SQLITE_OPEN_READONLY and query_only), and sees what is committed. Not for several
 * threads.
 */

#include "macro.h"
#include "transition.h"

struct reader;

/* The database must exist. `vfs` as in ledger_open(). Logs its failures. */
int reader_open(const char *database, const char *vfs, struct reader **reader);
void reader_free(struct reader *reader);
DEFINE_CLEANUP(struct reader *, reader_free)

/* One hold with its earliest timer (kind TIMER_NONE without one). Returns 0, 1 where there is none,
 * or a negative errno. */
int reader_hold(struct reader *reader, int64_t id, struct hold *hold, struct timer *next_timer);

/* Which holds to list, in order of id. */
struct hold_filter {
    int64_t after_id;     /* 0 for all */
    int state;            /* enum hold_state, HOLD_NONE for all */
    const char *facility; /* NULL for all */
    const char *booking;  /* NULL for all */
    instant due_before;   /* held holds whose deadline is earlier; INSTANT_NONE for all */
    size_t limit;
};

/* A negative return ends the reading and is handed on. */
typedef int reader_hold_fn(const struct hold *hold, const struct timer *next_timer, void *context);
typedef int reader_event_fn(int64_t seq, const char *body, size_t size, void *context);

/* Calls `each` for the holds that pass, at most filter->limit. Returns 0 or a negative errno. */
int reader_holds(struct reader *reader, const struct hold_filter *filter, reader_hold_fn *each,
                 void *context);

/*
 * Calls `each` with the stored text of events after `after` in order of seq, at most `limit`; of
 * one hold, or of all where hold_id is 0. The text is only good during the call. Returns 0 or a
 * negative errno.
 */
int reader_events(struct reader *reader, int64_t hold_id, int64_t after, size_t limit,
                  reader_event_fn *each, void *context);
