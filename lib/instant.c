/* SPDX-License-Identifier: ISC */

/*
 * Instants: RFC 3339 to microseconds and back.
 *
 * The conversion between days and dates is the proleptic Gregorian one, counted from 1 March so
 * that the leap day comes last in its year (Howard Hinnant, "chrono-compatible low-level date
 * algorithms"). It is done here rather than through timegm(3) and gmtime_r(3) because those take
 * the C library's time zone lock, which every thread that formats an answer would share.
 */

#include "instant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
#define EPOCH_DAYS   719468 /* from 0000-03-01 to 1970-01-01 */

#define FIRST_INSTANT (-719162 * US_PER_DAY)     /* 0001-01-01T00:00:00Z */
#define LAST_INSTANT  (2932897 * US_PER_DAY - 1) /* the last microsecond of 9999 */

struct date {
    int year, month, day;
};

static int64_t days_from_date(struct date d)
{
    int64_t year = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
}

static struct date date_from_days(int64_t days)
{
    int64_t shifted = days + EPOCH_DAYS;
    int64_t era = shifted / DAYS_PER_ERA;
    int64_t doe = shifted - era * DAYS_PER_ERA;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);

    return (struct date){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
    };
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Reads exactly `count` decimal digits and moves *text past them. */
static bool read_digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

static bool read_char(const char **text, const char *any_of)
{
    if (!**text || !strchr(any_of, **text))
        return false;
    (*text)++;
    return true;
}

/* Reads an optional fraction; digits past the sixth are read and dropped. */
static bool read_fraction(const char **text, int64_t *us)
{
    int64_t unit = US_PER_S / 10;

    *us = 0;
    if (!read_char(text, "."))
        return true;
    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; (*text)++, unit /= 10)
        *us += (**text - '0') * unit;
    return true;
}

static int read_offset(const char **text, int *offset_min)
{
    int sign, hours, minutes;

    *offset_min = 0;
    if (!**text)
        return INSTANT_NO_OFFSET;
    if (read_char(text, "Zz"))
        return 0;
    sign = **text == '-' ? -1 : 1;
    if (!read_char(text, "+-") || !read_digits(text, 2, &hours) || !read_char(text, ":") ||
        !read_digits(text, 2, &minutes))
        return INSTANT_SYNTAX;
    if (hours > 23 || minutes > 59)
        return INSTANT_RANGE;
    *offset_min = sign * (hours * 60 + minutes);
    return 0;
}

bool instant_in_range(instant at)
{
    return at >= FIRST_INSTANT && at <= LAST_INSTANT;
}

int instant_parse(const char *text, instant *at)
{
    struct date d;
    int hour, minute, second, offset_min, r;
    int64_t us;
    instant read;

    if (!read_digits(&text, 4, &d.year) || !read_char(&text, "-") ||
        !read_digits(&text, 2, &d.month) || !read_char(&text, "-") ||
        !read_digits(&text, 2, &d.day) || !read_char(&text, "Tt ") ||
        !read_digits(&text, 2, &hour) || !read_char(&text, ":") ||
        !read_digits(&text, 2, &minute) || !read_char(&text, ":") ||
        !read_digits(&text, 2, &second) || !read_fraction(&text, &us))
        return INSTANT_SYNTAX;
    r = read_offset(&text, &offset_min);
    if (r)
        return r;
    if (*text)
        return INSTANT_SYNTAX;
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in_month(d.year, d.month) ||
        hour > 23 || minute > 59 || second > 59)
        return INSTANT_RANGE;

    read = days_from_date(d) * US_PER_DAY + hour * US_PER_H + (minute - offset_min) * US_PER_MIN +
           second * US_PER_S + us;
    if (!instant_in_range(read))
        return INSTANT_RANGE;
    *at = read;
    return 0;
}

const char *instant_problem_text(int problem)
{
    static const char *const texts[] = {
        [INSTANT_SYNTAX] = "is not an RFC 3339 time such as 2026-11-24T09:00:00-08:00",
        [INSTANT_NO_OFFSET] = "has no offset: end it with Z or as in 2026-11-24T09:00:00-08:00",
        [INSTANT_RANGE] = "names no real date and time; one looks like 2026-11-24T09:00:00-08:00",
    };

    return texts[problem];
}

static char *put_digits(char *out, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + count;
}

size_t instant_format(instant at, char text[static INSTANT_TEXT_SIZE])
{
    int64_t day_us = at % US_PER_DAY;
    char *out = text;
    struct date d;
    int seconds;

    if (day_us < 0)
        day_us += US_PER_DAY;
    d = date_from_days((at - day_us) / US_PER_DAY);
    seconds = (int)(day_us / US_PER_S);

    out = put_digits(out, d.year, 4);
    *out++ = '-';
    out = put_digits(out, d.month, 2);
    *out++ = '-';
    out = put_digits(out, d.day, 2);
    *out++ = 'T';
    out = put_digits(out, seconds / 3600, 2);
    *out++ = ':';
    out = put_digits(out, seconds / 60 % 60, 2);
    *out++ = ':';
    out = put_digits(out, seconds % 60, 2);
    if (day_us % US_PER_S) {
        *out++ = '.';
        out = put_digits(out, (int)(day_us % US_PER_S), 6);
    }
    *out++ = 'Z';
    *out = '\0';
    return (size_t)(out - text);
}

bool instant_add(instant at, int64_t delta_us, instant *sum)
{
    int64_t result;

    if (__builtin_add_overflow(at, delta_us, &result))
        return false;
    *sum = result;
    return true;
}

int duration_parse(const char *text, int64_t *length_us)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = {{"s", US_PER_S}, {"min", US_PER_MIN}, {"h", US_PER_H}};
    int64_t count = 0, length;

    if (*text < '0' || *text > '9')
        return -EINVAL;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, *text - '0', &count))
            return -EINVAL;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text, units[i].unit) != 0)
            continue;
        if (__builtin_mul_overflow(count, units[i].us, &length) || length > 36525 * US_PER_DAY)
            return -EINVAL;
        *length_us = length;
        return 0;
    }
    return -EINVAL;
}

void duration_format(int64_t length_us, char text[static DURATION_TEXT_SIZE])
{
    int64_t hours = length_us / US_PER_H;
    int minutes = (int)(length_us / US_PER_MIN % 60);
    int seconds = (int)(length_us / US_PER_S % 60);

    if (hours)
        snprintf(text, DURATION_TEXT_SIZE, "%lld h %d min", (long long)hours, minutes);
    else if (minutes && seconds)
        snprintf(text, DURATION_TEXT_SIZE, "%d min %d s", minutes, seconds);
    else if (minutes)
        snprintf(text, DURATION_TEXT_SIZE, "%d min", minutes);
    else
        snprintf(text, DURATION_TEXT_SIZE, "%d s", seconds);
}
