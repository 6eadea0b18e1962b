/* SPDX-License-Identifier: ISC */

/*
 * What a deadline would be, and why: both readings of the federal rule and the one that binds, each
 * with the days it counts and those it does not. Nothing is stored.
 */

#include <jansson.h>
#include <string.h>

#include "answer.h"
#include "conditions.h"
#include "value.h"
#include "worker.h"

const char *const deadline_parameters[] = {
    "facility", "eligible_at", "received_at", "served_at", NULL,
};

/* The question. */
struct inquiry {
    const struct facility *facility;
    instant eligible_at, received_at, served_at;
};

/* ---- one reading ---- */

struct reading {
    json_t *spans;
    int64_t counted_us, excluded_us;
};

static int add_span(const struct span *span, void *context)
{
    struct reading *reading = context;
    int64_t length_us = span->to - span->from;

    *(span->counted ? &reading->counted_us : &reading->excluded_us) += length_us;
    return json_array_append_new(
        reading->spans,
        json_pack("{s:o, s:o, s:o, s:s, s:I, s:b, s:s?}", "from", value_instant(span->from), "to",
                  value_instant(span->to), "date", value_day(span->day), "weekday",
                  rule_weekday(span->day), "length_us", (json_int_t)length_us, "counted",
                  (int)span->counted, "why", span->why));
}

static json_t *calendars_value(const struct rule *rule)
{
    json_t *names = json_array();

    for (size_t i = 0; i < rule->n_calendars; i++)
        json_array_append_new(names, json_string(calendar_name(rule->calendars[i])));
    return names;
}

static json_t *reading_value(const struct inquiry *inquiry, const struct rule *rule)
{
    const struct facility *facility = inquiry->facility;
    struct reading reading = {.spans = json_array()};
    instant deadline_at = INSTANT_NONE;
    instant from =
        rule_clock_start(rule, inquiry->eligible_at, inquiry->received_at, inquiry->served_at);

    rule_deadline(rule, facility->zone, from, &deadline_at);
    rule_explain(rule, facility->zone, from, add_span, &reading);
    return json_pack("{s:s, s:b, s:s, s:o, s:i, s:b, s:o, s:o, s:I, s:I, s:o}", "rule", rule->name,
                     "binding", (int)(strcmp(rule->name, facility->rule.name) == 0), "start",
                     rule_start_names.values[rule->start], "starts_at", value_instant(from),
                     "limit_h", rule->limit_h, "weekends_excluded", (int)rule->weekends_excluded,
                     "calendars", calendars_value(rule), "deadline_at", value_instant(deadline_at),
                     "counted_us", (json_int_t)reading.counted_us, "excluded_us",
                     (json_int_t)reading.excluded_us, "spans", reading.spans);
}

/* Both readings, and the facility's rule where that is neither. */
static json_t *readings_value(const struct inquiry *inquiry)
{
    const struct rule *binding = &inquiry->facility->rule;
    struct rule consecutive, regulatory;
    json_t *readings = json_array();

    rule_consecutive(&consecutive);
    rule_regulatory(inquiry->facility->us_federal, &regulatory);
    json_array_append_new(readings, reading_value(inquiry, &consecutive));
    json_array_append_new(readings, reading_value(inquiry, &regulatory));
    if (strcmp(binding->name, consecutive.name) != 0 && strcmp(binding->name, regulatory.name) != 0)
        json_array_append_new(readings, reading_value(inquiry, binding));
    return readings;
}

/* ---- the answer ---- */

/* As for a hold, the time does not run out before the person is held by the detainer alone. */
static json_t *inquiry_value(const struct inquiry *inquiry)
{
    const struct facility *facility = inquiry->facility;
    const struct rule *rule = &facility->rule;
    instant deadline_at = INSTANT_NONE;

    rule_deadline(
        rule, facility->zone,
        rule_clock_start(rule, inquiry->eligible_at, inquiry->received_at, inquiry->served_at),
        &deadline_at);
    deadline_at = instant_max(deadline_at, inquiry->eligible_at);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "facility", facility->id, "zone",
                     facility->zone_name, "eligible_at", value_instant(inquiry->eligible_at),
                     "received_at", value_instant(inquiry->received_at), "served_at",
                     value_instant(inquiry->served_at), "rule", rule->name, "deadline_at",
                     value_instant(deadline_at), "readings", readings_value(inquiry));
}

/* ---- the question ---- */

static int require(const struct query *query, const char *name, struct problem *problem)
{
    if (query_text(query, name))
        return 0;
    return problem_set(problem, PROBLEM_INVALID_PARAMETER, name,
                       "is needed: ask for ?facility=ID&eligible_at=2026-11-24T09:00:00-08:00");
}

/* Calendars end somewhere, and so does what can be said of a deadline. */
static int read_time(const struct query *query, const char *name, instant *at,
                     struct problem *problem)
{
    int r = query_instant(query, name, at, problem);

    if (r || *at == INSTANT_NONE)
        return r;
    if (*at < CALENDAR_FIRST_DAY * US_PER_DAY || *at >= (CALENDAR_LAST_DAY + 1) * US_PER_DAY)
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name,
                           "lies outside the years that calendars know, 1970 to 2199");
    return 0;
}

static int find_facility(const struct law *law, const struct query *query,
                         const struct facility **facility, struct problem *problem)
{
    *facility = law_facility(law, query_text(query, "facility"));
    if (*facility)
        return 0;
    return problem_set(problem, PROBLEM_UNKNOWN_FACILITY, "facility",
                       "no facility of that name is configured; GET /v1/ lists those that are");
}

static int read_inquiry(const struct law *law, const struct query *query, struct inquiry *inquiry,
                        struct problem *problem)
{
    int r;

    inquiry->eligible_at = inquiry->received_at = inquiry->served_at = INSTANT_NONE;
    if ((r = require(query, "facility", problem)) || (r = require(query, "eligible_at", problem)) ||
        (r = find_facility(law, query, &inquiry->facility, problem)) ||
        (r = read_time(query, "eligible_at", &inquiry->eligible_at, problem)) ||
        (r = read_time(query, "received_at", &inquiry->received_at, problem)) ||
        (r = read_time(query, "served_at", &inquiry->served_at, problem)))
        return r;
    return 0;
}

enum MHD_Result deadline_get(struct exchange *exchange, const struct query *query)
{
    char tag[ENTITY_TAG_SIZE];
    struct inquiry inquiry;
    struct problem problem;

    conditions_law_tag(exchange, tag);
    if (read_inquiry(worker_law(exchange->worker), query, &inquiry, &problem))
        return answer_problem(exchange, &problem);
    return answer_tagged_json(exchange, tag, inquiry_value(&inquiry));
}
