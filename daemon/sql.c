/* SPDX-License-Identifier: ISC */

/* SQLite: thin wrappers that log, and the bridge between records and rows. */

#include "sql.h"

#include <errno.h>
#include <string.h>

#include "instant.h"
#include "log.h"

int sql_open(const char *path, const char *vfs, int flags, sqlite3 **db)
{
    _cleanup_(sql_close_ptr) sqlite3 *opened = NULL;
    int r =
        sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);

    if (r != SQLITE_OK)
        return opened ? sql_failure(opened, path) : -ENOMEM;
    *db = opened;
    opened = NULL;
    return 0;
}

static int errno_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return -EACCES;
    case SQLITE_CORRUPT:
        return -EUCLEAN;
    case SQLITE_NOTADB:
        return -EPERM; /* somebody else's file */
    default:
        return -EIO;
    }
}

int sql_failure(sqlite3 *db, const char *doing)
{
    int code = sqlite3_extended_errcode(db);
    int system_errno = sqlite3_system_errno(db);
    const char *path = sqlite3_db_filename(db, "main");

    log_line(LOG_ERR, "database %s: %s (SQLite error %d%s%s) while doing: %.200s",
             path && *path ? path : "(not open)", sqlite3_errmsg(db), code,
             system_errno ? ", " : "", system_errno ? strerror(system_errno) : "", doing);
    return errno_of(code);
}

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **statement)
{
    if (sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
        return sql_failure(db, text);
    return 0;
}

int sql_execute(sqlite3 *db, const char *text)
{
    return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_failure(db, text);
}

int sql_step(sqlite3_stmt *statement)
{
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW)
        return 1;
    if (r != SQLITE_DONE)
        r = sql_failure(sqlite3_db_handle(statement), sqlite3_sql(statement));
    else
        r = 0;
    sqlite3_reset(statement);
    return r;
}

int sql_run(sqlite3_stmt *statement)
{
    int r = sql_step(statement);

    if (r > 0)
        sqlite3_reset(statement);
    return r < 0 ? r : 0;
}

int sql_number(sqlite3_stmt *statement, int64_t *value)
{
    int r = sql_step(statement);

    if (r <= 0)
        return r;
    if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int sql_number_of(sqlite3 *db, const char *text, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int r = sql_prepare(db, text, &statement);

    if (!r)
        r = sql_number(statement, value);
    sqlite3_finalize(statement);
    return r;
}

void sql_bind_int(sqlite3_stmt *statement, int index, int64_t value)
{
    if (value == RECORD_NO_INT) /* INSTANT_NONE is the same */
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_int64(statement, index, value);
}

int64_t sql_column_int(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? RECORD_NO_INT
               : sqlite3_column_int64(statement, column);
}

void sql_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text && *text)
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, index);
}

static void bind_field(sqlite3_stmt *statement, int index, const struct record_field *field,
                       const void *member)
{
    switch (field->type) {
    case RECORD_INT:
    case RECORD_INSTANT:
        sql_bind_int(statement, index, *(const int64_t *)member);
        break;
    case RECORD_BOOL:
        sqlite3_bind_int(statement, index, *(const bool *)member);
        break;
    case RECORD_TEXT:
        sql_bind_text(statement, index, member);
        break;
    case RECORD_STRING:
        sql_bind_text(statement, index, *(const char *const *)member);
        break;
    case RECORD_NAME:
        sql_bind_text(statement, index, field->names->values[*(const int *)member]);
        break;
    case RECORD_TRUTH: /* of facts, which are stored as one text */
    case RECORD_FACTS:
        break;
    }
}

void sql_bind_record(sqlite3_stmt *statement, int first, const struct record *record,
                     unsigned skip_flags, const void *object)
{
    for (size_t i = 0; i < record->count; i++)
        if (!(record->fields[i].flags & skip_flags))
            bind_field(statement, first++, &record->fields[i],
                       record_const_member(&record->fields[i], object));
}

void sql_read_text(sqlite3_stmt *statement, int column, size_t size, char *member)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t length = text ? (size_t)sqlite3_column_bytes(statement, column) : 0;

    if (length >= size)
        length = size - 1;
    if (text)
        memcpy(member, text, length);
    member[length] = '\0';
}

static int read_name(sqlite3_stmt *statement, int column, const struct names *names)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text ? names_find(names, text) : 0;
}

static void read_field(sqlite3_stmt *statement, int column, const struct record_field *field,
                       void *member)
{
    switch (field->type) {
    case RECORD_INT:
    case RECORD_INSTANT:
        *(int64_t *)member = sql_column_int(statement, column);
        break;
    case RECORD_BOOL:
        *(bool *)member = sqlite3_column_int(statement, column) != 0;
        break;
    case RECORD_TEXT:
        sql_read_text(statement, column, field->size, member);
        break;
    case RECORD_NAME:
        *(int *)member = read_name(statement, column, field->names);
        break;
    case RECORD_STRING: /* borrowed text has no owner here */
    case RECORD_TRUTH:
    case RECORD_FACTS:
        break;
    }
}

void sql_read_record(sqlite3_stmt *statement, int first, const struct record *record, void *object)
{
    for (size_t i = 0; i < record->count; i++)
        read_field(statement, first + (int)i, &record->fields[i],
                   record_member(&record->fields[i], object));
}
