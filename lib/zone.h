/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Time zones of facilities: between instants and what calendars and clocks on the wall say there.
 *
 * A zone is looked up by its IANA name in the system's zone data through libical; the process's own
 * TZ is never read or set, so that several facilities in different zones live in one process.
 */

#include "instant.h"

struct zone;

/*
 * Looks a zone up ("America/Los_Angeles"). Returns 0 and a zone that lives as long as the process
 * (do not free it), or -ENOENT where the system has no such zone. Not for many threads at once:
 * look zones up at start, use them anywhere afterwards.
 */
int zone_find(const char *name, const struct zone **zone);

/* Room for zone_local's text. */
#define ZONE_TEXT_SIZE 48

/* Writes an instant as people there read it, to the second: "2026-11-24 09:00:00 -08:00". */
void zone_local(const struct zone *zone, instant at, char text[static ZONE_TEXT_SIZE]);

/*
 * A local time as a number: microseconds since 1970-01-01T00:00:00, as if it were UTC. Local days
 * are counted from the same day.
 */
int64_t zone_local_us(const struct zone *zone, instant at);

/* The local calendar day of an instant, in days since 1970-01-01. */
int64_t zone_day(const struct zone *zone, instant at);

/*
 * The end of the stretch of one local day that begins at `at`: the earliest later instant at which
 * another local day has begun. It never lies more than a day and a change of clocks ahead.
 */
instant zone_day_end(const struct zone *zone, instant at);

/*
 * The instants that a local time may mean. Both are the same, but for the hour that comes twice
 * when clocks go back, and the hour that never comes when they go forward: there they are what the
 * time would be by the offsets before and after the change, the earlier one first.
 */
void zone_instants(const struct zone *zone, int64_t local_us, instant *earliest, instant *latest);
