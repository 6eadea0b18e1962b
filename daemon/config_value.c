/* SPDX-License-Identifier: ISC */

/*
 * The values of settings: what each one means, which are right, and what a wrong one is answered
 * with.
 */

#include "config_value.h"

#include <assert.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <sys/un.h>

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

void config_value_refuse(const struct given *given, const char *format, ...)
{
    char why[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    mistakes_add(&given->loading->mistakes, given->block->line, "%s: \"%s\" %s",
                 given->option->name, given->value, why);
}

static void read_path(const struct given *given, size_t max, char **path)
{
    char *copy;

    if (!*given->value) {
        config_value_refuse(given, "is no path: name a file");
        return;
    }
    if (strlen(given->value) > max) {
        config_value_refuse(given, "has %zu bytes; there is room for %zu", strlen(given->value),
                            max);
        return;
    }
    copy = strdup(given->value);
    if (!copy) {
        given->loading->out_of_memory = true;
        return;
    }
    free(*path);
    *path = copy;
}

static void read_number(const struct given *given, long min, long max, size_t *number)
{
    const char *value = given->value;
    long read = value[strspn(value, "0123456789")] ? -1 : strtol(value, NULL, 10);

    if (!*value || read < min || read > max)
        config_value_refuse(given, "is not a whole number from %ld to %ld", min, max);
    else
        *number = (size_t)read;
}

/* Leaves *length_us alone and returns false after a complaint; `range` says in words what is right.
 */
static bool read_length(const struct given *given, int64_t min_us, int64_t max_us,
                        const char *range, int64_t *length_us)
{
    int64_t read;

    if (duration_parse(given->value, &read) < 0) {
        config_value_refuse(
            given, "is not a length of time: give a whole number with s, min or h, %s", range);
        return false;
    }
    if (read < min_us || read > max_us) {
        config_value_refuse(given, "is out of range: give %s", range);
        return false;
    }
    *length_us = read;
    return true;
}

static void read_socket(const struct given *given)
{
    read_path(given, SOCKET_PATH_MAX, &given->loading->config->socket);
}

static void read_database(const struct given *given)
{
    /* SQLite's names for what is no file, or not the file of that name. */
    if (*given->value == ':' || strncmp(given->value, "file:", 5) == 0)
        config_value_refuse(given, "is no file: give a path");
    else
        read_path(given, PATH_MAX - 1, &given->loading->config->database);
}

static void read_http_threads(const struct given *given)
{
    read_number(given, 1, 64, &given->loading->config->http_threads);
}

static void read_max_connections(const struct given *given)
{
    read_number(given, 16, 65536, &given->loading->config->max_connections);
}

static void read_idle_timeout(const struct given *given)
{
    read_length(given, US_PER_S, US_PER_H, "from 1s to 1h",
                &given->loading->config->idle_timeout_us);
}

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

/* Called for each element of the list. */
static void read_warning(const struct given *given)
{
    struct loading *loading = given->loading;
    struct facility *facility = loading->facility ? loading->facility : &loading->general;
    int64_t length_us;

    static_assert(RULE_LIMIT_H == 48, "the message says so");
    if (given->option->nvalues == 1)
        facility->n_warnings = 0;
    if (!read_length(given, US_PER_S, RULE_LIMIT_H * US_PER_H, "from 1s to 48h, as long as a hold",
                     &length_us))
        return;
    if (has_warning(facility, length_us / US_PER_S))
        config_value_refuse(given, "is in this list already");
    else if (facility->n_warnings == FACILITY_WARNINGS_MAX)
        config_value_refuse(given, "is one too many: a list has at most %d", FACILITY_WARNINGS_MAX);
    else
        insert_warning(facility, length_us / US_PER_S);
}

static void read_name(const struct given *given)
{
    struct facility *facility = given->loading->facility;

    if (!*given->value)
        config_value_refuse(given, "is empty: name the jail, or leave the setting out");
    else if (strlen(given->value) >= sizeof(facility->name))
        config_value_refuse(given, "has %zu bytes; there is room for %zu", strlen(given->value),
                            sizeof(facility->name) - 1);
    else
        strcpy(facility->name, given->value);
}

static void read_zone(const struct given *given)
{
    struct facility *facility = given->loading->facility;

    if (strlen(given->value) >= sizeof(facility->zone_name) ||
        zone_find(given->value, &facility->zone) < 0)
        config_value_refuse(given, "is no time zone of this system: give an IANA name such as "
                                   "\"America/Los_Angeles\"");
    else
        strcpy(facility->zone_name, given->value);
}

static void read_policy(const struct given *given)
{
    static const char *const values[] = {
        [DECISION_HONOR] = "always-honor",
        [DECISION_DECLINE] = "always-decline",
        [DECISION_REVIEW] = "always-review",
    };
    static const struct names policies = NAMES(values);
    char list[64];
    int policy = names_find(&policies, given->value);

    names_list(&policies, list, sizeof(list));
    if (policy)
        given->loading->facility->policy = (enum decision)policy;
    else
        config_value_refuse(given, "is no policy: give one of %s", list);
}

static void read_transfer_grace(const struct given *given)
{
    read_length(given, US_PER_S, 24 * US_PER_H, "from 1s to 24h",
                &given->loading->facility->transfer_grace_us);
}

static const struct setting {
    const char *name;
    void (*read)(const struct given *given);
} settings[] = {
    {"socket", read_socket},
    {"database", read_database},
    {"warnings", read_warning}, /* of the whole file and of a facility */
    {"http_threads", read_http_threads},
    {"max_connections", read_max_connections},
    {"idle_timeout", read_idle_timeout},
    {"name", read_name},
    {"zone", read_zone},
    {"policy", read_policy},
    {"transfer_grace", read_transfer_grace},
};

/* No control characters, which escapes in the file may have made, and UTF-8. */
static bool is_text(const char *value)
{
    json_t *string = json_string(value);
    bool is_utf8 = string;

    json_decref(string);
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7f)
            return false;
    return is_utf8;
}

void config_value_read(const struct given *given)
{
    if (!is_text(given->value)) {
        mistakes_add(&given->loading->mistakes, given->block->line, "%s is not plain UTF-8 text",
                     given->option->name);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (strcmp(settings[i].name, given->option->name) == 0)
            settings[i].read(given);
}
