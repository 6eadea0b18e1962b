/* SPDX-License-Identifier: ISC */

/* Roles of a client against the table of calls, and requests against its user's quota. */

#include "admission.h"

#include <inttypes.h>
#include <stdio.h>

#include "answer.h"
#include "log.h"
#include "worker.h"

/* Worked out once for each connection and law. */
unsigned admission_roles(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    const struct law *law = worker_law(worker);

    if (exchange->roles_by != worker->law.changes) {
        exchange->roles = access_roles(&law->access, &exchange->peer) & exchange->ceiling;
        exchange->roles_by = worker->law.changes;
    }
    return exchange->roles;
}

bool admission_to_personal(struct exchange *exchange)
{
    return admission_roles(exchange) & access_to_personal();
}

void admission_decide(struct exchange *exchange)
{
    const struct server_options *options = exchange->worker->options;
    unsigned roles = admission_roles(exchange);
    unsigned wanted = exchange->found ? ROLES_ALL : access_of(exchange->match.call);

    if (!(roles & wanted))
        exchange->admission = PROBLEM_FORBIDDEN;
    else if (!quota_request(options->quota, exchange->user, clock_steady_us(options->clock)))
        exchange->admission = PROBLEM_TOO_MANY_REQUESTS;
    else
        exchange->admission = PROBLEM_NONE;
}

/* ---- refusals ---- */

static void describe(const struct exchange *exchange, struct problem *problem)
{
    unsigned uid = (unsigned)exchange->peer.uid;
    char have[ROLES_TEXT_SIZE], wanted[ROLES_TEXT_SIZE];

    if (exchange->admission == PROBLEM_TOO_MANY_REQUESTS) {
        problem_set(problem, exchange->admission, NULL,
                    "user %u asks more than %zu times a second, which is max_requests_per_user",
                    uid, quota_limits(exchange->worker->options->quota)->requests_per_s);
        return;
    }
    roles_list(exchange->roles, have);
    if (!exchange->roles) {
        problem_set(problem, exchange->admission, NULL,
                    "user %u has no role on this socket: detainerd.conf gives roles to users and "
                    "groups",
                    uid);
        return;
    }
    roles_list(access_of(exchange->match.call), wanted);
    problem_set(problem, exchange->admission, NULL,
                "this takes one of the roles %s; user %u has %s", wanted, uid, have);
}

/* What was asked for, without what may be about a person. */
static const char *path_of(const struct exchange *exchange)
{
    return exchange->found == ROUTE_NO_PATH ? "an unknown address" : exchange->match.route->path;
}

static void log_refusal(const struct exchange *exchange, const struct problem *problem)
{
    const struct server_options *options = exchange->worker->options;
    char before[64] = "";
    uint64_t n_silent;

    if (!quota_may_log(options->quota, exchange->user, clock_steady_us(options->clock), &n_silent))
        return;
    if (n_silent)
        snprintf(before, sizeof(before), "; %" PRIu64 " more since the last such line", n_silent);
    log_line(LOG_WARNING, "refused a request of uid %u, pid %d for %s: %s%s",
             (unsigned)exchange->peer.uid, (int)exchange->peer.pid, path_of(exchange),
             problem->detail, before);
}

enum MHD_Result admission_refuse(struct exchange *exchange)
{
    struct problem problem;

    describe(exchange, &problem);
    log_refusal(exchange, &problem);
    return answer_problem(exchange, &problem);
}
