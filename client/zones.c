/* SPDX-License-Identifier: ISC */

/* The zones of the daemon's facilities. */

#include "zones.h"

#include <string.h>

#include "local.h"

void zones_get(struct session *session, struct zones *zones)
{
    _cleanup_(reply_clear) struct reply reply = {0};

    if (session_try(session, "/v1/", NULL, SESSION_TIMEOUT_S, &reply) ||
        reply.answer->status != 200)
        return;
    zones_clear(zones);
    zones->root = json_incref(reply.json);
}

const struct zone *zones_of(const struct zones *zones, const char *facility)
{
    const json_t *found;
    size_t i;

    json_array_foreach(json_object_get(zones->root, "facilities"), i, found)
    {
        if (strcmp(member_text(found, "id"), facility) == 0)
            return local_zone(member_text(found, "zone"));
    }
    return local_zone("UTC");
}

void zones_clear(struct zones *zones)
{
    json_decref(zones->root);
    zones->root = NULL;
}
