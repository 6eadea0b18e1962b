/* SPDX-License-Identifier: ISC */

/* Times as the people of a facility read them. */

#include "local.h"

#include "macro.h"
#include "text.h"

const struct zone *local_zone(const char *name)
{
    const struct zone *zone;

    if (zone_find(name, &zone))
        zone_find("UTC", &zone);
    return zone;
}

char *local_text(const struct zone *zone, instant at)
{
    char local[ZONE_TEXT_SIZE] = "-";

    if (at != INSTANT_NONE)
        zone_local(zone, at, local);
    return text_new("%s", local);
}

char *local_and_utc_text(const struct zone *zone, instant at)
{
    _cleanup_(free_ptr) char *local = local_text(zone, at);
    char utc[INSTANT_TEXT_SIZE];

    if (at == INSTANT_NONE)
        return text_new("-");
    instant_format(at, utc);
    return text_new("%s  (%s)", local, utc);
}

char *local_length(int64_t length_us)
{
    char length[DURATION_TEXT_SIZE];
    bool negative = length_us < 0;

    duration_format(negative ? -(length_us + 1) : length_us, length);
    return text_new("%s%s", negative ? "-" : "", length);
}

char *local_length_exact(int64_t length_us)
{
    bool negative = length_us < 0;
    uint64_t us = negative ? -(uint64_t)length_us : (uint64_t)length_us;
    char fraction[16] = "";

    if (us % US_PER_S)
        snprintf(fraction, sizeof(fraction), ".%06d", (int)(us % US_PER_S));
    return text_new("%s%llu:%02d:%02d%s", negative ? "-" : "", (unsigned long long)(us / US_PER_H),
                    (int)(us / US_PER_MIN % 60), (int)(us / US_PER_S % 60), fraction);
}

char *local_rfc3339(const struct zone *zone, instant at)
{
    char local[ZONE_TEXT_SIZE], fraction[16] = "";
    int64_t us = at % US_PER_S;

    if (us)
        snprintf(fraction, sizeof(fraction), ".%06d", (int)(us < 0 ? us + US_PER_S : us));
    zone_local(zone, at, local);
    return text_new("%.10sT%.8s%s%s", local, local + 11, fraction, local + 20);
}
