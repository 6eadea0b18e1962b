/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The sandbox: an in-memory SQLite connection that evaluates conditions and can do nothing else.
 *
 * An authorizer lets through expressions over the columns of one table, which are the facts, and a
 * handful of functions; limits bound how long, deep and large things get, and how many steps one
 * evaluation takes. Whatever else SQLite could do (files, extensions, the time, chance) is refused
 * when the condition is read.
 *
 * For conditions that condition_text_problem() finds nothing wrong with: a sandbox does not look
 * for the end of the parentheses that it puts around them.
 */

#include "facts.h"
#include "macro.h"

struct sqlite3_stmt;

/* One thread's own. */
struct sandbox;

int sandbox_new(struct sandbox **sandbox); /* 0 or -ENOMEM */
void sandbox_free(struct sandbox *sandbox);
DEFINE_CLEANUP(struct sandbox *, sandbox_free)

enum sandbox_outcome {
    SANDBOX_WRONG = 1,  /* this is no condition */
    SANDBOX_FAILED = 2, /* the condition cannot be evaluated on these facts */
};

/* Why the newest outcome was one, as the end of a sentence; until the next call. */
const char *sandbox_why(const struct sandbox *sandbox);

/*
 * Finds out which facts a condition reads: bit i for field i of facts_record. Returns 0,
 * SANDBOX_WRONG, or -ENOMEM.
 */
int sandbox_inspect(struct sandbox *sandbox, const char *condition, uint64_t *reads);

/*
 * Makes the statement of a condition that reads those facts, or of several joined by AND. Returns 0
 * and a statement for sqlite3_finalize(); SANDBOX_WRONG; or -ENOMEM.
 */
int sandbox_prepare(struct sandbox *sandbox, const char *condition, uint64_t reads,
                    struct sqlite3_stmt **statement);

/*
 * Evaluates it. Returns 0 and whether it is true, TRUTH_NONE where that is not known (SQL's NULL);
 * SANDBOX_FAILED; or -ENOMEM.
 */
int sandbox_run(struct sandbox *sandbox, struct sqlite3_stmt *statement, uint64_t reads,
                const struct facts *facts, enum truth *truth);
