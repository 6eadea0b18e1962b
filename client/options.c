/* SPDX-License-Identifier: ISC */

/* Options: those of the verbs that only look, and a sentence on each option there is. */

#include "options.h"

#include <stdio.h>
#include <string.h>

#include "hold.h"
#include "macro.h"
#include "verbs.h"

#define OPTION(name, type, flags, names)                                                           \
    {                                                                                              \
        name, type, flags, 0, 0, names                                                             \
    }

static const struct record_field list_fields[] = {
    OPTION("open", RECORD_BOOL, 0, NULL),
    OPTION("state", RECORD_NAME, 0, &hold_state_names),
    OPTION("facility", RECORD_TEXT, 0, NULL),
    OPTION("booking", RECORD_TEXT, 0, NULL),
    OPTION("due_before", RECORD_INSTANT, 0, NULL),
    OPTION("limit", RECORD_INT, RECORD_POSITIVE, NULL),
};
const struct record list_options = RECORD_FIELDS(list_fields);

static const struct record_field watch_fields[] = {
    OPTION("after", RECORD_INT, 0, NULL),
    OPTION("count", RECORD_INT, RECORD_POSITIVE, NULL),
    OPTION("wait", RECORD_INT, 0, NULL),
};
const struct record watch_options = RECORD_FIELDS(watch_fields);

static const struct record_field deadline_fields[] = {
    OPTION("facility", RECORD_TEXT, RECORD_REQUIRED, NULL),
    OPTION("eligible_at", RECORD_INSTANT, RECORD_REQUIRED, NULL),
    OPTION("received_at", RECORD_INSTANT, 0, NULL),
    OPTION("served_at", RECORD_INSTANT, 0, NULL),
};
const struct record deadline_options = RECORD_FIELDS(deadline_fields);

static const struct record_field policy_test_fields[] = {
    OPTION("at", RECORD_INSTANT, 0, NULL),
    OPTION("facility", RECORD_TEXT, 0, NULL),
};
const struct record policy_test_options = RECORD_FIELDS(policy_test_fields);

static const char *const review_rule_values[] = {NULL, "both", "consecutive", "regulatory"};
static const struct names review_rule_names = NAMES(review_rule_values);
static const char *const format_values[] = {NULL, "table", "csv", "json"};
static const struct names format_names = NAMES(format_values);

static const struct record_field review_fields[] = {
    OPTION("zone", RECORD_TEXT, RECORD_REQUIRED, NULL),
    OPTION("rule", RECORD_NAME, 0, &review_rule_names),
    OPTION("calendar", RECORD_TEXT, OPTION_FILE, NULL),
    OPTION("all", RECORD_BOOL, 0, NULL),
    OPTION("format", RECORD_NAME, 0, &format_names),
    OPTION("booking_column", RECORD_TEXT, 0, NULL),
    OPTION("booked_column", RECORD_TEXT, 0, NULL),
    OPTION("eligible_column", RECORD_TEXT, 0, NULL),
    OPTION("released_column", RECORD_TEXT, 0, NULL),
};
const struct record review_options = RECORD_FIELDS(review_fields);

static const struct record_field delivery_fields[] = {
    OPTION("key", RECORD_TEXT, 0, NULL),
    OPTION("if_match", RECORD_INT, RECORD_POSITIVE, NULL),
};
const struct record delivery_options = RECORD_FIELDS(delivery_fields);

const struct record no_options = {0, NULL};

