/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * An event of a calendar: its properties as they are read, and the days they make holidays.
 *
 * What could mean another day than the one that is read is a mistake, even where RFC 5545 lets it
 * pass. Strings lie in the text that is read.
 */

#include <stdbool.h>
#include <stddef.h>

#include "calendar.h"
#include "content_line.h"
#include "recurrence.h"

#define CALENDAR_EVENT_DATES_MAX 256 /* of RDATE, and of EXDATE */
#define CALENDAR_EVENT_DAYS_MAX  31  /* in a row; what is longer is a misprint, not a holiday */

/* The properties that are read. */
enum calendar_property {
    PROPERTY_SUMMARY,
    PROPERTY_DTSTART,
    PROPERTY_DTEND,
    PROPERTY_DURATION,
    PROPERTY_RRULE,
    PROPERTY_RDATE,
    PROPERTY_EXDATE,
    PROPERTY_STATUS,
    CALENDAR_PROPERTIES,
};

struct calendar_date {
    const char *text; /* as date_parse() takes it */
    int64_t day;
    int line;
    bool met; /* of EXDATE: the event would have been on that day */
};

struct calendar_dates {
    size_t count;
    struct calendar_date dates[CALENDAR_EVENT_DATES_MAX];
};

struct calendar_event {
    int line;                       /* where it begins */
    size_t mistakes_before;         /* in the file */
    int lines[CALENDAR_PROPERTIES]; /* where each was given first, or 0 */
    char summary[CALENDAR_SUMMARY_SIZE];
    struct calendar_date start;
    struct calendar_date end; /* the day after the last */
    int64_t n_days;           /* in a row, each time */
    const char *rule;
    bool uncertain; /* cancelled or tentative, and so no holiday */
    struct calendar_dates added;
    struct calendar_dates excluded;
};

void calendar_event_begin(struct calendar_event *event, const struct mistakes *mistakes, int line);

/* Reads a property, or adds mistakes. Returns 0 or -ENOMEM. */
int calendar_event_read(struct calendar_event *event, struct mistakes *mistakes,
                        const struct content_line *line);

/*
 * Adds what is wrong with the event as a whole. Where nothing is, calls `each` for its days up to
 * CALENDAR_LAST_DAY, perhaps with some more than once. Returns 0, though perhaps after mistakes, or
 * -ENOMEM.
 */
int calendar_event_end(struct calendar_event *event, struct mistakes *mistakes,
                       recurrence_day_fn *each, void *context);
