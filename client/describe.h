/* SPDX-License-Identifier: ISC */
#pragma once

/* Holds and events, told to people. Whatever comes from the daemon is written through text_put().
 */

#include <jansson.h>
#include <stdio.h>

#include "zone.h"

/* "overdue 3 h 12 min", "47 h 59 min", or "" where no clock runs. The caller frees. */
char *describe_time_left(const json_t *hold);

/* "age 30, charge_severity felony", what is not known left out; "" where all is. The caller frees.
 */
char *describe_facts(const json_t *facts);

/* Whether the deadline in the member "READING_deadline_at" is the one that binds. */
bool describe_binds(const json_t *object, const char *member);

/* One line: which hold, its state, what is left. */
void describe_hold_briefly(FILE *out, const json_t *hold);

/* A block of lines, label before value. */
void describe_hold(FILE *out, const json_t *hold);

/* One line, with local times of `zone`. */
void describe_event(FILE *out, const json_t *event, const struct zone *zone);
