/* SPDX-License-Identifier: ISC */

/* Counting into ranges. */

#include "histogram.h"

#include <assert.h>

void histogram_init(struct histogram *histogram, const struct histogram_bounds *bounds)
{
    assert(bounds->n >= 1 && bounds->n <= HISTOGRAM_BOUNDS_MAX);
    histogram->bounds = bounds;
    atomic_store(&histogram->sum, 0);
    for (size_t i = 0; i <= bounds->n; i++)
        atomic_store(&histogram->counts[i], 0);
}

/* Few values are large, and the bounds lie in two cache lines: no search beats looking at each. */
static size_t range_of(const struct histogram_bounds *bounds, int64_t value)
{
    size_t i = 0;

    while (i < bounds->n && value > bounds->at[i])
        i++;
    return i;
}

/* Nobody else writes, so that a load and a store do. The count comes last, and says that the sum is
 * there. */
void histogram_observe(struct histogram *histogram, int64_t value)
{
    _Atomic uint64_t *count = &histogram->counts[range_of(histogram->bounds, value)];
    int64_t sum = atomic_load_explicit(&histogram->sum, memory_order_relaxed);

    assert(value >= 0); /* a sum that shrinks would look like another start */
    atomic_store_explicit(&histogram->sum, sum + value, memory_order_relaxed);
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_release);
}

void histogram_read(const struct histogram *histogram, struct histogram_reading *reading)
{
    size_t n = histogram->bounds->n;

    *reading = (struct histogram_reading){0};
    for (size_t i = 0; i <= n; i++) {
        reading->count += atomic_load_explicit(&histogram->counts[i], memory_order_acquire);
        if (i < n)
            reading->up_to[i] = reading->count;
    }
    reading->sum = atomic_load_explicit(&histogram->sum, memory_order_relaxed);
}
