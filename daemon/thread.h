/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Threads of the daemon: named, so that ps -T shows who is who, and with all signals blocked, so
 * that only the main thread ever handles one.
 */

#include <pthread.h>

/* Returns 0 or a negative errno. `name` has at most 15 bytes. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *context);
