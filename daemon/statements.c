/* SPDX-License-Identifier: ISC */

/*
 * Statements. Those over all columns of a hold are made from hold_record, so that a column's name
 * stands only there and in the schema.
 */

#include "statements.h"

#include <assert.h>
#include <string.h>

#include "hold.h"
#include "sql.h"

#define SQL_TEXT_SIZE 4096

static const char *const texts[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_SAVEPOINT] = "SAVEPOINT command",
    [STATEMENT_KEEP] = "RELEASE command",
    [STATEMENT_UNDO] = "ROLLBACK TO command",
    [STATEMENT_DATA_VERSION] = "PRAGMA data_version",
    [STATEMENT_HOLD_LAST] = "SELECT max(id) FROM hold",
    [STATEMENT_HOLD_COUNTS] = "SELECT state, count(*) FROM hold GROUP BY state",
    /*
     * Those replaced; started holds of their bookings and of its own, whose receipt is their own
     * affair; and the papers that were open on its booking when it replaced one of another.
     */
    [STATEMENT_FIRST_CLOCK] =
        "WITH RECURSIVE replaced (id) AS (SELECT ?4 UNION SELECT h.replaces FROM hold h"
        "  JOIN replaced ON h.id = replaced.id WHERE h.replaces IS NOT NULL)"
        " SELECT id, CASE WHEN deadline_at IS NOT NULL THEN eligible_at END, received_at, "
        "served_at,"
        "  deadline_at FROM replaced JOIN hold USING (id)"
        " UNION ALL SELECT id, eligible_at, NULL, NULL, deadline_at FROM"
        "  (SELECT ?1 AS booking, ?2 AS facility"
        "   UNION SELECT booking, facility FROM replaced JOIN hold USING (id))"
        "  CROSS JOIN hold USING (booking, facility) WHERE id <> ?3" /* by the index, not a scan */
        "  AND eligible_at IS NOT NULL AND deadline_at IS NOT NULL"
        " UNION ALL SELECT id, NULL, received_at, served_at, NULL FROM hold"
        "  WHERE booking = ?1 AND facility = ?2 AND id < ?3 AND ?4 IS NOT NULL"
        "  AND (ended_at IS NULL OR ended_at > (SELECT received_at FROM hold WHERE id = ?3))",
    [STATEMENT_HOLD_OPEN] = "SELECT min(id) FROM hold WHERE booking = ? AND facility = ?"
                            " AND state IN ('pending', 'lodged', 'held', 'expired')",
    [STATEMENT_OPEN_FACILITIES] = "SELECT facility, count(*) FROM hold WHERE state IN ('pending', "
                                  "'lodged', 'held', 'expired')"
                                  " GROUP BY facility",
    [STATEMENT_HOLDS_HELD] = "SELECT id FROM hold INDEXED BY hold_by_state"
                             " WHERE state = 'held' AND id > ? ORDER BY id LIMIT ?",
    [STATEMENT_NEXT_DEADLINE] = "SELECT deadline_at FROM hold INDEXED BY hold_by_deadline"
                                " WHERE state = 'held' ORDER BY deadline_at LIMIT 1",
    [STATEMENT_OVERDUE_SINCE] =
        "SELECT authority_ended_at FROM hold INDEXED BY hold_by_authority_end"
        " WHERE state = 'expired' ORDER BY authority_ended_at LIMIT 1",
    [STATEMENT_EVENT_ADD] =
        "INSERT INTO event (seq, hold, kind, recorded_at, body) VALUES (?, ?, ?, ?, ?)",
    [STATEMENT_EVENT_LAST] = "SELECT seq, recorded_at FROM event ORDER BY seq DESC LIMIT 1",
    [STATEMENT_TIMER_ARM] =
        "INSERT OR REPLACE INTO timer (hold, kind, rung_s, due_at) VALUES (?, ?, ?, ?)",
    [STATEMENT_TIMER_DISARM_KIND] = "DELETE FROM timer WHERE hold = ? AND kind = ?",
    [STATEMENT_TIMER_DISARM_ALL] = "DELETE FROM timer WHERE hold = ?",
    [STATEMENT_TIMER_TAKE] = "DELETE FROM timer WHERE hold = ? AND kind = ? AND rung_s = ?",
    [STATEMENT_TIMERS_DUE] = "SELECT hold, kind, rung_s, due_at FROM timer WHERE due_at <= ?"
                             " ORDER BY due_at LIMIT ?",
    [STATEMENT_TIMERS_DUE_OF] =
        "SELECT hold, kind, rung_s, due_at FROM timer WHERE hold = ? AND due_at <= ?"
        " ORDER BY due_at LIMIT ?",
    [STATEMENT_NEXT_DUE] = "SELECT min(due_at) FROM timer",
    [STATEMENT_NEXT_TIMER] = "SELECT hold, kind, rung_s, due_at FROM timer WHERE hold = ?"
                             " ORDER BY due_at LIMIT 1",
    [STATEMENT_REPLY_RECALL] = "SELECT fingerprint, status, kind, hold, rev, body FROM idempotency"
                               " WHERE key = ? AND uid = ?",
    [STATEMENT_REPLY_REMEMBER] = "INSERT INTO idempotency (key, uid, fingerprint, recorded_at, "
                                 "status, kind, hold, rev, body)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [STATEMENT_REPLIES_FORGET] = "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency"
                                 " WHERE recorded_at <= ? ORDER BY recorded_at LIMIT ?)",
    [STATEMENT_REPLY_OLDEST] = "SELECT min(recorded_at) FROM idempotency",
    [STATEMENT_ANNOUNCED] = "SELECT value FROM meta WHERE name = 'announced_seq'",
    [STATEMENT_LAW] = "SELECT value FROM meta WHERE name = 'law'",
    [STATEMENT_SET_LAW] = "INSERT INTO meta (name, value) VALUES ('law', ?)"
                          " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [STATEMENT_SET_ANNOUNCED] = "INSERT INTO meta (name, value) VALUES ('announced_seq', ?)"
                                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
};

