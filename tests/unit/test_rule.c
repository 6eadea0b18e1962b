/* SPDX-License-Identifier: ISC */

/*
 * The rule: both readings of 48 hours, shorter ones, and that an explanation adds up to the
 * deadline. The vectors were worked out by hand from the text of the rule and a wall calendar.
 */

#include <errno.h>

#include "rule.h"
#include "unit.h"

static const struct zone *find_zone(const char *name)
{
    const struct zone *zone = NULL;

    ck_assert_int_eq(zone_find(name, &zone), 0);
    return zone;
}

#define LA  "America/Los_Angeles"
#define NY  "America/New_York"
#define HNL "Pacific/Honolulu"

static const struct {
    const char *zone, *from, *consecutive, *regulatory;
} vectors[] = {
    /* a week without a holiday: October 2026 */
    {LA, "2026-10-05T17:00:00-07:00", "2026-10-07T17:00:00-07:00", "2026-10-07T17:00:00-07:00"},
    {LA, "2026-10-15T17:00:00-07:00", "2026-10-17T17:00:00-07:00", "2026-10-19T17:00:00-07:00"},
    {LA, "2026-10-16T17:00:00-07:00", "2026-10-18T17:00:00-07:00", "2026-10-20T17:00:00-07:00"},
    {LA, "2026-10-17T12:00:00-07:00", "2026-10-19T12:00:00-07:00", "2026-10-21T00:00:00-07:00"},
    {LA, "2026-10-18T23:59:59.999999-07:00", "2026-10-20T23:59:59.999999-07:00",
     "2026-10-21T00:00:00-07:00"},
    {LA, "2026-10-19T00:00:00-07:00", "2026-10-21T00:00:00-07:00", "2026-10-21T00:00:00-07:00"},
    /* the last microsecond of a Friday is counted, and no more of that week */
    {LA, "2026-10-16T23:59:59.999999-07:00", "2026-10-18T23:59:59.999999-07:00",
     "2026-10-20T23:59:59.999999-07:00"},
    /* time that runs out at the very midnight before a weekend does not wait for Monday */
    {LA, "2026-10-15T00:00:00-07:00", "2026-10-17T00:00:00-07:00", "2026-10-17T00:00:00-07:00"},
    {LA, "2026-10-15T00:00:00.000001-07:00", "2026-10-17T00:00:00.000001-07:00",
     "2026-10-19T00:00:00.000001-07:00"},
    /* on a holiday, Monday 12 October 2026: Columbus Day */
    {LA, "2026-10-12T09:00:00-07:00", "2026-10-14T09:00:00-07:00", "2026-10-15T00:00:00-07:00"},
    /* Thanksgiving, a Thursday in the middle */
    {NY, "2026-11-25T12:00:00-05:00", "2026-11-27T12:00:00-05:00", "2026-11-30T12:00:00-05:00"},
    /* four days off: Thursday 24 December 2026 counts, Friday Christmas, the weekend */
    {LA, "2026-12-24T08:00:00-08:00", "2026-12-26T08:00:00-08:00", "2026-12-29T08:00:00-08:00"},
    /* Christmas on a Saturday is observed on Friday 24 December 2027 */
    {LA, "2027-12-23T18:00:00-08:00", "2027-12-25T18:00:00-08:00", "2027-12-28T18:00:00-08:00"},
    /* New Year's Day 2028, a Saturday, is observed on Friday 31 December 2027 */
    {NY, "2027-12-30T18:00:00-05:00", "2028-01-01T18:00:00-05:00", "2028-01-04T18:00:00-05:00"},
    /* New Year's Day 2023, a Sunday, is observed on Monday */
    {NY, "2022-12-30T17:00:00-05:00", "2023-01-01T17:00:00-05:00", "2023-01-04T17:00:00-05:00"},
    /* Juneteenth: not yet in 2020 (a Friday), observed on Friday 18 June 2021 */
    {NY, "2020-06-18T12:00:00-04:00", "2020-06-20T12:00:00-04:00", "2020-06-22T12:00:00-04:00"},
    {NY, "2021-06-17T12:00:00-04:00", "2021-06-19T12:00:00-04:00", "2021-06-22T12:00:00-04:00"},
    /* Martin Luther King Day: not yet in 1985, on Monday 20 January 1986 */
    {NY, "1985-01-18T12:00:00-05:00", "1985-01-20T12:00:00-05:00", "1985-01-22T12:00:00-05:00"},
    {NY, "1986-01-17T12:00:00-05:00", "1986-01-19T12:00:00-05:00", "1986-01-22T12:00:00-05:00"},
    /* 29 February 2028, a Tuesday */
    {HNL, "2028-02-28T12:00:00-10:00", "2028-03-01T12:00:00-10:00", "2028-03-01T12:00:00-10:00"},
    {HNL, "2028-02-25T12:00:00-10:00", "2028-02-27T12:00:00-10:00", "2028-02-29T12:00:00-10:00"},
    /* clocks go forward on Sunday 8 March 2026: an hour is missing from a day that does not count
     */
    {LA, "2026-03-07T12:00:00-08:00", "2026-03-09T13:00:00-07:00", "2026-03-11T00:00:00-07:00"},
    {LA, "2026-03-06T12:00:00-08:00", "2026-03-08T13:00:00-07:00", "2026-03-10T12:00:00-07:00"},
    /* eligible in the first second after the gap, and in both of the hours that come twice */
    {LA, "2026-03-08T03:00:00-07:00", "2026-03-10T03:00:00-07:00", "2026-03-11T00:00:00-07:00"},
    {LA, "2026-11-01T01:30:00-07:00", "2026-11-03T00:30:00-08:00", "2026-11-04T00:00:00-08:00"},
    {LA, "2026-11-01T01:30:00-08:00", "2026-11-03T01:30:00-08:00", "2026-11-04T00:00:00-08:00"},
    {LA, "2026-10-30T12:00:00-07:00", "2026-11-01T11:00:00-08:00", "2026-11-03T12:00:00-08:00"},
    /* the same instant counts on other days elsewhere: Monday 00:30 in New York is Sunday in
       Honolulu */
    {NY, "2026-10-19T00:30:00-04:00", "2026-10-21T00:30:00-04:00", "2026-10-21T00:30:00-04:00"},
    {HNL, "2026-10-19T00:30:00-04:00", "2026-10-21T00:30:00-04:00", "2026-10-21T00:00:00-10:00"},
    /* a zone whose clocks change at midnight: 4 November 2018 in Sao Paulo had no 00:00 */
    {"America/Sao_Paulo", "2018-11-02T12:00:00-03:00", "2018-11-04T13:00:00-02:00",
     "2018-11-06T12:00:00-02:00"},
    /* one that went back over midnight: Sunday 7 November 2010 began twice in St. John's */
    {"America/St_Johns", "2010-11-05T12:00:00-02:30", "2010-11-07T11:00:00-03:30",
     "2010-11-09T12:00:00-03:30"},
};

