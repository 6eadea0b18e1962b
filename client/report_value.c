/* SPDX-License-Identifier: ISC */

/* What a review has to say, as named values. */

#include "report_value.h"

#include <assert.h>
#include <stdio.h>

/* Adds a value named "PREFIX_NAME", or without prefix "NAME". */
static struct value *add(struct values *values, const char *prefix, const char *name,
                         enum value_kind kind)
{
    struct value *value = &values->values[values->count++];

    assert(values->count <= VALUES_MAX);
    *value = (struct value){.kind = kind, .number = INT64_MIN};
    snprintf(value->name, sizeof(value->name), "%s%s%s", prefix, *prefix ? "_" : "", name);
    return value;
}

static void add_number(struct values *values, const char *prefix, const char *name,
                       enum value_kind kind, int64_t number)
{
    add(values, prefix, name, kind)->number = number;
}

static void add_text(struct values *values, const char *prefix, const char *name, const char *text)
{
    add(values, prefix, name, VALUE_TEXT)->text = text;
}

static void add_verdict(const struct rule *rule, const struct verdict *verdict,
                        struct values *values)
{
    add_number(values, rule->name, "deadline_at", VALUE_TIME,
               verdict ? verdict->deadline_at : INSTANT_NONE);
    if (review_excludes(rule))
        add_number(values, rule->name, "counted", VALUE_LENGTH,
                   verdict ? verdict->counted_us : INT64_MIN);
    add_number(values, rule->name, "over", VALUE_LENGTH,
               verdict && verdict->over_us ? verdict->over_us : INT64_MIN);
}

void values_of_row(const struct review *review, const struct stay *stay,
                   const struct verdict *verdicts, int64_t line, const char *note,
                   struct values *values)
{
    values->count = 0;
    add_number(values, "", "line", VALUE_COUNT, line);
    add_text(values, "", "booking", stay ? stay->booking : NULL);
    add_number(values, "", "eligible_at", VALUE_TIME, stay ? stay->eligible_at : INSTANT_NONE);
    add_number(values, "", "released_at", VALUE_TIME, stay ? stay->released_at : INSTANT_NONE);
    add_number(values, "", "held", VALUE_LENGTH,
               stay ? stay->released_at - stay->eligible_at : INT64_MIN);
    for (size_t i = 0; i < review->n_rules; i++)
        add_verdict(&review->rules[i], stay ? &verdicts[i] : NULL, values);
    add_text(values, "", "note", note && *note ? note : NULL);
}

static void add_total(const struct rule *rule, const struct review_total *total,
                      struct values *values)
{
    add_number(values, rule->name, "past", VALUE_COUNT, total->n_past);
    add_number(values, rule->name, "over", VALUE_LENGTH, total->over_us);
    add_number(values, rule->name, "longest_over", VALUE_LENGTH, total->longest_us);
    add_text(values, rule->name, "longest_booking", total->longest_booking);
}

void values_of_summary(struct review *review, struct values *values)
{
    static const char *const notes[STAY_NOTES] = {
        [STAY_NO_CUSTODY_END] = "eligible_at_booking",
        [STAY_BEFORE_BOOKING] = "eligible_before_booking",
        [STAY_AFTER_RELEASE] = "eligible_after_release",
        [STAY_DOUBTFUL] = "doubtful",
    };

    values->count = 0;
    add_text(values, "", "zone", review->zone_name);
    add_number(values, "", "rows", VALUE_COUNT, review->n_rows);
    add_number(values, "", "used", VALUE_COUNT, (int64_t)review->n_used);
    add_number(values, "", "unusable", VALUE_COUNT, review->n_unusable);
    for (size_t i = 0; i < STAY_NOTES; i++)
        add_number(values, "", notes[i], VALUE_COUNT, review->n_notes[i]);
    add_number(values, "", "median_held", VALUE_LENGTH, review_median_us(review));
    for (size_t i = 0; i < review->n_rules; i++)
        add_total(&review->rules[i], &review->totals[i], values);
}
