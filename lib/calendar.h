/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Calendars of holidays: days that a rule may not count.
 *
 * They are iCalendar text (RFC 5545), so that any calendar program can make and show them.
 * Whole-day events are holidays, those that recur on all their days; anything else in the text that
 * could mean a holiday is a mistake, because a holiday too many holds somebody longer. All is
 * expanded when a calendar is made, and asking costs nothing.
 *
 * Outside the years that a calendar covers no day is a holiday, which errs early.
 */

#include <stdint.h>

#include "macro.h"
#include "mistakes.h"

/* In days since 1970-01-01. */
#define CALENDAR_FIRST_DAY 0     /* 1970-01-01 */
#define CALENDAR_LAST_DAY  84005 /* 2199-12-31 */

#define CALENDAR_NAME_SIZE    33
#define CALENDAR_SUMMARY_SIZE 129

/* Cannot be changed once it is made, and may be asked by any thread. */
struct calendar;

/*
 * Reads iCalendar text. `name` has 1 to CALENDAR_NAME_SIZE - 1 bytes. Returns 0 and a calendar for
 * calendar_free(); or -EINVAL after mistakes; or -ENOMEM.
 */
int calendar_parse(const char *name, const char *text, struct mistakes *mistakes,
                   struct calendar **calendar);

/* The same with the file at mistakes->path, whose name without directory and ".ics" it gets. */
int calendar_load(struct mistakes *mistakes, struct calendar **calendar);

/*
 * The legal public holidays of the United States (5 U.S.C. 6103, Executive Order 11582), which are
 * built in: schema/calendar/us-federal.ics. Returns 0 or -ENOMEM.
 */
int calendar_us_federal(struct calendar **calendar);

void calendar_free(struct calendar *calendar);
DEFINE_CLEANUP(struct calendar *, calendar_free)

const char *calendar_name(const struct calendar *calendar);

/*
 * Why a local day (days since 1970-01-01) is a holiday: what the first event on it is called.
 * Returns NULL where it is none. The string is the calendar's.
 */
const char *calendar_holiday(const struct calendar *calendar, int64_t day);
