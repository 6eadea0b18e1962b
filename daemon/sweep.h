/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Sweeping: looking after connections whose clients do nothing that an event would tell of. Polls
 * come to their end, slow clients are cut off, and those that went away are noticed.
 */

struct exchange;
struct worker;

/* Resumes the polls that have something to read or are over. After every commit, and every tick. */
void sweep_polls(struct worker *worker);

/* Looks at all clients. Every second. */
void sweep_clients(struct worker *worker);

/* Says in the log that a connection is closed for what its client did, and why. */
void sweep_log_cut(const struct exchange *exchange, const char *why);

#define SWEEP_TOO_SLOW NULL /* as `why`: no request got done in idle_timeout */
