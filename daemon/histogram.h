/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A histogram: how often a value fell into which range, and the sum of all.
 *
 * One thread observes, without a lock and without a locked instruction; any thread reads at any
 * time. Values are integers in whatever unit the owner chose, microseconds or pieces. Ranges end at
 * fixed bounds, so that histograms of several daemons, or of several moments, can be added up; a
 * value that equals a bound belongs below it, as Prometheus counts ("le").
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS_MAX 20

/* Where the ranges end: 1 to HISTOGRAM_BOUNDS_MAX bounds, ascending. Beyond the last is one more
 * range. */
struct histogram_bounds {
    size_t n;
    int64_t at[HISTOGRAM_BOUNDS_MAX];
};

struct histogram {
    const struct histogram_bounds *bounds;
    _Atomic int64_t sum;
    _Atomic uint64_t counts[HISTOGRAM_BOUNDS_MAX + 1]; /* by range */
};

/* What a histogram said at one moment. */
struct histogram_reading {
    int64_t sum;
    uint64_t count;                       /* of all values */
    uint64_t up_to[HISTOGRAM_BOUNDS_MAX]; /* of those at most so large as the bound */
};

/* Makes it empty. The bounds must outlive it. */
void histogram_init(struct histogram *histogram, const struct histogram_bounds *bounds);

/* Adds a value, 0 or more. For the one thread that observes. */
void histogram_observe(struct histogram *histogram, int64_t value);

/*
 * Reads it. What is observed meanwhile may be in it or not, but every value that is counted is in
 * the sum, and counts never shrink from one bound to the next.
 */
void histogram_read(const struct histogram *histogram, struct histogram_reading *reading);
