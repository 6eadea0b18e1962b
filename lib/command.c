/* SPDX-License-Identifier: ISC */

/* Commands: one row each, with the members its body may have. */

#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A field whose JSON name is not that of the struct member. */
/* clang-format off */
#define AS(json_name, kind, flags, member, names)                                                  \
    {json_name, kind, flags, offsetof(struct command, member),                                     \
     sizeof(((struct command *)0)->member), names}
/* clang-format on */
#define AT    AS("at", RECORD_INSTANT, 0, at, NULL)
#define FACTS AS("facts", RECORD_FACTS, 0, facts, NULL)

static const char *const verdict_values[] = {NULL, "honor", "decline"};
static const struct names verdict_names = NAMES(verdict_values);

static const struct record_field request_fields[] = {
    AS("booking", RECORD_TEXT, RECORD_REQUIRED, booking, NULL),
    AS("facility", RECORD_TEXT, RECORD_REQUIRED, facility, NULL),
    AS("form", RECORD_NAME, 0, form, &form_names),
    AS("issued_at", RECORD_INSTANT, 0, issued_at, NULL),
    AS("ice_office", RECORD_TEXT, 0, ice_office, NULL),
    AS("ice_warrant", RECORD_NAME, 0, ice_warrant, &ice_warrant_names),
    AS("booked_at", RECORD_INSTANT, 0, booked_at, NULL),
    AS("received_at", RECORD_INSTANT, 0, at, NULL),
    AS("replaces", RECORD_INT, RECORD_POSITIVE, replaces, NULL),
    FACTS,
};
static const struct record_field decide_fields[] = {
    AS("decision", RECORD_NAME, RECORD_REQUIRED, decision, &verdict_names),
    AS("reason", RECORD_TEXT, RECORD_REQUIRED, reason, NULL),
    AT,
};
static const struct record_field start_fields[] = {
    AS("eligible_at", RECORD_INSTANT, 0, at, NULL),
    AS("reason", RECORD_NAME, 0, eligible_reason, &eligible_reason_names),
    FACTS,
};
static const struct record_field schedule_fields[] = {
    AS("pickup_at", RECORD_INSTANT, RECORD_REQUIRED, pickup_at, NULL),
    AT,
};
static const struct record_field at_fields[] = {AT};
static const struct record_field release_fields[] = {
    AT,
    AS("reason", RECORD_TEXT, 0, reason, NULL),
};
static const struct record_field cancel_fields[] = {
    AT,
    AS("lift_code", RECORD_NAME, 0, lift_code, &lift_code_names),
    AS("reason", RECORD_TEXT, 0, reason, NULL),
};
static const struct record_field close_fields[] = {
    AT,
    AS("reason", RECORD_NAME, RECORD_REQUIRED, close_reason, &close_reason_names),
};
static const struct record_field correct_fields[] = {
    AS("eligible_at", RECORD_INSTANT, RECORD_REQUIRED, at, NULL),
    AS("reason", RECORD_TEXT, RECORD_REQUIRED, reason, NULL),
};
static const struct record_field note_fields[] = {
    AS("text", RECORD_TEXT, RECORD_REQUIRED | RECORD_LINES, text, NULL),
    AT,
};
static const struct record_field facts_fields[] = {
    AS("facts", RECORD_FACTS, RECORD_REQUIRED, facts, NULL),
    AT,
};

const struct command_info command_table[COMMAND_FROM_OUTSIDE] = {
    [COMMAND_REQUEST] = {"request", RECORD_FIELDS(request_fields), "received_at"},
    [COMMAND_DECIDE] = {"decide", RECORD_FIELDS(decide_fields), "at"},
    [COMMAND_SERVE] = {"serve", RECORD_FIELDS(at_fields), "at"},
    [COMMAND_START] = {"start", RECORD_FIELDS(start_fields), "eligible_at"},
    [COMMAND_SCHEDULE] = {"schedule", RECORD_FIELDS(schedule_fields), "at"},
    [COMMAND_TRANSFER] = {"transfer", RECORD_FIELDS(at_fields), "at"},
    [COMMAND_RELEASE] = {"release", RECORD_FIELDS(release_fields), "at"},
    [COMMAND_CANCEL] = {"cancel", RECORD_FIELDS(cancel_fields), "at"},
    [COMMAND_CLOSE] = {"close", RECORD_FIELDS(close_fields), "at"},
    [COMMAND_CORRECT] = {"correct", RECORD_FIELDS(correct_fields), "eligible_at"},
    [COMMAND_NOTE] = {"note", RECORD_FIELDS(note_fields), "at"},
    [COMMAND_FACTS] = {"facts", RECORD_FIELDS(facts_fields), "at"},
};

void command_init(struct command *command, enum command_kind kind, int64_t hold_id,
                  const char *actor, int64_t pid)
{
    *command = (struct command){
        .kind = kind,
        .hold_id = hold_id,
        .pid = pid,
        .at = INSTANT_NONE,
        .issued_at = INSTANT_NONE,
        .booked_at = INSTANT_NONE,
        .pickup_at = INSTANT_NONE,
        .rung_s = RECORD_NO_INT,
        .due_at = INSTANT_NONE,
        .replaces = RECORD_NO_INT,
        .first = FIRST_CLOCK_NONE,
    };
    facts_update_init(&command->facts);
    snprintf(command->actor, sizeof(command->actor), "%s", actor);
}

int command_find(const char *name)
{
    for (int kind = COMMAND_DECIDE; kind < COMMAND_FROM_OUTSIDE; kind++)
        if (strcmp(command_table[kind].name, name) == 0)
            return kind;
    return -ENOENT;
}
