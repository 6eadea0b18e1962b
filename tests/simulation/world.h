/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A jail in a box: the real ledger on a real file, under a simulated clock and, where wanted, on a
 * failing disk. Time only moves when the test says so, and every timer fires at its very instant.
 */

#include "config.h"
#include "ledger.h"

struct world {
    char directory[64];
    char database[80];
    const char *vfs; /* NULL for the default */
    struct law *law;
    struct facility *facility; /* PIERCE, of that law */
    struct config config;
    struct in_force in_force;
    struct clock clock;
    struct view view;
    struct ledger *ledger;
};

/* A law of one facility, PIERCE, America/Los_Angeles, that honours every detainer. A reference. */
struct law *world_law(void);

/* Makes an empty directory; nothing is open yet. The test fails where anything goes wrong. */
void world_create(struct world *world, instant now);
void world_destroy(struct world *world);

/* Opens the ledger and fires what is due. Returns what that returned. */
int world_open(struct world *world);
void world_close(struct world *world);

/* An operation whose command has all members unset. */
struct operation world_operation(enum command_kind kind, int64_t hold_id);
struct operation world_request(const char *booking);

/* One turn for one operation. Returns its result. */
int world_do(struct world *world, struct operation *operation);

/* Moves the clock to `to`, stopping at every instant at which a timer is due. */
int world_advance(struct world *world, instant to);

/* The whole history, or that of one hold, as a JSON array; the caller frees with json_decref(). */
struct json_t *world_events(struct world *world, int64_t hold_id);
