/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Events: what happened, once and for good.
 *
 * Every change of a hold is an event with a sequence number; the history is the list of them,
 * append only. Both times are kept: `at` is when it happened in the jail, `recorded_at` when the
 * daemon committed it.
 */

#include "command.h"

enum event_kind {
    EVENT_NONE,
    EVENT_LODGED,
    EVENT_PENDING,
    EVENT_DECLINED,
    EVENT_DECIDED,
    EVENT_SERVED,
    EVENT_STARTED,
    EVENT_WARNING,
    EVENT_EXPIRED,
    EVENT_CANCELLED,
    EVENT_TRANSFERRED,
    EVENT_RELEASED,
    EVENT_CLOSED,
    EVENT_CORRECTED,
    EVENT_NOTED,
    EVENT_TRANSFER_SCHEDULED,
    EVENT_TRANSFER_DUE,
    EVENT_TRANSFER_MISSED,
    EVENT_CLOCK_STEPPED,
    EVENT_FACTS,
    EVENT_SHORTENED,
    EVENT_KINDS
};

extern const struct names event_kind_names; /* "hold.lodged" */

/* Why authority ended, or why a hold was declined. */
enum cause {
    CAUSE_NONE,
    CAUSE_DEADLINE,  /* expired: the time ran out */
    CAUSE_CANCELLED, /* expired: ICE withdrew the detainer */
    CAUSE_POLICY,    /* declined: the policy says no */
    CAUSE_UNDECIDED, /* declined: nobody decided in time */
    CAUSE_DECISION,  /* declined: a supervisor said no */
};

extern const struct names cause_names;

/* A timer that fires this much after its due time is marked late. */
#define EVENT_LATE_US US_PER_S

struct event {
    int64_t seq;  /* 1, 2, 3, ...; given by the ledger */
    int kind;     /* enum event_kind */
    int64_t hold; /* id, or RECORD_NO_INT for events of the clock itself */
    int64_t rev;
    char booking[BOOKING_SIZE];
    char facility[FACILITY_ID_SIZE];
    int state; /* of the hold, after this event */
    instant at;
    instant recorded_at;
    char actor[ACTOR_SIZE];
    int64_t pid;

    /* Only where the kind has something to say. Strings are borrowed from the command and the hold.
     */
    instant due_at;
    int64_t rung_s;
    int64_t late_us;
    bool late;
    instant eligible_at;
    instant deadline_at;
    instant previous_deadline_at;
    bool lengthened;
    int64_t first_hold;
    instant pickup_at;
    bool transfer_conflict;
    int64_t overdue_us;
    int cause;    /* enum cause */
    int decision; /* enum decision */
    int lift_code;
    const char *reason;
    const char *text;
    int64_t step_us;  /* clock.stepped: how far the wall clock jumped */
    const char *rule; /* which binds */
    instant consecutive_deadline_at;
    instant regulatory_deadline_at;
    int64_t replaces;
    const char *policy; /* that decided, and why */
    const char *policy_version;
    const char *policy_hash;
    const char *policy_rule;
    const char *policy_reason;
    const char *policy_cite;
    const char *facts; /* JSON */
};

extern const struct record event_record;
