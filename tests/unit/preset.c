/* SPDX-License-Identifier: ISC */

/* The policies that come with the daemon, and their cases. */

#include "preset.h"

#include "unit.h"

const char *const presets[PRESETS] = {
    "always-decline",
    "always-honor",
    "always-review",
    "ca-trust-2014",
    "ca-values-2018",
    "cambridge-2014",
    "chicago-2012",
    "cook-county-2011",
    "dc-2012",
    "florida-908-2019",
    "georgia-hb1105-2024",
    "king-county-2014",
    "la-sheriff-2013",
    "lapd-2013",
    "lapd-2014",
    "massachusetts-lunn-2017",
    "north-carolina-162-62",
    "nyc-2011",
    "nyc-2014",
    "san-francisco-2013",
    "san-francisco-2014",
    "santa-clara-2011",
    "secure-communities",
    "texas-sb4-2017",
    "warrant-service-officer",
};

const char *preset_path(char path[static 512], const char *directory, const char *name,
                        const char *suffix)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, 512, "%s/%s/%s%s", srcdir ? srcdir : ".", directory, name, suffix);
    return path;
}

static void load_policy(struct preset *preset, const char *name)
{
    struct mistakes mistakes = {.messages = stderr};
    int r;

    mistakes.path = preset_path(preset->path, "schema/policy", name, POLICY_SUFFIX);
    r = policy_load(&mistakes, &preset->policy);
    ck_assert_msg(r == 0 && mistakes.count == 0, "%s does not load", name);
}

void preset_open(struct preset *preset, const char *name)
{
    char path[512];

    memset(preset, 0, sizeof(*preset));
    load_policy(preset, name);
    ck_assert_int_eq(evaluator_new(&preset->evaluator), 0);
    preset->cases =
        preset_cases_read(preset_path(path, "tests/policy", name, ".json"), &preset->n_cases);
}

void preset_close(struct preset *preset)
{
    evaluator_free(preset->evaluator);
    policy_free(preset->policy);
    free(preset->cases);
}

struct ruling preset_rule(struct preset *preset, const struct facts *facts, int64_t day)
{
    struct ruling ruling;

    ck_assert_int_eq(evaluator_rule(preset->evaluator, preset->policy, facts, day, &ruling), 0);
    return ruling;
}

struct ruling preset_rule_case(struct preset *preset, const struct preset_case *preset_case)
{
    return preset_rule(preset, &preset_case->facts, preset_case->day);
}
