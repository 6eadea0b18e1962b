/* SPDX-License-Identifier: ISC */
#pragma once

/* Targets of requests put together: a path, then parameters. */

#include <stdint.h>
#include <stdio.h>

#include "macro.h"

#define TARGET_PAGE_MAX 1000 /* the API gives no more holds or events at once */

struct target {
    char *text; /* whole after target_end(); owned */
    size_t size;
    FILE *out;
    char separator;
};

void target_begin(struct target *target, const char *path);

/* Adds a step to the path, escaped, with a slash before it. Steps come before parameters. */
void target_step(struct target *target, const char *step);

/* Adds a parameter; none where `value` is NULL. */
void target_add(struct target *target, const char *parameter, const char *value);
void target_add_int(struct target *target, const char *parameter, int64_t value);

/* The finished target, until target_clear(). */
const char *target_end(struct target *target);
void target_clear(struct target *target);
