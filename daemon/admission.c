/* SPDX-License-Identifier: ISC */

/* Roles of a client against the table of calls. */

#include "admission.h"

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
    unsigned roles = admission_roles(exchange);
    unsigned wanted = exchange->found ? ROLES_ALL : access_of(exchange->match.call);

    exchange->admission = roles & wanted ? PROBLEM_NONE : PROBLEM_FORBIDDEN;
}

enum MHD_Result admission_refuse(struct exchange *exchange)
{
    unsigned uid = (unsigned)exchange->peer.uid;
    char have[ROLES_TEXT_SIZE], wanted[ROLES_TEXT_SIZE];

    roles_list(exchange->roles, have);
    if (!exchange->roles)
        return answer_refusal(exchange, PROBLEM_FORBIDDEN,
                              "user %u has no role on this socket: detainerd.conf gives roles to "
                              "users and groups",
                              uid);
    roles_list(access_of(exchange->match.call), wanted);
    return answer_refusal(exchange, PROBLEM_FORBIDDEN,
                          "this takes one of the roles %s; user %u has %s", wanted, uid, have);
}
