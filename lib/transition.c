/* SPDX-License-Identifier: ISC */

/*
 * The transition table, and what each row does beside changing the state.
 *
 * A command is first looked up by state: no row, no transition. Then its times are checked, then
 * the verdict (of policy or supervisor) picks among the rows, and the row's effect fills in the new
 * hold, the event and the timers.
 */

#include "transition.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "macro.h"

#define FUTURE_TOLERANCE_US (60 * US_PER_S)    /* clocks in a jail differ by so much */
#define PICKUP_HORIZON_US   (366 * US_PER_DAY) /* no transfer is arranged further ahead */

static const char *const timer_values[] = {
    [TIMER_NONE] = NULL,
    [TIMER_WARNING] = "warning",
    [TIMER_EXPIRY] = "expiry",
    [TIMER_PICKUP_DUE] = "transfer_due",
    [TIMER_PICKUP_MISSED] = "transfer_missed",
};
const struct names timer_kind_names = NAMES(timer_values);

/* One application of a command, while it is being worked out. */
struct step {
    const struct command *command;
    const struct facility *facility;
    instant now;
    instant at; /* effective time */
    struct outcome *outcome;
    struct hold *hold; /* the new hold, inside outcome */
};

/* ---- events and timers ---- */

static struct event *add_event(struct step *step, enum event_kind kind, instant at)
{
    struct outcome *outcome = step->outcome;
    struct hold *hold = step->hold;
    struct event *event = &outcome->events[outcome->n_events++];

    assert(outcome->n_events <= OUTCOME_EVENTS_MAX);
    record_clear(&event_record, event);
    event->kind = kind;
    event->hold = hold->id;
    event->rev = ++hold->rev;
    event->state = hold->state;
    event->at = at;
    event->recorded_at = step->now;
    event->pid = step->command->pid;
    memcpy(event->booking, hold->booking, sizeof(event->booking));
    memcpy(event->facility, hold->facility, sizeof(event->facility));
    memcpy(event->actor, step->command->actor, sizeof(event->actor));
    return event;
}

static void mark_fired(struct event *event, instant due_at, instant now)
{
    event->due_at = due_at;
    event->late_us = now > due_at ? now - due_at : 0;
    event->late = event->late_us > EVENT_LATE_US;
}

static void arm(struct step *step, enum timer_kind kind, int64_t rung_s, instant due_at)
{
    struct outcome *outcome = step->outcome;

    assert(outcome->n_timers < OUTCOME_TIMERS_MAX);
    outcome->timers[outcome->n_timers++] =
        (struct timer){.hold = step->hold->id, .kind = kind, .rung_s = rung_s, .due_at = due_at};
}

static void disarm(struct step *step, unsigned kinds)
{
    step->outcome->disarm |= kinds;
}

/*
 * Arms the expiry and the warnings before it: every rung still ahead, and of those already past
 * only the tightest, which is due now. One warning tells all there is to tell.
 */
static void arm_deadline(struct step *step)
{
    const struct facility *facility = step->facility;
    const struct hold *hold = step->hold;
    int64_t passed_s = 0;

    for (size_t i = 0; i < facility->n_warnings; i++) {
        int64_t rung_s = facility->warnings_s[i];
        instant due_at = hold->deadline_at - rung_s * US_PER_S;

        if (due_at > step->now)
            arm(step, TIMER_WARNING, rung_s, due_at);
        else if (!passed_s || rung_s < passed_s)
            passed_s = rung_s;
    }
    if (passed_s)
        arm(step, TIMER_WARNING, passed_s, step->now);
    arm(step, TIMER_EXPIRY, 0, hold->deadline_at);
}

