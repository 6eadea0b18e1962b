/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The policies that come with the daemon, as the tests see them: each with the cases that say what
 * the rule of law behind it means. The test fails where one cannot be read.
 */

#include "policy.h"
#include "preset_cases.h"

#define PRESETS 25

extern const char *const presets[PRESETS]; /* in the order of the alphabet */

struct preset {
    char path[512];
    struct policy *policy;
    struct evaluator *evaluator;
    struct preset_case *cases;
    size_t n_cases;
};

void preset_open(struct preset *preset, const char *name);
void preset_close(struct preset *preset);

/* What it says of these facts on that day. */
struct ruling preset_rule(struct preset *preset, const struct facts *facts, int64_t day);
struct ruling preset_rule_case(struct preset *preset, const struct preset_case *preset_case);

/* The path of DIRECTORY/NAMESUFFIX in the source tree. */
const char *preset_path(char path[static 512], const char *directory, const char *name,
                        const char *suffix);
