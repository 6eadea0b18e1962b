/* SPDX-License-Identifier: ISC */

/* Times of commands: none in the future, none before what it follows. */

#include "transition_step.h"

#define FUTURE_TOLERANCE_US (60 * US_PER_S)    /* clocks in a jail differ by so much */
#define PICKUP_HORIZON_US   (366 * US_PER_DAY) /* no transfer is arranged further ahead */

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

int transition_check_times(const struct hold *hold, const struct command *command, instant at,
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
