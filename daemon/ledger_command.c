/* SPDX-License-Identifier: ISC */

/* Commands in the ledger: what they need to know first, then the transition, all in a savepoint. */

#include <inttypes.h>

#include "consult.h"
#include "entity_tag.h"
#include "ledger_step.h"

static instant effective_at(const struct command *command, instant now)
{
    return command->at != INSTANT_NONE ? command->at : now;
}

static bool needs_first_clock(enum command_kind kind)
{
    return kind == COMMAND_START || kind == COMMAND_CORRECT || kind == COMMAND_SHORTEN;
}

static int find_facility(struct ledger *ledger, struct operation *operation,
                         const struct facility **facility)
{
    *facility = law_facility(ledger->law, operation->command.facility);
    if (*facility)
        return 0;
    return problem_set(&operation->problem, PROBLEM_UNKNOWN_FACILITY, "facility",
                       "no facility \"%s\" is configured; GET /v1/ lists those that are",
                       operation->command.facility);
}

static int find_hold(struct ledger *ledger, struct operation *operation, struct hold *hold)
{
    int r = store_hold(ledger->store, operation->command.hold_id, hold);

    if (r > 0)
        return problem_set(&operation->problem, PROBLEM_NOT_FOUND, NULL,
                           "there is no hold %" PRId64, operation->command.hold_id);
    return r;
}

/* The hold that a request replaces: the one it names, or else the one that is open on its booking.
 */
static int find_replaced(struct ledger *ledger, struct operation *operation)
{
    struct command *command = &operation->command;
    struct hold replaced;
    int64_t open_id;
    int r;

    if (command->replaces == RECORD_NO_INT) {
        r = store_open_hold(ledger->store, command->booking, command->facility, &open_id);
        if (!r && open_id)
            command->replaces = open_id;
        return r;
    }
    r = store_hold(ledger->store, command->replaces, &replaced);
    if (r > 0)
        return problem_set(&operation->problem, PROBLEM_UNKNOWN_HOLD, "replaces",
                           "there is no hold %" PRId64 " that could be replaced",
                           command->replaces);
    return r;
}

static int apply_request(struct ledger *ledger, struct operation *operation, instant now)
{
    struct command *command = &operation->command;
    const struct facility *facility;
    int r;

    command->hold_id = ledger->tally.last_hold + 1;
    r = find_facility(ledger, operation, &facility);
    if (!r)
        r = find_replaced(ledger, operation);
    if (!r)
        r = consult_policy(ledger->evaluator, facility, command, NULL, effective_at(command, now));
    if (!r)
        r = transition_apply(NULL, command, facility, now, &ledger->outcome, &operation->problem);
    return r ? r : ledger_record(ledger, NULL);
}

/* What the command needs to know beyond its hold, by its kind. */
int ledger_complete(struct ledger *ledger, struct command *command, const struct hold *hold,
                    const struct facility *facility, instant now)
{
    int r = 0;

    command->bound = law_bound(ledger->law, hold);
    if (command->kind == COMMAND_FACTS)
        r = consult_facts(command, hold);
    if (command->kind == COMMAND_START)
        r = consult_policy(ledger->evaluator, facility, command, hold, effective_at(command, now));
    if (!r && needs_first_clock(command->kind))
        r = store_first_clock(ledger->store, hold, &command->first);
    if (command->kind != COMMAND_START) /* the supervisor knows better when it began */
        command->first.eligible_at = command->first.deadline_at = INSTANT_NONE;
    return r;
}

/* Whether the hold is still as its client knows it. Here and not before, because others may have
 * changed it in this very turn. */
static int check_tag(struct operation *operation, const struct hold *hold)
{
    char tag[ENTITY_TAG_SIZE];

    reply_tag(hold->rev, tag);
    if (!operation->if_match || entity_tags_have(operation->if_match, tag, ENTITY_TAG_STRONG))
        return 0;
    problem_set(&operation->problem, PROBLEM_PRECONDITION_FAILED, "If-Match",
                "the hold is now at revision %" PRId64 "; look at it before you repeat this",
                hold->rev);
    operation->problem.rev = hold->rev;
    return PROBLEM_PRECONDITION_FAILED;
}

static int apply_to_hold(struct ledger *ledger, struct operation *operation, instant now)
{
    struct command *command = &operation->command;
    struct hold hold;
    int r;

    r = find_hold(ledger, operation, &hold);
    if (!r)
        r = check_tag(operation, &hold);
    if (!r)
        r = ledger_complete(ledger, command, &hold, ledger_facility(ledger, &hold), now);
    if (!r)
        r = transition_apply(&hold, command, ledger_facility(ledger, &hold), now, &ledger->outcome,
                             &operation->problem);
    return r ? r : ledger_record(ledger, &hold);
}

/* What the answer needs, taken before the next command may change it. */
static int fill_answer(struct ledger *ledger, struct operation *operation, instant now)
{
    operation->hold = ledger->outcome.hold;
    operation->now = now;
    return store_next_timer(ledger->store, operation->hold.id, &operation->next_timer);
}

/* Applies one operation, all of it or, where it is refused, nothing. */
static int apply_in_savepoint(struct ledger *ledger, struct operation *operation, instant now)
{
    struct tally tally = ledger->tally;
    int r;

    r = store_savepoint(ledger->store);
    if (r)
        return r;
    operation->result = operation->command.kind == COMMAND_REQUEST
                            ? apply_request(ledger, operation, now)
                            : apply_to_hold(ledger, operation, now);
    if (operation->result < 0)
        return operation->result;
    if (operation->result > 0) {
        ledger->tally = tally;
        return store_undo(ledger->store);
    }
    r = fill_answer(ledger, operation, now);
    return r ? r : store_keep(ledger->store);
}

/* What is due on the hold happens to it first: no command overtakes time. */
static int apply_command(struct ledger *ledger, struct operation *operation, instant now)
{
    int r = 0;

    if (operation->command.kind != COMMAND_REQUEST)
        r = ledger_fire(ledger, operation->command.hold_id, now);
    return r ? r : apply_in_savepoint(ledger, operation, now);
}

int ledger_apply(struct ledger *ledger, struct operation *operation, instant now)
{
    int r;

    if (operation->law)
        return ledger_apply_law(ledger, operation);
    r = ledger_recall(ledger, operation);
    if (r)
        return r < 0 ? r : 0;
    r = apply_command(ledger, operation, now);
    return r ? r : ledger_remember(ledger, operation, now);
}
