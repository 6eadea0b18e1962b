/* SPDX-License-Identifier: ISC */

/* An empty view, and how finely its histograms tell values apart. */

#include "view.h"

#include <string.h>

/* From a disk that answers out of its cache to one that somebody should look at. */
static const struct histogram_bounds commit_us = {
    17,
    {50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
     2500000, 5000000, 10000000},
};

static const struct histogram_bounds commit_size = {
    12,
    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048},
};

/* From what nobody notices to the days for which a daemon may have been down. */
static const struct histogram_bounds late_us = {
    14,
    {US_PER_S / 1000, US_PER_S / 100, US_PER_S / 10, US_PER_S, 10 * US_PER_S, US_PER_MIN,
     5 * US_PER_MIN, 15 * US_PER_MIN, US_PER_H, 4 * US_PER_H, 12 * US_PER_H, US_PER_DAY,
     2 * US_PER_DAY, 7 * US_PER_DAY},
};

void view_init(struct view *view, instant started_at)
{
    memset(view, 0, sizeof(*view));
    atomic_store(&view->next_due, INSTANT_NONE);
    atomic_store(&view->next_deadline, INSTANT_NONE);
    atomic_store(&view->overdue_since, INSTANT_NONE);
    atomic_store(&view->started_at, started_at);
    histogram_init(&view->commit_us, &commit_us);
    histogram_init(&view->commit_size, &commit_size);
    histogram_init(&view->expiry_late_us, &late_us);
}
