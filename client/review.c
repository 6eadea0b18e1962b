/* SPDX-License-Identifier: ISC */

/* The review of past stays. */

#include "review.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

bool review_excludes(const struct rule *rule)
{
    return rule->weekends_excluded || rule->n_calendars;
}

/* How much of a stay the rule counts, day by day, as it does for deadlines. */
static int64_t count(const struct rule *rule, const struct zone *zone, const struct stay *stay)
{
    int64_t counted_us = 0;
    instant from = stay->eligible_at, to;

    if (!review_excludes(rule))
        return stay->released_at - stay->eligible_at;
    for (; from < stay->released_at; from = to) {
        to = zone_day_end(zone, from);
        if (to > stay->released_at)
            to = stay->released_at;
        if (!rule_excludes(rule, zone_day(zone, from)))
            counted_us += to - from;
    }
    return counted_us;
}

/*
 * A rule that excludes days only moves the deadline later, so a stay of no more than its hours
 * needs no look at a calendar; most stays are short.
 */
static bool needs_look(const struct review *review, const struct stay *stay)
{
    for (size_t i = 0; i < review->n_rules; i++)
        if (stay->released_at - stay->eligible_at > review->rules[i].limit_h * US_PER_H)
            return true;
    return false;
}

static void judge(const struct rule *rule, const struct zone *zone, const struct stay *stay,
                  struct verdict *verdict)
{
    bool can_be_written = rule_deadline(rule, zone, stay->eligible_at, &verdict->deadline_at);

    assert(can_be_written); /* stays lie in years that are far from any limit */
    if (stay->released_at > verdict->deadline_at)
        verdict->over_us = stay->released_at - verdict->deadline_at;
}

/* ---- all stays
 * ------------------------------------------------------------------------------------- */

static void add_past(struct review_total *total, const struct stay *stay, int64_t over_us)
{
    total->n_past++;
    if (__builtin_add_overflow(total->over_us, over_us, &total->over_us))
        total->over_us = INT64_MAX;
    if (over_us <= total->longest_us)
        return;
    total->longest_us = over_us;
    free(total->longest_booking);
    total->longest_booking = text_not_null(strdup(stay->booking));
}

static void add_used(struct review *review, const struct stay *stay)
{
    if (review->n_used == review->capacity) {
        review->capacity = review->capacity ? 2 * review->capacity : 1024;
        review->lengths_us = text_not_null(
            reallocarray(review->lengths_us, review->capacity, sizeof(*review->lengths_us)));
    }
    review->lengths_us[review->n_used++] = stay->released_at - stay->eligible_at;
    for (size_t i = 0; i < STAY_NOTES; i++)
        review->n_notes[i] += stay_has_note(stay, (enum stay_note)i);
}

bool review_judge(struct review *review, const struct stay *stay, bool all,
                  struct verdict verdicts[static REVIEW_RULES_MAX])
{
    bool past = false;

    memset(verdicts, 0, sizeof(*verdicts) * REVIEW_RULES_MAX);
    add_used(review, stay);
    if (!all && !needs_look(review, stay))
        return false;
    for (size_t i = 0; i < review->n_rules; i++) {
        judge(&review->rules[i], review->zone, stay, &verdicts[i]);
        if (verdicts[i].over_us)
            add_past(&review->totals[i], stay, verdicts[i].over_us);
        past |= verdicts[i].over_us > 0;
    }
    for (size_t i = 0; i < review->n_rules && (all || past); i++)
        verdicts[i].counted_us = count(&review->rules[i], review->zone, stay);
    return past;
}

static int compare_lengths(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

int64_t review_median_us(struct review *review)
{
    size_t middle = review->n_used / 2;
    const int64_t *sorted = review->lengths_us;

    if (!review->n_used)
        return INT64_MIN;
    qsort(review->lengths_us, review->n_used, sizeof(*review->lengths_us), compare_lengths);
    if (review->n_used % 2)
        return sorted[middle];
    return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

void review_clear(struct review *review)
{
    for (size_t i = 0; i < review->n_rules; i++)
        free(review->totals[i].longest_booking);
    calendar_free_ptr(&review->us_federal);
    calendar_free_ptr(&review->county);
    free(review->lengths_us);
    *review = (struct review){0};
}
