/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Conditions: what the header fields of a request ask for beyond the request itself. That it be
 * carried out once, however often it comes (Idempotency-Key); only while the hold is as the client
 * knows it (If-Match); or answered only where that is news (If-None-Match). RFC 9110, section 13.
 *
 * A field that is broken, or has no meaning for the request, is refused: a client that relies on it
 * must not believe that it was heeded. Conditions by date do not count, because nothing here has a
 * date of modification (13.1.3, 13.1.4).
 */

#include "entity_tag.h"
#include "exchange.h"

/* Returns 0, PROBLEM_INVALID_HEADER or -ENOMEM. */
int conditions_check(const struct exchange *exchange, struct problem *problem);

/* Hands the fields of a command, which have been checked, to its operation. Returns 0 or -ENOMEM.
 */
int conditions_attach(const struct exchange *exchange, struct operation *operation);

/*
 * The status that a read gets whose answer has that tag (NULL for none) and would have status 200:
 * that, 304 where the client has it already, or 412.
 */
unsigned conditions_status(const struct exchange *exchange, const char *tag);

/*
 * Tags of answers that follow from the history and the law, or from the law and today's date (of
 * UTC). To be made before what they stand for is read, and the law before it is asked for, so that
 * a tag is at most too old. They are weak, for answers also tell how much time is left, and good
 * for one run of the daemon.
 */
void conditions_history_tag(struct exchange *exchange, char tag[static ENTITY_TAG_SIZE]);
void conditions_law_tag(struct exchange *exchange, char tag[static ENTITY_TAG_SIZE]);
