/* SPDX-License-Identifier: ISC */

/* The store's rows of replies that are kept for commands that come again. */

#include <errno.h>
#include <string.h>

#include "sql.h"
#include "statements.h"
#include "store.h"

static void bind_key(sqlite3_stmt *to, const struct idempotency *idempotency)
{
    sql_bind_text(to, 1, idempotency->key);
    sqlite3_bind_int64(to, 2, idempotency->uid);
}

static bool is_same_request(sqlite3_stmt *row, const struct idempotency *idempotency)
{
    size_t size = sizeof(idempotency->fingerprint);

    return (size_t)sqlite3_column_bytes(row, 0) == size &&
           memcmp(sqlite3_column_blob(row, 0), idempotency->fingerprint, size) == 0;
}

static int read_reply(sqlite3_stmt *row, struct reply *reply)
{
    const char *kind = (const char *)sqlite3_column_text(row, 2);

    *reply = (struct reply){
        .status = (unsigned)sqlite3_column_int(row, 1),
        .kind = kind ? problem_find(kind) : PROBLEM_NONE,
        .hold = sqlite3_column_int64(row, 3), /* 0 for NULL */
        .rev = sqlite3_column_int64(row, 4),
        .body = strdup((const char *)sqlite3_column_text(row, 5)),
        .replayed = true,
    };
    return reply->body ? 0 : -ENOMEM;
}

int store_recall(struct store *store, const struct idempotency *idempotency, struct reply *reply)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_REPLY_RECALL);
    int r;

    bind_key(select, idempotency);
    r = sql_step(select);
    if (r <= 0)
        return r ? r : STORE_NO_REPLY;
    r = is_same_request(select, idempotency) ? read_reply(select, reply) : STORE_OTHER_REQUEST;
    sqlite3_reset(select);
    return r;
}

static void bind_unless_zero(sqlite3_stmt *to, int index, int64_t value)
{
    sql_bind_int(to, index, value ? value : RECORD_NO_INT);
}

int store_remember(struct store *store, const struct idempotency *idempotency,
                   const struct reply *reply, instant now)
{
    sqlite3_stmt *add = store_statement(store, STATEMENT_REPLY_REMEMBER);

    bind_key(add, idempotency);
    sqlite3_bind_blob(add, 3, idempotency->fingerprint, sizeof(idempotency->fingerprint),
                      SQLITE_STATIC);
    sqlite3_bind_int64(add, 4, now);
    sqlite3_bind_int(add, 5, (int)reply->status);
    sql_bind_text(add, 6, reply->kind ? problem_name(reply->kind) : NULL);
    bind_unless_zero(add, 7, reply->hold);
    bind_unless_zero(add, 8, reply->rev);
    sql_bind_text(add, 9, reply->body);
    return sql_run(add);
}

int store_forget(struct store *store, instant until, size_t max)
{
    sqlite3_stmt *forget = store_statement(store, STATEMENT_REPLIES_FORGET);

    sqlite3_bind_int64(forget, 1, until);
    sqlite3_bind_int64(forget, 2, (sqlite3_int64)max);
    return sql_run(forget);
}

int store_oldest_reply(struct store *store, instant *recorded_at)
{
    *recorded_at = INSTANT_NONE;
    return sql_number(store_statement(store, STATEMENT_REPLY_OLDEST), recorded_at);
}
