/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Commands: what somebody, or time itself, asks of a hold.
 *
 * One flat struct serves all of them; `command_table` says which members a command takes from
 * outside, and under which names.
 */

#include <sys/types.h>

#include "facts.h"
#include "policy.h"

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
    COMMAND_FACTS,
    COMMAND_FROM_OUTSIDE, /* those below come from the ledger only */
    COMMAND_WARN = COMMAND_FROM_OUTSIDE,
    COMMAND_EXPIRE,
    COMMAND_PICKUP_DUE,
    COMMAND_PICKUP_MISSED,
    COMMAND_SHORTEN, /* the law has changed: where the deadline is earlier now, it moves */
    COMMAND_KINDS
};

#define COMMAND_BIT(kind) (1u << (kind))

#define REASON_SIZE 513
#define NOTE_SIZE   2049
#define ACTOR_SIZE  32

/*
 * The clock of the detainers that were on the booking before: a second one does not get a clock of
 * its own. Each instant is the earliest of any of them, INSTANT_NONE where there is none.
 */
struct first_clock {
    int64_t hold; /* whose deadline it is; RECORD_NO_INT without one */
    instant eligible_at;
    instant received_at;
    instant served_at;
    instant deadline_at;
};

/* clang-format off */
#define FIRST_CLOCK_NONE                                                                           \
    ((struct first_clock){RECORD_NO_INT, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE})
/* clang-format on */

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
    int64_t replaces;

    struct facts_update facts; /* request, start, facts */

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

    /*
     * What the ledger adds. Of a request, a start and new facts: all facts now known, as JSON (""
     * for none); of a request and a start: what the policy says; of a start: the clock to inherit;
     * and wherever a deadline is worked out: the policy's own bound, NULL without one.
     */
    char known_facts[FACTS_SIZE];
    struct ruling ruling;
    struct first_clock first;
    const struct policy_clock *bound;
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
