/* SPDX-License-Identifier: ISC */

/* The table of roles and calls, and who has which role. */

#include "access.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const role_values[] = {
    [ROLE_NONE] = NULL,         [ROLE_RECORDS] = "records", [ROLE_SUPERVISOR] = "supervisor",
    [ROLE_AUDITOR] = "auditor", [ROLE_MONITOR] = "monitor", [ROLE_COURIER] = "courier",
    [ROLE_ADMIN] = "admin",
};
const struct names role_names = NAMES(role_values);

/* ---- what a role may call ---- */

enum {
    RECORDS = ROLE_BIT(ROLE_RECORDS) | ROLE_BIT(ROLE_SUPERVISOR),
    SUPERVISOR = ROLE_BIT(ROLE_SUPERVISOR),
    AUDITOR = ROLE_BIT(ROLE_AUDITOR),
    MONITOR = ROLE_BIT(ROLE_MONITOR),
    ADMIN = ROLE_BIT(ROLE_ADMIN),
    READERS = RECORDS | AUDITOR | MONITOR | ADMIN,
};

static const unsigned calls[CALLS] = {
    [CALL_ABOUT] = ROLES_ALL,
    [CALL_HEALTH] = ROLES_ALL,
    [CALL_OPENAPI] = ROLES_ALL,
    [CALL_METRICS] = AUDITOR | MONITOR | ADMIN,
    [CALL_RELOAD] = ADMIN,

    [CALL_HOLDS] = READERS,
    [CALL_HOLD] = READERS,
    [CALL_HOLD_EVENTS] = READERS,
    [CALL_EVENTS] = READERS,
    [CALL_DEADLINE] = READERS,
    [CALL_POLICIES] = READERS,
    [CALL_POLICY] = READERS,
    [CALL_EVALUATE] = READERS,

    [CALL_COMMAND + COMMAND_REQUEST] = RECORDS,
    [CALL_COMMAND + COMMAND_DECIDE] = SUPERVISOR,
    [CALL_COMMAND + COMMAND_SERVE] = RECORDS,
    [CALL_COMMAND + COMMAND_START] = RECORDS,
    [CALL_COMMAND + COMMAND_SCHEDULE] = RECORDS,
    [CALL_COMMAND + COMMAND_TRANSFER] = RECORDS,
    [CALL_COMMAND + COMMAND_RELEASE] = RECORDS,
    [CALL_COMMAND + COMMAND_CANCEL] = RECORDS,
    [CALL_COMMAND + COMMAND_CLOSE] = RECORDS,
    [CALL_COMMAND + COMMAND_CORRECT] = SUPERVISOR,
    [CALL_COMMAND + COMMAND_NOTE] = RECORDS,
    [CALL_COMMAND + COMMAND_FACTS] = RECORDS,
};

unsigned access_of(enum call call)
{
    return calls[call];
}

unsigned access_to_personal(void)
{
    return RECORDS | AUDITOR;
}

/* ---- who has a role ---- */

void access_init(struct access *access)
{
    *access = (struct access){.own_uid = geteuid()};
}

void access_clear(struct access *access)
{
    free(access->entries);
    access->entries = NULL;
    access->count = 0;
}

int access_give(struct access *access, enum role role, bool is_group, id_t id)
{
    struct access_entry *more =
        reallocarray(access->entries, access->count + 1, sizeof(*access->entries));

    if (!more)
        return -ENOMEM;
    access->entries = more;
    more[access->count++] = (struct access_entry){is_group, id, ROLE_BIT(role)};
    return 0;
}

static bool is_about(const struct access_entry *entry, const struct peer *peer)
{
    if (!entry->is_group)
        return entry->id == peer->uid;
    if (entry->id == peer->gid)
        return true;
    for (size_t i = 0; i < peer->n_groups; i++)
        if (entry->id == peer->groups[i])
            return true;
    return false;
}

unsigned access_roles(const struct access *access, const struct peer *peer)
{
    unsigned roles = 0;

    if (peer->uid == 0 || peer->uid == access->own_uid)
        roles = access->count ? ROLE_BIT(ROLE_ADMIN) : ROLES_ALL;
    for (size_t i = 0; i < access->count; i++)
        if (is_about(&access->entries[i], peer))
            roles |= access->entries[i].roles;
    return roles;
}

void roles_list(unsigned roles, char text[static ROLES_TEXT_SIZE])
{
    size_t used = 0;

    snprintf(text, ROLES_TEXT_SIZE, "none");
    for (int role = ROLE_RECORDS; role < ROLES; role++)
        if (roles & ROLE_BIT(role) && used < ROLES_TEXT_SIZE)
            used += (size_t)snprintf(text + used, ROLES_TEXT_SIZE - used, "%s%s", used ? ", " : "",
                                     role_values[role]);
}
