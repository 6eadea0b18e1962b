/* SPDX-License-Identifier: ISC */

/* The table of routes, and finding one. */

#include "route.h"

#include <stdio.h>
#include <string.h>

#include "macro.h"

#define GET(handler, call)                                                                         \
    {                                                                                              \
        handler, call                                                                              \
    }
#define POST(handler, call)                                                                        \
    {                                                                                              \
        handler, call                                                                              \
    }
#define NONE                                                                                       \
    {                                                                                              \
        NULL, CALLS                                                                                \
    }

static const struct route routes[] = {
    {"/v1/", GET(service_about, CALL_ABOUT), NONE, NULL},
    {"/v1/holds", GET(holds_list, CALL_HOLDS), POST(holds_request, CALL_COMMAND), holds_parameters},
    {"/v1/holds/{id}", GET(hold_get, CALL_HOLD), NONE, NULL},
    {"/v1/holds/{id}/events", GET(hold_events, CALL_HOLD_EVENTS), NONE, hold_events_parameters},
    {"/v1/holds/{id}/{command}", NONE, POST(hold_command, CALL_COMMAND), NULL},
    {"/v1/events", GET(events_list, CALL_EVENTS), NONE, events_parameters},
    {"/v1/deadline", GET(deadline_get, CALL_DEADLINE), NONE, deadline_parameters},
    {"/v1/policies", GET(policies_list, CALL_POLICIES), NONE, NULL},
    {"/v1/policies/{name}", GET(policy_get, CALL_POLICY), NONE, NULL},
    {"/v1/policies/{name}/evaluate", NONE, POST(policy_evaluate, CALL_EVALUATE), NULL},
    {"/v1/reload", NONE, POST(service_reload, CALL_RELOAD), NULL},
    {"/healthz", GET(service_health, CALL_HEALTH), NONE, NULL},
    {"/metrics", GET(metrics_get, CALL_METRICS), NONE, NULL},
    {"/openapi.json", GET(openapi_get, CALL_OPENAPI), NONE, NULL},
};

/* An id as answers write it: no sign, no leading zero. */
static bool parse_id(const char *text, size_t length, int64_t *id)
{
    int64_t value = 0;

    if (length < 1 || length > 18 || text[0] == '0')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *id = value;
    return true;
}

static bool parse_command(const char *text, size_t length, enum command_kind *command)
{
    char name[16];
    int kind;

    if (length >= sizeof(name))
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    kind = command_find(name);
    if (kind < 0)
        return false;
    *command = (enum command_kind)kind;
    return true;
}

static bool parse_name(const char *text, size_t length, char name[static POLICY_NAME_SIZE])
{
    if (length < 1 || length >= POLICY_NAME_SIZE)
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* What stands for `{id}`, `{command}` or `{name}`, of which the first letter is enough. */
static bool parse_part(char letter, const char *text, size_t length, struct route_match *match)
{
    if (letter == 'i')
        return parse_id(text, length, &match->id);
    if (letter == 'c')
        return parse_command(text, length, &match->command);
    return parse_name(text, length, match->name);
}

/* Whether the path has the pattern's form; fills in what stands for its parts in braces. */
static bool matches(const char *pattern, const char *path, struct route_match *match)
{
    while (*pattern) {
        if (*pattern == '{') {
            size_t length = strcspn(path, "/");

            if (!parse_part(pattern[1], path, length, match))
                return false;
            path += length;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static struct route_method method_of(const struct route *route, const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        return route->post;
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return route->get;
    return (struct route_method)NONE;
}

static bool is_of_commands(const struct route *route)
{
    return strstr(route->path, "{command}");
}

static void fill(struct route_match *match, struct route_method method)
{
    match->handler = method.handler;
    match->call = method.call;
    if (method.handler && is_of_commands(match->route))
        match->call += match->command;
    match->parameters =
        method.handler == match->route->get.handler ? match->route->parameters : NULL;
}

int route_find(const char *path, const char *method, struct route_match *match)
{
    for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
        if (!matches(routes[i].path, path, match))
            continue;
        match->route = &routes[i];
        fill(match, method_of(match->route, method));
        return match->handler ? 0 : ROUTE_NO_METHOD;
    }
    return ROUTE_NO_PATH;
}

const char *route_allow(const struct route *route)
{
    if (route->get.handler && route->post.handler)
        return "GET, HEAD, POST";
    return route->get.handler ? "GET, HEAD" : "POST";
}

/* ---- all of them ---- */

static void each_command(const struct route *route, route_call_fn *each, void *context)
{
    char path[ROUTE_PATH_SIZE];

    for (int kind = COMMAND_REQUEST + 1; kind < COMMAND_FROM_OUTSIDE; kind++) {
        snprintf(path, sizeof(path), "%.*s%s",
                 (int)strcspn(route->path, "{") + (int)strlen("{id}/"), route->path,
                 command_table[kind].name);
        each(MHD_HTTP_METHOD_POST, path, route->post.call + (enum call)kind, context);
    }
}

void route_calls(route_call_fn *each, void *context)
{
    for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
        const struct route *route = &routes[i];

        if (route->get.handler)
            each(MHD_HTTP_METHOD_GET, route->path, route->get.call, context);
        if (is_of_commands(route))
            each_command(route, each, context);
        else if (route->post.handler)
            each(MHD_HTTP_METHOD_POST, route->path, route->post.call, context);
    }
}
