/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What a review has to say, as named values: the same for every format that programs read, so that
 * a column of the CSV and the JSON member of that name cannot drift apart.
 */

#include "review.h"

enum value_kind {
    VALUE_COUNT,
    VALUE_LENGTH, /* microseconds; the name takes a suffix for the unit it is written in */
    VALUE_TIME,
    VALUE_TEXT,
};

#define VALUE_NAME_SIZE 64

struct value {
    char name[VALUE_NAME_SIZE];
    enum value_kind kind;
    int64_t number;   /* INT64_MIN: none */
    const char *text; /* of VALUE_TEXT, borrowed; NULL: none */
};

#define VALUES_MAX 24

struct values {
    size_t count;
    struct value values[VALUES_MAX];
};

/*
 * Of a stay; or, where `stay` is NULL, of a row that cannot be used, which has but a line and, as
 * its note, the problem.
 */
void values_of_row(const struct review *review, const struct stay *stay,
                   const struct verdict *verdicts, int64_t line, const char *note,
                   struct values *values);

/* Of the summary. */
void values_of_summary(struct review *review, struct values *values);
