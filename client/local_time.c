/* SPDX-License-Identifier: ISC */

/* Local times: read as RFC 3339 by lib/instant, after what is missing has been added. */

#include "local_time.h"

#include <stdio.h>
#include <string.h>

#include "macro.h"

#define TO_MINUTE  16 /* the length of "2016-04-27 05:14" */
#define STAMP_SIZE 48 /* more digits of a fraction than anybody writes */

/* Whether the years of both readings are among those for which holidays are known. */
static int check_years(instant earliest, instant latest)
{
    static const instant first = 0;                             /* 1970-01-01T00:00:00Z */
    static const instant last = INT64_C(7258118400) * US_PER_S; /* 2200-01-01T00:00:00Z */

    return earliest >= first && latest < last ? 0 : LOCAL_TIME_YEAR;
}

/* The local time as a number, as zone_instants() takes it. Returns as instant_parse(). */
static int parse_local(const char *text, int64_t *local_us)
{
    char stamp[STAMP_SIZE];
    size_t length = strlen(text);

    if (length + sizeof(":00Z") > sizeof(stamp))
        return INSTANT_SYNTAX;
    snprintf(stamp, sizeof(stamp), "%s%sZ", text, length == TO_MINUTE ? ":00" : "");
    return instant_parse(stamp, local_us);
}

int local_time_parse(const char *text, const struct zone *zone, instant *earliest, instant *latest)
{
    int64_t local_us;
    int problem = instant_parse(text, earliest);

    *latest = *earliest;
    if (problem == INSTANT_NO_OFFSET || (problem && strlen(text) == TO_MINUTE)) {
        problem = parse_local(text, &local_us);
        if (!problem)
            zone_instants(zone, local_us, earliest, latest);
    }
    if (problem)
        return problem == INSTANT_RANGE ? LOCAL_TIME_NO_SUCH : LOCAL_TIME_SYNTAX;
    return check_years(*earliest, *latest);
}

const char *local_time_problem_text(int problem)
{
    static const char *const texts[] = {
        [LOCAL_TIME_SYNTAX] = "is not a time such as 2016-04-27 05:14",
        [LOCAL_TIME_NO_SUCH] = "names no real date and time",
        [LOCAL_TIME_YEAR] = "lies outside the years 1970 to 2199",
    };

    return texts[problem];
}
