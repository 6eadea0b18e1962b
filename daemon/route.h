/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Routes: which function answers which address.
 *
 * One row per resource, with what it does on GET (HEAD is the same without the body) and on POST.
 * The commands on a hold share one row, because command_table already lists them: a new command
 * needs no route.
 */

#include <microhttpd.h>

#include "access.h"
#include "command.h"
#include "query.h"

struct exchange;

/* Answers a complete request, or suspends it (exchange.h). */
typedef enum MHD_Result route_fn(struct exchange *exchange, const struct query *query);

/* What an address does on one method, and whose permission that takes. */
struct route_method {
    route_fn *handler; /* NULL where the address does not take the method */
    enum call call;    /* the first command's, where the address is that of all commands */
};

struct route {
    const char
        *path; /* `{id}` is a hold's, `{command}` one of command_table's, `{name}` a policy's */
    struct route_method get;
    struct route_method post;
    const char *const *parameters; /* of GET; NULL-terminated, NULL for none */
};

struct route_match {
    const struct route *route;
    route_fn *handler;
    enum call call;
    const char *const *parameters;
    int64_t id;
    enum command_kind command;
    char name[POLICY_NAME_SIZE];
};

enum route_outcome {
    ROUTE_NO_PATH = 1, /* 404 */
    ROUTE_NO_METHOD,   /* 405; match->route is set */
};

/* Returns 0 and fills *match, or an enum route_outcome. `path` is the address without its query, as
 * sent. */
int route_find(const char *path, const char *method, struct route_match *match);

/* Whether a match is a POST, which has a body. */
static inline bool route_is_post(const struct route_match *match)
{
    return match->handler == match->route->post.handler;
}

/* Calls `each` for every call there is, with its path as clients write it but for `{id}` and
 * `{name}`. */
#define ROUTE_PATH_SIZE 64
typedef void route_call_fn(const char *method, const char *path, enum call call, void *context);
void route_calls(route_call_fn *each, void *context);

/* The methods of a route, as the Allow header lists them. */
const char *route_allow(const struct route *route);

/* The handlers, by the file they live in. */
route_fn holds_list, hold_get;                       /* route_holds.c */
route_fn holds_request, hold_command;                /* route_commands.c */
route_fn events_list, hold_events;                   /* route_events.c */
route_fn service_about, service_health;              /* route_service.c */
route_fn metrics_get;                                /* route_metrics.c */
route_fn deadline_get;                               /* route_deadline.c */
route_fn policies_list, policy_get, policy_evaluate; /* route_policies.c */
route_fn service_reload;                             /* route_reload.c */
route_fn openapi_get;                                /* openapi.c */

extern const char *const holds_parameters[];
extern const char *const events_parameters[];
extern const char *const hold_events_parameters[];
extern const char *const deadline_parameters[];
