/* SPDX-License-Identifier: ISC */

/* Loading the configuration anew, asked for through the API. */

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "worker.h"

/* The second step: the law is in force, or storage failed. */
static enum MHD_Result answer_reload(struct exchange *exchange)
{
    _cleanup_(free_ptr) struct pending *pending = exchange->pending;
    const struct server_options *options = exchange->worker->options;
    const struct law *law = worker_law(exchange->worker);

    exchange->pending = NULL;
    if (pending->operation.result)
        return answer_problem(exchange, &pending->operation.problem);
    reload_log(law, options->clock);
    return answer_json(exchange,
                       json_pack("{s:I, s:I, s:I}", "facilities", (json_int_t)law->n_facilities,
                                 "policies", (json_int_t)law->books->policies.count, "calendars",
                                 (json_int_t)law->books->calendars.count));
}

static enum MHD_Result submit(struct exchange *exchange, struct law *law)
{
    struct pending *pending = calloc(1, sizeof(*pending));

    if (!pending) {
        law_unref(law);
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    }
    pending->operation.law = law;
    return exchange_submit(exchange, pending, answer_reload);
}

static enum MHD_Result refuse(struct exchange *exchange, const char *mistakes)
{
    struct problem problem;

    problem_set(&problem, PROBLEM_INVALID_CONFIGURATION, NULL, "%.*s", (int)strcspn(mistakes, "\n"),
                mistakes);
    problem.mistakes = mistakes;
    return answer_problem(exchange, &problem);
}

enum MHD_Result service_reload(struct exchange *exchange, const struct query *query)
{
    _cleanup_(free_ptr) char *mistakes = NULL;
    struct law *law = NULL;
    int r = reload_load(exchange->worker->options->reload, &law, &mistakes);

    (void)query;
    if (!r)
        return submit(exchange, law);
    if (r == -EINVAL)
        return refuse(exchange, mistakes);
    return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
}
