/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Conditions of policies: SQL expressions over the facts, checked before any decision hangs on
 * them.
 */

#include "sandbox.h"

struct condition {
    uint64_t reads;   /* facts: bit i for field i of facts_record */
    enum truth truth; /* of a condition that reads none */
    char why[512];    /* what is wrong, as the end of a sentence */
};

#define CONDITION_WRONG 1

/*
 * Checks a condition: that it is one, that texts in it are values of the facts it reads, and that
 * it can be evaluated where no fact is known and where all are. Returns 0, CONDITION_WRONG and why,
 * or -ENOMEM.
 */
int condition_check(struct sandbox *sandbox, const char *expression, struct condition *condition);

/* Tries conditions out that have been checked and joined: whether they are not too much together.
 */
int condition_try(struct sandbox *sandbox, const char *joined, uint64_t reads,
                  struct condition *condition);
