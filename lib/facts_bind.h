/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Facts as the parameters of an SQL statement: 1 or 0 for yes or no, numbers as they are, names as
 * texts, instants as RFC 3339 in UTC with Z; NULL for what is not known.
 */

#include "facts.h"

struct sqlite3_stmt;

/* Binds those facts, bit i for field i of facts_record, to the parameters from 1 on. Returns
 * SQLite's code. */
int facts_bind(const struct facts *facts, uint64_t which, struct sqlite3_stmt *statement);
