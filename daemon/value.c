/* SPDX-License-Identifier: ISC */

/* JSON values. */

#include "value.h"

#include <string.h>

json_t *value_instant(instant at)
{
    char text[INSTANT_TEXT_SIZE];

    if (at == INSTANT_NONE)
        return json_null();
    instant_format(at, text);
    return json_string(text);
}

json_t *value_day(int64_t day)
{
    char text[INSTANT_TEXT_SIZE];

    instant_format(day * US_PER_DAY, text);
    return json_stringn(text, strlen("2026-11-24"));
}
