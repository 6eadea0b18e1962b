/* SPDX-License-Identifier: ISC */

/*
 * The file of a policy: its texts and its versions. What stands in a version is in
 * policy_version.c; what only several versions together can show is left to policy_check.c.
 */

#include <errno.h>
#include <string.h>

#include "policy_reading.h"

#define VERSION_LABEL_MAX 32

/* ---- kinds of values ---- */

int policy_keep(const char *text, char **member)
{
    free(*member);
    *member = strdup(text);
    return *member ? 0 : -ENOMEM;
}

int policy_read_text(const struct conf_value *value, size_t size, void *object)
{
    if (!*value->text)
        return conf_refuse(value, "is empty");
    if (strlen(value->text) >= size)
        return conf_refuse(value, "has %zu bytes; there is room for %zu", strlen(value->text),
                           size - 1);
    return policy_keep(value->text, (char **)((char *)object + value->setting->offset));
}

static int read_day(const struct conf_value *value, int64_t *day)
{
    char text[INSTANT_TEXT_SIZE];
    instant at;

    snprintf(text, sizeof(text), "%.10sT00:00:00Z", value->text);
    if (strlen(value->text) != 10 || instant_parse(text, &at))
        return conf_refuse(value, "is no date such as 2012-09-12");
    *day = at / US_PER_DAY; /* without a rest */
    return 0;
}

/* ---- versions ---- */

static int read_from(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return read_day(value, &reading->version->info.from_day);
}

static int read_until(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return read_day(value, &reading->version->info.until_day);
}

static int read_version_text(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return policy_read_text(value, POLICY_TEXT_SIZE, reading->version);
}

static bool is_version_label(const char *label)
{
    size_t length =
        strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-");

    return length >= 1 && length <= VERSION_LABEL_MAX && !label[length];
}

static int begin_version(const struct conf_place *place, void *outer, void **context)
{
    struct reading *reading = *context = outer;
    struct policy *policy = reading->policy;
    struct version *more = reallocarray(policy->versions, policy->n_versions + 1, sizeof(*more));

    if (!more)
        return -ENOMEM;
    policy->versions = more;
    reading->version = &more[policy->n_versions++];
    *reading->version =
        (struct version){.info = {.from_day = POLICY_NO_DAY_FIRST, .until_day = POLICY_NO_DAY_LAST},
                         .line = place->line};
    if (!is_version_label(place->title))
        mistakes_add(place->mistakes, place->line,
                     "version \"%s\": a label has 1 to %d letters, digits, blanks, ., _ or -",
                     place->title, VERSION_LABEL_MAX);
    if (policy->n_versions == POLICY_VERSIONS_MAX + 1)
        mistakes_add(place->mistakes, place->line,
                     "version \"%s\" is one too many: a policy has at most %d", place->title,
                     POLICY_VERSIONS_MAX);
    return policy_keep(place->title, &reading->version->label);
}

static int end_version(const struct conf_place *place, void *context)
{
    struct reading *reading = context;

    policy_check_version(reading->version, place->mistakes);
    return 0;
}

static const struct conf_setting version_settings[] = {
    {"from", read_from},
    {"until", read_until},
    {"cite", read_version_text, .offset = offsetof(struct version, cite)},
};

/* ---- the file ---- */

static int read_policy_text(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return policy_read_text(value, POLICY_TEXT_SIZE, reading->policy);
}

static int read_note(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return policy_read_text(value, POLICY_NOTE_SIZE, reading->policy);
}

static int end_file(const struct conf_place *place, void *context)
{
    struct reading *reading = context;

    if (!reading->policy->n_versions)
        mistakes_add(place->mistakes, place->line,
                     "there is no version: describe at least one, as in version \"2012\" { ... }");
    policy_check_overlap(reading->policy, place->mistakes);
    return 0;
}

static const struct conf_setting file_settings[] = {
    {"title", read_policy_text, .required = "Chicago Municipal Code 2-173",
     .offset = offsetof(struct policy, title)},
    {"cite", read_policy_text, .offset = offsetof(struct policy, cite)},
    {"note", read_note, .offset = offsetof(struct policy, note)},
};

static const struct conf_block file_blocks[] = {
    {
        .name = "version",
        .where = "of a version",
        .title = "label",
        .begin = begin_version,
        .end = end_version,
        CONF_SETTINGS(version_settings),
        CONF_BLOCKS(policy_version_blocks),
    },
};

static const struct conf_block file_block = {
    .where = "outside versions",
    .end = end_file,
    CONF_SETTINGS(file_settings),
    CONF_BLOCKS(file_blocks),
};

int policy_read(struct policy *policy, struct mistakes *mistakes)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = NULL;
    struct reading reading = {.policy = policy};
    int r = sandbox_new(&sandbox);

    if (r)
        return r;
    reading.sandbox = sandbox;
    return conf_parse(mistakes, policy->text, &file_block, &reading);
}
