/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Latencies of one measurement, kept whole: percentiles are read off the sorted list, so that no
 * bucket rounds the tail.
 */

#include <stddef.h>
#include <stdint.h>

struct samples {
    uint64_t *ns;
    size_t count;
    size_t room;
};

void samples_free(struct samples *samples);

/* Returns 0 or -ENOMEM. */
int samples_add(struct samples *samples, uint64_t ns);

/*
 * Prints one line of JSON: name, connections, answers, rate and latencies. `answers` came within
 * `elapsed_ns`; there are fewer samples than answers where one sample is a batch. Sorts the
 * samples.
 */
void samples_print(struct samples *samples, const char *name, unsigned connections,
                   uint64_t answers, uint64_t elapsed_ns);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t monotonic_ns(void);
