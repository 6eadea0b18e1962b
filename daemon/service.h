/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The main thread's loop, and all that the service manager sees: READY, STATUS, the watchdog, and
 * the signals to stop. Plain runs from a shell take the same path; sd_notify(3) does nothing there.
 */

#include "clock.h"
#include "pulse.h"
#include "reload.h"
#include "view.h"

struct service {
    const struct clock *clock;
    struct view *view;
    struct reload *reload; /* by SIGHUP, or who waits for it */
    struct pulse *pulses;  /* of all other threads */
    size_t n_pulses;
};

/*
 * From now on the signals that service_run() waits for are kept until it does. Before any thread is
 * started, which would otherwise get them, and end the process on a reload that comes early.
 */
void service_block_signals(void);

/*
 * Says READY, then reloads on every SIGHUP and request, and runs until SIGTERM or SIGINT (returns
 * 0), until storage failed (returns -EIO), or where the loop could not be set up (another negative
 * errno). Says STOPPING before it returns.
 */
int service_run(const struct service *service);
