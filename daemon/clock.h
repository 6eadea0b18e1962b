/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The wall clock, as a thing that is passed in: the real one in the daemon, a simulated one in
 * tests, so that two and a half years of holds replay in seconds. Nothing else in the tree asks for
 * the time.
 */

#include <stdbool.h>

#include "instant.h"

struct clock {
    bool simulated;
    instant simulated_now; /* what a simulated clock says; the test moves it */
};

#define CLOCK_REAL                                                                                 \
    (struct clock)                                                                                 \
    {                                                                                              \
        0                                                                                          \
    }

/* Now. For any thread. */
instant clock_now(const struct clock *clock);

/*
 * How far the wall clock lies ahead of the machine's steady clock (CLOCK_MONOTONIC), in
 * microseconds: constant, however the rate is adjusted, until somebody sets the wall clock or the
 * machine sleeps. The difference of two readings is the size of that step.
 */
int64_t clock_offset_us(const struct clock *clock);

/* The machine's steady clock (CLOCK_MONOTONIC), in microseconds, for rates and lengths. For any
 * thread. */
int64_t clock_steady_us(const struct clock *clock);

/* Whether the kernel believes the clock to be synchronised to a reference, adjtimex(2). */
bool clock_synchronised(const struct clock *clock);
