/* SPDX-License-Identifier: ISC */
#pragma once

/* Times as the people of a facility read them. */

#include <stdio.h>

#include "instant.h"
#include "zone.h"

/* The zone of that name; UTC where this system does not know it. */
const struct zone *local_zone(const char *name);

/* "2026-11-24 09:00:00 -08:00", or "-" for INSTANT_NONE. The caller frees. */
char *local_text(const struct zone *zone, instant at);

/* The same and the instant in UTC, for when both matter. The caller frees. */
char *local_and_utc_text(const struct zone *zone, instant at);

/* "3 h 12 min", with a minus where the length is negative. The caller frees. */
char *local_length(int64_t length_us);

/* "25:00:00", or "0:00:00.500000": hours, minutes and seconds that add up. The caller frees. */
char *local_length_exact(int64_t length_us);

/* RFC 3339 with the offset of the zone, exact: "2026-11-24T09:00:00-08:00". The caller frees. */
char *local_rfc3339(const struct zone *zone, instant at);
