/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Pulses: proof that a thread still turns.
 *
 * Every thread's loop beats at least once in PULSE_INTERVAL_US, idle or not. The main thread pings
 * the service manager's watchdog only while all have moved since the last ping, so that one stuck
 * thread is enough to get the daemon restarted.
 */

#include <stdatomic.h>
#include <stdint.h>

#include "instant.h"

#define PULSE_INTERVAL_US (US_PER_S / 20)

struct pulse {
    const char *name;       /* of the thread, for the log */
    _Atomic uint64_t beats; /* counts the turns of its loop */
    uint64_t seen;          /* by main */
};

static inline void pulse_beat(struct pulse *pulse)
{
    atomic_fetch_add_explicit(&pulse->beats, 1, memory_order_relaxed);
}