/* Help on options: the row of the verb itself, or else the row for all verbs. */
static const struct option_help {
    const char *verb, *option, *text;
} option_helps[] = {
    {"request", "booking", "the jail's number of the person's stay"},
    {"request", "facility", "id of the jail in detainerd's configuration"},
    {"request", "form", "the form ICE used; default " FORM_DEFAULT},
    {"request", "issued_at", "when ICE signed the detainer"},
    {"request", "ice_office", "the ICE office that asks"},
    {"request", "ice_warrant", "the administrative warrant that came with it"},
    {"request", "booked_at", "when the person was booked"},
    {"request", "received_at", "when the jail got the detainer; default now"},
    {"request", "replaces",
     "the hold whose detainer this one takes the place of; default the open one"},
    {"start", "eligible_at", "since when the person would have gone free; default now"},
    {"start", "reason", "why the person would have gone free; default other"},
    {"schedule", "at", "when ICE said so; default now"},
    {"schedule", "pickup_at", "when ICE means to come"},
    {"decide", "decision", "what was decided"},
    {"cancel", "lift_code", "NIEM code of why the detainer was lifted"},
    {"close", "reason", "how the person left"},
    {"correct", "eligible_at", "since when the person truly would have gone free"},
    {"note", "text", "the note"},
    {NULL, "facts", "what the policy is to know: a JSON object in a file, - for standard input"},
    {"list", "open", "only holds that have not ended"},
    {"list", "state", "only holds in this state"},
    {"list", "facility", "only holds of this facility"},
    {"list", "booking", "only holds on this booking"},
    {"list", "due_before", "only holds whose deadline lies before"},
    {"list", "limit", "at most so many holds; default all"},
    {"watch", "after", "begin after this sequence number (0: all history); default from now on"},
    {"watch", "count", "stop after so many events"},
    {"watch", "wait", "stop after so many seconds (0: do not wait for new events)"},
    {"deadline", "facility", "whose rule binds, and whose zone says what a day is"},
    {"deadline", "eligible_at", "since when the person would go free but for the detainer"},
    {"deadline", "received_at", "when the jail got the detainer, for rules that count from there"},
    {"deadline", "served_at", "when the person got a copy, for rules that count from there"},
    {"policy test", "at", "the moment that says which version is in force; default now"},
    {"policy test", "facility", "whose zone says which day that moment is; default UTC"},
    {"review", "zone", "time zone of the jail, such as America/Los_Angeles"},
    {"review", "rule", "which reading of the 48 hours; default both"},
    {"review", "calendar", "iCalendar file with the county's holidays, beside the federal ones"},
    {"review", "all", "print every stay, not only those past a deadline"},
    {"review", "format", "how to print; default table"},
    {"review", "booking_column", "column of the number of the stay; default booking"},
    {"review", "booked_column", "column of the time of booking; default booked_at"},
    {"review", "eligible_column",
     "column of the time since when the person would have gone free, empty where that is the time "
     "of "
     "booking; default local_custody_ended_at"},
    {"review", "released_column", "column of the time of release; default released_at"},
    {NULL, "key",
     "by which the command can be sent again without being recorded twice; default a new one"},
    {NULL, "if_match", "only if the hold is still at this revision"},
    {NULL, "at", "when it happened; default now"},
    {NULL, "reason", "why, in words"},
};

bool verb_option_is_file(const struct record_field *option)
{
    return option->flags & OPTION_FILE || option->type == RECORD_FACTS;
}

const char *verb_option_help(const struct verb *verb, const struct record_field *option)
{
    for (size_t i = 0; i < ARRAY_SIZE(option_helps); i++) {
        const struct option_help *help = &option_helps[i];

        if ((!help->verb || strcmp(help->verb, verb->name) == 0) &&
            strcmp(help->option, option->name) == 0)
            return help->text;
    }
    return "";
}

void verb_option_name(const struct record_field *option, char name[static OPTION_NAME_SIZE])
{
    snprintf(name, OPTION_NAME_SIZE, "%s", option->name);
    for (; *name; name++)
        if (*name == '_')
            *name = '-';
}

/* A request is about no hold that could have a revision. */
static size_t n_delivery_options(const struct verb *verb)
{
    if (verb->command == COMMAND_FROM_OUTSIDE)
        return 0;
    return verb->command == COMMAND_REQUEST ? 1 : delivery_options.count;
}

const struct record_field *verb_option(const struct verb *verb, size_t index)
{
    size_t n = verb->options->count;

    if (index < n)
        return &verb->options->fields[index];
    return index - n < n_delivery_options(verb) ? &delivery_options.fields[index - n] : NULL;
}

const struct record_field *verb_option_find(const struct verb *verb, const char *name)
{
    const struct record_field *option;

    for (size_t i = 0; (option = verb_option(verb, i)); i++) {
        char candidate[OPTION_NAME_SIZE];

        verb_option_name(option, candidate);
        if (strcmp(candidate, name) == 0)
            return option;
    }
    return NULL;
}