static void expire(struct step *step, enum cause cause, instant authority_ended_at)
{
    struct event *event;

    step->hold->state = HOLD_EXPIRED;
    step->hold->authority_ended_at = authority_ended_at;
    disarm(step, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
    event = add_event(step, EVENT_EXPIRED, authority_ended_at);
    event->cause = cause;
    event->deadline_at = step->hold->deadline_at;
    if (cause == CAUSE_DEADLINE)
        mark_fired(event, authority_ended_at, step->now);
}

/* Sets the clock running, or, where its time is already over, expires the hold at once. */
static void run_clock(struct step *step)
{
    if (step->hold->deadline_at <= step->now)
        expire(step, CAUSE_DEADLINE, step->hold->deadline_at);
    else
        arm_deadline(step);
}

static void set_deadline(struct step *step)
{
    struct hold *hold = step->hold;
    bool representable;

    hold->rule = step->facility->rule.kind;
    hold->limit_h = step->facility->rule.limit_h;
    representable = rule_deadline(&step->facility->rule, hold->eligible_at, &hold->deadline_at);
    /* eligible_at was parsed (years 1 to 9999) and is not in the future: 48 hours always fit. */
    assert(representable);
    (void)representable;
}

/* ---- effects: one per row of the table ---- */

typedef void effect_fn(struct step *step, enum event_kind kind);

static void effect_request(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->decision = step->facility->policy;
    if (hold->state == HOLD_DECLINED)
        hold->ended_at = step->at;
    event = add_event(step, kind, step->at);
    event->decision = hold->decision;
    if (hold->state == HOLD_DECLINED)
        event->cause = CAUSE_POLICY;
}

static void effect_decide(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->decision = step->command->decision;
    hold->decided = true;
    if (hold->state == HOLD_DECLINED) {
        hold->ended_at = step->at;
        disarm(step, TIMER_ALL);
    }
    event = add_event(step, kind, step->at);
    event->decision = hold->decision;
    event->reason = step->command->reason;
}

static void effect_serve(struct step *step, enum event_kind kind)
{
    step->hold->served_at = step->at;
    add_event(step, kind, step->at);
}

static const char *eligible_reason_name(const struct step *step)
{
    return eligible_reason_names.values[step->hold->eligible_reason];
}

/* A second detainer on the same booking never gets a clock of its own: the first one counts on. */
static void inherit_clock(struct step *step)
{
    const struct command *command = step->command;

    if (command->first_eligible_at == INSTANT_NONE ||
        command->first_eligible_at >= step->hold->eligible_at)
        return;
    step->hold->eligible_at = command->first_eligible_at;
    step->hold->first_hold = command->first_hold;
}

static void effect_start(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->eligible_at = step->at;
    hold->eligible_reason =
        step->command->eligible_reason ? step->command->eligible_reason : ELIGIBLE_OTHER;
    inherit_clock(step);
    set_deadline(step);
    event = add_event(step, kind, step->at);
    event->eligible_at = hold->eligible_at;
    event->reason = eligible_reason_name(step);
    event->deadline_at = hold->deadline_at;
    event->first_hold = hold->first_hold;
    event->pickup_at = hold->pickup_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
    run_clock(step);
}

static void effect_decline_start(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->eligible_at = step->at;
    hold->eligible_reason =
        step->command->eligible_reason ? step->command->eligible_reason : ELIGIBLE_OTHER;
    hold->decision = DECISION_DECLINE;
    hold->ended_at = step->at;
    disarm(step, TIMER_ALL);
    event = add_event(step, kind, step->at);
    event->eligible_at = hold->eligible_at;
    event->reason = eligible_reason_name(step);
    event->decision = DECISION_DECLINE;
    event->cause = step->facility->policy == DECISION_DECLINE ? CAUSE_POLICY : CAUSE_UNDECIDED;
}

static void effect_expire(struct step *step, enum event_kind kind)
{
    (void)kind; /* expire() knows its event */
    expire(step, CAUSE_DEADLINE, step->hold->deadline_at);
}

static void effect_warn(struct step *step, enum event_kind kind)
{
    struct event *event = add_event(step, kind, step->at);

    event->rung_s = step->command->rung_s;
    event->deadline_at = step->hold->deadline_at;
    event->pickup_at = step->hold->pickup_at;
    event->transfer_conflict = hold_transfer_conflict(step->hold);
    mark_fired(event, step->command->due_at, step->now);
}

static void fill_end_reasons(const struct step *step, struct event *event)
{
    const struct command *command = step->command;

    event->lift_code = command->lift_code;
    if (command->kind == COMMAND_CLOSE)
        event->reason = close_reason_names.values[command->close_reason];
    else if (command->reason[0])
        event->reason = command->reason;
}

/* The hold is over before its clock ever ran. */
static void effect_end_unstarted(struct step *step, enum event_kind kind)
{
    step->hold->ended_at = step->at;
    step->hold->lift_code = step->command->lift_code;
    disarm(step, TIMER_ALL);
    fill_end_reasons(step, add_event(step, kind, step->at));
}

/*
 * When authority ended that ICE withdrew. Always before the deadline, if only by a microsecond: it
 * is by this that a withdrawn hold is told from one whose time ran out.
 */
static instant withdrawn_end(instant withdrawn_at, instant deadline_at)
{
    return withdrawn_at < deadline_at ? withdrawn_at : deadline_at - 1;
}

/* ICE withdrew: authority ends at once, and the person is still inside. */
static void effect_cancel_held(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    instant withdrawn_at = instant_max(step->at, hold->eligible_at);

    hold->state = HOLD_HELD;
    hold->lift_code = step->command->lift_code;
    fill_end_reasons(step, add_event(step, kind, step->at));
    expire(step, CAUSE_CANCELLED, withdrawn_end(withdrawn_at, hold->deadline_at));
}

/* The person is out. Overdue is the time inside past authority, by when it happened. */
static void effect_end(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    instant authority_ends_at =
        hold->authority_ended_at != INSTANT_NONE ? hold->authority_ended_at : hold->deadline_at;
    struct event *event;

    hold->ended_at = step->at;
    hold->overdue_us = step->at > authority_ends_at ? step->at - authority_ends_at : 0;
    disarm(step, TIMER_ALL);
    event = add_event(step, kind, step->at);
    event->deadline_at = hold->deadline_at;
    event->overdue_us = hold->overdue_us;
    fill_end_reasons(step, event);
}

static void effect_schedule(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    struct event *event;

    hold->pickup_at = step->command->pickup_at;
    disarm(step, TIMER_BIT(TIMER_PICKUP_DUE) | TIMER_BIT(TIMER_PICKUP_MISSED));
    arm(step, TIMER_PICKUP_DUE, 0, hold->pickup_at);
    arm(step, TIMER_PICKUP_MISSED, 0, hold->pickup_at + step->facility->transfer_grace_us);
    event = add_event(step, kind, step->at);
    event->pickup_at = hold->pickup_at;
    event->deadline_at = hold->deadline_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
}

static void effect_pickup(struct step *step, enum event_kind kind)
{
    struct event *event = add_event(step, kind, step->at);

    event->pickup_at = step->hold->pickup_at;
    event->deadline_at = step->hold->deadline_at;
    mark_fired(event, step->command->due_at, step->now);
}

/*
 * New facts from a supervisor: the only way a deadline moves later, and then it says so. Authority
 * that ICE withdrew stays withdrawn.
 */
static void effect_correct(struct step *step, enum event_kind kind)
{
    struct hold *hold = step->hold;
    instant previous_deadline_at = hold->deadline_at;
    bool was_expired = hold->state == HOLD_EXPIRED;
    bool withdrawn = was_expired && hold->authority_ended_at < previous_deadline_at;
    struct event *event;

    hold->eligible_at = step->at;
    set_deadline(step);
    if (withdrawn) {
        hold->authority_ended_at = withdrawn_end(hold->authority_ended_at, hold->deadline_at);
    } else if (was_expired) {
        /* A clock that went back revives nothing by itself: the deadline must move later, too. */
        bool running = hold->deadline_at > step->now && hold->deadline_at > previous_deadline_at;

        hold->state = running ? HOLD_HELD : HOLD_EXPIRED;
        hold->authority_ended_at = running ? INSTANT_NONE : hold->deadline_at;
    }
    event = add_event(step, kind, step->now);
    event->eligible_at = hold->eligible_at;
    event->deadline_at = hold->deadline_at;
    event->previous_deadline_at = previous_deadline_at;
    event->lengthened = hold->deadline_at > previous_deadline_at;
    event->transfer_conflict = hold_transfer_conflict(hold);
    event->reason = step->command->reason;
    if (hold->state == HOLD_HELD && hold->deadline_at != previous_deadline_at) {
        disarm(step, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_EXPIRY));
        run_clock(step);
    }
}

