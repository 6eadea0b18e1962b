/* SPDX-License-Identifier: ISC */

/*
 * Zones by libical. `struct zone` is libical's own zone under a name of ours, so that no caller
 * needs libical's headers.
 */

#include "zone.h"

#include <errno.h>
#include <libical/ical.h>
#include <stdio.h>
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

void zone_local(const struct zone *zone, instant at, char text[static ZONE_TEXT_SIZE])
{
    int64_t seconds = at / US_PER_S - (at % US_PER_S < 0);
    struct icaltimetype utc =
        icaltime_from_timet_with_zone((time_t)seconds, 0, icaltimezone_get_utc_timezone());
    struct icaltimetype local = icaltime_convert_to_zone(utc, ical(zone));
    int is_daylight = 0;
    int offset_s = icaltimezone_get_utc_offset_of_utc_time(ical(zone), &utc, &is_daylight);
    int offset_min = (offset_s < 0 ? -offset_s : offset_s) / 60;

    snprintf(text, ZONE_TEXT_SIZE, "%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", local.year,
             local.month, local.day, local.hour, local.minute, local.second,
             offset_s < 0 ? '-' : '+', offset_min / 60, offset_min % 60);
}
