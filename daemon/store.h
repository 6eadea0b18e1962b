/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The store: the only read-write connection to the database.
 *
 * SQLite 3.40 can corrupt a write-ahead log when two connections write or checkpoint at the same
 * time (fixed in 3.51.3). So there is one writer for a database, which holds a lock file against a
 * second daemon, commits and checkpoints itself, never maps the file, and asserts that it is always
 * the same thread that calls. A foreign program that wrote in between is noticed at the next
 * store_begin().
 *
 * Functions return 0, or a negative errno that has been logged; after one, nothing that was not
 * committed counts, and the store is only good for store_free().
 */

#include "event.h"
#include "idempotency.h"
#include "law.h"
#include "macro.h"
#include "reply.h"
#include "transition.h"

struct store;

/* Opens, locks and migrates. -EBUSY where another daemon has the database, -EPERM where it is not
 * ours. */
int store_open(const char *path, const char *vfs, struct store **store);
void store_free(struct store *store);
DEFINE_CLEANUP(struct store *, store_free)

/* The calling thread becomes the writer. */
void store_adopt(struct store *store);

/* Transactions; -EPERM from store_begin() where another program has written to the database. */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);

/* A savepoint inside the transaction, then kept or undone. */
int store_savepoint(struct store *store);
int store_keep(struct store *store);
int store_undo(struct store *store);

/* Holds. store_hold() returns 1 where there is no such hold. */
int store_hold(struct store *store, int64_t id, struct hold *hold);
int store_add_hold(struct store *store, const struct hold *hold);
int store_change_hold(struct store *store, const struct hold *hold);
int store_last_hold(struct store *store, int64_t *id);
int store_counts(struct store *store, int64_t counts[static HOLD_STATES]);

/*
 * The clock that a hold inherits: of the started holds of the same booking at the same facility,
 * and of those that it replaces, directly or not.
 */
int store_first_clock(struct store *store, const struct hold *hold, struct first_clock *first);

/* The oldest open hold on a booking; 0 without one. */
int store_open_hold(struct store *store, const char *booking, const char *facility, int64_t *id);

/* The held holds with an id after `after`, in order of id, at most `max`. */
int store_held(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *n_ids);

/* The deadline of the held hold that expires first; INSTANT_NONE without one. */
int store_next_deadline(struct store *store, instant *deadline_at);

/* When authority over the expired hold whose authority ended first has ended; INSTANT_NONE without
 * one. */
int store_overdue_since(struct store *store, instant *ended_at);

/* Calls `each` for every facility that has open holds, with their number. */
typedef void store_facility_fn(const char *facility, int64_t n_holds, void *context);
int store_open_facilities(struct store *store, store_facility_fn *each, void *context);

/* Events: appended, once and for good. */
int store_add_event(struct store *store, const struct event *event);
int store_last_event(struct store *store, int64_t *seq, instant *recorded_at);

/* Timers. */
int store_arm(struct store *store, const struct timer *timer);
int store_disarm(struct store *store, int64_t hold, unsigned kinds);

/* Takes the timer that fires; 1 where it is no longer armed. */
int store_take(struct store *store, const struct timer *timer);

/* The timers due at `now`, earliest first, at most `max`; of one hold, or of all where hold is 0.
 */
int store_due(struct store *store, int64_t hold, instant now, struct timer *timers, size_t max,
              size_t *n_timers);
int store_next_due(struct store *store, instant *due_at); /* INSTANT_NONE without one */
int store_next_timer(struct store *store, int64_t hold, struct timer *timer); /* or TIMER_NONE */

/*
 * Replies to commands that may come again, by their keys. store_recall() returns 0 and the reply
 * that was kept, for reply_clear(), or which it is of:
 */
enum store_recall {
    STORE_NO_REPLY = 1,  /* the key is new */
    STORE_OTHER_REQUEST, /* the key came with another request */
};
int store_recall(struct store *store, const struct idempotency *idempotency, struct reply *reply);
int store_remember(struct store *store, const struct idempotency *idempotency,
                   const struct reply *reply, instant now);

/* Drops at most `max` of the replies that were kept until `until` or before, the oldest first. */
int store_forget(struct store *store, instant until, size_t max);
int store_oldest_reply(struct store *store, instant *recorded_at); /* INSTANT_NONE without one */

/* How far the history was announced in the log. */
int store_announced(struct store *store, int64_t *seq);
int store_set_announced(struct store *store, int64_t seq);

/* The fingerprint of the law by which every running deadline was worked out; "" before there was
 * one.
 */
int store_law(struct store *store, char fingerprint[static LAW_FINGERPRINT_SIZE]);
int store_set_law(struct store *store, const char *fingerprint);

/* Pages in the write-ahead log after the last commit. */
int store_wal_pages(const struct store *store);

/*
 * Where the log has grown by 16 MiB since the last time, copies it into the database; from 64 MiB
 * on also waits a moment for readers, so that the log can start anew. Returns 1 where it did, 0
 * where there was no need, or a negative errno.
 */
int store_checkpoint(struct store *store);

/* Storage has failed: store_free() will not try to write any more. */
void store_abandon(struct store *store);
