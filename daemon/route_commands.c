/* SPDX-License-Identifier: ISC */

/* Commands: a JSON body in, through the ledger, and the hold as it then stands out. */

#include <stdlib.h>

#include "answer.h"
#include "codec.h"
#include "worker.h"

/* The second step: the ledger is done. */
static enum MHD_Result answer_command(struct exchange *exchange)
{
    _cleanup_(pending_free_ptr) struct pending *pending = exchange->pending;
    const struct operation *operation = &pending->operation;
    bool is_new = operation->command.kind == COMMAND_REQUEST;

    exchange->pending = NULL;
    if (operation->result)
        return answer_problem(exchange, &operation->problem);
    return answer_hold(exchange, is_new ? MHD_HTTP_CREATED : MHD_HTTP_OK, &operation->hold,
                       &operation->next_timer, operation->now);
}

static enum MHD_Result submit(struct exchange *exchange, enum command_kind kind, int64_t hold_id)
{
    _cleanup_(pending_free_ptr) struct pending *pending = calloc(1, sizeof(*pending));
    struct pending *submitted = pending;
    struct problem problem;
    char actor[ACTOR_SIZE];
    int r;

    if (!pending)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    peer_actor(&exchange->peer, actor);
    command_init(&pending->operation.command, kind, hold_id, actor, exchange->peer.pid);
    r = codec_command_parse(exchange->body, exchange->body_size, &pending->operation.command,
                            &problem);
    if (r < 0)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    if (r > 0)
        return answer_problem(exchange, &problem);
    pending = NULL; /* the ledger's */
    return exchange_submit(exchange, submitted, answer_command);
}

enum MHD_Result holds_request(struct exchange *exchange, const struct query *query)
{
    (void)query;
    return submit(exchange, COMMAND_REQUEST, 0);
}

enum MHD_Result hold_command(struct exchange *exchange, const struct query *query)
{
    (void)query;
    return submit(exchange, exchange->match.command, exchange->match.id);
}
