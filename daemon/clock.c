/* SPDX-License-Identifier: ISC */

/* The real clock by clock_gettime(2), and what the kernel knows about it. */

#include "clock.h"

#include <sys/timex.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

instant clock_now(const struct clock *clock)
{
    return clock->simulated ? clock->simulated_now : read_us(CLOCK_REALTIME);
}

int64_t clock_offset_us(const struct clock *clock)
{
    return clock->simulated ? 0 : read_us(CLOCK_REALTIME) - read_us(CLOCK_MONOTONIC);
}

int64_t clock_steady_us(const struct clock *clock)
{
    return clock->simulated ? clock->simulated_now : read_us(CLOCK_MONOTONIC);
}

bool clock_synchronised(const struct clock *clock)
{
    struct timex timex = {.modes = 0};

    return clock->simulated || (adjtimex(&timex) >= 0 && !(timex.status & STA_UNSYNC));
}
