/* SPDX-License-Identifier: ISC */

/*
 * The values of settings: what each one means, which are right, and what a wrong one is answered
 * with.
 */

#include "config_value.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "config.h"

/* ---- kinds of values ---- */

static int read_path(const struct conf_value *value, size_t max, char **path)
{
    char *copy;

    if (!*value->text)
        return conf_refuse(value, "is no path: name a file");
    if (strlen(value->text) > max)
        return conf_refuse(value, "has %zu bytes; there is room for %zu", strlen(value->text), max);
    copy = strdup(value->text);
    if (!copy)
        return -ENOMEM;
    free(*path);
    *path = copy;
    return 0;
}

static int read_number(const struct conf_value *value, long min, long max, size_t *number)
{
    const char *text = value->text;
    long read = text[strspn(text, "0123456789")] ? -1 : strtol(text, NULL, 10);

    if (!*text || read < min || read > max)
        return conf_refuse(value, "is not a whole number from %ld to %ld", min, max);
    *number = (size_t)read;
    return 0;
}

/* Returns false after a complaint; `range` says in words what is right. */
static bool is_length(const struct conf_value *value, int64_t min_us, int64_t max_us,
                      const char *range, int64_t *length_us)
{
    if (duration_parse(value->text, length_us) < 0) {
        conf_refuse(value, "is not a length of time: give a whole number with s, min or h, %s",
                    range);
        return false;
    }
    if (*length_us < min_us || *length_us > max_us) {
        conf_refuse(value, "is out of range: give %s", range);
        return false;
    }
    return true;
}

static int read_length(const struct conf_value *value, int64_t min_us, int64_t max_us,
                       const char *range, int64_t *length_us)
{
    int64_t read;

    if (is_length(value, min_us, max_us, range, &read))
        *length_us = read;
    return 0;
}

/* A name to be found later, once the whole file is read. */
static int read_word(const struct conf_value *value, struct config_word *word)
{
    if (!*value->text || strlen(value->text) >= sizeof(word->text))
        return conf_refuse(value, "is no name: it has 1 to %zu bytes", sizeof(word->text) - 1);
    strcpy(word->text, value->text);
    word->line = value->line;
    return 0;
}

/* ---- warnings, of a facility and of those that have none of their own ---- */

static void insert_warning(struct facility *facility, int64_t warning_s)
{
    size_t i = facility->n_warnings++;

    for (; i && facility->warnings_s[i - 1] < warning_s; i--)
        facility->warnings_s[i] = facility->warnings_s[i - 1];
    facility->warnings_s[i] = warning_s;
}

static bool has_warning(const struct facility *facility, int64_t warning_s)
{
    for (size_t i = 0; i < facility->n_warnings; i++)
        if (facility->warnings_s[i] == warning_s)
            return true;
    return false;
}

static int read_warning(const struct conf_value *value, struct facility *facility)
{
    int64_t length_us;

    static_assert(RULE_LIMIT_H == 48, "the message says so");
    if (value->index == 0)
        facility->n_warnings = 0;
    if (!is_length(value, US_PER_S, RULE_LIMIT_H * US_PER_H, "from 1s to 48h, as long as a hold",
                   &length_us))
        return 0;
    if (has_warning(facility, length_us / US_PER_S))
        return conf_refuse(value, "is in this list already");
    if (facility->n_warnings == FACILITY_WARNINGS_MAX)
        return conf_refuse(value, "is one too many: a list has at most %d", FACILITY_WARNINGS_MAX);
    insert_warning(facility, length_us / US_PER_S);
    return 0;
}

/* ---- settings of the whole file ---- */

static int read_socket(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_path(value, CONFIG_SOCKET_PATH_MAX, &loading->config->sockets[0].path);
}

static int read_database(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    /* SQLite's names for what is no file, or not the file of that name. */
    if (*value->text == ':' || strncmp(value->text, "file:", 5) == 0)
        return conf_refuse(value, "is no file: give a path");
    return read_path(value, PATH_MAX - 1, &loading->config->database);
}

static int read_general_warning(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_warning(value, &loading->general);
}

static int read_http_threads(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_number(value, 1, 64, &loading->config->http_threads);
}

static int read_max_connections(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_number(value, 16, 65536, &loading->config->max_connections);
}

static int read_user_connections(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_number(value, 1, 65536, &loading->config->quota_limits.connections);
}

static int read_user_requests(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_number(value, 1, 1000000, &loading->config->quota_limits.requests_per_s);
}

static int read_idle_timeout(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_length(value, US_PER_S, US_PER_H, "from 1s to 1h",
                       &loading->config->idle_timeout_us);
}

