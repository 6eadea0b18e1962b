/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * JSON bodies in: from bytes to an object, and from an object to a struct by its record.
 *
 * Strict, because a misspelt or doubled member must not be lost. What a client sent is never
 * repeated in a message, save the names of members: it may be about a person, and messages end up
 * in logs.
 */

#include <jansson.h>

#include "facts.h"
#include "problem.h"
#include "record.h"

/*
 * Parses a body, which need not be NUL-terminated; an empty one is the same as `{}`. Returns 0 and
 * an object for json_decref(), -ENOMEM, or an enum problem_kind of status 400 with *problem filled
 * in.
 */
int codec_body_load(const char *body, size_t size, json_t **object, struct problem *problem);

/*
 * Reads the members of an object into a struct, of which those that are not there stay as they are.
 * `what` names the object in messages ("start"). Returns 0, or an enum problem_kind of status 400.
 */
int codec_members_read(const char *what, const struct record *record, json_t *object, void *into,
                       struct problem *problem);

/*
 * The same for facts: those of `record`, which is facts_record or facts_given_record; null forgets
 * one. A problem's field is "facts.age".
 */
int codec_facts_read(const struct record *record, json_t *object, struct facts_update *update,
                     struct problem *problem);
