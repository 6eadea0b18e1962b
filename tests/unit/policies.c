/* SPDX-License-Identifier: ISC */

/* What the tests of policies share. */

#include "policies.h"

struct policy_outcome policies_parse(const char *text)
{
    struct policy_outcome outcome = {0};
    size_t size;
    struct mistakes mistakes = {"FILE", open_memstream(&outcome.messages, &size)};

    ck_assert_ptr_nonnull(mistakes.messages);
    outcome.r = policy_parse("test", text, &mistakes, &outcome.policy);
    fclose(mistakes.messages);
    for (char *at = outcome.messages; (at = strstr(at, "FILE:"));)
        memmove(at, at + 5, strlen(at + 5) + 1);
    return outcome;
}

void policies_outcome_free(struct policy_outcome *outcome)
{
    if (outcome->policy)
        policy_free(outcome->policy);
    free(outcome->messages);
}

struct policy *policies_good(const char *text)
{
    struct policy_outcome outcome = policies_parse(text);

    ck_assert_str_eq(outcome.messages, "");
    ck_assert_int_eq(outcome.r, 0);
    free(outcome.messages);
    return outcome.policy;
}
