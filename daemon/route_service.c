/* SPDX-License-Identifier: ISC */

/* About the daemon: what it is, what it serves, how much there is, and whether it works. */

#include <inttypes.h>
#include <string.h>

#include "admission.h"
#include "answer.h"
#include "value.h"
#include "worker.h"

#define API_VERSION 1

static json_t *clock_value(const struct server_options *options)
{
    return json_pack("{s:s, s:b, s:b}", "kind", options->clock->simulated ? "simulated" : "real",
                     "synchronised", (int)atomic_load(&options->view->synchronised),
                     "behind_history", (int)atomic_load(&options->view->behind));
}

static json_t *facility_value(const struct facility *facility)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "id", facility->id, "name", facility->name,
                     "zone", facility->zone_name, "rule", facility->rule.name, "limit_h",
                     facility->rule.limit_h, "policy", policy_name(facility->policy));
}

static json_t *facilities_value(const struct law *law)
{
    json_t *array = json_array();

    for (size_t i = 0; i < law->n_facilities; i++)
        json_array_append_new(array, facility_value(&law->facilities[i]));
    return array;
}

static json_t *counts_value(const struct view *view)
{
    json_t *object = json_object();

    for (size_t state = HOLD_PENDING; state < HOLD_STATES; state++)
        json_object_set_new(object, hold_state_names.values[state],
                            json_integer(atomic_load(&view->counts[state])));
    return object;
}

static json_t *roles_value(unsigned roles)
{
    json_t *array = json_array();

    for (int role = ROLE_RECORDS; role < ROLES; role++)
        if (roles & ROLE_BIT(role))
            json_array_append_new(array, json_string(role_names.values[role]));
    return array;
}

static json_t *you_value(struct exchange *exchange)
{
    return json_pack("{s:I, s:I, s:o}", "uid", (json_int_t)exchange->peer.uid, "pid",
                     (json_int_t)exchange->peer.pid, "roles",
                     roles_value(admission_roles(exchange)));
}

static void add_call(const char *method, const char *path, enum call call, void *closure)
{
    json_t *calls = closure;

    json_array_append_new(calls, json_pack("{s:s, s:s, s:o}", "method", method, "path", path,
                                           "roles", roles_value(access_of(call))));
}

static json_t *calls_value(void)
{
    json_t *calls = json_array();

    route_calls(add_call, calls);
    return calls;
}

enum MHD_Result service_about(struct exchange *exchange, const struct query *query)
{
    const struct server_options *options = exchange->worker->options;
    const struct view *view = options->view;
    json_t *about = json_pack(
        "{s:s, s:i, s:[], s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "version", PACKAGE_VERSION,
        "api", API_VERSION, "extensions", "time", value_instant(clock_now(options->clock)), "clock",
        clock_value(options), "you", you_value(exchange), "facilities",
        facilities_value(worker_law(exchange->worker)), "counts", counts_value(view), "last_seq",
        (json_int_t)atomic_load(&view->committed_seq), "next_deadline_at",
        value_instant(atomic_load(&view->next_deadline)), "calls", calls_value(), "personal",
        roles_value(access_to_personal()));

    (void)query;
    return answer_json(exchange, about);
}

enum MHD_Result service_health(struct exchange *exchange, const struct query *query)
{
    (void)query;
    if (atomic_load(&exchange->worker->options->view->failed))
        return answer_refusal(exchange, PROBLEM_STORAGE_FAILED,
                              "the database has failed: nothing is recorded any more");
    return answer_text(exchange, &(struct answer){.status = MHD_HTTP_OK},
                       strdup("{\"status\":\"ok\"}"));
}
