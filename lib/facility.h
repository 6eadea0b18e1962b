/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Facilities: the jails one daemon serves, as the configuration describes them.
 */

#include "hold.h"
#include "policy.h"
#include "rule.h"
#include "zone.h"

#define FACILITY_WARNINGS_MAX 16

/* The warning rungs of a facility that names none: 24 h, 12 h, 4 h, 1 h and 15 min. */
#define FACILITY_WARNINGS_DEFAULT                                                                  \
    {                                                                                              \
        86400, 43200, 14400, 3600, 900                                                             \
    }
#define FACILITY_WARNINGS_DEFAULT_COUNT 5
#define FACILITY_TRANSFER_GRACE_US      (30 * US_PER_MIN)

struct facility {
    char id[FACILITY_ID_SIZE]; /* DETLOC-like code */
    char name[128];
    char zone_name[64]; /* IANA */
    const struct zone *zone;
    const struct policy *policy; /* decides on every request, and again as the clock is to start */
    struct rule rule;            /* which binds */
    const struct calendar *us_federal; /* for the regulatory reading, whichever binds */
    size_t n_warnings;
    int64_t warnings_s[FACILITY_WARNINGS_MAX]; /* seconds before the deadline, longest first */
    int64_t transfer_grace_us;                 /* from pickup_at to transfer.missed */
};

/*
 * What a facility is before its configuration says more, and what a hold falls back on when its
 * facility has left the configuration: 48 elapsed hours, in UTC, with the default rungs. `id`,
 * `name`, `policy` and `us_federal` stay empty. Looks the zone up, see zone_find().
 */
void facility_default(struct facility *facility);
