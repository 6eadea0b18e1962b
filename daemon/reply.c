/* SPDX-License-Identifier: ISC */

/* Replies out of holds and problems. */

#include "reply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "codec.h"
#include "ledger.h"

#define STATUS_OK      200
#define STATUS_CREATED 201

void reply_tag(int64_t rev, char tag[static ENTITY_TAG_SIZE])
{
    snprintf(tag, ENTITY_TAG_SIZE, "\"%" PRId64 "\"", rev);
}

int reply_hold(struct reply *reply, const struct law *law, unsigned status, const struct hold *hold,
               const struct timer *next_timer, instant now, unsigned hidden)
{
    *reply = (struct reply){
        .status = status,
        .hold = hold->id,
        .rev = hold->rev,
        .body = codec_hold(hold, law_zone_name(law, hold->facility),
                           next_timer->kind != TIMER_NONE ? next_timer : NULL, now, hidden),
    };
    return reply->body ? 0 : -ENOMEM;
}

static int reply_problem(struct reply *reply, int64_t hold, const struct problem *problem)
{
    *reply = (struct reply){
        .status = (unsigned)problem_status(problem->kind),
        .kind = problem->kind,
        .hold = problem->rev ? hold : 0,
        .rev = problem->rev,
        .body = codec_problem(problem),
    };
    return reply->body ? 0 : -ENOMEM;
}

int reply_operation(struct reply *reply, const struct law *law, const struct operation *operation)
{
    const struct command *command = &operation->command;

    if (operation->result)
        return reply_problem(reply, command->hold_id, &operation->problem);
    return reply_hold(reply, law, command->kind == COMMAND_REQUEST ? STATUS_CREATED : STATUS_OK,
                      &operation->hold, &operation->next_timer, operation->now, 0);
}

void reply_clear(struct reply *reply)
{
    free(reply->body);
    *reply = (struct reply){0};
}
