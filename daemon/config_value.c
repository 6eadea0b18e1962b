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
#include <sys/un.h>

#include "config.h"

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

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

static int read_warning(const struct conf_value *value, void *context)
{
    struct facility *facility = context;
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

    return read_path(value, SOCKET_PATH_MAX, &loading->config->socket);
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

static int read_idle_timeout(const struct conf_value *value, void *context)
{
    struct loading *loading = context;

    return read_length(value, US_PER_S, US_PER_H, "from 1s to 1h",
                       &loading->config->idle_timeout_us);
}

const struct conf_setting config_settings[CONFIG_SETTINGS] = {
    {"socket", read_socket},
    {"database", read_database},
    {"warnings", read_general_warning, .list = true},
    {"http_threads", read_http_threads},
    {"max_connections", read_max_connections},
    {"idle_timeout", read_idle_timeout},
};

/* ---- settings of a facility ---- */

static int read_name(const struct conf_value *value, void *context)
{
    struct facility *facility = context;

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
    struct facility *facility = context;

    if (strlen(value->text) >= sizeof(facility->zone_name) ||
        zone_find(value->text, &facility->zone) < 0)
        return conf_refuse(value, "is no time zone of this system: give an IANA name such as "
                                  "\"America/Los_Angeles\"");
    strcpy(facility->zone_name, value->text);
    return 0;
}

static int read_policy(const struct conf_value *value, void *context)
{
    static const char *const values[] = {
        [DECISION_HONOR] = "always-honor",
        [DECISION_DECLINE] = "always-decline",
        [DECISION_REVIEW] = "always-review",
    };
    static const struct names policies = NAMES(values);
    struct facility *facility = context;
    int policy = names_find(&policies, value->text);
    char list[64];

    names_list(&policies, list, sizeof(list));
    if (!policy)
        return conf_refuse(value, "is no policy: give one of %s", list);
    facility->policy = (enum decision)policy;
    return 0;
}

static int read_transfer_grace(const struct conf_value *value, void *context)
{
    struct facility *facility = context;

    return read_length(value, US_PER_S, 24 * US_PER_H, "from 1s to 24h",
                       &facility->transfer_grace_us);
}

const struct conf_setting config_facility_settings[CONFIG_FACILITY_SETTINGS] = {
    {"name", read_name},
    {"zone", read_zone, .required = "America/Los_Angeles"},
    {"policy", read_policy, .required = "always-review"},
    {"warnings", read_warning, .list = true},
    {"transfer_grace", read_transfer_grace},
};
