/* SPDX-License-Identifier: ISC */

/*
 * Zones by libical. `struct zone` is libical's own zone under a name of ours, so that no caller
 * needs libical's headers.
 */

#include "zone.h"

#include <errno.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libical takes its zones non-const, but only fills its own cache. */
static icaltimezone *ical(const struct zone *zone)
{
    return (icaltimezone *)zone;
}

int zone_find(const char *name, const struct zone **zone)
{
    icaltimezone *found;

    if (strcmp(name, "UTC") == 0) {
        *zone = (const struct zone *)icaltimezone_get_utc_timezone();
        return 0;
    }
    found = icaltimezone_get_builtin_timezone(name);
    /* The zone's data is read lazily; a name without data yields a zone that cannot expand. */
    if (!found || !icaltimezone_get_component(found))
        return -ENOENT;
    *zone = (const struct zone *)found;
    return 0;
}

/* Rounds down, also before 1970. */
static int64_t floor_div(int64_t value, int64_t unit)
{
    return value / unit - (value % unit < 0);
}

/* How far local time is ahead of UTC in the second of an instant. */
static int64_t offset_us(const struct zone *zone, instant at)
{
    struct icaltimetype utc = icaltime_from_timet_with_zone((time_t)floor_div(at, US_PER_S), 0,
                                                            icaltimezone_get_utc_timezone());
    int is_daylight = 0;

    return icaltimezone_get_utc_offset_of_utc_time(ical(zone), &utc, &is_daylight) * US_PER_S;
}

int64_t zone_local_us(const struct zone *zone, instant at)
{
    return at + offset_us(zone, at);
}

int64_t zone_day(const struct zone *zone, instant at)
{
    return floor_div(zone_local_us(zone, at), US_PER_DAY);
}

/* The first instant after `from` at which the offset is no longer that of `from`; it is so at `to`.
 * Clocks change on whole seconds. */
static instant offset_end(const struct zone *zone, instant from, instant to)
{
    int64_t before = floor_div(from, US_PER_S), after = floor_div(to, US_PER_S);
    int64_t offset = offset_us(zone, from);

    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;

        if (offset_us(zone, middle * US_PER_S) == offset)
            before = middle;
        else
            after = middle;
    }
    return after * US_PER_S;
}

/*
 * Midnight by the offset of now; or, where clocks change before it, the change. Where that leaves
 * the day as it is, or where midnight itself takes clocks back into it, the stretch goes on.
 */
instant zone_day_end(const struct zone *zone, instant at)
{
    int64_t day = zone_day(zone, at);

    do {
        int64_t offset = offset_us(zone, at);
        instant end = (day + 1) * US_PER_DAY - offset;

        at = offset_us(zone, end - 1) == offset ? end : offset_end(zone, at, end - 1);
    } while (zone_day(zone, at) == day);
    return at;
}

void zone_instants(const struct zone *zone, int64_t local_us, instant *earliest, instant *latest)
{
    /* No clock is ever a day away from another, and none changes twice in two days. */
    instant by_before = local_us - offset_us(zone, local_us - US_PER_DAY);
    instant by_after = local_us - offset_us(zone, local_us + US_PER_DAY);
    bool before_fits = zone_local_us(zone, by_before) == local_us;
    bool after_fits = zone_local_us(zone, by_after) == local_us;

    if (before_fits != after_fits)
        by_before = by_after = before_fits ? by_before : by_after;
    *earliest = by_before < by_after ? by_before : by_after;
    *latest = by_before < by_after ? by_after : by_before;
}

void zone_local(const struct zone *zone, instant at, char text[static ZONE_TEXT_SIZE])
{
    int64_t offset_min = offset_us(zone, at) / US_PER_MIN;
    struct icaltimetype local = icaltime_from_timet_with_zone(
        (time_t)floor_div(zone_local_us(zone, at), US_PER_S), 0, icaltimezone_get_utc_timezone());

    snprintf(text, ZONE_TEXT_SIZE, "%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", local.year,
             local.month, local.day, local.hour, local.minute, local.second,
             offset_min < 0 ? '-' : '+', (int)llabs(offset_min / 60), (int)llabs(offset_min % 60));
}
