/* SPDX-License-Identifier: ISC */

/*
 * Recurrence rules by libical.
 *
 * What libical expands rightly was found by comparing it with another implementation on thousands
 * of random rules; `pitfalls` are those on which the two differed, or on which RFC 5545 says that
 * there is no such rule.
 */

#include "recurrence.h"

#include <errno.h>
#include <libical/ical.h>
#include <string.h>

#include "date.h"
#include "macro.h"

#define RULE_SIZE 256 /* longer ones are not written by people */

/* ---- parts ---- */

static bool is_one_of(const char *const *names, const char *text)
{
    for (; *names; names++)
        if (strcmp(*names, text) == 0)
            return true;
    return false;
}

static bool is_frequency(const char *text, int max)
{
    static const char *const names[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY", NULL};

    (void)max;
    return is_one_of(names, text);
}

static bool is_weekday(const char *text, int max)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};

    (void)max;
    return is_one_of(names, text);
}

static bool is_date(const char *text, int max)
{
    int64_t day;

    (void)max;
    return date_parse(text, &day) == 0;
}

/* From 1 to `max`; *text moves past it. */
static bool read_number(const char **text, int max)
{
    int number = 0;

    for (; **text >= '0' && **text <= '9' && number <= max; (*text)++)
        number = number * 10 + (**text - '0');
    return number >= 1 && number <= max;
}

static bool is_number(const char *text, int max)
{
    return read_number(&text, max) && !*text;
}

static bool is_position(const char *text, int max)
{
    return is_number(text + (*text == '-' || *text == '+'), max);
}

/* MO, 3MO, -1MO */
static bool is_day(const char *text, int max)
{
    bool is_signed = *text == '-' || *text == '+';

    text += is_signed;
    if ((is_signed || (*text >= '0' && *text <= '9')) && !read_number(&text, max))
        return false;
    return is_weekday(text, 0);
}

enum part {
    FREQ,
    UNTIL,
    COUNT,
    INTERVAL,
    WKST,
    BYMONTH,
    BYMONTHDAY,
    BYYEARDAY,
    BYDAY,
    BYSETPOS,
    PARTS
};

static const struct {
    const char *name;
    bool (*is_right)(const char *text, int max);
    int max;
    int most; /* how many there may be, commas between */
    const char *right;
} parts[PARTS] = {
    [FREQ] = {"FREQ", is_frequency, 0, 1, "DAILY, WEEKLY, MONTHLY or YEARLY"},
    [UNTIL] = {"UNTIL", is_date, 0, 1, "a date such as 20301225"},
    [COUNT] = {"COUNT", is_number, 9999, 1, "a number from 1 to 9999"},
    [INTERVAL] = {"INTERVAL", is_number, 999, 1, "a number from 1 to 999"},
    [WKST] = {"WKST", is_weekday, 0, 1, "a weekday such as MO"},
    [BYMONTH] = {"BYMONTH", is_number, 12, 12, "a number from 1 to 12"},
    [BYMONTHDAY] = {"BYMONTHDAY", is_position, 31, 31, "a number from 1 to 31 or -31 to -1"},
    [BYYEARDAY] = {"BYYEARDAY", is_position, 366, 64, "a number from 1 to 366 or -366 to -1"},
    [BYDAY] = {"BYDAY", is_day, 53, 64, "a weekday such as MO, 3MO or -1MO"},
    [BYSETPOS] = {"BYSETPOS", is_position, 366, 64, "a number from 1 to 366 or -366 to -1"},
};

/* The rule that is being checked, cut up. */
struct checked {
    struct mistakes *mistakes;
    size_t mistakes_before;
    int line;
    const char *values[PARTS]; /* NULL where not given */
};

static void check_value(struct checked *checked, enum part part, const char *value)
{
    char copy[RULE_SIZE], *rest = copy, *element;
    int n = 0;

    strcpy(copy, value);
    while ((element = strsep(&rest, ","))) {
        if (++n > parts[part].most) {
            mistakes_add(checked->mistakes, checked->line, "RRULE: %s has more than %d value%s",
                         parts[part].name, parts[part].most, parts[part].most > 1 ? "s" : "");
            return;
        }
        if (!parts[part].is_right(element, parts[part].max))
            mistakes_add(checked->mistakes, checked->line, "RRULE: %s: \"%s\" is not %s",
                         parts[part].name, element, parts[part].right);
    }
}

static enum part find_part(const char *name)
{
    enum part part = 0;

    while (part < PARTS && strcmp(parts[part].name, name) != 0)
        part++;
    return part;
}