static void effect_note(struct step *step, enum event_kind kind)
{
    add_event(step, kind, step->at)->text = step->command->text;
}

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

/* ---- checks ---- */

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

static int check_not_future(const char *field, instant at, instant limit, struct problem *problem)
{
    char text[INSTANT_TEXT_SIZE];

    if (at == INSTANT_NONE || at <= limit)
        return 0;
    instant_format(limit, text);
    return problem_set(problem, PROBLEM_TIME_IN_FUTURE, field,
                       "%s lies in the future; it may be no later than %s", field, text);
}

static int check_order(const char *field, instant at, const char *earlier_field, instant earlier,
                       struct problem *problem)
{
    char text[INSTANT_TEXT_SIZE];

    if (at == INSTANT_NONE || earlier == INSTANT_NONE || at >= earlier)
        return 0;
    instant_format(earlier, text);
    return problem_set(problem, PROBLEM_TIME_ORDER, field, "%s must not be before %s, %s", field,
                       earlier_field, text);
}

/*
 * What the effective time of a command must not precede. A start may lie before the receipt of the
 * detainer: the moment the person would have gone home does not move because a paper came late, and
 * the earlier clock is the one that frees them sooner.
 */
static int check_follows(const struct hold *hold, const struct command *command, instant at,
                         struct problem *problem)
{
    const char *field = command_table[command->kind].at_field;

