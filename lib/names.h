/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Names of enumerated values, as they stand in JSON, SQL and on command lines. Value 0 is always
 * "not given" and has no name.
 */

#include <stddef.h>

struct names {
    size_t count;              /* values 1 .. count - 1 have names */
    const char *const *values; /* [0] is NULL */
};

/* clang-format off */
#define NAMES(array) {sizeof(array) / sizeof((array)[0]), (array)}
/* clang-format on */

/* The value of that name, or 0 where no value has it. */
int names_find(const struct names *names, const char *name);

/* Lists all names, comma and blank between, for messages; cut off to fit. */
void names_list(const struct names *names, char *text, size_t size);
