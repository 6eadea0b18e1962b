/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Policies: whether a jail honours a detainer, and why, by rules that somebody wrote down.
 *
 * A policy is a file of lib/conf's kind with one or more versions, each in force for a span of
 * local dates. A version has rules that are tried in order, the first that fires decides, and
 * requirements that must be met besides where the rules say honor. Conditions are SQL expressions
 * over the facts (lib/facts.h), which SQLite evaluates in a sandbox: they can reach nothing but the
 * facts.
 *
 * A fact may be not known, and then so may a condition: each rule must say what that means for it.
 * What cannot be evaluated is never honoured or declined: it is for a person to decide.
 */

#include "facts.h"
#include "macro.h"
#include "mistakes.h"
#include "rule.h"

#define POLICY_NOTE_SIZE 1025
#define POLICY_SUFFIX    ".policy"

/* What a file may have. */
#define POLICY_VERSIONS_MAX     16
#define POLICY_RULES_MAX        64 /* in a version */
#define POLICY_REQUIREMENTS_MAX 16 /* in a version */

/* Immutable once made; for any thread. */
struct policy;

/*
 * Reads a policy from its text. Its name has 1 to 40 small letters, digits and hyphens. Returns 0;
 * or -EINVAL after mistakes; or -ENOMEM. As lib/conf, only for one thread at a time.
 */
int policy_parse(const char *name, const char *text, struct mistakes *mistakes,
                 struct policy **policy);

/* The same with the file at mistakes->path, which is called NAME.policy. */
int policy_load(struct mistakes *mistakes, struct policy **policy);

/*
 * The policy that always decides that: always-honor, always-decline, always-review. They are built
 * in (schema/policy/always-*.policy). Returns 0 or -ENOMEM. Only for one thread at a time.
 */
int policy_built_in(enum decision decision, struct policy **policy);

void policy_free(struct policy *policy);
DEFINE_CLEANUP(struct policy *, policy_free)

const char *policy_name(const struct policy *policy);
const char *policy_title(const struct policy *policy);
const char *policy_cite(const struct policy *policy); /* NULL where the file has none */
const char *policy_note(const struct policy *policy); /* NULL where the file has none */
const char *policy_text(const struct policy *policy); /* the file */
const char *policy_hash(const struct policy *policy); /* of the text */

/* The longest that a version lets a hold last, whatever the facility's rule says. */
struct policy_clock {
    enum rule_start start;
    int limit_h; /* elapsed hours from the start, 1 to RULE_LIMIT_H */
};

#define POLICY_NO_DAY_FIRST INT64_MIN /* in force from ever */
#define POLICY_NO_DAY_LAST  INT64_MAX /* and for ever */

struct policy_version {
    const char *label;
    int64_t from_day, until_day;      /* the first and the last local date, days since 1970-01-01 */
    const struct policy_clock *clock; /* NULL where the version has none */
    size_t n_rules;                   /* at least 1 */
    size_t n_requirements;
};

/* The versions, in the file's order. */
size_t policy_n_versions(const struct policy *policy);
const struct policy_version *policy_version(const struct policy *policy, size_t version);

/* The names of a version's rules in order, and after them those of its requirements: no two of
 * them are the same. */
const char *policy_rule_name(const struct policy *policy, size_t version, size_t rule);

/* The clock of the version of that label; NULL where it has none, or there is no such version. */
const struct policy_clock *policy_version_clock(const struct policy *policy, const char *label);

/* Whether a version is in force on that local date. */
bool policy_in_force(const struct policy *policy, int64_t day);

/* What a policy says, and why. The strings are the policy's. */
struct ruling {
    enum decision decision;
    const char *policy, *hash;
    const char *version; /* NULL where none is in force that day: for review then */
    const char *rule;    /* the rule that fired, or the requirement that was not met; or NULL */
    const char *reason;
    const char *cite;                 /* the rule's, else the version's, else the file's, or NULL */
    const struct policy_clock *clock; /* the version's, or NULL */
};

/* Where conditions are evaluated: an in-memory SQLite connection. One thread's own. */
struct evaluator;

int evaluator_new(struct evaluator **evaluator);
void evaluator_free(struct evaluator *evaluator);
DEFINE_CLEANUP(struct evaluator *, evaluator_free)

/*
 * What the policy says of these facts on that local date, in days since 1970-01-01. Returns 0 or
 * -ENOMEM. Whatever the facts are, it decides: where a condition fails on them, for review.
 */
int evaluator_rule(struct evaluator *evaluator, const struct policy *policy,
                   const struct facts *facts, int64_t day, struct ruling *ruling);

/* Drops what is kept of the policies it has seen, so that it does not grow with each reload. */
void evaluator_forget(struct evaluator *evaluator);
