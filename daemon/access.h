/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Access: who has which role, and what each role may call.
 *
 * Who has a role is configured, by Unix group or user. What a role may call is one table, in
 * access.c, and stands nowhere else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "command.h"
#include "names.h"
#include "peer.h"

enum role {
    ROLE_NONE,
    ROLE_RECORDS,    /* the jail's records system, and its clerks */
    ROLE_SUPERVISOR, /* what only a person in charge may do, and all of records */
    ROLE_AUDITOR,    /* reads everything */
    ROLE_MONITOR,    /* reads what is not about a person */
    ROLE_COURIER,    /* delivers alerts */
    ROLE_ADMIN,      /* runs the daemon */
    ROLES
};
extern const struct names role_names;

#define ROLE_BIT(role) (1u << (role))
#define ROLES_ALL      (ROLE_BIT(ROLES) - ROLE_BIT(ROLE_RECORDS))

/* What can be asked for; each is one method of one route. */
enum call {
    CALL_ABOUT,
    CALL_HOLDS,
    CALL_HOLD,
    CALL_HOLD_EVENTS,
    CALL_EVENTS,
    CALL_DEADLINE,
    CALL_POLICIES,
    CALL_POLICY,
    CALL_EVALUATE,
    CALL_RELOAD,
    CALL_HEALTH,
    CALL_METRICS,
    CALL_OPENAPI,
    CALL_COMMAND, /* and then one for each command that clients may give, the request among them */
    CALLS = CALL_COMMAND + COMMAND_FROM_OUTSIDE,
};

/* The roles that may make a call, as a bit set. */
unsigned access_of(enum call call);

/* The roles that see what is about a person: members marked RECORD_PERSONAL, and the filters on
 * them. */
unsigned access_to_personal(void);

/* ---- who has a role ---- */

struct access_entry {
    bool is_group;
    id_t id;
    unsigned roles;
};

struct access {
    uid_t own_uid; /* of the daemon */
    size_t count;
    struct access_entry *entries;
};

/* Nobody has been given a role. */
void access_init(struct access *access);
void access_clear(struct access *access);

/* Gives a role to a user, or to all members of a group. Returns 0 or -ENOMEM. */
int access_give(struct access *access, enum role role, bool is_group, id_t id);

/*
 * The roles of a peer, as a bit set. Root and the daemon's own user are always admin; and as long
 * as nobody has been given any role, as where the daemon is only tried out, they have all of them.
 */
unsigned access_roles(const struct access *access, const struct peer *peer);

/* Names the roles of a set, comma and blank between; "none" for the empty one; cut off to fit. */
#define ROLES_TEXT_SIZE 80
void roles_list(unsigned roles, char text[static ROLES_TEXT_SIZE]);
