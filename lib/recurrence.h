/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Recurrence rules: on which days something happens again and again (RFC 5545, section 3.3.10),
 * "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH".
 *
 * libical expands them. What it would read wrongly is refused beforehand, because a holiday that is
 * none would hold somebody longer: libical 3.0.16 reads "COUNT=3x" as 3 and "INTERVAL=65537" as 1,
 * writes past the end of a list that is too long, takes BYWEEKNO=53 of a year with 52 weeks for a
 * week of the next, and passes over what it has not implemented. What is let through is the rest,
 * as far as it makes whole days.
 */

#include <stdbool.h>
#include <stdint.h>

#include "mistakes.h"

/* Adds mistakes of a rule that cannot be expanded rightly. Returns 0 or -EINVAL. */
int recurrence_check(struct mistakes *mistakes, int line, const char *rule);

/* One day on which it happens, since 1970-01-01; false ends the expansion. */
typedef bool recurrence_day_fn(int64_t day, void *context);

#define RECURRENCE_NEVER 1 /* libical cannot expand the rule, or there is no such day */

/*
 * Calls `each` for the days of a rule that was checked, in order, from the date `start`
 * ("20301225", of a year that date_parse() takes) to `last_day`. Returns 0, RECURRENCE_NEVER or
 * -ENOMEM.
 */
int recurrence_expand(const char *rule, const char *start, int64_t last_day,
                      recurrence_day_fn *each, void *context);
