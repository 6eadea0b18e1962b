/* SPDX-License-Identifier: ISC */

/* Facts as parameters. */

#include "facts_bind.h"

#include <assert.h>
#include <sqlite3.h>

static int bind_instant(sqlite3_stmt *statement, int parameter, instant at)
{
    static const instant first = -62135596800 * US_PER_S, last = 253402300800 * US_PER_S - 1;
    char text[INSTANT_TEXT_SIZE];

    if (at < first || at > last) /* INSTANT_NONE, or none of the years 1 to 9999 */
        return sqlite3_bind_null(statement, parameter);
    instant_format(at, text);
    return sqlite3_bind_text(statement, parameter, text, -1, SQLITE_TRANSIENT);
}

static int bind_count(sqlite3_stmt *statement, int parameter, int64_t count)
{
    if (count == RECORD_NO_INT)
        return sqlite3_bind_null(statement, parameter);
    return sqlite3_bind_int64(statement, parameter, count);
}

static int bind_truth(sqlite3_stmt *statement, int parameter, int truth)
{
    if (truth == TRUTH_NONE)
        return sqlite3_bind_null(statement, parameter);
    return sqlite3_bind_int(statement, parameter, truth == TRUTH_YES);
}

/* A NULL text binds NULL. */
static int bind_name(sqlite3_stmt *statement, int parameter, const struct names *names, int value)
{
    bool named = value > 0 && (size_t)value < names->count;

    return sqlite3_bind_text(statement, parameter, named ? names->values[value] : NULL, -1,
                             SQLITE_STATIC);
}

static int bind_fact(sqlite3_stmt *statement, int parameter, const struct record_field *field,
                     const struct facts *facts)
{
    const void *member = record_const_member(field, facts);

    switch (field->type) {
    case RECORD_INSTANT:
        return bind_instant(statement, parameter, *(const instant *)member);
    case RECORD_INT:
        return bind_count(statement, parameter, *(const int64_t *)member);
    case RECORD_TRUTH:
        return bind_truth(statement, parameter, *(const int *)member);
    default:
        assert(field->type == RECORD_NAME);
        return bind_name(statement, parameter, field->names, *(const int *)member);
    }
}

int facts_bind(const struct facts *facts, uint64_t which, sqlite3_stmt *statement)
{
    int parameter = 0, r = SQLITE_OK;

    for (; which && r == SQLITE_OK; which &= which - 1)
        r = bind_fact(statement, ++parameter, &facts_record.fields[__builtin_ctzll(which)], facts);
    return r;
}
