/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The description of the API that is built in, for tests that hold the daemon's tables against it.
 *
 * Schemas refer to one another: a `$ref`, or the first of an `anyOf` whose second is null, is what
 * they are more closely. All values are the document's own.
 */

#include <jansson.h>
#include <stdbool.h>

#include "names.h"

/* The whole of it; parsed once, and kept. */
const json_t *document(void);

/* An operation ("post" of "/v1/holds"), or NULL. */
const json_t *document_operation(const char *path, const char *method);

/* What components have under that name ("schemas", "Hold"). */
const json_t *document_component(const char *group, const char *name);

/* Where a `$ref` leads, one step; the value itself where it is none. */
const json_t *document_follow(const json_t *value);

/* What a schema is in the end. */
const json_t *document_base(const json_t *schema);

/* A keyword of the schema or of what it is more closely, the nearest first; NULL where none has it.
 */
const json_t *document_keyword(const json_t *schema, const char *keyword);

/* A property of an object, or of the object that it is more closely; NULL where there is none. */
const json_t *document_property(const json_t *schema, const char *name);

/* Whether a schema is of a type, or that and null. */
bool document_is(const json_t *schema, const char *type);

/* That a schema lists just these names, in this order. `what` says in a failure which one it is. */
void document_check_names(const char *what, const json_t *schema, const struct names *names);
