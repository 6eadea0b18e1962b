/* SPDX-License-Identifier: ISC */

/* The clock rule. */

#include "rule.h"

#include <assert.h>

static const char *const rule_values[] = {
    [RULE_NONE] = NULL,
    [RULE_CONSECUTIVE] = "consecutive",
};
const struct names rule_names = NAMES(rule_values);

static const char *const rule_start_values[] = {NULL, "eligible", "received", "served"};
const struct names rule_start_names = NAMES(rule_start_values);

bool rule_deadline(const struct rule *rule, instant eligible_at, instant *deadline_at)
{
    assert(rule->kind == RULE_CONSECUTIVE);
    assert(rule->limit_h >= 1 && rule->limit_h <= RULE_LIMIT_H);

    return instant_add(eligible_at, rule->limit_h * US_PER_H, deadline_at);
}