int config_path_add(struct config_path *path, const char *directory)
{
    if (path->count == CONFIG_DIRECTORIES_MAX)
        return 1;
    path->directories[path->count] = strdup(directory);
    return path->directories[path->count++] ? 0 : -ENOMEM;
}

void config_path_clear(struct config_path *path)
{
    while (path->count) {
        free(path->directories[--path->count]);
        path->directories[path->count] = NULL;
    }
}

/* The first directory takes the place of those that are looked into where nothing is said. */
static int read_directory(const struct conf_value *value, struct config_path *path)
{
    int r;

    if (!*value->text || strlen(value->text) >= PATH_MAX)
        return conf_refuse(value, "is no path: name a directory");
    if (value->index == 0)
        config_path_clear(path);
    r = config_path_add(path, value->text);
    if (r > 0)
        return conf_refuse(value, "is one too many: a list has at most %d", CONFIG_DIRECTORIES_MAX);
    return r;
}

static int read_calendars(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_directory(value, &loading->calendars);
}

static int read_policies(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_directory(value, &loading->policies);
}

const struct conf_setting config_settings[CONFIG_SETTINGS] = {
    {"socket", read_socket},
    {"database", read_database},
    {"warnings", read_general_warning, .list = true},
    {"http_threads", read_http_threads},
    {"max_connections", read_max_connections},
    {"max_connections_per_user", read_user_connections},
    {"max_requests_per_user", read_user_requests},
    {"idle_timeout", read_idle_timeout},
    {"calendars", read_calendars, .list = true},
    {"policies", read_policies, .list = true},
};

/* ---- settings of a rule ---- */

static int read_start(const struct conf_value *value, void *context)
{
    struct rule_draft *draft = context;
    int start = names_find(&rule_start_names, value->text);
    char list[64];

    names_list(&rule_start_names, list, sizeof(list));
    if (!start)
        return conf_refuse(value, "is nothing that a clock starts from: give one of %s", list);
    draft->rule.start = (enum rule_start)start;
    return 0;
}

static int read_hours(const struct conf_value *value, void *context)
{
    struct rule_draft *draft = context;
    size_t hours = RULE_LIMIT_H;
    int r = read_number(value, 1, RULE_LIMIT_H, &hours);

    draft->rule.limit_h = (int)hours;
    return r;
}

static int read_exclusion(const struct conf_value *value, void *context)
{
    struct rule_draft *draft = context;

    if (draft->n_exclusions == CONFIG_EXCLUSIONS_MAX)
        return conf_refuse(value, "is one too many: a list has at most %d", CONFIG_EXCLUSIONS_MAX);
    for (size_t i = 0; i < draft->n_exclusions; i++)
        if (strcmp(draft->exclusions[i].text, value->text) == 0)
            return conf_refuse(value, "is in this list already");
    return read_word(value, &draft->exclusions[draft->n_exclusions++]);
}

const struct conf_setting config_rule_settings[CONFIG_RULE_SETTINGS] = {
    {"start", read_start},
    {"hours", read_hours},
    {"exclude", read_exclusion, .list = true},
};

/* ---- settings of a facility ---- */

static int read_name(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;
    struct facility *facility = &draft->facility;

    if (!*value->text)
        return conf_refuse(value, "is empty: name the jail, or leave the setting out");
    if (strlen(value->text) >= sizeof(facility->name))
        return conf_refuse(value, "has %zu bytes; there is room for %zu", strlen(value->text),
                           sizeof(facility->name) - 1);
    strcpy(facility->name, value->text);
    return 0;
}

static int read_zone(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;
    struct facility *facility = &draft->facility;

    if (strlen(value->text) >= sizeof(facility->zone_name) ||
        zone_find(value->text, &facility->zone) < 0)
        return conf_refuse(value, "is no time zone of this system: give an IANA name such as "
                                  "\"America/Los_Angeles\"");
    strcpy(facility->zone_name, value->text);
    return 0;
}

static int read_policy(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;

    return read_word(value, &draft->policy);
}

static int read_rule(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;

    return read_word(value, &draft->rule);
}

static int read_own_warning(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;

    return read_warning(value, &draft->facility);
}

static int read_transfer_grace(const struct conf_value *value, void *context)
{
    struct facility_draft *draft = context;

    return read_length(value, US_PER_S, 24 * US_PER_H, "from 1s to 24h",
                       &draft->facility.transfer_grace_us);
}

const struct conf_setting config_facility_settings[CONFIG_FACILITY_SETTINGS] = {
    {"name", read_name},
    {"zone", read_zone, .required = "America/Los_Angeles"},
    {"rule", read_rule},
    {"policy", read_policy, .required = "always-review"},
    {"warnings", read_own_warning, .list = true},
    {"transfer_grace", read_transfer_grace},
};
