/* SPDX-License-Identifier: ISC */

/* Verbs: the table of what detainerctl can do. */

#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "macro.h"
#include "options.h"
#include "text.h"

/* clang-format off */
#define NOTHING        {OPERAND_NONE}, false
#define ONE(operand)   {operand}, false
#define TWO(one, two)  {one, two}, false
#define FILE_ALONE     {OPERAND_FILE}, true
/* clang-format on */
#define COMMAND(kind)      &command_table[kind].argument, verb_command, kind
#define ON_HOLD(kind)      COMMAND(kind), ONE(OPERAND_HOLD)
#define LOOK(options, run) &(options), run, COMMAND_FROM_OUTSIDE

const struct verb verbs[] = {
    {"request", COMMAND(COMMAND_REQUEST), NOTHING, "put a detainer on a booking: makes a hold",
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
    {"facts", ON_HOLD(COMMAND_FACTS), "tell what the policy is to know when the clock starts",
     "Adds to what is known of the person, the charge and the papers, from a file with a JSON "
     "object "
     "such as {\"charge_severity\": \"felony\"}; null takes a fact back. The facility's policy is "
     "asked again when the clock is to start. detainerd.policy(5) lists all facts.",
     "detainerctl facts 1 --facts facts.json"},
    {"list", LOOK(list_options, verb_list), NOTHING, "table of holds with their deadlines",
     "Deadlines stand in the facility's own time. Expired holds come first, the longest overdue on"
     " top, then those whose clock runs, the nearest deadline first, then the others; with --limit"
     " the first holds by id, in that order. With --json each page of the daemon's answer is one "
     "line.",
     "detainerctl list --open"},
    {"show", LOOK(no_options, verb_show), ONE(OPERAND_HOLD), "everything about one hold",
     "Times are shown as the facility's clock reads and in UTC.", "detainerctl show 1"},
    {"history", LOOK(no_options, verb_history), ONE(OPERAND_HOLD),
     "what happened to a hold, a line per event",
     "Each line: sequence number, when it happened (in the facility's time), what, and who "
     "recorded it.",
     "detainerctl history 1"},
    {"watch", LOOK(watch_options, verb_watch), NOTHING, "follow events as they happen",
     "Prints a line per event as soon as it is recorded, from now on or after a sequence number, "
     "until interrupted. While the daemon restarts it keeps its place and tries again.",
     "detainerctl watch --after 0"},
    {"status", LOOK(no_options, verb_status), NOTHING,
     "the daemon, its clock, its facilities, counts", "How the daemon is.", "detainerctl status"},
    {"deadline", LOOK(deadline_options, verb_deadline), NOTHING,
     "both readings of the clock for given times, and why",
     "Computes when the authority to hold would end: by each reading of the 48 hours, which of "
     "them "
     "binds, and for each day how much of it is counted, or why not. Nothing is stored.",
     "detainerctl deadline --facility PIERCE --eligible-at 2026-11-25T17:00:00-08:00"},
    {"policy list", LOOK(no_options, verb_policy_list), NOTHING,
     "the policies, and who goes by them",
     "A row for each policy that the daemon has loaded, with the version in force today.",
     "detainerctl policy list"},
    {"policy show", LOOK(no_options, verb_policy_show), ONE(OPERAND_POLICY),
     "a policy's versions and text",
     "Prints the policy's file as the daemon has loaded it, below what is known of it.",
     "detainerctl policy show always-review"},
    {"policy test", LOOK(policy_test_options, verb_policy_test), TWO(OPERAND_POLICY, OPERAND_FILE),
     "what a policy says to facts from a file",
     "The file has a JSON object of facts, such as {\"charge_severity\": \"felony\"}; a fact that "
     "is "
     "not given is not known. - reads standard input. Prints the decision, the rule that took it, "
     "the reason and the citation. Nothing is stored.",
     "detainerctl policy test always-review facts.json"},
    {"reload", LOOK(no_options, verb_reload), NOTHING,
     "the daemon reads policies and calendars anew",
     "All of the configuration is read and checked before any of it counts; where there is a "
     "mistake, nothing changes and every mistake is told. Deadlines that run move only earlier.",
     "detainerctl reload"},
    {"review", LOOK(review_options, verb_review), FILE_ALONE,
     "past stays against the deadlines, from a CSV file",
     "Reads an export of a records system, with a header and a stay a row, and prints who was held "
     "past which deadline, by how much, and a summary. Needs no daemon. Times are local in --zone, "
     "or "
     "have an offset. Rows that cannot be used are listed with the reason. - reads standard input.",
     "detainerctl review stays.csv --zone America/Los_Angeles"},
};
const size_t n_verbs = ARRAY_SIZE(verbs);

const char *const verb_groups[] = {"policy"};
const size_t n_verb_groups = ARRAY_SIZE(verb_groups);

const struct operand_kind operand_kinds[OPERAND_KINDS] = {
    [OPERAND_HOLD] = {"HOLD", "the id of a hold", "; see detainerctl list"},
    [OPERAND_POLICY] = {"NAME", "the name of a policy", "; see detainerctl policy list"},
    [OPERAND_FILE] = {"FILE", "a file", ""},
};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

bool verb_is_in(const struct verb *verb, const char *group)
{
    size_t length = strlen(group);

    return strncmp(verb->name, group, length) == 0 && verb->name[length] == ' ';
}

const char *verb_last_word(const struct verb *verb)
{
    const char *blank = strrchr(verb->name, ' ');

    return blank ? blank + 1 : verb->name;
}

bool verb_is_group(const char *word)
{
    for (size_t i = 0; i < n_verb_groups; i++)
        if (strcmp(verb_groups[i], word) == 0)
            return true;
    return false;
}

const struct verb *verb_find_in(const char *group, const char *word)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (verb_is_in(&verbs[i], group) && strcmp(verb_last_word(&verbs[i]), word) == 0)
            return &verbs[i];
    return NULL;
}

char *verb_synopsis(const struct verb *verb)
{
    char *synopsis = NULL;
    size_t size;
    FILE *out = text_not_null(open_memstream(&synopsis, &size));

    fputs(verb->name, out);
    for (size_t i = 0; i < OPERANDS_MAX && verb->operands[i]; i++)
        fprintf(out, " %s", operand_kinds[verb->operands[i]].placeholder);
    return text_not_null(fclose(out) ? NULL : synopsis);
}
