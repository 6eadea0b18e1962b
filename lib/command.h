/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Commands: what somebody, or time itself, asks of a hold.
 *
 * One flat struct serves all of them; `command_table` says which members a command takes from
 * outside, and under which names.
 */

#include <sys/types.h>

#include "hold.h"

enum command_kind {
    COMMAND_REQUEST,
    COMMAND_DECIDE,
    COMMAND_SERVE,
    COMMAND_START,
    COMMAND_SCHEDULE,
    COMMAND_TRANSFER,
    COMMAND_RELEASE,
    COMMAND_CANCEL,
    COMMAND_CLOSE,
    COMMAND_CORRECT,
    COMMAND_NOTE,
    COMMAND_FROM_OUTSIDE, /* those below come from timers only */
    COMMAND_WARN = COMMAND_FROM_OUTSIDE,
    COMMAND_EXPIRE,
    COMMAND_PICKUP_DUE,
    COMMAND_PICKUP_MISSED,
    COMMAND_KINDS
};

#define COMMAND_BIT(kind) (1u << (kind))

#define REASON_SIZE 513
#define NOTE_SIZE   2049
#define ACTOR_SIZE  32

struct command {
    enum command_kind kind;
    int64_t hold_id;        /* 0 for a request */
    char actor[ACTOR_SIZE]; /* "uid:1000", or "clock" */
    int64_t pid;            /* of the actor, or RECORD_NO_INT */

    instant at; /* effective time; INSTANT_NONE means now */

    /* request */
    char booking[BOOKING_SIZE];
    char facility[FACILITY_ID_SIZE];
    int form;
    instant issued_at;
    char ice_office[OFFICE_SIZE];
    int ice_warrant;
    instant booked_at;

    /* the others */
    int decision;             /* decide */
    int eligible_reason;      /* start */
    instant pickup_at;        /* schedule */
    int lift_code;            /* cancel */
    int close_reason;         /* close */
    char reason[REASON_SIZE]; /* decide, release, cancel, correct */
    char text[NOTE_SIZE];     /* note */

    /* timers */
    int64_t rung_s; /* COMMAND_WARN: seconds before the deadline */
    instant due_at; /* when the timer was to fire */

    /* start: the earliest clock already started on the same booking, and whose it is */
    instant first_eligible_at;
    int64_t first_hold;
};

struct command_info {
    const char *name;       /* the last part of its path: "start" */
    struct record argument; /* the members of its JSON body */
    const char *at_field;   /* what clients call `at` here: "eligible_at" for start */
};

extern const struct command_info command_table[COMMAND_FROM_OUTSIDE];

/* All members "not given"; kind, hold and actor set. `pid` may be RECORD_NO_INT. */
void command_init(struct command *command, enum command_kind kind, int64_t hold_id,
                  const char *actor, int64_t pid);

/* The kind of a command that clients may give on a hold ("start"), or -ENOENT. */
int command_find(const char *name);
