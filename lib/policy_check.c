/* SPDX-License-Identifier: ISC */

/*
 * What is wrong with a policy that no rule, requirement or version shows by itself: rules that can
 * never fire, requests that no rule decides, days on which two versions are in force.
 */

#include <string.h>

#include "policy_parts.h"

/* ---- a version ---- */

static bool always_fires(const struct clause *rule)
{
    return !rule->condition && !rule->broken;
}

/* Rules after one that always fires. */
static void check_order(const struct clauses *rules, struct mistakes *mistakes)
{
    const struct clause *always = NULL;

    for (size_t i = 0; i < rules->count; i++) {
        const struct clause *rule = &rules->all[i];

        if (always)
            mistakes_add(mistakes, rule->line,
                         "rule \"%s\" can never fire: rule \"%s\" in line %d always does",
                         rule->name, always->name, always->line);
        else if (always_fires(rule))
            always = rule;
    }
}

/* Some rule must decide on every request. */
static void check_last(const struct version *version, struct mistakes *mistakes)
{
    const struct clauses *rules = &version->rules;
    const struct clause *last;

    if (!rules->count) {
        mistakes_add(mistakes, version->line, "version \"%s\" has no rule", version->label);
        return;
    }
    last = &rules->all[rules->count - 1];
    if (last->condition || last->broken)
        mistakes_add(mistakes, last->line,
                     "rule \"%s\" is the last one and does not always fire: end with one without "
                     "when",
                     last->name);
}

/* A ruling names what it follows from. */
static void check_names(const struct version *version, struct mistakes *mistakes)
{
    for (size_t i = 0; i < version->requirements.count; i++) {
        const struct clause *requirement = &version->requirements.all[i];

        for (size_t j = 0; j < version->rules.count; j++)
            if (strcmp(version->rules.all[j].name, requirement->name) == 0)
                mistakes_add(mistakes, requirement->line,
                             "require \"%s\" is called as the rule in line %d: give each its own "
                             "name",
                             requirement->name, version->rules.all[j].line);
    }
}

void policy_check_version(const struct version *version, struct mistakes *mistakes)
{
    check_order(&version->rules, mistakes);
    check_last(version, mistakes);
    check_names(version, mistakes);
    if (version->info.until_day < version->info.from_day)
        mistakes_add(mistakes, version->line, "version \"%s\" ends before it begins",
                     version->label);
}

/* ---- versions ---- */

static bool overlap(const struct version *a, const struct version *b)
{
    return a->info.from_day <= b->info.until_day && b->info.from_day <= a->info.until_day;
}

static void say_overlap(const struct version *a, const struct version *b, struct mistakes *mistakes)
{
    int64_t from_day = a->info.from_day > b->info.from_day ? a->info.from_day : b->info.from_day;
    char on[INSTANT_TEXT_SIZE + 4] = "";

    if (from_day != POLICY_NO_DAY_FIRST) {
        strcpy(on, " on ");
        instant_format(from_day * US_PER_DAY, on + strlen(on));
        *strchr(on, 'T') = '\0';
    }
    mistakes_add(mistakes, b->line,
                 "version \"%s\" is in force%s, as is version \"%s\" in line %d: only one can be",
                 b->label, on, a->label, a->line);
}

void policy_check_overlap(const struct policy *policy, struct mistakes *mistakes)
{
    for (size_t i = 0; i < policy->n_versions; i++)
        for (size_t j = 0; j < i; j++)
            if (overlap(&policy->versions[j], &policy->versions[i]))
                say_overlap(&policy->versions[j], &policy->versions[i], mistakes);
}
