/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Local times as exports of records systems have them: "2016-04-27 05:14", with seconds or without,
 * a blank or a T between, or RFC 3339 with its offset.
 *
 * A local time alone does not always name one moment: when clocks go back an hour comes twice, and
 * when they go forward one never comes. Then there are two readings, and the caller has to choose.
 */

#include "instant.h"
#include "zone.h"

enum local_time_problem {
    LOCAL_TIME_SYNTAX = 1,
    LOCAL_TIME_NO_SUCH, /* month 13, 30 February, 24:00 */
    LOCAL_TIME_YEAR,    /* outside 1970 to 2199, for which holidays are known */
};

/*
 * Reads a time of that zone. Returns 0 and sets both readings, which are the same but for the hours
 * above; or an enum local_time_problem.
 */
int local_time_parse(const char *text, const struct zone *zone, instant *earliest, instant *latest);

/* Says in words what is wrong; static text. */
const char *local_time_problem_text(int problem);
