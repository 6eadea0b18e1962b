/* SPDX-License-Identifier: ISC */

/* Latencies: a growing array, sorted once at the end. */

#include "samples.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void samples_free(struct samples *samples)
{
    free(samples->ns);
    *samples = (struct samples){0};
}

int samples_add(struct samples *samples, uint64_t ns)
{
    if (samples->count == samples->room) {
        size_t room = samples->room ? samples->room * 2 : 65536;
        uint64_t *grown = realloc(samples->ns, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        samples->ns = grown;
        samples->room = room;
    }
    samples->ns[samples->count++] = ns;
    return 0;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* The nearest-rank percentile in microseconds. */
static double percentile_us(const struct samples *samples, unsigned percent)
{
    size_t rank = (samples->count * percent + 99) / 100;

    if (samples->count == 0)
        return 0;
    return (double)samples->ns[rank ? rank - 1 : 0] / 1e3;
}

void samples_print(struct samples *samples, const char *name, unsigned connections,
                   uint64_t answers, uint64_t elapsed_ns)
{
    if (samples->count)
        qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
    printf("{\"name\":\"%s\",\"connections\":%u,\"answers\":%" PRIu64 ",\"rate\":%.1f,"
           "\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}\n",
           name, connections, answers,
           elapsed_ns ? (double)answers * 1e9 / (double)elapsed_ns : 0.0,
           percentile_us(samples, 50), percentile_us(samples, 99), percentile_us(samples, 100));
}

uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
