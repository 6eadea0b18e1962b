/* SPDX-License-Identifier: ISC */

/* Loading the configuration anew, asked for through the API. */

#include <errno.h>

#include "answer.h"
#include "codec_input.h"
#include "worker.h"

/* The second step: the law is in force, or none is. */
static enum MHD_Result answer_reload(struct exchange *exchange)
{
    _cleanup_(pending_free_ptr) struct pending *pending = exchange->pending;
    const struct law *law = worker_law(exchange->worker);

    exchange->pending = NULL;
    if (pending->operation.result)
        return answer_problem(exchange, &pending->operation.problem);
    return answer_json(exchange,
                       json_pack("{s:I, s:I, s:I}", "facilities", (json_int_t)law->n_facilities,
                                 "policies", (json_int_t)law->books->policies.count, "calendars",
                                 (json_int_t)law->books->calendars.count));
}

enum MHD_Result service_reload(struct exchange *exchange, const struct query *query)
{
    static const struct record no_members = {0};
    json_auto_t *body = NULL;
    struct pending *pending;
    struct problem problem;
    int r = codec_body_load(exchange->body, exchange->body_size, &body, &problem);

    (void)query;
    if (!r)
        r = codec_members_read("reload", &no_members, body, NULL, &problem);
    if (r > 0)
        return answer_problem(exchange, &problem);
    pending = r ? NULL : calloc(1, sizeof(*pending));
    if (!pending)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    return exchange_submit_reload(exchange, pending, answer_reload);
}
