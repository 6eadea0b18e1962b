/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Instants and lengths of time.
 *
 * An instant is a point on the UTC line: integer microseconds since 1970-01-01T00:00:00Z, leap
 * seconds not counted (POSIX time). At the edges it is RFC 3339 text; a time without an offset is
 * refused, because a local time alone does not name an instant. Everything here is pure and knows
 * no time zone, locale or TZ variable.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t instant;

#define INSTANT_NONE INT64_MIN /* "no such time": NULL in SQL, null in JSON */

#define US_PER_S   INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_H   (60 * US_PER_MIN)
#define US_PER_DAY (24 * US_PER_H)

/* Room for any instant as text: "2026-11-24T17:00:00.123456Z" and the NUL. */
#define INSTANT_TEXT_SIZE 32

enum instant_problem {
    INSTANT_SYNTAX = 1, /* not RFC 3339 */
    INSTANT_NO_OFFSET,  /* well formed but for the missing offset */
    INSTANT_RANGE,      /* a field out of range (month 13, 30 February, second 60), or year 0 */
};

/*
 * Reads RFC 3339 ("2026-11-24T09:00:00-08:00", fraction optional, digits past the microsecond cut
 * off). Returns 0 and sets *at, or an enum instant_problem and leaves *at alone.
 */
int instant_parse(const char *text, instant *at);

/* Says in words what an enum instant_problem means; static text. */
const char *instant_problem_text(int problem);

/*
 * Writes RFC 3339 in UTC with `Z`, the fraction only where there is one. `at` must be a real
 * instant of the years 1 to 9999. Returns the length without the NUL.
 */
size_t instant_format(instant at, char text[static INSTANT_TEXT_SIZE]);

/* Whether it lies in the years 1 to 9999, and so can be written. */
bool instant_in_range(instant at);

/* *sum = at + delta_us. Returns false, and leaves *sum alone, where that would overflow. */
bool instant_add(instant at, int64_t delta_us, instant *sum);

/* The later of two instants; INSTANT_NONE counts as earlier than any. */
static inline instant instant_max(instant a, instant b)
{
    return a > b ? a : b;
}

/* The earlier of two instants; INSTANT_NONE counts as later than any. */
static inline instant instant_earlier(instant a, instant b)
{
    if (a == INSTANT_NONE || b == INSTANT_NONE)
        return a == INSTANT_NONE ? b : a;
    return a < b ? a : b;
}

/*
 * Reads a length of time as configuration files write it: a whole number and one of `s`, `min`, `h`
 * ("15min"). Returns 0 and sets *length_us, or -EINVAL; 100 years is the longest.
 */
int duration_parse(const char *text, int64_t *length_us);

/* Room for any length as text: "2562047788 h 59 min". */
#define DURATION_TEXT_SIZE 40

/* Writes a length for people, to the minute from one hour on ("3 h 12 min", "45 s"). */
void duration_format(int64_t length_us, char text[static DURATION_TEXT_SIZE]);
