/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Consulting the policy: what is known of a detainer, put together for the facility's policy, and
 * what that says, put into the command for the transition to act on.
 */

#include "command.h"
#include "facility.h"

/*
 * Merges the facts that a command tells into those its hold has, into command->known_facts. Returns
 * 0 or -ENOMEM.
 */
int consult_facts(struct command *command, const struct hold *hold);

/*
 * Asks the facility's policy about a request (`hold` is NULL) or a start that takes effect at `at`,
 * whose local day says which version of the policy is in force; fills command->known_facts,
 * ->ruling and ->bound. The ruling's strings are the policy's. Returns 0 or -ENOMEM.
 */
int consult_policy(struct evaluator *evaluator, const struct facility *facility,
                   struct command *command, const struct hold *hold, instant at);
