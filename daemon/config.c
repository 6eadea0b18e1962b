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
#define REQUESTS_DEFAULT        10000
#define IDLE_TIMEOUT_DEFAULT_US US_PER_MIN

/* ---- blocks ---- */

static bool is_id(const char *id)
{
    size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    return length >= 1 && length < FACILITY_ID_SIZE && !id[length];
}

/* Another draft at the end of an array, which may move; NULL where memory is short. */
static void *add_draft(void *array, size_t *count, size_t size)
{
    void **drafts = array;
    void *more = reallocarray(*drafts, *count + 1, size);

    if (!more)
        return NULL;
    *drafts = more;
    return (char *)more + (*count)++ * size;
}

static int begin_rule(const struct conf_place *place, void *outer, void **context)
{
    static const char *const taken[] = {"consecutive", "regulatory", RULE_OF_POLICY};
    struct loading *loading = outer;
    struct rule_draft *draft = add_draft(&loading->rules, &loading->n_rules, sizeof(*draft));

    if (!draft)
        return -ENOMEM;
    *draft = (struct rule_draft){.line = place->line};
    rule_consecutive(&draft->rule);
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
        if (strcmp(place->title, taken[i]) == 0)
            mistakes_add(place->mistakes, place->line,
                         "rule \"%s\": this name has a meaning of its own, give another", taken[i]);
    if (is_id(place->title))
        strcpy(draft->rule.name, place->title);
    else
        mistakes_add(place->mistakes, place->line,
                     "rule \"%s\": a name has 1 to %d letters, digits, - or _", place->title,
                     RULE_NAME_SIZE - 1);
    *context = draft;
    return 0;
}

static int begin_facility(const struct conf_place *place, void *outer, void **context)
{
    struct loading *loading = outer;
    struct facility_draft *draft =
        add_draft(&loading->facilities, &loading->n_facilities, sizeof(*draft));

    if (!draft)
        return -ENOMEM;
    *draft = (struct facility_draft){.rule = {.line = 0}};
    facility_default(&draft->facility);
    draft->facility.n_warnings = 0;
    if (is_id(place->title))
        strcpy(draft->facility.id, place->title);
    else
        mistakes_add(place->mistakes, place->line,
                     "facility \"%s\": an id has 1 to %d letters, digits, - or _", place->title,
                     FACILITY_ID_SIZE - 1);
    *context = draft;
    return 0;
}

static int end_facility(const struct conf_place *place, void *context)
{
    struct facility_draft *draft = context;

    (void)place;
    if (!*draft->facility.name)
        strcpy(draft->facility.name, draft->facility.id);
    return 0;
}

/* ---- the file ---- */

/* One user leaves room for others. */
static void settle_quotas(struct config *config)
{
    if (!config->quota_limits.connections)
        config->quota_limits.connections = config->max_connections / 2;
}

static int end_file(const struct conf_place *place, void *context)
{
    struct loading *loading = context;

    if (!loading->n_facilities)
        mistakes_add(place->mistakes, place->line,
                     "there is no facility: describe at least one, as in facility \"ID\" { ... }");
    settle_quotas(loading->config);
    config_listen_check(loading->config, place->mistakes, place->line);
    return config_law_make(loading, place->mistakes);
}

static const struct conf_block blocks[] = {
    {
        .name = "rule",
        .where = "of a rule",
        .title = "name",
        .begin = begin_rule,
        CONF_SETTINGS(config_rule_settings),
    },
    {
        .name = "facility",
        .where = "of a facility",
        .title = "id",
        .begin = begin_facility,
        .end = end_facility,
        CONF_SETTINGS(config_facility_settings),
    },
    {
        .name = "role",
        .where = "of a role",
        .title = "name",
        .begin = config_role_begin,
        .end = config_role_end,
        CONF_SETTINGS(config_role_settings),
    },
    {
        .name = "listen",
        .where = "of a socket",
        .title = "path",
        .begin = config_listen_begin,
        .end = config_listen_end,
        CONF_SETTINGS(config_listen_settings),
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
    config->sockets[0] = (struct listener_address){strdup(SOCKET_DEFAULT), ROLES_ALL};
    config->n_sockets = 1;
    config->database = strdup(DATABASE_DEFAULT);
    config->http_threads = HTTP_THREADS_DEFAULT;
    config->max_connections = MAX_CONNECTIONS_DEFAULT;
    config->quota_limits.requests_per_s = REQUESTS_DEFAULT;
    config->idle_timeout_us = IDLE_TIMEOUT_DEFAULT_US;
    if (config->sockets[0].path && config->database)
        return config;
    config_free(config);
    return NULL;
}

static int loading_begin(struct loading *loading, struct config *config)
{
    int r;

    *loading = (struct loading){.config = config};
    facility_default(&loading->general);
    access_init(&loading->access);
    r = config_path_add(&loading->calendars, DETAINERD_CONF_DIR "/calendar");
    if (!r)
        r = config_path_add(&loading->calendars, DETAINERD_DATA_DIR "/calendar");
    if (!r)
        r = config_path_add(&loading->policies, DETAINERD_CONF_DIR "/policy");
    if (!r)
        r = config_path_add(&loading->policies, DETAINERD_DATA_DIR "/policy");
    return r;
}

static void loading_end(struct loading *loading)
{
    config_path_clear(&loading->calendars);
    config_path_clear(&loading->policies);
    free(loading->rules);
    free(loading->facilities);
    access_clear(&loading->access);
}

int config_load(const char *path, FILE *messages, struct config **config)
{
    _cleanup_(config_free_ptr) struct config *read = config_new();
    struct mistakes mistakes = {.path = path, .messages = messages};
    struct loading loading;
    int r;

    if (!read)
        return -ENOMEM;
    r = loading_begin(&loading, read);
    if (!r)
        r = conf_load(&mistakes, &file_block, &loading);
    loading_end(&loading);
    if (r)
        return r;
    *config = read;
    read = NULL;
    return 0;
}

void config_free(struct config *config)
{
    if (config->law)
        law_unref(config->law);
    for (size_t i = 0; i < config->n_sockets; i++)
        free(config->sockets[i].path);
    free(config->database);
    free(config);
}
