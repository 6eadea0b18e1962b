/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Metrics: what a monitor is told, and under which names. docs/API.md explains each.
 */

#include "exposition.h"
#include "server.h"
#include "view.h"

/* Where the numbers come from, and when. */
struct scrape {
    const struct view *view;
    struct server_totals totals;
    instant now;
};

/* Writes all of them, to the end mark. */
void metrics_write(struct exposition *exposition, const struct scrape *scrape);