START_TEST(reads_48_hours_both_ways)
{
    const struct zone *zone = find_zone(vectors[_i].zone);
    struct rule consecutive, regulatory;
    instant deadline_at = 0;

    rule_consecutive(&consecutive);
    rule_regulatory(unit_us_federal(), &regulatory);
    ck_assert(rule_deadline(&consecutive, zone, unit_instant(vectors[_i].from), &deadline_at));
    ck_assert_int_eq(deadline_at, unit_instant(vectors[_i].consecutive));
    ck_assert(rule_deadline(&regulatory, zone, unit_instant(vectors[_i].from), &deadline_at));
    ck_assert_int_eq(deadline_at, unit_instant(vectors[_i].regulatory));
}
END_TEST

/* ---- explanations ---- */

struct explanation {
    instant at; /* where the next span must begin */
    int64_t counted_us, excluded_us;
    int64_t last_day;
    int n;
    char text[1024];
};

static int add(const struct span *span, void *context)
{
    struct explanation *explanation = context;
    size_t used = strlen(explanation->text);

    ck_assert_int_eq(span->from, explanation->at);
    ck_assert_int_gt(span->to, span->from);
    ck_assert(explanation->n == 0 || span->day != explanation->last_day);
    ck_assert_int_eq(span->counted, span->why == NULL);
    *(span->counted ? &explanation->counted_us : &explanation->excluded_us) +=
        span->to - span->from;
    snprintf(explanation->text + used, sizeof(explanation->text) - used, "%s %lld min%s%s\n",
             rule_weekday(span->day), (long long)((span->to - span->from) / US_PER_MIN),
             span->why ? ", " : "", span->why ? span->why : "");
    explanation->at = span->to;
    explanation->last_day = span->day;
    explanation->n++;
    return 0;
}

static struct explanation explain(const struct rule *rule, const char *zone, instant from)
{
    struct explanation explanation = {.at = from};
    instant deadline_at = 0;

