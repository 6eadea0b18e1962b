/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A year of detainers in Los Angeles.
 *
 * Before 2013 the city's police got about 3,400 requests of ICE a year and honoured them all; 400
 * of those were for low-level crimes, which from 2013 it declined. The people here are made up, but
 * are always the same ones: each year has them again, on the forms of its time. What a clerk would
 * not know of them is not given.
 */

#include "facts.h"
#include "instant.h"

#define LOS_ANGELES_REQUESTS  3400
#define LOS_ANGELES_LOW_LEVEL 400

struct los_angeles_request {
    char booking[BOOKING_SIZE];
    instant received_at; /* each later than the one before, all in one year of local days */
    instant eligible_at; /* when the person would have been let go; at most three weeks later */
    /*
     * A misdemeanor with bail of at most $5,000, an infraction, or a vehicle charge with bail of at
     * most $2,500; and nothing known of a gang or of an earlier arrest for a felony.
     */
    bool low_level;
    struct facts facts; /* as at the request */
};

/* Writes the requests of one year from 1971 on, in the order in which they come in. */
void los_angeles_year(int year, struct los_angeles_request requests[static LOS_ANGELES_REQUESTS]);

/* A policy, a year in which it was in force, and whom of that year it honours; all others it
 * declines. */
struct los_angeles_policy {
    const char *name;
    int year;
    bool (*honours)(const struct los_angeles_request *request);
    int least, most; /* how many it declines */
};

#define LOS_ANGELES_POLICIES 3

extern const struct los_angeles_policy los_angeles_policies[LOS_ANGELES_POLICIES];
