/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Members of the daemon's answers. What is missing, null or of another type than expected counts as
 * "not given": a client must live with a daemon that says more, or less, than it knows.
 */

#include <jansson.h>

#include "instant.h"
#include "macro.h"

DEFINE_CLEANUP(json_t *, json_decref)

const char *member_text(const json_t *object, const char *name); /* "" where not given */
int64_t member_int(const json_t *object, const char *name);      /* INT64_MIN where not given */
instant member_instant(const json_t *object, const char *name);  /* INSTANT_NONE where not given */
bool member_true(const json_t *object, const char *name);
