/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the unit tests share: running a suite, readable instants, and chance that can be repeated.
 */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "instant.h"
#include "macro.h"

#define T0                                                                                         \
    "2026-11-24T18:00:00Z" /* where most tests begin: a Tuesday morning in Washington State */

struct unit_test {
    const TTest *test;
    int rows;    /* a looped test runs once for each _i below this; 0 for the others */
    bool aborts; /* the test must fail an assertion of the code */
};

/* Runs the tests of one file. Returns what main() shall return. */
int unit_run(const char *name, const struct unit_test *tests, size_t n_tests);

/* An instant from RFC 3339; the test fails where it is none. */
instant unit_instant(const char *text);

/* The calendar of federal holidays; lives as long as the program. */
const struct calendar *unit_us_federal(void);

struct unit_random {
    uint64_t state;
};

/* Seeds from the environment variable SEED, or else anew each time; says how to repeat the run. */
struct unit_random unit_random_start(const char *name);

/* A number from 0 to bound - 1. */
uint64_t unit_random_below(struct unit_random *random, uint64_t bound);

/* A number from low to high, both included. */
int64_t unit_random_between(struct unit_random *random, int64_t low, int64_t high);
