/* SPDX-License-Identifier: ISC */

/* Events: names and fields. The order of fields is the order in the stored history: append only. */

#include "event.h"

static const char *const kind_values[] = {
    [EVENT_NONE] = NULL,
    [EVENT_LODGED] = "hold.lodged",
    [EVENT_PENDING] = "hold.pending",
    [EVENT_DECLINED] = "hold.declined",
    [EVENT_DECIDED] = "hold.decided",
    [EVENT_SERVED] = "hold.served",
    [EVENT_STARTED] = "hold.started",
    [EVENT_WARNING] = "hold.warning",
    [EVENT_EXPIRED] = "hold.expired",
    [EVENT_CANCELLED] = "hold.cancelled",
    [EVENT_TRANSFERRED] = "hold.transferred",
    [EVENT_RELEASED] = "hold.released",
    [EVENT_CLOSED] = "hold.closed",
    [EVENT_CORRECTED] = "hold.corrected",
    [EVENT_NOTED] = "hold.noted",
    [EVENT_TRANSFER_SCHEDULED] = "transfer.scheduled",
    [EVENT_TRANSFER_DUE] = "transfer.due",
    [EVENT_TRANSFER_MISSED] = "transfer.missed",
    [EVENT_CLOCK_STEPPED] = "clock.stepped",
    [EVENT_FACTS] = "hold.facts",
    [EVENT_SHORTENED] = "hold.shortened",
};
const struct names event_kind_names = NAMES(kind_values);

static const char *const cause_values[] = {
    [CAUSE_NONE] = NULL,       [CAUSE_DEADLINE] = "deadline",   [CAUSE_CANCELLED] = "cancelled",
    [CAUSE_POLICY] = "policy", [CAUSE_UNDECIDED] = "undecided", [CAUSE_DECISION] = "decision",
};
const struct names cause_names = NAMES(cause_values);

static const struct record_field fields[] = {
    FIELD_INT(struct event, seq),
    FIELD_NAME(struct event, kind, &event_kind_names),
    FIELD_INT(struct event, hold),
    FIELD_INT(struct event, rev),
    FIELD(struct event, booking, RECORD_TEXT, RECORD_PERSONAL, NULL),
    FIELD_TEXT(struct event, facility),
    FIELD_NAME(struct event, state, &hold_state_names),
    FIELD_INSTANT(struct event, at),
    FIELD_INSTANT(struct event, recorded_at),
    FIELD_TEXT(struct event, actor),
    FIELD_INT(struct event, pid),
    FIELD_INSTANT(struct event, due_at),
    FIELD_INT(struct event, rung_s),
    FIELD_INT(struct event, late_us),
    FIELD_BOOL(struct event, late),
    FIELD_INSTANT(struct event, eligible_at),
    FIELD_INSTANT(struct event, deadline_at),
    FIELD_INSTANT(struct event, previous_deadline_at),
    FIELD_BOOL(struct event, lengthened),
    FIELD_INT(struct event, first_hold),
    FIELD_INSTANT(struct event, pickup_at),
    FIELD_BOOL(struct event, transfer_conflict),
    FIELD_INT(struct event, overdue_us),
    FIELD_NAME(struct event, cause, &cause_names),
    FIELD_NAME(struct event, decision, &decision_names),
    FIELD_NAME(struct event, lift_code, &lift_code_names),
    FIELD(struct event, reason, RECORD_STRING, RECORD_PERSONAL, NULL),
    FIELD(struct event, text, RECORD_STRING, RECORD_PERSONAL, NULL),
    FIELD_INT(struct event, step_us),
    FIELD_STRING(struct event, rule),
    FIELD_INSTANT(struct event, consecutive_deadline_at),
    FIELD_INSTANT(struct event, regulatory_deadline_at),
    FIELD_INT(struct event, replaces),
    FIELD_STRING(struct event, policy),
    FIELD_STRING(struct event, policy_version),
    FIELD_STRING(struct event, policy_hash),
    FIELD(struct event, policy_rule, RECORD_STRING, RECORD_PERSONAL, NULL),
    FIELD(struct event, policy_reason, RECORD_STRING, RECORD_PERSONAL, NULL),
    FIELD(struct event, policy_cite, RECORD_STRING, RECORD_PERSONAL, NULL),
    FIELD(struct event, facts, RECORD_STRING, RECORD_JSON | RECORD_PERSONAL, NULL),
};
const struct record event_record = RECORD_FIELDS(fields);
