/* SPDX-License-Identifier: ISC */

/* Times as people type them. */

#include "when.h"

#include <string.h>

#include "macro.h"

#define LENGTH_MAX_US (INT64_C(36600) * US_PER_DAY) /* a hundred years, and then some */

/* Reads one number with its unit and adds it; the units before *unit are used up. */
static bool read_part(const char **text, size_t *unit, int64_t *length_us)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"h", US_PER_H}, {"min", US_PER_MIN}, {"s", US_PER_S}};
    int64_t count = 0;

    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        count = count * 10 + (int64_t)(**text - '0');
        if (count > LENGTH_MAX_US / US_PER_S)
            return false;
    }
    for (; *unit < ARRAY_SIZE(units); (*unit)++) {
        size_t size = strlen(units[*unit].name);

        if (strncmp(*text, units[*unit].name, size) != 0)
            continue;
        *text += size;
        return !__builtin_mul_overflow(count, units[(*unit)++].us, &count) &&
               !__builtin_add_overflow(*length_us, count, length_us) && *length_us <= LENGTH_MAX_US;
    }
    return false;
}

static int parse_length(const char *text, instant now, instant *at)
{
    int64_t sign = *text++ == '-' ? -1 : 1;
    int64_t length_us = 0;
    size_t unit = 0;
    instant sum;

    do {
        if (!read_part(&text, &unit, &length_us))
            return WHEN_LENGTH;
    } while (*text);
    if (!instant_add(now, sign * length_us, &sum) || !instant_in_range(sum))
        return WHEN_RANGE;
    *at = sum;
    return 0;
}

int when_parse(const char *text, instant now, instant *at)
{
    if (strcmp(text, "now") == 0) {
        *at = now;
        return 0;
    }
    if (*text == '-' || *text == '+')
        return parse_length(text, now, at);
    return instant_parse(text, at);
}

const char *when_problem_text(int problem)
{
    switch (problem) {
    case INSTANT_SYNTAX:
        return "is not a time; write 2026-11-24T09:00:00-08:00, now, -2h30min or +15min";
    case WHEN_LENGTH:
        return "is not a length of time before or after now, such as -47h59min40s or +2h";
    case WHEN_RANGE:
        return "lies outside the years 1 to 9999";
    default:
        return instant_problem_text(problem);
    }
}
