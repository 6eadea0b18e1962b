/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Which failures are worth another try, and how long to wait before it. Every request that is
 * repeated either records nothing or carries an Idempotency-Key, so that only usefulness matters
 * here.
 */

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"

/* Whether the same request may fare better later: after an error, or (0) by an answer's status. */
bool retry_helps(int error, long status);

/* How long the daemon asks to be left alone (Retry-After), in ms; 0 where it does not say. */
int retry_after_ms(const struct detainer_answer *answer);

/*
 * The wait before the next try, in ms, after `n_tries` that failed: it doubles up to a limit, and
 * `chance` (any number) takes up to half of it away, so that clients of a daemon that restarts do
 * not come back all at once. Never below `least_ms`.
 */
int retry_wait_ms(unsigned n_tries, uint32_t chance, int least_ms);
