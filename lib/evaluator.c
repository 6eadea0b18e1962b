/* SPDX-License-Identifier: ISC */

/*
 * What a policy says of facts. The statements of its conditions are prepared when they are first
 * asked and kept, by the hash of the policy's text: the same text has the same conditions.
 */

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "policy_parts.h"

/* The conditions of one policy. */
struct prepared {
    char hash[POLICY_HASH_SIZE];
    size_t n_statements;
    sqlite3_stmt *statements[]; /* NULL until asked */
};

struct evaluator {
    struct sandbox *sandbox;
    size_t n_policies;
    struct prepared **policies;
};

/* ---- made, forgotten and freed ---- */

int evaluator_new(struct evaluator **evaluator)
{
    struct evaluator *made = calloc(1, sizeof(*made));
    int r = made ? sandbox_new(&made->sandbox) : -ENOMEM;

    if (r) {
        free(made);
        return r;
    }
    *evaluator = made;
    return 0;
}

void evaluator_forget(struct evaluator *evaluator)
{
    for (size_t i = 0; i < evaluator->n_policies; i++) {
        struct prepared *prepared = evaluator->policies[i];

        for (size_t j = 0; j < prepared->n_statements; j++)
            sqlite3_finalize(prepared->statements[j]);
        free(prepared);
    }
    free(evaluator->policies);
    evaluator->policies = NULL;
    evaluator->n_policies = 0;
}

void evaluator_free(struct evaluator *evaluator)
{
    evaluator_forget(evaluator);
    sandbox_free(evaluator->sandbox);
    free(evaluator);
}

/* ---- statements ---- */

static struct prepared *add_policy(struct evaluator *evaluator, const struct policy *policy)
{
    struct prepared **more =
        reallocarray(evaluator->policies, evaluator->n_policies + 1, sizeof(struct prepared *));
    struct prepared *prepared;

    if (!more)
        return NULL;
    evaluator->policies = more;
    prepared = calloc(1, sizeof(*prepared) + policy->n_conditions * sizeof(sqlite3_stmt *));
    if (!prepared)
        return NULL;
    strcpy(prepared->hash, policy->hash);
    prepared->n_statements = policy->n_conditions;
    more[evaluator->n_policies++] = prepared;
    return prepared;
}

static struct prepared *prepared_of(struct evaluator *evaluator, const struct policy *policy)
{
    for (size_t i = 0; i < evaluator->n_policies; i++)
        if (strcmp(evaluator->policies[i]->hash, policy->hash) == 0)
            return evaluator->policies[i];
    return add_policy(evaluator, policy);
}

/* ---- one clause ---- */

/* What is to be ruled on, and with what. */
struct case_at_hand {
    struct sandbox *sandbox;
    struct prepared *prepared;
    const struct facts *facts;
    const struct policy *policy;
    const struct version *version;
};

/* Whether the condition is true. Returns 0, an enum sandbox_outcome, or -ENOMEM. */
static int ask(const struct case_at_hand *at_hand, const struct clause *clause, enum truth *truth)
{
    sqlite3_stmt **statement = &at_hand->prepared->statements[clause->number];
    int r = 0;

    *truth = TRUTH_YES;
    if (!clause->condition)
        return 0;
    if (!*statement)
        r = sandbox_prepare(at_hand->sandbox, clause->condition, clause->facts, statement);
    return r ? r : sandbox_run(at_hand->sandbox, *statement, clause->facts, at_hand->facts, truth);
}

static void rule(const struct case_at_hand *at_hand, const struct clause *clause,
                 enum decision decision, const char *reason, struct ruling *ruling)
{
    const char *cite = at_hand->version->cite ? at_hand->version->cite : at_hand->policy->cite;

    ruling->decision = decision;
    ruling->rule = clause->name;
    ruling->reason = reason;
    ruling->cite = clause->cite ? clause->cite : cite;
}

/* ---- a version ---- */

/* Leaves ruling->decision alone where the rule does not fire. */
static int try_rule(const struct case_at_hand *at_hand, const struct clause *clause,
                    struct ruling *ruling)
{
    enum truth truth;
    int r = ask(at_hand, clause, &truth);

    if (r < 0)
        return r;
    if (r > 0)
        rule(at_hand, clause, DECISION_REVIEW, clause->failed_reason, ruling);
    else if (truth == TRUTH_YES || (truth == TRUTH_NONE && clause->unknown == UNKNOWN_FIRE))
        rule(at_hand, clause, clause->decision, clause->reason, ruling);
    else if (truth == TRUTH_NONE && clause->unknown == UNKNOWN_REVIEW)
        rule(at_hand, clause, DECISION_REVIEW, clause->unknown_reason, ruling);
    return 0;
}

/* Leaves the ruling alone where the requirement is met. */
static int try_requirement(const struct case_at_hand *at_hand, const struct clause *clause,
                           struct ruling *ruling)
{
    enum truth truth;
    int r = ask(at_hand, clause, &truth);

    if (r < 0)
        return r;
    if (r > 0)
        rule(at_hand, clause, DECISION_REVIEW, clause->failed_reason, ruling);
    else if (truth != TRUTH_YES)
        rule(at_hand, clause, clause->decision, clause->reason, ruling);
    return 0;
}

static int apply_version(const struct case_at_hand *at_hand, struct ruling *ruling)
{
    const struct clauses *rules = &at_hand->version->rules;
    const struct clauses *requirements = &at_hand->version->requirements;
    int r = 0;

    for (size_t i = 0; i < rules->count && !r && !ruling->decision; i++)
        r = try_rule(at_hand, &rules->all[i], ruling);
    assert(r || ruling->decision); /* the last one always fires */
    for (size_t i = 0; i < requirements->count && !r && ruling->decision == DECISION_HONOR; i++)
        r = try_requirement(at_hand, &requirements->all[i], ruling);
    return r;
}

int evaluator_rule(struct evaluator *evaluator, const struct policy *policy,
                   const struct facts *facts, int64_t day, struct ruling *ruling)
{
    struct case_at_hand at_hand = {
        .sandbox = evaluator->sandbox,
        .facts = facts,
        .policy = policy,
        .version = policy_version_on(policy, day),
    };

    *ruling = (struct ruling){.policy = policy->name, .hash = policy->hash};
    if (!at_hand.version) {
        ruling->decision = DECISION_REVIEW;
        ruling->reason = "no version of this policy is in force on that day";
        ruling->cite = policy->cite;
        return 0;
    }
    at_hand.prepared = prepared_of(evaluator, policy);
    if (!at_hand.prepared)
        return -ENOMEM;
    ruling->version = at_hand.version->label;
    ruling->clock = at_hand.version->info.clock;
    return apply_version(&at_hand, ruling);
}
