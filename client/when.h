/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Times as people type them: `now`, a length before or after it (`-47h59min40s`, `+2h`), or RFC
 * 3339 with its offset, like everywhere else in detainerd.
 */

#include "instant.h"

enum when_problem {
    WHEN_LENGTH = INSTANT_RANGE + 1, /* begins with a sign, and is no length of time */
    WHEN_RANGE,                      /* lies outside the years 1 to 9999 */
};

/*
 * Reads a time. Lengths are whole numbers of `h`, `min` and `s`, in this order, each at most once.
 * Returns 0 and sets *at; or an enum instant_problem or enum when_problem, and leaves *at alone.
 */
int when_parse(const char *text, instant now, instant *at);

/* Says in words what is wrong; static text. */
const char *when_problem_text(int problem);
