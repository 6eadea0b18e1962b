/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The SQL of the store, all of it: one prepared statement each for what the only writer does.
 */

#include <sqlite3.h>

struct store;

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_SAVEPOINT,
    STATEMENT_KEEP,
    STATEMENT_UNDO,
    STATEMENT_DATA_VERSION,
    STATEMENT_HOLD_GET,
    STATEMENT_HOLD_ADD,
    STATEMENT_HOLD_CHANGE,
    STATEMENT_HOLD_LAST,
    STATEMENT_HOLD_COUNTS,
    STATEMENT_FIRST_CLOCK,
    STATEMENT_HOLD_OPEN,
    STATEMENT_HOLDS_HELD,
    STATEMENT_OPEN_FACILITIES,
    STATEMENT_NEXT_DEADLINE,
    STATEMENT_OVERDUE_SINCE,
    STATEMENT_EVENT_ADD,
    STATEMENT_EVENT_LAST,
    STATEMENT_TIMER_ARM,
    STATEMENT_TIMER_DISARM_KIND,
    STATEMENT_TIMER_DISARM_ALL,
    STATEMENT_TIMER_TAKE,
    STATEMENT_TIMERS_DUE,
    STATEMENT_TIMERS_DUE_OF,
    STATEMENT_NEXT_DUE,
    STATEMENT_NEXT_TIMER,
    STATEMENT_REPLY_RECALL,
    STATEMENT_REPLY_REMEMBER,
    STATEMENT_REPLIES_FORGET,
    STATEMENT_REPLY_OLDEST,
    STATEMENT_ANNOUNCED,
    STATEMENT_SET_ANNOUNCED,
    STATEMENT_LAW,
    STATEMENT_SET_LAW,
    STATEMENTS
};

/*
 * Prepares all of them. Returns 0 or a negative errno (logged); the caller finalizes what is there
 * in either case.
 */
int statements_prepare(sqlite3 *db, sqlite3_stmt *statements[static STATEMENTS]);

/* The store's prepared statement; asserts that the caller is the writer. */
sqlite3_stmt *store_statement(struct store *store, enum statement which);
