/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Query parameters: what follows the question mark. As strict as JSON bodies: a parameter that the
 * address does not have, or that comes twice, is refused by name, because a misspelt filter would
 * answer a question nobody asked.
 */

#include <stdbool.h>

#include "instant.h"
#include "names.h"
#include "problem.h"

#define QUERY_PARAMETERS_MAX 8
#define QUERY_TEXT_SIZE      512 /* of all values together */

struct query {
    const char *const *names; /* which there may be; NULL-terminated, NULL for none */
    const char *values[QUERY_PARAMETERS_MAX]; /* by position in `names`; NULL where not given */
    size_t used;
    char text[QUERY_TEXT_SIZE];
};

void query_init(struct query *query, const char *const *names);

/*
 * Adds a parameter as it stood in the address, still percent-encoded; `value` is NULL where there
 * was no
 * `=`. Returns 0, PROBLEM_UNKNOWN_PARAMETER or PROBLEM_INVALID_PARAMETER.
 */
int query_add(struct query *query, const char *name, const char *value, struct problem *problem);

/* The value of a parameter, or NULL. */
const char *query_text(const struct query *query, const char *name);

/* The readers below leave *value alone where the parameter is not given. They return 0 or
 * PROBLEM_INVALID_PARAMETER. */

int query_int(const struct query *query, const char *name, int64_t min, int64_t max, int64_t *value,
              struct problem *problem);
int query_name(const struct query *query, const char *name, const struct names *names, int *value,
               struct problem *problem);
int query_instant(const struct query *query, const char *name, instant *value,
                  struct problem *problem);

/* A text of 1 to max bytes; stays as long as the query. */
int query_bounded_text(const struct query *query, const char *name, size_t max, const char **value,
                       struct problem *problem);

/* Cursors name the last hold of the page before. */
#define CURSOR_SIZE 24
void cursor_format(int64_t id, char text[static CURSOR_SIZE]);
int query_cursor(const struct query *query, const char *name, int64_t *id, struct problem *problem);
