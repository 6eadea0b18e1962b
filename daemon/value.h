/* SPDX-License-Identifier: ISC */
#pragma once

/* JSON values that several answers have. NULL where memory is short, which json_pack() hands on. */

#include <jansson.h>

#include "instant.h"

/* RFC 3339; null for INSTANT_NONE. */
json_t *value_instant(instant at);

/* "2026-11-24", of a day since 1970-01-01 in the years 1 to 9999. */
json_t *value_day(int64_t day);
