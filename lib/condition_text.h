/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The text of a condition before SQLite sees it.
 *
 * A condition is put between parentheses into a statement. What might end them, begin another
 * statement or hide the rest of this one is refused here, by a scanner that knows SQL's texts; the
 * sandbox then lets SQLite refuse whatever else is more than an expression over the facts.
 */

#include <stdbool.h>
#include <stddef.h>

#define CONDITION_LENGTH_MAX 1000
#define CONDITION_DEPTH_MAX  32 /* of parentheses */

/* What is wrong with the condition, as the end of a sentence; NULL where nothing is. Static text.
 */
const char *condition_text_problem(const char *condition);

/*
 * The next text in single quotes from `at` on, without them, cut off to fit. Returns where to go on
 * looking, or NULL where there is none.
 */
const char *condition_text_next(const char *at, char *text, size_t size);
