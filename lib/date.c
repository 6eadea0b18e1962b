/* SPDX-License-Identifier: ISC */

/* Dates: midnights of instants. */

#include "date.h"

#include <stdio.h>
#include <string.h>

#include "instant.h"

#define DIGITS 8

bool date_day(int year, int month, int day, int64_t *number)
{
    char text[64];
    instant midnight;

    snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00Z", year, month, day);
    if (instant_parse(text, &midnight))
        return false;
    *number = midnight / US_PER_DAY;
    return true;
}

int date_parse(const char *text, int64_t *number)
{
    int date = 0;

    if (strspn(text, "0123456789") != DIGITS || text[DIGITS])
        return DATE_SYNTAX;
    for (; *text; text++)
        date = date * 10 + (*text - '0');
    if (date / 10000 < DATE_YEAR_FIRST ||
        !date_day(date / 10000, date / 100 % 100, date % 100, number))
        return DATE_RANGE;
    return 0;
}