/* Appends, to be used with sizes known to fit: the column lists are fixed at build time. */
static void append(char *text, const char *more)
{
    assert(strlen(text) + strlen(more) < SQL_TEXT_SIZE);
    strcat(text, more);
}

static void append_columns(char *text, unsigned skip_flags, const char *separator,
                           const char *suffix)
{
    const char *before = "";

    for (size_t i = 0; i < hold_record.count; i++) {
        if (hold_record.fields[i].flags & skip_flags)
            continue;
        append(text, before);
        append(text, hold_record.fields[i].name);
        append(text, suffix);
        before = separator;
    }
}

static int prepare_over_columns(sqlite3 *db, sqlite3_stmt *statements[static STATEMENTS])
{
    char get[SQL_TEXT_SIZE] = "SELECT ", add[SQL_TEXT_SIZE] = "INSERT INTO hold (",
         change[SQL_TEXT_SIZE] = "UPDATE hold SET ";
    int r;

    append_columns(get, 0, ", ", "");
    append(get, " FROM hold WHERE id = ?");
    append_columns(add, 0, ", ", "");
    append(add, ") VALUES (?");
    for (size_t i = 1; i < hold_record.count; i++)
        append(add, ", ?");
    append(add, ")");
    append_columns(change, RECORD_FIXED, ", ", " = ?");
    append(change, " WHERE id = ?");

    r = sql_prepare(db, get, &statements[STATEMENT_HOLD_GET]);
    if (!r)
        r = sql_prepare(db, add, &statements[STATEMENT_HOLD_ADD]);
    if (!r)
        r = sql_prepare(db, change, &statements[STATEMENT_HOLD_CHANGE]);
    return r;
}

int statements_prepare(sqlite3 *db, sqlite3_stmt *statements[static STATEMENTS])
{
    int r = prepare_over_columns(db, statements);

    for (int i = 0; i < STATEMENTS && !r; i++)
        if (texts[i])
            r = sql_prepare(db, texts[i], &statements[i]);
    return r;
}
