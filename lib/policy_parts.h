/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What a policy is made of: between reading it (policy_file.c), checking it (policy_check.c), and
 * evaluating it (evaluator.c). Strings are malloc'ed and the policy's own.
 */

#include "policy.h"
#include "sandbox.h"

/* What it means for a rule when its condition is not known. */
enum unknown {
    UNKNOWN_NONE, /* not said */
    UNKNOWN_SKIP,
    UNKNOWN_FIRE,
    UNKNOWN_REVIEW,
};

/* A rule or a requirement. */
struct clause {
    char *name;
    int line;        /* in the file */
    char *condition; /* an expression; NULL for a rule that always fires */
    uint64_t facts;  /* that the condition reads */
    size_t number;   /* of the condition, among those of the policy */
    enum unknown unknown;
    int unknown_line;       /* in the file */
    enum decision decision; /* where a rule fires, or a requirement is not met */
    char *reason;
    char *cite;           /* or NULL */
    char *unknown_reason; /* for review because the condition is not known */
    char *failed_reason;  /* for review because it could not be evaluated */
    bool broken;          /* its condition is a mistake, so nothing follows from it */
};

struct clauses {
    size_t count;
    struct clause *all;
};

struct version {
    struct policy_version info;
    char *label;
    int line;   /* in the file */
    char *cite; /* or NULL */
    struct policy_clock clock;
    struct clauses rules;
    struct clauses requirements;
};

struct policy {
    char name[POLICY_NAME_SIZE];
    char hash[POLICY_HASH_SIZE];
    char *text, *title, *cite, *note;
    size_t n_conditions;
    size_t n_versions;
    struct version *versions;
};

/* Reads policy->text into the rest. Returns 0, -EINVAL after mistakes, or -ENOMEM. */
int policy_read(struct policy *policy, struct mistakes *mistakes);

/* What only all clauses of a version, or all versions, can show. */
void policy_check_version(const struct version *version, struct mistakes *mistakes);
void policy_check_overlap(const struct policy *policy, struct mistakes *mistakes);

/* The version in force on that local date, or NULL. */
const struct version *policy_version_on(const struct policy *policy, int64_t day);
