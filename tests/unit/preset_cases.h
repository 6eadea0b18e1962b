/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Cases for policies: what a rule of law means for one person on one day, written by hand as JSON
 * in tests/policy. The test fails where a file makes no sense.
 */

#include "facts.h"

/* A policy's clock, or that it has none. */
struct preset_clock {
    bool given; /* the case says something of it */
    bool none;
    char start[16];
    int hours;
};

struct preset_case {
    char name[128];
    int64_t day; /* since 1970-01-01, in the jail's zone */
    struct facts facts;
    int decision;     /* of decision_names */
    char rule[64];    /* or the requirement; "" where no version is in force */
    char version[33]; /* "" where the case does not say, or none is in force */
    struct preset_clock clock;
};

/* Reads the file. Returns the cases, for free(), and their number. */
struct preset_case *preset_cases_read(const char *path, size_t *n_cases);
