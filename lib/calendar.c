/* SPDX-License-Identifier: ISC */

/*
 * Calendars: a number for each day, which is that of the event that makes it a holiday.
 *
 * Here is what iCalendar text consists of, calendars and the events and other components in them.
 * libical's parser is not used for that: it keeps no lines, and passes over what it does not
 * understand. Its recurrence rules are, which are the hard part.
 */

#include "calendar.h"

#include <assert.h>
#include <errno.h>
#include <libical/ical.h>
#include <string.h>

#include "calendar_event.h"
#include "content_line.h"
#include "nearest.h"

#define DAYS (CALENDAR_LAST_DAY - CALENDAR_FIRST_DAY + 1)

/* Bounds of what somebody writes by hand, or a calendar program in his stead. */
#define FILE_SIZE_MAX (1 << 20)
#define EVENTS_MAX    2000
#define HOLIDAYS_MAX  20000 /* 87 days a year */
#define DEPTH_MAX     8     /* of components in components */

struct holiday {
    char summary[CALENDAR_SUMMARY_SIZE];
};

struct calendar {
    char name[CALENDAR_NAME_SIZE];
    size_t n_holidays;
    struct holiday *holidays;
    uint16_t holiday_of[DAYS]; /* from 1; 0: the day is none */
};

/* A component that has begun and not ended. */
struct component {
    const char *name;
    int line;
};

struct reading {
    struct mistakes *mistakes;
    size_t mistakes_before;
    struct calendar *calendar;
    size_t depth;
    struct component open[DEPTH_MAX];
    struct calendar_event event; /* while one is open */
    size_t n_events;
    size_t n_days; /* that are holidays */
    bool is_full;
};

static bool is_right(const struct reading *reading)
{
    return reading->mistakes->count == reading->mistakes_before;
}

/* ---- events ---- */

static bool make_holiday(int64_t day, void *context)
{
    struct reading *reading = context;
    uint16_t *holiday = &reading->calendar->holiday_of[day - CALENDAR_FIRST_DAY];

    if (*holiday)
        return true;
    if (reading->n_days == HOLIDAYS_MAX) {
        mistakes_add(reading->mistakes, reading->event.line,
                     "the events make more than %d days holidays: this cannot be meant",
                     HOLIDAYS_MAX);
        reading->is_full = true;
        return false;
    }
    reading->n_days++;
    *holiday = (uint16_t)reading->calendar->n_holidays;
    return true;
}

static int add_holiday(struct calendar *calendar, const char *summary)
{
    struct holiday *more =
        reallocarray(calendar->holidays, calendar->n_holidays + 1, sizeof(*more));

    if (!more)
        return -ENOMEM;
    calendar->holidays = more;
    strcpy(more[calendar->n_holidays++].summary, summary);
    return 0;
}

static int end_event(struct reading *reading)
{
    int r;

    if (reading->is_full)
        return 0;
    if (++reading->n_events > EVENTS_MAX) {
        mistakes_add(reading->mistakes, reading->event.line, "there are more than %d events",
                     EVENTS_MAX);
        reading->is_full = true;
        return 0;
    }
    r = add_holiday(reading->calendar, reading->event.summary);
    if (r)
        return r;
    return calendar_event_end(&reading->event, reading->mistakes, make_holiday, reading);
}

/* ---- components ---- */

#define CALENDAR "VCALENDAR"
#define EVENT    "VEVENT"

static bool is_open(const struct reading *reading, size_t depth, const char *name)
{
    return reading->depth == depth && strcmp(reading->open[depth - 1].name, name) == 0;
}

static bool is_event_open(const struct reading *reading)
{
    return is_open(reading, 2, EVENT);
}

/* Gives up what is open inside of the outermost `depth` components. */
static void give_up(struct reading *reading, size_t depth)
{
    while (reading->depth > depth) {
        const struct component *open = &reading->open[--reading->depth];

        mistakes_add(reading->mistakes, open->line, "BEGIN:%s has no END:%s", open->name,
                     open->name);
    }
}

/* Components of other kinds are passed over, unless they look like a misspelt event. */
static void consider_component(const struct reading *reading, const struct content_line *line)
{
    struct nearest nearest = nearest_to(line->value);

    if (icalcomponent_string_to_kind(line->value) != ICAL_NO_COMPONENT)
        return;
    nearest_consider(&nearest, CALENDAR);
    nearest_consider(&nearest, EVENT);
    if (nearest.best)
        mistakes_add(reading->mistakes, line->line, "BEGIN: there is no %s; is it %s?", line->value,
                     nearest.best);
}

static int begin_component(struct reading *reading, const struct content_line *line)
{
    if (strcmp(line->value, CALENDAR) == 0)
        give_up(reading, 0);
    else if (strcmp(line->value, EVENT) == 0)
        give_up(reading, 1);
    consider_component(reading, line);
    if (reading->depth == DEPTH_MAX) {
        mistakes_add(reading->mistakes, line->line, "BEGIN:%s is inside of too many others",
                     line->value);
        return -EINVAL;
    }
    reading->open[reading->depth++] = (struct component){line->value, line->line};
    if (is_event_open(reading))
        calendar_event_begin(&reading->event, reading->mistakes, line->line);
    return 0;
}

static int end_component(struct reading *reading, const struct content_line *line)
{
    size_t depth = reading->depth;
    int r = 0;

    while (depth && strcmp(reading->open[depth - 1].name, line->value) != 0)
        depth--;
    if (!depth) {
        mistakes_add(reading->mistakes, line->line, "END:%s ends nothing that has begun",
                     line->value);
        return 0;
    }
    give_up(reading, depth);
    if (is_event_open(reading))
        r = end_event(reading);
    reading->depth--;
    return r;
}