    ck_assert_int_eq(rule_explain(rule, find_zone(zone), from, add, &explanation), 0);
    ck_assert(rule_deadline(rule, find_zone(zone), from, &deadline_at));
    ck_assert_int_eq(explanation.at, deadline_at);
    ck_assert_int_eq(explanation.counted_us, rule->limit_h * US_PER_H);
    return explanation;
}

START_TEST(an_explanation_adds_up)
{
    instant from = unit_instant(vectors[_i].from);
    struct rule rule;

    rule_consecutive(&rule);
    ck_assert_int_eq(explain(&rule, vectors[_i].zone, from).excluded_us, 0);
    rule_regulatory(unit_us_federal(), &rule);
    explain(&rule, vectors[_i].zone, from);
}
END_TEST

START_TEST(an_explanation_names_the_days_and_their_true_length)
{
    struct rule rule;

    rule_regulatory(unit_us_federal(), &rule);
    ck_assert_str_eq(explain(&rule, LA, unit_instant("2026-11-25T12:00:00-08:00")).text,
                     "Wednesday 720 min\n"
                     "Thursday 1440 min, Thanksgiving Day\n"
                     "Friday 1440 min\n"
                     "Saturday 1440 min, Saturday\n"
                     "Sunday 1440 min, Sunday\n"
                     "Monday 720 min\n");
    /* clocks go forward on Sunday 8 March 2026, and back on Sunday 1 November 2026 */
    ck_assert_str_eq(explain(&rule, LA, unit_instant("2026-03-06T12:00:00-08:00")).text,
                     "Friday 720 min\n"
                     "Saturday 1440 min, Saturday\n"
                     "Sunday 1380 min, Sunday\n"
                     "Monday 1440 min\n"
                     "Tuesday 720 min\n");
    rule_consecutive(&rule);
    ck_assert_str_eq(explain(&rule, LA, unit_instant("2026-10-31T12:00:00-07:00")).text,
                     "Saturday 720 min\n"
                     "Sunday 1500 min\n"
                     "Monday 660 min\n");
}
END_TEST

static int refuse(const struct span *span, void *context)
{
    (void)span;
    return ++*(int *)context == 2 ? -ECANCELED : 0;
}

START_TEST(an_explanation_ends_where_the_listener_says)
{
    struct rule rule;
    int n = 0;

    rule_consecutive(&rule);
    ck_assert_int_eq(rule_explain(&rule, find_zone(LA), 0, refuse, &n), -ECANCELED);
    ck_assert_int_eq(n, 2);
    ck_assert_int_eq(rule_explain(&rule, find_zone(LA), INT64_MAX - 1, refuse, &n), -ERANGE);
}
END_TEST

/* ---- rules of other kinds ---- */

static struct calendar *calendar_of(const char *events)
{
    struct mistakes mistakes = {.path = "test.ics", .messages = stderr};
    struct calendar *calendar = NULL;
    char text[2048];

    snprintf(text, sizeof(text), "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n%sEND:VCALENDAR\n",
             events);
    ck_assert_int_eq(calendar_parse("test", text, &mistakes, &calendar), 0);
    return calendar;
}

static const struct {
    int limit_h;
    bool weekends;
    const char *from, *deadline_at;
} shorter[] = {
    {24, false, "2026-12-31T18:00:00Z", "2027-01-01T18:00:00Z"},
    {1, false, "2026-11-24T18:00:00Z", "2026-11-24T19:00:00Z"},
    {24, true, "2026-10-16T17:00:00-07:00", "2026-10-19T17:00:00-07:00"},
    {7, true, "2026-10-16T17:00:00-07:00", "2026-10-17T00:00:00-07:00"},
    {8, true, "2026-10-16T17:00:00-07:00", "2026-10-19T01:00:00-07:00"},
};

START_TEST(counts_fewer_hours)
{
    struct rule rule;
    instant deadline_at = 0;

    rule_consecutive(&rule);
    rule.limit_h = shorter[_i].limit_h;
    rule.weekends_excluded = shorter[_i].weekends;
    ck_assert(rule_deadline(&rule, find_zone(LA), unit_instant(shorter[_i].from), &deadline_at));
    ck_assert_int_eq(deadline_at, unit_instant(shorter[_i].deadline_at));
}
END_TEST

