/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the tests of policies share: reading one from a text, and the mistakes in it.
 */

#include "policy.h"
#include "unit.h"

/* A rule for the end of a version. */
#define OTHERWISE "rule otherwise { decide = decline reason = \"nothing else\" }"

/* A policy of one version, whose clauses begin in line 2. */
#define POLICY(clauses) "title = t version v {\n" clauses "\n" OTHERWISE " }\n"

struct policy_outcome {
    int r;
    struct policy *policy; /* NULL where there were mistakes */
    char *messages;        /* "LINE: ..." each */
};

struct policy_outcome policies_parse(const char *text);
void policies_outcome_free(struct policy_outcome *outcome);

/* A policy called "test"; the test fails where the text has mistakes. */
struct policy *policies_good(const char *text);
