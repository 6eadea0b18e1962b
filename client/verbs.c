/* SPDX-License-Identifier: ISC */

/* Verbs: the table of what detainerctl can do. */

#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "macro.h"

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
    OPTION("limit", RECORD_INT, OPTION_POSITIVE, NULL),
};
static const struct record list_options = RECORD_FIELDS(list_fields);

static const struct record_field watch_fields[] = {
    OPTION("after", RECORD_INT, 0, NULL),
    OPTION("count", RECORD_INT, OPTION_POSITIVE, NULL),
    OPTION("wait", RECORD_INT, 0, NULL),
};
static const struct record watch_options = RECORD_FIELDS(watch_fields);

static const struct record no_options = {0, NULL};

#define COMMAND(kind)      &command_table[kind].argument, verb_command, kind
#define ON_HOLD(kind)      COMMAND(kind), true
#define LOOK(options, run) &(options), run, COMMAND_FROM_OUTSIDE

const struct verb verbs[] = {
    {"request", COMMAND(COMMAND_REQUEST), false, "put a detainer on a booking: makes a hold",
     "Records that ICE asked to hold the person of a booking. The facility's policy answers: the "
     "hold is then lodged, declined, or pending until a supervisor decides. No clock runs yet. "
     "Prints the new hold's id.",
     "detainerctl request --booking 2026-0001 --facility PIERCE --ice-warrant I-200"},
    {"decide", ON_HOLD(COMMAND_DECIDE), "decide a pending request",
     "A supervisor's decision on a request that the facility's policy left to a person.",
     "detainerctl decide 1 --decision decline --reason \"no judicial warrant\""},
    {"serve", ON_HOLD(COMMAND_SERVE), "the person was given a copy of the detainer",
     "Records that the person was served with a copy of the detainer.",
     "detainerctl serve 1 --at -10min"},
    {"start", ON_HOLD(COMMAND_START), "start the clock: nothing else keeps the person",
     "Records since when the person would have gone free but for the detainer. From then on the "
     "clock runs; at the deadline the authority to hold ends. A deadline that has already passed "
     "is announced at once.",
     "detainerctl start 1 --eligible-at -2h --reason bond_posted"},
    {"schedule", ON_HOLD(COMMAND_SCHEDULE), "ICE says when it will come",
     "Records when ICE means to pick the person up. A pickup after the deadline is a conflict, "
     "and the answer says so; it does not move the deadline.",
     "detainerctl schedule 1 --pickup-at 2026-11-25T14:00:00-08:00"},
    {"transfer", ON_HOLD(COMMAND_TRANSFER), "ICE took the person: ends the hold",
     "Records that ICE assumed custody.", "detainerctl transfer 1"},
    {"release", ON_HOLD(COMMAND_RELEASE), "the person was let go: ends the hold",
     "Records that the person left the jail.", "detainerctl release 1 --reason \"time ran out\""},
    {"cancel", ON_HOLD(COMMAND_CANCEL), "ICE withdrew the detainer",
     "Records that ICE lifted the detainer. If the clock is running, authority ends at once and "
     "the hold is expired until the person's release is recorded.",
     "detainerctl cancel 1 --lift-code L"},
    {"close", ON_HOLD(COMMAND_CLOSE), "the person left for another reason: ends the hold",
     "Records any other end: bond, another agency, death.",
     "detainerctl close 1 --reason other_agency"},
    {"correct", ON_HOLD(COMMAND_CORRECT), "correct the start of the clock",
     "A supervisor's correction of a start that was recorded wrongly, with the reason. The "
     "deadline follows; one that moves later is marked so in the history.",
     "detainerctl correct 1 --eligible-at -3h --reason \"court minutes\""},
    {"note", ON_HOLD(COMMAND_NOTE), "write a note into a hold's history",
     "Adds words to the history. Changes nothing else.",
     "detainerctl note 1 --text \"called the field office\""},
    {"list", LOOK(list_options, verb_list), false, "table of holds with their deadlines",
     "Deadlines stand in the facility's own time. Expired holds come first, the longest overdue on"
     " top, then those whose clock runs, the nearest deadline first, then the others; with --limit"
     " the first holds by id, in that order. With --json each page of the daemon's answer is one "
     "line.",
     "detainerctl list --open"},
    {"show", LOOK(no_options, verb_show), true, "everything about one hold",
     "Times are shown as the facility's clock reads and in UTC.", "detainerctl show 1"},
    {"history", LOOK(no_options, verb_history), true, "what happened to a hold, a line per event",
     "Each line: sequence number, when it happened (in the facility's time), what, and who "
     "recorded it.",
     "detainerctl history 1"},
    {"watch", LOOK(watch_options, verb_watch), false, "follow events as they happen",
     "Prints a line per event as soon as it is recorded, from now on or after a sequence number, "
     "until interrupted. While the daemon restarts it keeps its place and tries again.",
     "detainerctl watch --after 0"},
    {"status", LOOK(no_options, verb_status), false,
     "the daemon, its clock, its facilities, counts", "How the daemon is.", "detainerctl status"},
};
const size_t n_verbs = ARRAY_SIZE(verbs);

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
    {"start", "eligible_at", "since when the person would have gone free; default now"},
    {"start", "reason", "why the person would have gone free; default other"},
    {"schedule", "at", "when ICE said so; default now"},
    {"schedule", "pickup_at", "when ICE means to come"},
    {"decide", "decision", "what was decided"},
    {"cancel", "lift_code", "NIEM code of why the detainer was lifted"},
    {"close", "reason", "how the person left"},
    {"correct", "eligible_at", "since when the person truly would have gone free"},
    {"note", "text", "the note"},
    {"list", "open", "only holds that have not ended"},
    {"list", "state", "only holds in this state"},
    {"list", "facility", "only holds of this facility"},
    {"list", "booking", "only holds on this booking"},
    {"list", "due_before", "only holds whose deadline lies before"},
    {"list", "limit", "at most so many holds; default all"},
    {"watch", "after", "begin after this sequence number (0: all history); default from now on"},
    {"watch", "count", "stop after so many events"},
    {"watch", "wait", "stop after so many seconds (0: do not wait for new events)"},
    {NULL, "at", "when it happened; default now"},
    {NULL, "reason", "why, in words"},
};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
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

const struct record_field *verb_option_find(const struct verb *verb, const char *name)
{
    for (size_t i = 0; i < verb->options->count; i++) {
        char candidate[OPTION_NAME_SIZE];

        verb_option_name(&verb->options->fields[i], candidate);
        if (strcmp(candidate, name) == 0)
            return &verb->options->fields[i];
    }
    return NULL;
}
