/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The clock rule: how long a detainer lets a jail hold somebody, as data.
 *
 * Two readings of the same 48 hours are in dispute. Form I-247A (ICE, 2017) says "for a period not
 * to exceed 48 hours beyond the time when he/she would otherwise have been released": elapsed
 * hours. 8 CFR 287.7(d) says "not to exceed 48 hours, excluding Saturdays, Sundays, and holidays".
 * Counties add rules of their own, all of them shorter or counted from an earlier moment. So a rule
 * says from what it counts, how many hours, and which days do not count.
 *
 * Counted time is elapsed time that lies on local calendar days which are not excluded; day borders
 * are local midnights in the facility's zone. The deadline is the earliest instant at which the
 * counted time has passed.
 */

#include "calendar.h"
#include "hold.h"
#include "zone.h"

/* From what a rule counts. */
enum rule_start {
    RULE_FROM_NONE,
    RULE_FROM_ELIGIBLE, /* the person would otherwise have been released */
    RULE_FROM_RECEIVED, /* the jail got the detainer */
    RULE_FROM_SERVED,   /* the person was given a copy */
};

extern const struct names rule_start_names;

#define RULE_LIMIT_H       48 /* no rule allows more */
#define RULE_CALENDARS_MAX 8

/* Longer runs of excluded days are a mistake in a calendar, not a holiday: no hold may wait them
 * out. */
#define RULE_EXCLUDED_DAYS_MAX 7

struct rule {
    char name[RULE_NAME_SIZE];
    enum rule_start start;
    int limit_h;                                          /* 1 to RULE_LIMIT_H */
    bool weekends_excluded;                               /* Saturdays and Sundays do not count */
    size_t n_calendars;                                   /* whose holidays do not count */
    const struct calendar *calendars[RULE_CALENDARS_MAX]; /* must outlive the rule */
};

/* What a hold calls the rule where its policy allows less than the facility's rule. */
#define RULE_OF_POLICY "policy"

/* The two readings: "consecutive" excludes nothing, "regulatory" weekends and federal holidays. */
void rule_consecutive(struct rule *rule);
void rule_regulatory(const struct calendar *us_federal, struct rule *rule);

/*
 * Where the rule's clock starts: at its own event or when the person becomes release-eligible,
 * whichever is earlier. An event that is not known (INSTANT_NONE) or comes late makes no hold
 * longer.
 */
instant rule_clock_start(const struct rule *rule, instant eligible_at, instant received_at,
                         instant served_at);

/* Why the rule does not count a local day (days since 1970-01-01); NULL where it does. */
const char *rule_excludes(const struct rule *rule, int64_t day);

/*
 * The first day on which more than RULE_EXCLUDED_DAYS_MAX days in a row have been excluded, or
 * INT64_MIN where that never happens.
 */
int64_t rule_endless_day(const struct rule *rule);

/*
 * The earliest instant at which the rule's time has run out, counted from `from`. Returns false,
 * and leaves *deadline_at alone, where that instant cannot be represented. The rule must be
 * bounded, see rule_endless_day().
 */
bool rule_deadline(const struct rule *rule, const struct zone *zone, instant from,
                   instant *deadline_at);

/* A stretch of one local day that is counted, or not. */
struct span {
    instant from, to;
    int64_t day; /* since 1970-01-01 */
    bool counted;
    const char *why; /* not counted: "Saturday", or what the holiday is called; else NULL */
};

/* A negative return ends the explanation and is handed on. */
typedef int rule_span_fn(const struct span *span, void *context);

/*
 * Explains a deadline: the spans from `from` to the deadline in order, one for each local day. They
 * add up: the counted ones to the limit. Returns 0, -ERANGE where the deadline cannot be
 * represented, or what `each` returned.
 */
int rule_explain(const struct rule *rule, const struct zone *zone, instant from, rule_span_fn *each,
                 void *context);

/* "Monday", of a day since 1970-01-01. */
const char *rule_weekday(int64_t day);
