/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What a review prints: stays, rows that cannot be used, and a summary, as a table for people, or
 * as CSV or JSON for programs. These print each record as it comes, in the order of the file; the
 * table is kept until its columns are as wide as they must be.
 */

#include "review.h"
#include "table.h"

struct report {
    FILE *out;
    struct review *review;
    bool all; /* stays that are past no deadline are printed too */
    struct table stays, unusable;
};

struct report_format {
    void (*begin)(struct report *report);
    void (*stay)(struct report *report, const struct stay *stay, const struct verdict *verdicts);
    void (*unusable)(struct report *report, int64_t line, const char *problem);
    void (*end)(struct report *report);
};

extern const struct report_format report_table;
extern const struct report_format report_csv;
extern const struct report_format report_json;

/* The notes on a stay, semicolon and blank between; "" where there are none. The caller frees. */
char *report_notes(const struct stay *stay);
