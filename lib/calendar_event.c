/* SPDX-License-Identifier: ISC */

/* Events: one row per property, then the event as a whole, then its days. */

#include "calendar_event.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <libical/ical.h>
#include <stdarg.h>
#include <string.h>

#include "date.h"
#include "nearest.h"

/* A property that is being read. */
struct given {
    struct calendar_event *event;
    struct mistakes *mistakes;
    const struct content_line *line;
};

__attribute__((format(printf, 2, 3))) static void refuse(const struct given *given,
                                                         const char *format, ...)
{
    char why[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    mistakes_add(given->mistakes, given->line->line, "%s: %s", given->line->name, why);
}

/* ---- texts ---- */

static bool is_utf8(const char *text)
{
    json_t *string = json_string(text);
    bool is = string;

    json_decref(string);
    return is;
}

/* What stands for a line end in iCalendar becomes a blank, as in all messages. */
static void take_summary(const struct given *given, const char *text)
{
    char *summary = given->event->summary;

    if (!is_utf8(text)) {
        refuse(given, "is not UTF-8");
        return;
    }
    if (strlen(text) >= CALENDAR_SUMMARY_SIZE) {
        refuse(given, "has %zu bytes; there is room for %d", strlen(text),
               CALENDAR_SUMMARY_SIZE - 1);
        return;
    }
    if (!text[strspn(text, " \t\r\n")]) {
        refuse(given, "is empty: say why the day is a holiday");
        return;
    }
    strcpy(summary, text);
    for (; *summary; summary++)
        if ((unsigned char)*summary < ' ')
            *summary = ' ';
}

static int read_summary(const struct given *given)
{
    icalvalue *value = icalvalue_new_from_string(ICAL_TEXT_VALUE, given->line->value);

    if (!value)
        return -ENOMEM;
    take_summary(given, icalvalue_get_text(value));
    icalvalue_free(value);
    return 0;
}

static int read_status(const struct given *given)
{
    const char *value = given->line->value;

    given->event->uncertain = strcmp(value, "CONFIRMED") != 0;
    if (given->event->uncertain && strcmp(value, "CANCELLED") != 0 &&
        strcmp(value, "TENTATIVE") != 0)
        refuse(given, "\"%s\" is not CONFIRMED, TENTATIVE or CANCELLED", value);
    return 0;
}

/* ---- dates ---- */

static bool is_whole_day(const struct given *given)
{
    const char *name = given->line->name;

    if (strchr(given->line->value, 'T') || strchr(given->line->value, '/')) {
        refuse(given,
               "has a time of day: only whole days are holidays, as in "
               "%s;VALUE=DATE:20301225",
               name);
        return false;
    }
    if (strcmp(given->line->type, "DATE") != 0) {
        refuse(given, "does not say that it is a whole day, as in %s;VALUE=DATE:20301225", name);
        return false;
    }
    return true;
}

static bool take_date(const struct given *given, const char *text, struct calendar_date *date)
{
    switch (date_parse(text, &date->day)) {
    case DATE_SYNTAX:
        refuse(given, "\"%s\" is not a date such as 20301225", text);
        return false;
    case DATE_RANGE:
        refuse(given, "there is no day %s, or it lies before the year %d", text, DATE_YEAR_FIRST);
        return false;
    default:
        date->text = text;
        date->line = given->line->line;
        return true;
    }
}

static int read_date(const struct given *given, struct calendar_date *date)
{
    if (is_whole_day(given))
        take_date(given, given->line->value, date);
    return 0;
}

static int read_start(const struct given *given)
{
    return read_date(given, &given->event->start);
}

static int read_end(const struct given *given)
{
    return read_date(given, &given->event->end);
}

static int read_dates(const struct given *given, struct calendar_dates *dates)
{
    char *rest = given->line->value, *text;

    if (!is_whole_day(given))
        return 0;
    while ((text = strsep(&rest, ","))) {
        if (dates->count == CALENDAR_EVENT_DATES_MAX) {
            refuse(given, "an event has at most %d of these: make another event of the rest",
                   CALENDAR_EVENT_DATES_MAX);
            return 0;
        }
        if (take_date(given, text, &dates->dates[dates->count]))
            dates->count++;
    }
    return 0;
}

static int read_added(const struct given *given)
{
    return read_dates(given, &given->event->added);
}

static int read_excluded(const struct given *given)
{
    return read_dates(given, &given->event->excluded);
}

/* P3D or P1W. */
static int read_duration(const struct given *given)
{
    const char *value = given->line->value;
    size_t digits = *value == 'P' ? strspn(value + 1, "0123456789") : 0;
    char unit = *value ? value[1 + digits] : '\0';

    if (digits < 1 || digits > 3 || (unit != 'D' && unit != 'W') || value[digits + 2])
        refuse(given, "\"%s\" is not a number of days such as P1D", value);
    else
        given->event->n_days = strtol(value + 1, NULL, 10) * (unit == 'W' ? 7 : 1);
    return 0;
}

static int read_rule(const struct given *given)
{
    if (recurrence_check(given->mistakes, given->line->line, given->line->value) == 0)
        given->event->rule = given->line->value;
    return 0;
}

/* ---- properties ---- */

static const struct {
    const char *name;
    int (*read)(const struct given *given);
    bool repeats;
} properties[CALENDAR_PROPERTIES] = {
    [PROPERTY_SUMMARY] = {"SUMMARY", read_summary, false},
    [PROPERTY_DTSTART] = {"DTSTART", read_start, false},
    [PROPERTY_DTEND] = {"DTEND", read_end, false},
    [PROPERTY_DURATION] = {"DURATION", read_duration, false},
    [PROPERTY_RRULE] = {"RRULE", read_rule, false},
    [PROPERTY_RDATE] = {"RDATE", read_added, true},
    [PROPERTY_EXDATE] = {"EXDATE", read_excluded, true},
    [PROPERTY_STATUS] = {"STATUS", read_status, false},
};

/* Properties that would change the days, and are not read. */
static const struct {
    const char *name, *says;
} refused[] = {
    {"EXRULE", "is not of RFC 5545: give the days as EXDATE"},
    {"RECURRENCE-ID", "changes a day of another event: give that one an EXDATE, and make this an "
                      "event of its own"},
};

static int read_property(const struct given *given, enum calendar_property i)
{
    int *first = &given->event->lines[i];

    if (*first && !properties[i].repeats) {
        refuse(given, "is given twice: first in line %d", *first);
        return 0;
    }
    if (!*first)
        *first = given->line->line;
    return properties[i].read(given);
}

/* A name that means nothing is passed over, as RFC 5545 has it, unless it looks like a misspelt one
 * of those that matter. */
static void consider_name(const struct given *given)
{
    struct nearest nearest = nearest_to(given->line->name);

    if (icalproperty_string_to_kind(given->line->name) != ICAL_NO_PROPERTY)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
        nearest_consider(&nearest, properties[i].name);
    if (nearest.best)
        mistakes_add(given->mistakes, given->line->line, "there is no property %s; is it %s?",
                     given->line->name, nearest.best);
}

void calendar_event_begin(struct calendar_event *event, const struct mistakes *mistakes, int line)
{
    memset(event, 0, sizeof(*event));
    event->line = line;
    event->mistakes_before = mistakes->count;
}

int calendar_event_read(struct calendar_event *event, struct mistakes *mistakes,
                        const struct content_line *line)
{
    const struct given given = {event, mistakes, line};

    for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
        if (strcmp(properties[i].name, line->name) == 0)
            return read_property(&given, i);
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        if (strcmp(refused[i].name, line->name) == 0)
            refuse(&given, "%s", refused[i].says);
    consider_name(&given);
    return 0;
}

/* ---- the event as a whole ---- */

static bool is_right(const struct calendar_event *event, const struct mistakes *mistakes)
{
    return mistakes->count == event->mistakes_before;
}

static void check_end(struct calendar_event *event, struct mistakes *mistakes)
{
    int line = event->lines[PROPERTY_DTEND];

    if (!line)
        return;
    event->n_days = event->end.day - event->start.day;
    if (event->lines[PROPERTY_DURATION])
        mistakes_add(mistakes, line, "DTEND: the event has a DURATION too");
    else if (event->n_days < 1)
        mistakes_add(mistakes, line,
                     "DTEND: %s is not after DTSTART: give the day after the last one",
                     event->end.text);
}

static void check_length(struct calendar_event *event, struct mistakes *mistakes)
{
    if (!event->lines[PROPERTY_DTEND] && !event->lines[PROPERTY_DURATION])
        event->n_days = 1;
    if (event->n_days > CALENDAR_EVENT_DAYS_MAX)
        mistakes_add(mistakes, event->line, "the event lasts %lld days; a holiday has at most %d",
                     (long long)event->n_days, CALENDAR_EVENT_DAYS_MAX);
    if (event->n_days < 1 && !event->lines[PROPERTY_DTEND])
        mistakes_add(mistakes, event->lines[PROPERTY_DURATION], "DURATION: the event has no day");
}

static void check_whole(struct calendar_event *event, struct mistakes *mistakes)
{
    if (!event->lines[PROPERTY_SUMMARY])
        mistakes_add(mistakes, event->line,
                     "the event has no SUMMARY: say why the day is a holiday");
    if (!event->lines[PROPERTY_DTSTART])
        mistakes_add(mistakes, event->line,
                     "the event has no DTSTART: give its first day, as in "
                     "DTSTART;VALUE=DATE:20301225");
    if (is_right(event, mistakes))
        check_end(event, mistakes);
    if (is_right(event, mistakes))
        check_length(event, mistakes);
}

/* ---- its days ---- */

struct expansion {
    struct calendar_event *event;
    recurrence_day_fn *each;
    void *context;
    size_t n_days;   /* that a calendar covers */
    bool went_wrong; /* RRULE does not begin on DTSTART */
    bool stopped;    /* by `each` */
};

static bool is_excluded(struct calendar_event *event, int64_t day)
{
    bool found = false;

    for (size_t i = 0; i < event->excluded.count; i++) {
        struct calendar_date *date = &event->excluded.dates[i];

        date->met |= date->day == day;
        found |= date->day == day;
    }
    return found;
}

/* The event is on `day` and those that follow, once. */
static bool occur(struct expansion *expansion, int64_t day)
{
    struct calendar_event *event = expansion->event;

    if (is_excluded(event, day))
        return true;
    for (int64_t last = day + event->n_days - 1; day <= last; day++) {
        if (day < CALENDAR_FIRST_DAY || day > CALENDAR_LAST_DAY)
            continue;
        expansion->n_days++;
        if (!event->uncertain && !expansion->each(day, expansion->context)) {
            expansion->stopped = true;
            return false;
        }
    }
    return true;
}

/* RFC 5545 leaves undefined what a rule means that does not begin on DTSTART. */
static bool occur_by_rule(int64_t day, void *context)
{
    struct expansion *expansion = context;
    bool *begun = &expansion->event->start.met;

    expansion->went_wrong |= !*begun && day != expansion->event->start.day;
    *begun = true;
    return !expansion->went_wrong && occur(expansion, day);
}

static int expand_rule(struct expansion *expansion, struct mistakes *mistakes)
{
    struct calendar_event *event = expansion->event;
    int r = recurrence_expand(event->rule, event->start.text, CALENDAR_LAST_DAY, occur_by_rule,
                              expansion);

    if (r == RECURRENCE_NEVER)
        mistakes_add(mistakes, event->lines[PROPERTY_RRULE],
                     "RRULE: there is no such day, or parts that do not go together");
    else if (expansion->went_wrong)
        mistakes_add(mistakes, event->lines[PROPERTY_RRULE],
                     "RRULE: DTSTART %s is not one of its days: begin with the first of them",
                     event->start.text);
    return r < 0 ? r : 0;
}

static int expand(struct expansion *expansion, struct mistakes *mistakes)
{
    struct calendar_event *event = expansion->event;
    int r = 0;

    if (event->rule)
        r = expand_rule(expansion, mistakes);
    else
        occur(expansion, event->start.day);
    for (size_t i = 0; i < event->added.count && !expansion->stopped; i++)
        occur(expansion, event->added.dates[i].day);
    return r;
}

/* A day that is excluded in vain was meant to be another. */
static void check_excluded(const struct calendar_event *event, struct mistakes *mistakes)
{
    for (size_t i = 0; i < event->excluded.count; i++)
        if (!event->excluded.dates[i].met)
            mistakes_add(mistakes, event->excluded.dates[i].line,
                         "EXDATE: the event would not be on %s anyway",
                         event->excluded.dates[i].text);
}

int calendar_event_end(struct calendar_event *event, struct mistakes *mistakes,
                       recurrence_day_fn *each, void *context)
{
    struct expansion expansion = {.event = event, .each = each, .context = context};
    int r;

    check_whole(event, mistakes);
    if (!is_right(event, mistakes))
        return 0;
    r = expand(&expansion, mistakes);
    if (r || expansion.stopped || !is_right(event, mistakes))
        return r;
    check_excluded(event, mistakes);
    if (!expansion.n_days)
        mistakes_add(mistakes, event->line, "the event is on no day from 1970 to 2199");
    return 0;
}
