/* SPDX-License-Identifier: ISC */

/* The configuration's other sockets, on which only some roles count. */

#include <errno.h>
#include <string.h>

#include "config_value.h"

int config_listen_begin(const struct conf_place *place, void *outer, void **context)
{
    struct loading *loading = outer;

    if (*place->title != '/')
        mistakes_add(place->mistakes, place->line, "listen \"%s\": give the whole path of a socket",
                     place->title);
    else if (strlen(place->title) > CONFIG_SOCKET_PATH_MAX)
        mistakes_add(place->mistakes, place->line,
                     "listen \"%s\": has %zu bytes; there is room for %zu", place->title,
                     strlen(place->title), CONFIG_SOCKET_PATH_MAX);
    loading->listen = (struct listen_draft){.line = place->line, .config = loading->config};
    *context = &loading->listen;
    return 0;
}

int config_listen_end(const struct conf_place *place, void *context)
{
    const struct listen_draft *draft = context;
    struct config *config = draft->config;
    char *path;

    if (config->n_sockets == LISTENER_SOCKETS_MAX) {
        mistakes_add(place->mistakes, draft->line, "listen \"%s\": one too many, there can be %d",
                     place->title, LISTENER_SOCKETS_MAX - 1);
        return 0;
    }
    path = strdup(place->title);
    if (!path)
        return -ENOMEM;
    config->sockets[config->n_sockets++] = (struct listener_address){path, draft->ceiling};
    return 0;
}

void config_listen_check(const struct config *config, struct mistakes *mistakes, int line)
{
    for (size_t i = 1; i < config->n_sockets; i++)
        if (strcmp(config->sockets[i].path, config->sockets[0].path) == 0)
            mistakes_add(mistakes, line, "listen \"%s\": that is the path of `socket` already",
                         config->sockets[i].path);
}

static int read_role(const struct conf_value *value, void *context)
{
    struct listen_draft *draft = context;
    int role = names_find(&role_names, value->text);
    char list[ROLES_TEXT_SIZE];

    names_list(&role_names, list, sizeof(list));
    if (!role)
        return conf_refuse(value, "is no role: there are %s", list);
    draft->ceiling |= ROLE_BIT(role);
    return 0;
}

const struct conf_setting config_listen_settings[CONFIG_LISTEN_SETTINGS] = {
    {"roles", read_role, .list = true, .required = "monitor"},
};
