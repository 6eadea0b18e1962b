/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The herald: the thread that tells the log what was committed.
 *
 * It follows the history through its own reader and announces event by event, so that writing to a
 * slow journal never holds up the ledger. How far it came is stored with the ledger's next commit:
 * after a crash the last messages are repeated rather than lost.
 */

#include "in_force.h"
#include "pulse.h"
#include "view.h"

struct herald;

/* Starts the thread. The arguments must outlive it. */
int herald_start(const char *database, struct in_force *in_force, struct view *view,
                 struct pulse *pulse, struct herald **herald);

/* Announces what is committed, ends the thread and frees. After the writer has stopped. */
void herald_stop(struct herald *herald);
