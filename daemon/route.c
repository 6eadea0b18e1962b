/* SPDX-License-Identifier: ISC */

/* The table of routes, and finding one. */

#include "route.h"

#include <string.h>

#include "macro.h"

static const struct route routes[] = {
    {"/v1/", service_about, NULL, NULL},
    {"/v1/holds", holds_list, holds_request, holds_parameters},
    {"/v1/holds/{id}", hold_get, NULL, NULL},
    {"/v1/holds/{id}/events", hold_events, NULL, hold_events_parameters},
    {"/v1/holds/{id}/{command}", NULL, hold_command, NULL},
    {"/v1/events", events_list, NULL, events_parameters},
    {"/v1/deadline", deadline_get, NULL, deadline_parameters},
    {"/v1/policies", policies_list, NULL, NULL},
    {"/v1/policies/{name}", policy_get, NULL, NULL},
    {"/v1/policies/{name}/evaluate", NULL, policy_evaluate, NULL},
    {"/v1/reload", NULL, service_reload, NULL},
    {"/healthz", service_health, NULL, NULL},
    {"/metrics", metrics_get, NULL, NULL},
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

static route_fn *handler_of(const struct route *route, const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        return route->post;
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return route->get;
    return NULL;
}

int route_find(const char *path, const char *method, struct route_match *match)
{
    for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
        if (!matches(routes[i].path, path, match))
            continue;
        match->route = &routes[i];
        match->handler = handler_of(match->route, method);
        match->parameters = match->handler == match->route->get ? match->route->parameters : NULL;
        return match->handler ? 0 : ROUTE_NO_METHOD;
    }
    return ROUTE_NO_PATH;
}

const char *route_allow(const struct route *route)
{
    if (route->get && route->post)
        return "GET, HEAD, POST";
    return route->get ? "GET, HEAD" : "POST";
}
