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

/* Whether the path has the pattern's form; fills in what stands for {id} and {command}. */
static bool matches(const char *pattern, const char *path, struct route_match *match)
{
    while (*pattern) {
        if (*pattern == '{') {
            size_t length = strcspn(path, "/");

            if (!(pattern[1] == 'i' ? parse_id(path, length, &match->id)
                                    : parse_command(path, length, &match->command)))
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
