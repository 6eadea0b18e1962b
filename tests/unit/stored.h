/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the tests of the store and of its readers share: a store in a directory of its own, and
 * things to put in. Whatever fails, fails the test.
 */

#include "simulation/world.h"
#include "store.h"
#include "unit.h"

/* An open store on an empty database, in a world without a ledger. */
struct stored {
    struct world world;
    struct store *store;
};

void stored_open(struct stored *stored);
void stored_reopen(struct stored *stored);
void stored_close(struct stored *stored);

/* A lodged hold, and one whose clock runs. */
struct hold stored_lodged(int64_t id);
struct hold stored_held(int64_t id, instant deadline_at);

/* The event by which a hold was lodged. */
struct event stored_event(int64_t seq, int64_t hold);

/* Each in a transaction of its own, or in the one that is open. */
void stored_add_hold(struct stored *stored, const struct hold *hold);
void stored_add_event(struct stored *stored, const struct event *event);
void stored_arm(struct stored *stored, int64_t hold, enum timer_kind kind, int64_t rung_s,
                instant due_at);

/* Pages from which on the log is copied, and from which on readers are waited for. */
#define STORED_LONG_LOG     4096
#define STORED_TOO_LONG_LOG 16384

/* Commits until the log has so many pages; at least once. */
void stored_grow_log(struct stored *stored, int pages);
