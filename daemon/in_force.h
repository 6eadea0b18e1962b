/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Which law is in force, for all threads.
 *
 * The ledger puts a new one in force once it has committed it; the other threads keep a reference
 * each and exchange it when they see that there is another. None of them waits for any other.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "law.h"

struct in_force {
    pthread_mutex_t mutex;
    struct law *law;          /* a reference */
    _Atomic uint64_t changes; /* counts the laws there have been */
};

/* Takes a reference of its own. */
void in_force_init(struct in_force *in_force, struct law *law);
void in_force_destroy(struct in_force *in_force);

/* A reference to the law in force, for the caller to drop. */
struct law *in_force_get(struct in_force *in_force);

/* Puts another in force, of which it takes a reference. */
void in_force_set(struct in_force *in_force, struct law *law);

/* One thread's reference. All zero at the beginning. */
struct in_force_copy {
    struct law *law;
    uint64_t changes;
};

/* The law in force, good until the thread asks again. */
const struct law *in_force_law(struct in_force *in_force, struct in_force_copy *copy);
void in_force_drop(struct in_force_copy *copy);
