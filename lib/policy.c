/* SPDX-License-Identifier: ISC */

/* Policies as a whole: where they come from, and what they say of themselves. */

#include "policy.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <openssl/sha.h>
#include <string.h>

#include "policy_parts.h"

#define TEXT_MAX (256 * 1024)

/* ---- made and freed ---- */

static void clauses_free(struct clauses *clauses)
{
    for (size_t i = 0; i < clauses->count; i++) {
        struct clause *clause = &clauses->all[i];

        free(clause->name);
        free(clause->condition);
        free(clause->reason);
        free(clause->cite);
        free(clause->unknown_reason);
        free(clause->failed_reason);
    }
    free(clauses->all);
}

void policy_free(struct policy *policy)
{
    for (size_t i = 0; i < policy->n_versions; i++) {
        clauses_free(&policy->versions[i].rules);
        clauses_free(&policy->versions[i].requirements);
        free(policy->versions[i].label);
        free(policy->versions[i].cite);
    }
    free(policy->versions);
    free(policy->text);
    free(policy->title);
    free(policy->cite);
    free(policy->note);
    free(policy);
}

static bool is_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return length >= 1 && length < POLICY_NAME_SIZE && !name[length];
}

static void write_hash(const char *text, char hash[static POLICY_HASH_SIZE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];

    static_assert(POLICY_HASH_SIZE == 2 * sizeof(digest) + 1, "two digits a byte");
    SHA256((const unsigned char *)text, strlen(text), digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

/* Comments, too: the file is shown as it stands. */
static bool is_utf8(const char *text)
{
    json_t *string = json_string(text);
    bool is_utf8 = string;

    json_decref(string);
    return is_utf8;
}

/* What points into the versions, once they stay where they are. */
static void describe_versions(struct policy *policy)
{
    for (size_t i = 0; i < policy->n_versions; i++) {
        struct version *version = &policy->versions[i];

        version->info.label = version->label;
        version->info.clock = version->clock.limit_h ? &version->clock : NULL;
        version->info.n_rules = version->rules.count;
        version->info.n_requirements = version->requirements.count;
    }
}

int policy_parse(const char *name, const char *text, struct mistakes *mistakes,
                 struct policy **policy)
{
    _cleanup_(policy_free_ptr) struct policy *made = NULL;
    int r;

    if (!is_name(name))
        return mistakes_unusable(mistakes, "a policy is called by 1 to 40 small letters, digits "
                                           "and hyphens, and its file by that and " POLICY_SUFFIX);
    if (strlen(text) > TEXT_MAX)
        return mistakes_unusable(mistakes, "too long for a policy");
    if (!is_utf8(text))
        return mistakes_unusable(mistakes, "not UTF-8");
    made = calloc(1, sizeof(*made));
    if (!made)
        return -ENOMEM;
    strcpy(made->name, name);
    write_hash(text, made->hash);
    made->text = strdup(text);
    r = made->text ? policy_read(made, mistakes) : -ENOMEM;
    if (r)
        return r;
    describe_versions(made);
    *policy = made;
    made = NULL;
    return 0;
}

/* ---- where they come from ---- */

/* The name of the file without directory and suffix; "" where it has another suffix. */
static void name_of(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t length = strlen(base), suffix = strlen(POLICY_SUFFIX);

    *name = '\0';
    if (length > suffix && strcmp(base + length - suffix, POLICY_SUFFIX) == 0)
        snprintf(name, size, "%.*s", (int)(length - suffix), base);
}

int policy_load(struct mistakes *mistakes, struct policy **policy)
{
    _cleanup_(free_ptr) char *text = NULL;
    char name[POLICY_NAME_SIZE + 1]; /* one byte longer than a good one, to see that it is not */
    int r = mistakes_read_file(mistakes, TEXT_MAX, &text);

    if (r)
        return r;
    name_of(mistakes->path, name, sizeof(name));
    return policy_parse(name, text, mistakes, policy);
}

int policy_built_in(enum decision decision, struct policy **policy)
{
    static const struct {
        const char *name, *text;
    } built_in[] = {
        [DECISION_HONOR] =
            {
                "always-honor",
#include "lib/policy_always_honor.inc"
            },
        [DECISION_DECLINE] =
            {
                "always-decline",
#include "lib/policy_always_decline.inc"
            },
        [DECISION_REVIEW] =
            {
                "always-review",
#include "lib/policy_always_review.inc"
            },
    };
    struct mistakes mistakes = {.path = "built in", .messages = stderr};
    int r;

    assert(decision < ARRAY_SIZE(built_in) && built_in[decision].name);
    r = policy_parse(built_in[decision].name, built_in[decision].text, &mistakes, policy);
    assert(r != -EINVAL);
    return r;
}

/* ---- what they say of themselves ---- */

const char *policy_name(const struct policy *policy)
{
    return policy->name;
}

const char *policy_title(const struct policy *policy)
{
    return policy->title;
}

const char *policy_cite(const struct policy *policy)
{
    return policy->cite;
}

const char *policy_note(const struct policy *policy)
{
    return policy->note;
}

const char *policy_text(const struct policy *policy)
{
    return policy->text;
}

const char *policy_hash(const struct policy *policy)
{
    return policy->hash;
}

size_t policy_n_versions(const struct policy *policy)
{
    return policy->n_versions;
}

const struct policy_version *policy_version(const struct policy *policy, size_t version)
{
    assert(version < policy->n_versions);
    return &policy->versions[version].info;
}

const char *policy_rule_name(const struct policy *policy, size_t version, size_t rule)
{
    const struct version *described;

    assert(version < policy->n_versions);
    described = &policy->versions[version];
    if (rule < described->rules.count)
        return described->rules.all[rule].name;
    rule -= described->rules.count;
    assert(rule < described->requirements.count);
    return described->requirements.all[rule].name;
}

const struct policy_clock *policy_version_clock(const struct policy *policy, const char *label)
{
    for (size_t i = 0; i < policy->n_versions; i++)
        if (strcmp(policy->versions[i].label, label) == 0)
            return policy->versions[i].info.clock;
    return NULL;
}

const struct version *policy_version_on(const struct policy *policy, int64_t day)
{
    for (size_t i = 0; i < policy->n_versions; i++) {
        const struct policy_version *info = &policy->versions[i].info;

        if (day >= info->from_day && day <= info->until_day)
            return &policy->versions[i];
    }
    return NULL;
}

bool policy_in_force(const struct policy *policy, int64_t day)
{
    return policy_version_on(policy, day);
}
