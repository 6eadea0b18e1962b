/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Dates of the Gregorian calendar, which name local days anywhere. As a number, a date is how many
 * days it lies after 1970-01-01.
 */

#include <stdbool.h>
#include <stdint.h>

/* Returns false, and leaves *number alone, where there is no such day. */
bool date_day(int year, int month, int day, int64_t *number);

enum date_problem {
    DATE_SYNTAX = 1, /* not eight digits */
    DATE_RANGE,      /* a month 13 or a 30 February, or before DATE_YEAR_FIRST */
};

#define DATE_YEAR_FIRST 1583 /* the first whole year of the Gregorian calendar */

/*
 * Reads a date as iCalendar writes it, "20301225". Returns 0 and the day's number, or an enum
 * date_problem and leaves *number alone.
 */
int date_parse(const char *text, int64_t *number);
