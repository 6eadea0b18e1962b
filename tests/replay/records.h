/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Jail records for the replay: a CSV file with one booking a line, times in the jail's own zone,
 * made into what a clock needs. Fields may be quoted for a comma; nothing quoted is looked into.
 */

#include "zone.h"

struct record_row {
    char booking[65];
    instant booked_at;
    instant
        eligible_at; /* end of local custody; at most released_at; booked_at where there was none */
    instant released_at;
    bool to_ice; /* whether ICE took the person */
};

/*
 * Reads the file. Returns the rows, which the caller frees, and their number; NULL where there is
 * no such file. The test fails at a line that makes no sense.
 */
struct record_row *records_read(const char *path, const struct zone *zone, size_t *n_rows);