START_TEST(excludes_the_days_of_several_calendars)
{
    struct calendar *county = calendar_of("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261127\n"
                                          "SUMMARY:Day after Thanksgiving\nEND:VEVENT\n");
    struct rule rule;
    instant deadline_at = 0;

    rule_regulatory(unit_us_federal(), &rule);
    rule.calendars[rule.n_calendars++] = county;
    ck_assert(rule_deadline(&rule, find_zone(NY), unit_instant("2026-11-25T12:00:00-05:00"),
                            &deadline_at));
    ck_assert_int_eq(deadline_at, unit_instant("2026-12-01T12:00:00-05:00"));
    calendar_free(county);
}
END_TEST

#define E 1000
static const struct {
    enum rule_start start;
    instant received_at, served_at, from;
} starts[] = {
    {RULE_FROM_ELIGIBLE, 10, 20, E},
    {RULE_FROM_RECEIVED, 10, 20, 10},
    {RULE_FROM_SERVED, 10, 20, 20},
    /* what is not known, or comes late, makes no hold longer */
    {RULE_FROM_RECEIVED, INSTANT_NONE, 20, E},
    {RULE_FROM_SERVED, 10, INSTANT_NONE, E},
    {RULE_FROM_RECEIVED, E + 1, 20, E},
    {RULE_FROM_SERVED, 10, E + 1, E},
    {RULE_FROM_RECEIVED, E, E, E},
};

START_TEST(starts_at_its_event_but_never_later_than_eligible)
{
    struct rule rule;

    rule_consecutive(&rule);
    rule.start = starts[_i].start;
    ck_assert_int_eq(rule_clock_start(&rule, E, starts[_i].received_at, starts[_i].served_at),
                     starts[_i].from);
}
END_TEST

START_TEST(finds_where_a_calendar_never_lets_time_pass)
{
    struct calendar *calendar =
        calendar_of("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20270301\n"
                    "DTEND;VALUE=DATE:20270308\nSUMMARY:Week\nEND:VEVENT\n");
    struct rule rule;

    rule_regulatory(unit_us_federal(), &rule);
    ck_assert_int_eq(rule_endless_day(&rule), INT64_MIN);
    rule.calendars[rule.n_calendars++] = calendar;
    /* Saturday 27 February to Sunday 7 March 2027: the eighth day is Saturday 6 March */
    ck_assert_int_eq(rule_endless_day(&rule) * US_PER_DAY, unit_instant("2027-03-06T00:00:00Z"));
    rule.weekends_excluded = false;
    ck_assert_int_eq(rule_endless_day(&rule), INT64_MIN);
    calendar_free(calendar);
}
END_TEST

START_TEST(knows_the_days_of_the_week)
{
    ck_assert_str_eq(rule_weekday(0), "Thursday");
    ck_assert_str_eq(rule_weekday(-1), "Wednesday");
    ck_assert_str_eq(rule_weekday(-5), "Saturday");
    ck_assert_str_eq(rule_weekday(20781), "Tuesday"); /* 2026-11-24 */
}
END_TEST

START_TEST(refuses_what_cannot_be_represented)
{
    struct rule rule;
    instant deadline_at = 42;

    rule_consecutive(&rule);
    ck_assert(!rule_deadline(&rule, find_zone(LA), INT64_MAX - 1, &deadline_at));
    ck_assert(!rule_deadline(&rule, find_zone(LA), INSTANT_NONE, &deadline_at));
    ck_assert_int_eq(deadline_at, 42);
}
END_TEST

START_TEST(allows_no_more_than_48_hours)
{
    struct rule rule;
    instant deadline_at;

    rule_consecutive(&rule);
    rule.limit_h = 49;
    rule_deadline(&rule, find_zone(LA), 0, &deadline_at);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {reads_48_hours_both_ways, ARRAY_SIZE(vectors)},
        {an_explanation_adds_up, ARRAY_SIZE(vectors)},
        {.test = an_explanation_names_the_days_and_their_true_length},
        {.test = an_explanation_ends_where_the_listener_says},
        {counts_fewer_hours, ARRAY_SIZE(shorter)},
        {.test = excludes_the_days_of_several_calendars},
        {starts_at_its_event_but_never_later_than_eligible, ARRAY_SIZE(starts)},
        {.test = finds_where_a_calendar_never_lets_time_pass},
        {.test = knows_the_days_of_the_week},
        {.test = refuses_what_cannot_be_represented},
        {.test = allows_no_more_than_48_hours, .aborts = true},
    };

    return unit_run("rule", tests, ARRAY_SIZE(tests));
}
