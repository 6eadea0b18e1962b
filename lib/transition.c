/* SPDX-License-Identifier: ISC */

/*
 * The transition table.
 *
 * A command is first looked up by state: no row, no transition. Then its times are checked, then
 * the verdict (of policy or supervisor) picks among the rows, and the row's effect fills in the new
 * hold, the event and the timers.
 */

#include "transition_step.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "macro.h"

static const char *const timer_values[] = {
    [TIMER_NONE] = NULL,
    [TIMER_WARNING] = "warning",
    [TIMER_EXPIRY] = "expiry",
    [TIMER_PICKUP_DUE] = "transfer_due",
    [TIMER_PICKUP_MISSED] = "transfer_missed",
};
const struct names timer_kind_names = NAMES(timer_values);

/* ---- the table ---- */

#define IN(state) (1u << HOLD_##state)
#define OPEN      (IN(PENDING) | IN(LODGED) | IN(HELD) | IN(EXPIRED))
#define HONOR     (1u << DECISION_HONOR)
#define DECLINE   (1u << DECISION_DECLINE)
#define REVIEW    (1u << DECISION_REVIEW)
#define ALWAYS    (HONOR | DECLINE | REVIEW)
#define SAME      HOLD_NONE

static const struct transition {
    unsigned from; /* bit set of enum hold_state */
    enum command_kind command;
    unsigned verdict;   /* bit set of enum decision */
    enum hold_state to; /* SAME: stays, or the effect knows better */
    enum event_kind event;
    effect_fn *effect;
} transitions[] = {
    /* clang-format off */
    {IN(NONE),                COMMAND_REQUEST,       HONOR,   HOLD_LODGED,      EVENT_LODGED,             effect_request},
    {IN(NONE),                COMMAND_REQUEST,       DECLINE, HOLD_DECLINED,    EVENT_DECLINED,           effect_request},
    {IN(NONE),                COMMAND_REQUEST,       REVIEW,  HOLD_PENDING,     EVENT_PENDING,            effect_request},
    {IN(PENDING),             COMMAND_DECIDE,        HONOR,   HOLD_LODGED,      EVENT_DECIDED,            effect_decide},
    {IN(PENDING),             COMMAND_DECIDE,        DECLINE, HOLD_DECLINED,    EVENT_DECIDED,            effect_decide},
    {IN(LODGED),              COMMAND_SERVE,         ALWAYS,  SAME,             EVENT_SERVED,             effect_serve},
    {IN(LODGED),              COMMAND_START,         HONOR,   HOLD_HELD,        EVENT_STARTED,            effect_start},
    {IN(LODGED),              COMMAND_START,         DECLINE | REVIEW,
                                                              HOLD_DECLINED,    EVENT_DECLINED,           effect_decline_start},
    {IN(PENDING),             COMMAND_START,         ALWAYS,  HOLD_DECLINED,    EVENT_DECLINED,           effect_decline_start},
    {IN(LODGED)|IN(PENDING),  COMMAND_CANCEL,        ALWAYS,  HOLD_CANCELLED,   EVENT_CANCELLED,          effect_end_unstarted},
    {IN(LODGED)|IN(PENDING),  COMMAND_CLOSE,         ALWAYS,  HOLD_CLOSED,      EVENT_CLOSED,             effect_end_unstarted},
    {IN(HELD),                COMMAND_WARN,          ALWAYS,  SAME,             EVENT_WARNING,            effect_warn},
    {IN(HELD),                COMMAND_EXPIRE,        ALWAYS,  HOLD_EXPIRED,     EVENT_EXPIRED,            effect_expire},
    {IN(HELD),                COMMAND_CANCEL,        ALWAYS,  HOLD_EXPIRED,     EVENT_CANCELLED,          effect_cancel_held},
    {IN(HELD)|IN(EXPIRED),    COMMAND_TRANSFER,      ALWAYS,  HOLD_TRANSFERRED, EVENT_TRANSFERRED,        effect_end},
    {IN(HELD)|IN(EXPIRED),    COMMAND_RELEASE,       ALWAYS,  HOLD_RELEASED,    EVENT_RELEASED,           effect_end},
    {IN(HELD)|IN(EXPIRED),    COMMAND_CLOSE,         ALWAYS,  HOLD_CLOSED,      EVENT_CLOSED,             effect_end},
    {IN(LODGED)|IN(HELD)|IN(EXPIRED),
                              COMMAND_SCHEDULE,      ALWAYS,  SAME,             EVENT_TRANSFER_SCHEDULED, effect_schedule},
    {OPEN,                    COMMAND_PICKUP_DUE,    ALWAYS,  SAME,             EVENT_TRANSFER_DUE,       effect_pickup},
    {OPEN,                    COMMAND_PICKUP_MISSED, ALWAYS,  SAME,             EVENT_TRANSFER_MISSED,    effect_pickup},
    {IN(HELD)|IN(EXPIRED),    COMMAND_CORRECT,       ALWAYS,  SAME,             EVENT_CORRECTED,          effect_correct},
    {OPEN,                    COMMAND_NOTE,          ALWAYS,  SAME,             EVENT_NOTED,              effect_note},
    {IN(LODGED)|IN(PENDING),  COMMAND_FACTS,         ALWAYS,  SAME,             EVENT_FACTS,              effect_facts},
    {IN(HELD),                COMMAND_SHORTEN,       ALWAYS,  SAME,             EVENT_SHORTENED,          effect_shorten},
    /* clang-format on */
};

