/* SPDX-License-Identifier: ISC */

/*
 * The configuration file: its blocks, and what follows from what they leave out. What its settings
 * mean is in config_value.c, and the grammar in lib/conf.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "config_value.h"

#define SOCKET_DEFAULT          "/run/detainerd/detainerd.sock"
#define DATABASE_DEFAULT        "/var/lib/detainerd/detainerd.db"
#define HTTP_THREADS_DEFAULT    2
#define MAX_CONNECTIONS_DEFAULT 4096
#define IDLE_TIMEOUT_DEFAULT_US US_PER_MIN

/* ---- facilities ---- */

static bool is_id(const char *id)
{
    size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    return length >= 1 && length < FACILITY_ID_SIZE && !id[length];
}

static struct facility *add_facility(struct config *config)
{
    struct facility *more =
        reallocarray(config->facilities, config->n_facilities + 1, sizeof(*more));

    if (!more)
        return NULL;
    config->facilities = more;
    more += config->n_facilities++;
    facility_default(more);
    more->n_warnings = 0;
    return more;
}

static int begin_facility(const struct conf_place *place, void *outer, void **context)
{
    struct loading *loading = outer;
    struct facility *facility = add_facility(loading->config);

    if (!facility)
        return -ENOMEM;
    if (is_id(place->title))
        strcpy(facility->id, place->title);
    else
        mistakes_add(place->mistakes, place->line,
                     "facility \"%s\": an id has 1 to %d letters, digits, - or _", place->title,
                     FACILITY_ID_SIZE - 1);
    *context = facility;
    return 0;
}

static int end_facility(const struct conf_place *place, void *context)
{
    struct facility *facility = context;

    (void)place;
    if (!*facility->name)
        strcpy(facility->name, facility->id);
    return 0;
}

/* ---- the file ---- */

/* Facilities without warnings of their own have the general ones. */
static void inherit_warnings(struct config *config, const struct facility *general)
{
    for (size_t i = 0; i < config->n_facilities; i++) {
        struct facility *facility = &config->facilities[i];

        if (facility->n_warnings)
            continue;
        facility->n_warnings = general->n_warnings;
        memcpy(facility->warnings_s, general->warnings_s, sizeof(facility->warnings_s));
    }
}

static int end_file(const struct conf_place *place, void *context)
{
    struct loading *loading = context;

    if (!loading->config->n_facilities)
        mistakes_add(place->mistakes, place->line,
                     "there is no facility: describe at least one, as in facility \"ID\" { ... }");
    inherit_warnings(loading->config, &loading->general);
    return 0;
}

static const struct conf_block blocks[] = {
    {
        .name = "facility",
        .where = "of a facility",
        .title = "id",
        .begin = begin_facility,
        .end = end_facility,
        CONF_SETTINGS(config_facility_settings),
    },
};

static const struct conf_block file_block = {
    .where = "outside facilities",
    .end = end_file,
    CONF_SETTINGS(config_settings),
    CONF_BLOCKS(blocks),
};

static struct config *config_new(void)
{
    struct config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->socket = strdup(SOCKET_DEFAULT);
    config->database = strdup(DATABASE_DEFAULT);
    config->http_threads = HTTP_THREADS_DEFAULT;
    config->max_connections = MAX_CONNECTIONS_DEFAULT;
    config->idle_timeout_us = IDLE_TIMEOUT_DEFAULT_US;
    if (config->socket && config->database)
        return config;
    config_free(config);
    return NULL;
}

int config_load(const char *path, FILE *messages, struct config **config)
{
    _cleanup_(config_free_ptr) struct config *read = config_new();
    struct mistakes mistakes = {.path = path, .messages = messages};
    struct loading loading = {.config = read};
    int r;

    if (!read)
        return -ENOMEM;
    facility_default(&loading.general);
    r = conf_load(&mistakes, &file_block, &loading);
    if (r)
        return r;
    *config = read;
    read = NULL;
    return 0;
}

void config_free(struct config *config)
{
    free(config->socket);
    free(config->database);
    free(config->facilities);
    free(config);
}

const struct facility *config_facility(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_facilities; i++)
        if (strcmp(config->facilities[i].id, id) == 0)
            return &config->facilities[i];
    return NULL;
}