    switch (command->kind) {
    case COMMAND_REQUEST:
        return check_order(field, at, "issued_at", command->issued_at, problem);
    case COMMAND_START:
    case COMMAND_CORRECT:
        return check_order(field, at, "booked_at", hold->booked_at, problem);
    case COMMAND_TRANSFER:
    case COMMAND_RELEASE:
    case COMMAND_CLOSE:
        if (hold->eligible_at != INSTANT_NONE)
            return check_order(field, at, "eligible_at", hold->eligible_at, problem);
        return check_order(field, at, "received_at", hold->received_at, problem);
    default:
        return check_order(field, at, "received_at", hold->received_at, problem);
    }
}

static int check_times(const struct hold *hold, const struct command *command, instant at,
                       instant now, struct problem *problem)
{
    instant limit = now + FUTURE_TOLERANCE_US;
    int r;

    r = check_not_future(command_table[command->kind].at_field, at, limit, problem);
    if (!r)
        r = check_not_future("issued_at", command->issued_at, limit, problem);
    if (!r)
        r = check_not_future("booked_at", command->booked_at, limit, problem);
    if (!r)
        r = check_not_future("pickup_at", command->pickup_at, now + PICKUP_HORIZON_US, problem);
    if (!r)
        r = check_order("pickup_at", command->pickup_at, "at", at, problem);
    if (!r)
        r = check_follows(hold, command, at, problem);
    return r;
}

/* ---- application ---- */

/*
 * Who decides: the supervisor on `decide`, and otherwise the facility's policy, except that a
 * review which a supervisor has already decided stays decided.
 */
static enum decision verdict(const struct hold *hold, const struct command *command,
                             const struct facility *facility)
{
    if (command->kind == COMMAND_DECIDE)
        return command->decision;
    if (facility->policy == DECISION_REVIEW && hold->decided)
        return hold->decision;
    return facility->policy;
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
        r = check_times(&outcome->hold, command, step.at, now, problem);
        if (r)
            return r;
    }
    row = find_row(state, command->kind, 1u << verdict(&outcome->hold, command, facility));
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
