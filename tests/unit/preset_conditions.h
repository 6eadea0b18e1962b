/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The conditions of a policy, read from its file and evaluated apart from the engine under test:
 * plain SQLite, with every fact a column. It tells which cases meet a condition that is not known,
 * so that the tests can demand that each one is met. The test fails where anything goes wrong.
 */

#include "facts.h"

#define PRESET_CONDITIONS_MAX 64

struct preset_condition {
    char version[33];
    char name[64];    /* of the rule or requirement */
    bool requirement; /* else a rule */
    char sql[512];    /* "" where the rule is unconditional */
};

struct preset_conditions {
    size_t count;
    struct preset_condition conditions[PRESET_CONDITIONS_MAX]; /* as in the file */
};

void preset_conditions_read(const char *path, struct preset_conditions *conditions);

enum truth preset_condition_evaluate(const char *sql, const struct facts *facts);

/* Whether the condition reads that fact. */
bool preset_condition_reads(const char *sql, const char *fact);
