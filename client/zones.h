/* SPDX-License-Identifier: ISC */
#pragma once

/* The zones of the daemon's facilities, for events, which do not carry one. */

#include "session.h"
#include "zone.h"

struct zones {
    json_t *root; /* the answer of GET /v1/; NULL: all times in UTC */
};

/* Asks the daemon. Where it fails, events are told in UTC: they matter more than their zone. */
void zones_get(struct session *session, struct zones *zones);
const struct zone *zones_of(const struct zones *zones, const char *facility);
void zones_clear(struct zones *zones);
