/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The hold: our record of one detainer on one booking.
 *
 * A plain struct with no pointers: it is copied freely, compared byte by byte in tests, and its
 * table `hold_record` gives it its JSON members and SQL columns. Lodged means that the paper is on
 * file and the person is held on the jail's own authority; held means that the detainer is the only
 * reason left, and the clock runs; expired means that it has run out and the person is still
 * inside.
 */

#include "instant.h"
#include "record.h"

enum hold_state {
    HOLD_NONE, /* before the request */
    HOLD_PENDING,
    HOLD_LODGED,
    HOLD_HELD,
    HOLD_EXPIRED,
    HOLD_DECLINED,
    HOLD_CANCELLED,
    HOLD_TRANSFERRED,
    HOLD_RELEASED,
    HOLD_CLOSED,
    HOLD_STATES
};

/* Whether the hold still waits for something to happen. */
static inline bool hold_is_open(enum hold_state state)
{
    return state >= HOLD_PENDING && state <= HOLD_EXPIRED;
}

/* What the policy, or a supervisor, says to a request. */
enum decision {
    DECISION_NONE,
    DECISION_HONOR,
    DECISION_DECLINE,
    DECISION_REVIEW, /* a supervisor must decide */
};

/* Why the person would have been let go. */
enum eligible_reason {
    ELIGIBLE_NONE,
    ELIGIBLE_BOND_POSTED,
    ELIGIBLE_SENTENCE_SERVED,
    ELIGIBLE_CHARGES_DISMISSED,
    ELIGIBLE_NO_CHARGES_FILED,
    ELIGIBLE_OWN_RECOGNIZANCE,
    ELIGIBLE_OTHER,
};

extern const struct names hold_state_names;
extern const struct names decision_names;
extern const struct names eligible_reason_names;
extern const struct names form_names;         /* ICE detainer forms that can start a clock */
extern const struct names ice_warrant_names;  /* I-200, I-205 */
extern const struct names lift_code_names;    /* NIEM im:DetentionDetainerLiftCode */
extern const struct names close_reason_names; /* bonded, died, escaped, ... */

/* The form a request is taken to be on when it does not say. */
#define FORM_DEFAULT "I-247A"

#define BOOKING_SIZE     65
#define FACILITY_ID_SIZE 33
#define OFFICE_SIZE      65

/* Room for what a policy says of a decision. */
#define POLICY_NAME_SIZE  41
#define POLICY_LABEL_SIZE 65 /* of a version, a rule */
#define POLICY_HASH_SIZE  65
#define POLICY_TEXT_SIZE  257 /* a reason, a citation */

#define RULE_NAME_SIZE 33

/* Room for any facts as JSON. */
#define FACTS_SIZE 2048

struct hold {
    int64_t id;
    int64_t rev; /* counts the hold's events */
    int state;   /* enum hold_state */
    char booking[BOOKING_SIZE];
    char facility[FACILITY_ID_SIZE];
    int form; /* of form_names */
    instant issued_at;
    char ice_office[OFFICE_SIZE];
    int ice_warrant; /* of ice_warrant_names */
    int decision;    /* enum decision: the standing one */
    bool decided;    /* a supervisor took it */
    instant booked_at;
    instant received_at;
    instant served_at;
    int64_t replaces;              /* the hold whose detainer this one takes the place of */
    char policy[POLICY_NAME_SIZE]; /* that decided last, and why: lib/policy.h */
    char policy_version[POLICY_LABEL_SIZE];
    char policy_hash[POLICY_HASH_SIZE];
    char policy_rule[POLICY_LABEL_SIZE];
    char policy_reason[POLICY_TEXT_SIZE];
    char policy_cite[POLICY_TEXT_SIZE];
    char facts[FACTS_SIZE];          /* what the policy was told, as JSON */
    instant eligible_at;             /* the clock's start */
    int eligible_reason;             /* enum eligible_reason */
    char rule[RULE_NAME_SIZE];       /* which binds, once started */
    int64_t limit_h;                 /* its hours */
    instant deadline_at;             /* which binds */
    instant consecutive_deadline_at; /* the two readings of the federal 48 hours */
    instant regulatory_deadline_at;
    instant withdrawn_at;       /* when ICE withdrew the detainer while the clock ran */
    instant authority_ended_at; /* deadline or cancellation, once expired */
    instant pickup_at;          /* the scheduled transfer */
    int lift_code;              /* of lift_code_names */
    instant ended_at;           /* effective time of the end */
    int64_t overdue_us;         /* time inside past authority, once ended */
    int64_t first_hold;         /* whose clock this one inherited */
    int64_t last_seq;           /* of the hold's newest event */
};

/* Every member of struct hold, in the order of JSON members and SQL columns; `id` comes first. */
extern const struct record hold_record;

/* Microseconds of authority left; RECORD_NO_INT unless held. May be negative for an instant. */
int64_t hold_remaining_us(const struct hold *hold, instant now);

/* Microseconds past authority: growing while expired, final once ended, 0 otherwise. */
int64_t hold_overdue_us(const struct hold *hold, instant now);

/* Whether the scheduled pickup comes after authority is gone. */
bool hold_transfer_conflict(const struct hold *hold);
