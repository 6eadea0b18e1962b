/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Stays: one person's time in the jail, from a row of a records export.
 *
 * A row that cannot be used says why. What can be used but had to be interpreted says that too, in
 * notes: no end of local custody means release-eligible at booking, and one that lies outside the
 * stay counts as the end of the stay that is nearer. A time that a change of clocks leaves open is
 * read so that the hold is longer: on any doubt, somebody is to look.
 */

#include "rows.h"
#include "zone.h"

enum stay_column { STAY_BOOKING, STAY_BOOKED, STAY_ELIGIBLE, STAY_RELEASED, STAY_COLUMNS };

/* Where the columns are, from the header of the file. */
struct stay_columns {
    const char *names[STAY_COLUMNS]; /* borrowed */
    size_t indices[STAY_COLUMNS];
    size_t n_fields; /* that every row must have */
};

enum stay_note {
    STAY_NO_CUSTODY_END, /* eligible at booking, because nothing else is given */
    STAY_BEFORE_BOOKING, /* eligible before booking: taken as at booking */
    STAY_AFTER_RELEASE,  /* eligible after release: taken as at release */
    STAY_DOUBTFUL,       /* a time that a change of clocks leaves open: the longer reading */
    STAY_NOTES
};

struct stay {
    int64_t line;
    const char *booking; /* borrowed from the row */
    instant eligible_at;
    instant released_at; /* never before eligible_at */
    unsigned notes;      /* bit set of enum stay_note */
};

static inline bool stay_has_note(const struct stay *stay, enum stay_note note)
{
    return stay->notes >> note & 1;
}

/* A note in a few words; static text. */
const char *stay_note_text(enum stay_note note);

#define STAY_PROBLEM_SIZE 256

/*
 * Finds the columns by columns->names in the first row. Returns false, and a sentence, where one is
 * missing or stands there twice.
 */
bool stay_find_columns(struct stay_columns *columns, const struct row *header,
                       char problem[static STAY_PROBLEM_SIZE]);

/* Reads a stay from a row. Returns false, and a sentence, where the row cannot be used. */
bool stay_read(const struct stay_columns *columns, const struct row *row, const struct zone *zone,
               struct stay *stay, char problem[static STAY_PROBLEM_SIZE]);
