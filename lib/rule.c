/* SPDX-License-Identifier: ISC */

/* The clock rule. One walk over local days serves the deadline and its explanation. */

#include "rule.h"

#include <assert.h>
#include <errno.h>

static const char *const start_values[] = {
    [RULE_FROM_NONE] = NULL,
    [RULE_FROM_ELIGIBLE] = "eligible",
    [RULE_FROM_RECEIVED] = "received",
    [RULE_FROM_SERVED] = "served",
};
const struct names rule_start_names = NAMES(start_values);

#define DAYS_A_WEEK     7
#define THURSDAY        4           /* 1970-01-01 */
#define DAYS_AS_FAR     (230 * 366) /* as calendars go, from 1970 on */
#define SPANS_MAX       64          /* a bounded rule needs less: see RULE_EXCLUDED_DAYS_MAX */
#define INSTANT_HORIZON (SPANS_MAX * 2 * US_PER_DAY)

void rule_consecutive(struct rule *rule)
{
    *rule = (struct rule){
        .name = "consecutive",
        .start = RULE_FROM_ELIGIBLE,
        .limit_h = RULE_LIMIT_H,
    };
}

void rule_regulatory(const struct calendar *us_federal, struct rule *rule)
{
    *rule = (struct rule){
        .name = "regulatory",
        .start = RULE_FROM_ELIGIBLE,
        .limit_h = RULE_LIMIT_H,
        .weekends_excluded = true,
        .n_calendars = 1,
        .calendars = {us_federal},
    };
}

instant rule_clock_start(const struct rule *rule, instant eligible_at, instant received_at,
                         instant served_at)
{
    instant event = eligible_at;

    if (rule->start == RULE_FROM_RECEIVED)
        event = received_at;
    else if (rule->start == RULE_FROM_SERVED)
        event = served_at;
    return event != INSTANT_NONE && event < eligible_at ? event : eligible_at;
}

/* Sunday is 0. */
static int weekday(int64_t day)
{
    int from_thursday = (int)(day % DAYS_A_WEEK);

    return (from_thursday + THURSDAY + DAYS_A_WEEK) % DAYS_A_WEEK;
}

const char *rule_weekday(int64_t day)
{
    static const char *const names[DAYS_A_WEEK] = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    };

    return names[weekday(day)];
}

const char *rule_excludes(const struct rule *rule, int64_t day)
{
    const char *holiday = NULL;

    for (size_t i = 0; i < rule->n_calendars && !holiday; i++)
        holiday = calendar_holiday(rule->calendars[i], day);
    if (holiday)
        return holiday;
    return rule->weekends_excluded && weekday(day) % (DAYS_A_WEEK - 1) == 0 ? rule_weekday(day)
                                                                            : NULL;
}

int64_t rule_endless_day(const struct rule *rule)
{
    int in_a_row = 0;

    for (int64_t day = 0; rule->n_calendars && day < DAYS_AS_FAR; day++) {
        in_a_row = rule_excludes(rule, day) ? in_a_row + 1 : 0;
        if (in_a_row > RULE_EXCLUDED_DAYS_MAX)
            return day;
    }
    return INT64_MIN;
}

/* Counting, while it is under way. */
struct walk {
    const struct rule *rule;
    const struct zone *zone;
    instant at;
    int64_t left_us; /* to be counted */
};

static void walk_begin(struct walk *walk, const struct rule *rule, const struct zone *zone,
                       instant from)
{
    assert(rule->limit_h >= 1 && rule->limit_h <= RULE_LIMIT_H);

    *walk =
        (struct walk){.rule = rule, .zone = zone, .at = from, .left_us = rule->limit_h * US_PER_H};
}

/* The stretch of the day at hand, cut where the time runs out. */
static void walk_day(struct walk *walk, struct span *span)
{
    span->from = walk->at;
    span->day = zone_day(walk->zone, walk->at);
    span->to = zone_day_end(walk->zone, walk->at);
    span->why = rule_excludes(walk->rule, span->day);
    span->counted = !span->why;
    if (span->counted && span->to - span->from > walk->left_us)
        span->to = span->from + walk->left_us;
    if (span->counted)
        walk->left_us -= span->to - span->from;
    walk->at = span->to;
}

static bool is_representable(instant from)
{
    instant last;

    return from != INSTANT_NONE && instant_add(from, INSTANT_HORIZON, &last);
}

bool rule_deadline(const struct rule *rule, const struct zone *zone, instant from,
                   instant *deadline_at)
{
    struct walk walk;
    struct span span;

    if (!is_representable(from))
        return false;
    walk_begin(&walk, rule, zone, from);
    /* Where no day is excluded, elapsed time is all there is. */
    if (!rule->weekends_excluded && !rule->n_calendars) {
        *deadline_at = from + walk.left_us;
        return true;
    }
    for (int spans = 0; walk.left_us; spans++) {
        assert(spans < SPANS_MAX);
        walk_day(&walk, &span);
    }
    *deadline_at = walk.at;
    return true;
}

int rule_explain(const struct rule *rule, const struct zone *zone, instant from, rule_span_fn *each,
                 void *context)
{
    struct walk walk;
    struct span span;
    int r = 0;

    if (!is_representable(from))
        return -ERANGE;
    walk_begin(&walk, rule, zone, from);
    for (int spans = 0; walk.left_us && !r; spans++) {
        assert(spans < SPANS_MAX);
        walk_day(&walk, &span);
        r = each(&span, context);
    }
    return r;
}
