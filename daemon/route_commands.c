/* SPDX-License-Identifier: ISC */

/* Commands: a JSON body in, through the ledger, and the hold as it then stands out. */

#include <stdlib.h>

#include "answer.h"
#include "codec.h"
#include "conditions.h"
#include "worker.h"

/* The second step: the ledger is done, and has written the reply itself where that is kept. */
static enum MHD_Result answer_command(struct exchange *exchange)
{
    _cleanup_(pending_free_ptr) struct pending *pending = exchange->pending;
    struct reply *reply = &pending->operation.reply;

    exchange->pending = NULL;
    if (!reply->status &&
        reply_operation(reply, worker_law(exchange->worker), &pending->operation) < 0)
        return MHD_NO;
    return answer_reply(exchange, reply);
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
    if (!r)
        r = conditions_attach(exchange, &pending->operation);
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
