/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * JSON at the edges: bodies of commands in; holds, events and problems out.
 *
 * Reading is strict, because a misspelt or doubled field must not be lost: whatever the body has
 * too much, too little or wrong is refused by name. Writing follows the record tables, so every
 * member stands in one place. Built on jansson.
 */

#include "command.h"
#include "event.h"
#include "facts.h"
#include "problem.h"
#include "transition.h"

/*
 * Reads the JSON body of a command into *command, which command_init() has prepared; an empty body
 * is the same as `{}`. `body` need not be NUL-terminated. Returns 0, -ENOMEM, or an enum
 * problem_kind of status 400 with *problem filled in, which names the field where one can be named.
 * Of *command, members may have been set even so. (Where memory is short inside jansson's lexer, it
 * says "invalid token", and the outcome is PROBLEM_MALFORMED_JSON.)
 */
int codec_command_parse(const char *body, size_t size, struct command *command,
                        struct problem *problem);

/*
 * The JSON text of a hold as clients see it at `now` (docs/API.md): every member of hold_record,
 * null where it has nothing to say, and what follows from them; but for those with one of the flags
 * in `hidden`, such as RECORD_PERSONAL. `zone_name` is the facility's zone; `next_timer` may be
 * NULL. The caller frees. NULL where memory is short.
 */
char *codec_hold(const struct hold *hold, const char *zone_name, const struct timer *next_timer,
                 instant now, unsigned hidden);

/*
 * The canonical JSON text of an event: members in the order of event_record, those that have
 * nothing to say absent, no blanks. These bytes are stored, and served as they are. The caller
 * frees. NULL where memory is short.
 */
char *codec_event(const struct event *event);

/* Such a text without the members that have one of the flags in `hidden`. The caller frees. NULL
 * where memory is short. */
char *codec_event_without(const char *text, size_t size, unsigned hidden);

/*
 * The JSON object of those facts that are given, in the order of facts_record, no blanks. The
 * caller frees. NULL where memory is short.
 */
char *codec_facts(const struct facts *facts);

/* The application/problem+json text of a problem. The caller frees. NULL where memory is short. */
char *codec_problem(const struct problem *problem);