/* ---- lines ---- */

/* Properties of calendars that must not be anything else. */
static const struct {
    const char *name, *value;
} expected[] = {
    {"VERSION", "2.0"},
    {"CALSCALE", "GREGORIAN"},
    {"METHOD", "PUBLISH"},
};

static void check_calendar_property(struct reading *reading, const struct content_line *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
        if (strcmp(expected[i].name, line->name) == 0 &&
            strcmp(expected[i].value, line->value) != 0)
            mistakes_add(reading->mistakes, line->line, "%s: \"%s\" cannot be read, only %s",
                         line->name, line->value, expected[i].value);
}

static int read_line(struct reading *reading, const struct content_line *line)
{
    if (strcmp(line->name, "BEGIN") == 0)
        return begin_component(reading, line);
    if (strcmp(line->name, "END") == 0)
        return end_component(reading, line);
    if (is_event_open(reading))
        return calendar_event_read(&reading->event, reading->mistakes, line);
    if (is_open(reading, 1, CALENDAR))
        check_calendar_property(reading, line);
    return 0;
}

static bool begins_calendar(const struct content_line *line)
{
    return strcmp(line->name, "BEGIN") == 0 && strcmp(line->value, CALENDAR) == 0;
}

/* Goes on after mistakes, but for those after which the rest would only make more. */
static int read_lines(struct reading *reading, char *text)
{
    struct content_text rest = {text, 1};
    struct content_line line;
    int found, r = 0;

    while (!r && (found = content_line_next(&rest, &line)) != CONTENT_END) {
        if (!reading->depth && (found == CONTENT_BROKEN || !begins_calendar(&line))) {
            mistakes_add(reading->mistakes, line.line,
                         "this is not inside of BEGIN:VCALENDAR and END:VCALENDAR");
            return -EINVAL;
        }
        if (found == CONTENT_BROKEN)
            mistakes_add(reading->mistakes, line.line,
                         "this is not NAME:VALUE, nor does it begin with a blank as a line that "
                         "goes on does");
        else
            r = read_line(reading, &line);
    }
    give_up(reading, 0);
    if (!reading->n_events && is_right(reading))
        mistakes_add(reading->mistakes, rest.line,
                     "there is no event: a calendar has at least one");
    return r;
}

/* ---- calendars ---- */

static int read_text(struct calendar *calendar, const char *text, struct mistakes *mistakes)
{
    _cleanup_(free_ptr) struct reading *reading = calloc(1, sizeof(*reading));
    _cleanup_(free_ptr) char *copy = strdup(strncmp(text, "\xef\xbb\xbf", 3) ? text : text + 3);
    int r;

    if (!reading || !copy)
        return -ENOMEM;
    reading->mistakes = mistakes;
    reading->mistakes_before = mistakes->count;
    reading->calendar = calendar;
    r = read_lines(reading, copy);
    return !r && !is_right(reading) ? -EINVAL : r;
}

int calendar_parse(const char *name, const char *text, struct mistakes *mistakes,
                   struct calendar **calendar)
{
    _cleanup_(calendar_free_ptr) struct calendar *made = calloc(1, sizeof(*made));
    int r;

    assert(*name && strlen(name) < CALENDAR_NAME_SIZE);

    if (!made)
        return -ENOMEM;
    strcpy(made->name, name);
    r = read_text(made, text, mistakes);
    if (r)
        return r;
    *calendar = made;
    made = NULL;
    return 0;
}

static bool take_name(const char *path, char name[static CALENDAR_NAME_SIZE])
{
    const char *slash = strrchr(path, '/');
    const char *from = slash ? slash + 1 : path;
    size_t length =
        strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    if (!length || length >= CALENDAR_NAME_SIZE || strcmp(from + length, ".ics") != 0)
        return false;
    memcpy(name, from, length);
    name[length] = '\0';
    return true;
}

int calendar_load(struct mistakes *mistakes, struct calendar **calendar)
{
    _cleanup_(free_ptr) char *text = NULL;
    char name[CALENDAR_NAME_SIZE];
    int r;

    if (!take_name(mistakes->path, name))
        return mistakes_unusable(mistakes, "the file must be called NAME.ics, with a NAME of 1 to "
                                           "32 letters, digits, - or _");
    r = mistakes_read_file(mistakes, FILE_SIZE_MAX, &text);
    return r ? r : calendar_parse(name, text, mistakes, calendar);
}

static const char us_federal[] =
#include "lib/us_federal.inc"
    ;

int calendar_us_federal(struct calendar **calendar)
{
    struct mistakes mistakes = {.path = "us-federal.ics", .messages = stderr};
    int r = calendar_parse("us-federal", us_federal, &mistakes, calendar);

    assert(r != -EINVAL); /* the tests have read it */
    return r;
}

void calendar_free(struct calendar *calendar)
{
    free(calendar->holidays);
    free(calendar);
}

const char *calendar_name(const struct calendar *calendar)
{
    return calendar->name;
}

const char *calendar_holiday(const struct calendar *calendar, int64_t day)
{
    uint16_t holiday;

    if (day < CALENDAR_FIRST_DAY || day > CALENDAR_LAST_DAY)
        return NULL;
    holiday = calendar->holiday_of[day - CALENDAR_FIRST_DAY];
    return holiday ? calendar->holidays[holiday - 1].summary : NULL;
}
