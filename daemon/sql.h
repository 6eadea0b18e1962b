/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * SQLite as this daemon uses it: connections, prepared statements and errors, for the store and the
 * readers alike. Every failure is logged here, where it happens, with SQLite's words and the
 * system's, and becomes a negative errno.
 */

#include <sqlite3.h>

#include "macro.h"
#include "record.h"

/* Opens a connection with extended error codes. `flags` as in sqlite3_open_v2(). */
int sql_open(const char *path, const char *vfs, int flags, sqlite3 **db);

static inline void sql_close_ptr(sqlite3 **db)
{
    sqlite3_close(*db); /* statements must have been finalized; NULL is fine */
}

/* Logs the connection's last error and returns it as negative errno: -ENOSPC, -EIO, -EBUSY, ... */
int sql_failure(sqlite3 *db, const char *doing);

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **statement);

/* Runs statements that return nothing: schema and pragmas at start. */
int sql_execute(sqlite3 *db, const char *text);

/* One step: 1 with a row, 0 at the end (the statement is reset then), or a negative errno. */
int sql_step(sqlite3_stmt *statement);

/* Runs a statement that returns no row. */
int sql_run(sqlite3_stmt *statement);

/* Runs a statement of at most one row and one number; *value is left alone where there is none. */
int sql_number(sqlite3_stmt *statement, int64_t *value);

/* The same for a text that is used once. */
int sql_number_of(sqlite3 *db, const char *text, int64_t *value);

/* Binds parameter `index`, NULL for INSTANT_NONE and RECORD_NO_INT. */
void sql_bind_int(sqlite3_stmt *statement, int index, int64_t value);

/* A number, RECORD_NO_INT for NULL; and a text, cut to fit, "" for NULL. */
int64_t sql_column_int(sqlite3_stmt *statement, int column);
void sql_read_text(sqlite3_stmt *statement, int column, size_t size, char *text);

/* Binds text that stays until the statement was run; "" and NULL become NULL. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *text);

/*
 * Binds the fields of an object to the parameters from `first` on, in the order of its record,
 * leaving out those that have any of `skip_flags`. The object must stay until the statement was
 * run.
 */
void sql_bind_record(sqlite3_stmt *statement, int first, const struct record *record,
                     unsigned skip_flags, const void *object);

/* Reads the columns from `first` on into the fields of an object. */
void sql_read_record(sqlite3_stmt *statement, int first, const struct record *record, void *object);