static const struct transition *find_row(enum hold_state state, enum command_kind command,
                                         unsigned verdict)
{
    for (size_t i = 0; i < ARRAY_SIZE(transitions); i++) {
        const struct transition *row = &transitions[i];

        if (row->command == command && row->from & (1u << state) && row->verdict & verdict)
            return row;
    }
    return NULL;
}

unsigned transition_legal(enum hold_state state)
{
    unsigned legal = 0;

    for (size_t i = 0; i < ARRAY_SIZE(transitions); i++)
        if (transitions[i].from & (1u << state) && transitions[i].command < COMMAND_FROM_OUTSIDE)
            legal |= COMMAND_BIT(transitions[i].command);
    return legal;
}

static int refuse_transition(enum hold_state state, enum command_kind command,
                             struct problem *problem)
{
    char legal[128] = "";
    size_t used = 0;

    for (int kind = 0; kind < COMMAND_FROM_OUTSIDE; kind++)
        if (transition_legal(state) & COMMAND_BIT(kind))
            used += (size_t)snprintf(legal + used, sizeof(legal) - used, "%s%s", used ? ", " : "",
                                     command_table[kind].name);
    problem_set(problem, PROBLEM_ILLEGAL_TRANSITION, NULL, "cannot %s a hold that is %s; %s%s",
                command < COMMAND_FROM_OUTSIDE ? command_table[command].name : "fire a timer on",
                hold_state_names.values[state],
                used ? "legal now: " : "it has ended and takes no more commands", legal);
    problem->state = state;
    problem->legal = transition_legal(state);
    return PROBLEM_ILLEGAL_TRANSITION;
}

/* ---- application ---- */

/*
 * Who decides: the supervisor on `decide`; on a request and a start the policy, except that a
 * review which a supervisor has already decided stays decided. Elsewhere nothing is to be decided,
 * and any verdict finds the row.
 */
static enum decision verdict(const struct hold *hold, const struct command *command)
{
    if (command->kind == COMMAND_DECIDE)
        return command->decision;
    if (command->kind != COMMAND_REQUEST && command->kind != COMMAND_START)
        return DECISION_HONOR;
    assert(command->ruling.decision);
    if (command->ruling.decision == DECISION_REVIEW && hold->decided)
        return hold->decision;
    return command->ruling.decision;
}

static void hold_from_request(const struct command *command, instant received_at, struct hold *hold)
{
    record_clear(&hold_record, hold);
    hold->id = command->hold_id;
    hold->rev = 0;
    memcpy(hold->booking, command->booking, sizeof(hold->booking));
    memcpy(hold->facility, command->facility, sizeof(hold->facility));
    hold->form = command->form ? command->form : names_find(&form_names, FORM_DEFAULT);
    hold->issued_at = command->issued_at;
    memcpy(hold->ice_office, command->ice_office, sizeof(hold->ice_office));
    hold->ice_warrant = command->ice_warrant;
    hold->booked_at = command->booked_at;
    hold->received_at = received_at;
    hold->replaces = command->replaces;
}

int transition_apply(const struct hold *hold, const struct command *command,
                     const struct facility *facility, instant now, struct outcome *outcome,
                     struct problem *problem)
{
    struct step step = {
        .command = command,
        .facility = facility,
        .now = now,
        .at = command->at != INSTANT_NONE ? command->at : now,
        .outcome = outcome,
        .hold = &outcome->hold,
    };
    const struct transition *row;
    enum hold_state state;
    int r;

    assert((hold == NULL) == (command->kind == COMMAND_REQUEST));
    outcome->n_events = outcome->n_timers = 0;
    outcome->disarm = 0;
    if (hold)
        outcome->hold = *hold;
    else
        hold_from_request(command, step.at, &outcome->hold);

    state = (enum hold_state)outcome->hold.state;
    row = find_row(state, command->kind, ALWAYS);
    if (!row)
        return refuse_transition(state, command->kind, problem);
    if (command->kind < COMMAND_FROM_OUTSIDE) {
        r = transition_check_times(&outcome->hold, command, step.at, now, problem);
        if (r)
            return r;
    }
    row = find_row(state, command->kind, 1u << verdict(&outcome->hold, command));
    assert(row);
    if (row->to != SAME)
        outcome->hold.state = row->to;
    row->effect(&step, row->event);
    return 0;
}

void transition_from_timer(const struct timer *timer, struct command *command)
{
    static const enum command_kind commands[TIMER_KINDS] = {
        [TIMER_WARNING] = COMMAND_WARN,
        [TIMER_EXPIRY] = COMMAND_EXPIRE,
        [TIMER_PICKUP_DUE] = COMMAND_PICKUP_DUE,
        [TIMER_PICKUP_MISSED] = COMMAND_PICKUP_MISSED,
    };

    command_init(command, commands[timer->kind], timer->hold, "clock", RECORD_NO_INT);
    command->at = timer->due_at;
    command->due_at = timer->due_at;
    command->rung_s = timer->rung_s;
}
