/* SPDX-License-Identifier: ISC */

/* The hold: names, fields, and what can be derived from them. */

#include "hold.h"

static const char *const state_values[] = {
    [HOLD_NONE] = NULL,
    [HOLD_PENDING] = "pending",
    [HOLD_LODGED] = "lodged",
    [HOLD_HELD] = "held",
    [HOLD_EXPIRED] = "expired",
    [HOLD_DECLINED] = "declined",
    [HOLD_CANCELLED] = "cancelled",
    [HOLD_TRANSFERRED] = "transferred",
    [HOLD_RELEASED] = "released",
    [HOLD_CLOSED] = "closed",
};
const struct names hold_state_names = NAMES(state_values);

static const char *const decision_values[] = {
    [DECISION_NONE] = NULL,
    [DECISION_HONOR] = "honor",
    [DECISION_DECLINE] = "decline",
    [DECISION_REVIEW] = "review",
};
const struct names decision_names = NAMES(decision_values);

static const char *const eligible_reason_values[] = {
    [ELIGIBLE_NONE] = NULL,
    [ELIGIBLE_BOND_POSTED] = "bond_posted",
    [ELIGIBLE_SENTENCE_SERVED] = "sentence_served",
    [ELIGIBLE_CHARGES_DISMISSED] = "charges_dismissed",
    [ELIGIBLE_NO_CHARGES_FILED] = "no_charges_filed",
    [ELIGIBLE_OWN_RECOGNIZANCE] = "own_recognizance",
    [ELIGIBLE_OTHER] = "other",
};
const struct names eligible_reason_names = NAMES(eligible_reason_values);

/* I-247N is not among them: it asks for notice only and never starts a clock. */
static const char *const form_values[] = {NULL, "I-247", "I-247D", "I-247X", "I-247A"};
const struct names form_names = NAMES(form_values);

static const char *const ice_warrant_values[] = {NULL, "I-200", "I-205"};
const struct names ice_warrant_names = NAMES(ice_warrant_values);

static const char *const lift_code_values[] = {
    NULL, "A", "B", "C", "D", "F", "L", "N", "S", "T", "U",
};
const struct names lift_code_names = NAMES(lift_code_values);

static const char *const close_reason_values[] = {
    NULL, "bonded", "died", "escaped", "other_agency", "other_authority", "other",
};
const struct names close_reason_names = NAMES(close_reason_values);

/*
 * What the detainer and the booking say does not change. By the rule that a policy decided by, one
 * can tell facts about the person.
 */
#define FIXED(member, kind, names) FIELD(struct hold, member, RECORD_##kind, RECORD_FIXED, names)

static const struct record_field fields[] = {
    FIXED(id, INT, NULL),
    FIELD_INT(struct hold, rev),
    FIELD(struct hold, booking, RECORD_TEXT, RECORD_FIXED | RECORD_PERSONAL, NULL),
    FIXED(facility, TEXT, NULL),
    FIELD_NAME(struct hold, state, &hold_state_names),
    FIXED(form, NAME, &form_names),
    FIXED(issued_at, INSTANT, NULL),
    FIXED(ice_office, TEXT, NULL),
    FIXED(ice_warrant, NAME, &ice_warrant_names),
    FIELD_NAME(struct hold, decision, &decision_names),
    FIELD_BOOL(struct hold, decided),
    FIXED(booked_at, INSTANT, NULL),
    FIXED(received_at, INSTANT, NULL),
    FIELD_INSTANT(struct hold, served_at),
    FIXED(replaces, INT, NULL),
    FIELD_TEXT(struct hold, policy),
    FIELD_TEXT(struct hold, policy_version),
    FIELD_TEXT(struct hold, policy_hash),
    FIELD(struct hold, policy_rule, RECORD_TEXT, RECORD_PERSONAL, NULL),
    FIELD(struct hold, policy_reason, RECORD_TEXT, RECORD_PERSONAL, NULL),
    FIELD(struct hold, policy_cite, RECORD_TEXT, RECORD_PERSONAL, NULL),
    FIELD(struct hold, facts, RECORD_TEXT, RECORD_JSON | RECORD_PERSONAL, NULL),
    FIELD_INSTANT(struct hold, eligible_at),
    FIELD_NAME(struct hold, eligible_reason, &eligible_reason_names),
    FIELD_TEXT(struct hold, rule),
    FIELD_INT(struct hold, limit_h),
    FIELD_INSTANT(struct hold, deadline_at),
    FIELD_INSTANT(struct hold, consecutive_deadline_at),
    FIELD_INSTANT(struct hold, regulatory_deadline_at),
    FIELD_INSTANT(struct hold, withdrawn_at),
    FIELD_INSTANT(struct hold, authority_ended_at),
    FIELD_INSTANT(struct hold, pickup_at),
    FIELD_NAME(struct hold, lift_code, &lift_code_names),
    FIELD_INSTANT(struct hold, ended_at),
    FIELD_INT(struct hold, overdue_us),
    FIELD_INT(struct hold, first_hold),
    FIELD_INT(struct hold, last_seq),
};
const struct record hold_record = RECORD_FIELDS(fields);

int64_t hold_remaining_us(const struct hold *hold, instant now)
{
    return hold->state == HOLD_HELD ? hold->deadline_at - now : RECORD_NO_INT;
}

int64_t hold_overdue_us(const struct hold *hold, instant now)
{
    if (hold->state == HOLD_EXPIRED)
        return now > hold->authority_ended_at ? now - hold->authority_ended_at : 0;
    return hold->overdue_us == RECORD_NO_INT ? 0 : hold->overdue_us;
}

bool hold_transfer_conflict(const struct hold *hold)
{
    instant authority_ends_at =
        hold->authority_ended_at != INSTANT_NONE ? hold->authority_ended_at : hold->deadline_at;

    return hold->pickup_at != INSTANT_NONE && authority_ends_at != INSTANT_NONE &&
           hold->pickup_at > authority_ends_at;
}
