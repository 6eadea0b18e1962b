/* SPDX-License-Identifier: ISC */
#pragma once

/* What a review goes by, from the command line: zone, rules, calendars. */

#include "review.h"

struct arguments;

/*
 * Sets up an empty review. Returns EXIT_DONE, or says on stderr what is wrong and returns
 * EXIT_USAGE. review_clear() is due in either case.
 */
int review_set_up(const struct arguments *arguments, struct review *review);