static void check_part(struct checked *checked, char *text)
{
    const char *name = strsep(&text, "=");
    enum part part = find_part(name);

    if (part == PARTS)
        mistakes_add(checked->mistakes, checked->line,
                     "RRULE: \"%s\" is none of FREQ, UNTIL, COUNT, INTERVAL, WKST, BYMONTH, "
                     "BYMONTHDAY, BYYEARDAY, BYDAY, BYSETPOS",
                     name);
    else if (!text)
        mistakes_add(checked->mistakes, checked->line, "RRULE: %s has no value", name);
    else if (checked->values[part])
        mistakes_add(checked->mistakes, checked->line, "RRULE: %s is given twice", name);
    else
        check_value(checked, part, checked->values[part] = text);
}

/* ---- what parts mean together ---- */

/* A part that means nothing, or that libical reads wrongly, without the other and with one of these
 * frequencies, if it has any of these characters. */
static const struct {
    enum part part;
    enum part without; /* PARTS: whatever else there is */
    const char *frequencies;
    const char *characters; /* NULL: any value */
    const char *says;
} pitfalls[] = {
    {BYDAY, PARTS, "DAILY WEEKLY", "123456789",
     "BYDAY has numbers before weekdays only with FREQ=MONTHLY or FREQ=YEARLY"},
    {BYSETPOS, PARTS, "DAILY WEEKLY", NULL,
     "BYSETPOS stands only with FREQ=MONTHLY or FREQ=YEARLY"},
    {BYMONTHDAY, PARTS, "DAILY", "-",
     "BYMONTHDAY counts from the end of a month only with FREQ=MONTHLY or FREQ=YEARLY"},
    {BYMONTHDAY, BYMONTH, "YEARLY", NULL,
     "BYMONTHDAY stands only beside BYMONTH where FREQ=YEARLY"},
};

static bool is_met(const struct checked *checked, size_t i)
{
    const char *value = checked->values[pitfalls[i].part];

    return value && strstr(pitfalls[i].frequencies, checked->values[FREQ]) &&
           (!pitfalls[i].characters || strpbrk(value, pitfalls[i].characters)) &&
           (pitfalls[i].without == PARTS || !checked->values[pitfalls[i].without]);
}

static void check_together(const struct checked *checked)
{
    if (!checked->values[FREQ])
        mistakes_add(checked->mistakes, checked->line, "RRULE: FREQ is missing");
    else if (checked->values[UNTIL] && checked->values[COUNT])
        mistakes_add(checked->mistakes, checked->line, "RRULE: has both UNTIL and COUNT");
    else
        for (size_t i = 0; i < ARRAY_SIZE(pitfalls); i++)
            if (is_met(checked, i))
                mistakes_add(checked->mistakes, checked->line, "RRULE: %s", pitfalls[i].says);
}

static bool is_right(const struct checked *checked)
{
    return checked->mistakes->count == checked->mistakes_before;
}

int recurrence_check(struct mistakes *mistakes, int line, const char *rule)
{
    struct checked checked = {mistakes, mistakes->count, line, {NULL}};
    char copy[RULE_SIZE], *rest = copy, *part;

    if (strlen(rule) >= sizeof(copy)) {
        mistakes_add(mistakes, line, "RRULE: has %zu bytes; there is room for %zu", strlen(rule),
                     sizeof(copy) - 1);
        return -EINVAL;
    }
    strcpy(copy, rule);
    while ((part = strsep(&rest, ";")))
        check_part(&checked, part);
    if (is_right(&checked))
        check_together(&checked);
    return is_right(&checked) ? 0 : -EINVAL;
}

/* ---- expansion ---- */

DEFINE_CLEANUP(icalrecur_iterator *, icalrecur_iterator_free)

int recurrence_expand(const char *rule, const char *start, int64_t last_day,
                      recurrence_day_fn *each, void *context)
{
    _cleanup_(icalrecur_iterator_free_ptr) icalrecur_iterator *iterator =
        icalrecur_iterator_new(icalrecurrencetype_from_string(rule), icaltime_from_string(start));
    struct icaltimetype date;
    int64_t day;

    if (!iterator)
        return icalerrno == ICAL_NEWFAILED_ERROR ? -ENOMEM : RECURRENCE_NEVER;
    date = icalrecur_iterator_next(iterator);
    if (icaltime_is_null_time(date))
        return RECURRENCE_NEVER;
    for (; !icaltime_is_null_time(date); date = icalrecur_iterator_next(iterator))
        if (!date_day(date.year, date.month, date.day, &day) || day > last_day ||
            !each(day, context))
            break;
    return 0;
}
