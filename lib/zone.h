/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Time zones of facilities.
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
