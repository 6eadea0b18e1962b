/* SPDX-License-Identifier: ISC */

/*
 * Readers. A hold comes with its earliest timer in one statement, so that both are of the same
 * commit.
 */

#include "reader.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hold.h"
#include "sql.h"

#define BUSY_TIMEOUT_MS 2000 /* while the writer recovers or restarts the log */

enum statement { HOLD_BY_ID, EVENTS, EVENTS_OF_HOLD, STATEMENTS };

struct reader {
    sqlite3 *db;
    char columns[1024]; /* "h.id, h.rev, ..., t.kind, t.rung_s, t.due_at" */
    sqlite3_stmt *statements[STATEMENTS];
};

static const char *const event_texts[STATEMENTS] = {
    [EVENTS] = "SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
    [EVENTS_OF_HOLD] = "SELECT seq, body FROM event WHERE seq > ? AND hold = ?3"
                       " ORDER BY seq LIMIT ?2",
};

/* ---- opening ---- */

static void list_columns(struct reader *reader)
{
    size_t used = 0;

    for (size_t i = 0; i < hold_record.count; i++)
        used += (size_t)snprintf(reader->columns + used, sizeof(reader->columns) - used, "h.%s, ",
                                 hold_record.fields[i].name);
    used += (size_t)snprintf(reader->columns + used, sizeof(reader->columns) - used,
                             "t.kind, t.rung_s, t.due_at");
    assert(used < sizeof(reader->columns));
}

static int prepare_hold(struct reader *reader, const char *from, const char *rest,
                        sqlite3_stmt **statement)
{
    char text[2048];
    int length = snprintf(text, sizeof(text),
                          "SELECT %s FROM %s h LEFT JOIN timer t ON t.hold = h.id AND t.due_at = "
                          "(SELECT min(due_at) FROM timer WHERE hold = h.id) %s",
                          reader->columns, from, rest);

    assert(length > 0 && (size_t)length < sizeof(text));
    return sql_prepare(reader->db, text, statement);
}

static int set_up(struct reader *reader)
{
    int r;

    r = sql_execute(reader->db, "PRAGMA query_only = ON; PRAGMA mmap_size = 0;"
                                "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4096");
    sqlite3_busy_timeout(reader->db, BUSY_TIMEOUT_MS);
    list_columns(reader);
    if (!r)
        r = prepare_hold(reader, "hold", "WHERE h.id = ? LIMIT 1", &reader->statements[HOLD_BY_ID]);
    for (int i = EVENTS; i < STATEMENTS && !r; i++)
        r = sql_prepare(reader->db, event_texts[i], &reader->statements[i]);
    return r;
}

int reader_open(const char *database, const char *vfs, struct reader **reader)
{
    _cleanup_(reader_free_ptr) struct reader *opened = calloc(1, sizeof(*opened));
    int r;

    if (!opened)
        return -ENOMEM;
    r = sql_open(database, vfs, SQLITE_OPEN_READONLY, &opened->db);
    if (!r)
        r = set_up(opened);
    if (r)
        return r;
    *reader = opened;
    opened = NULL;
    return 0;
}

void reader_free(struct reader *reader)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(reader->statements[i]);
    sqlite3_close(reader->db);
    free(reader);
}

/* ---- holds ---- */

static void read_row(sqlite3_stmt *row, struct hold *hold, struct timer *next_timer)
{
    int column = (int)hold_record.count;
    const char *kind = (const char *)sqlite3_column_text(row, column);

    sql_read_record(row, 0, &hold_record, hold);
    *next_timer = (struct timer){
        .hold = hold->id,
        .kind = kind ? names_find(&timer_kind_names, kind) : TIMER_NONE,
        .rung_s = sqlite3_column_int64(row, column + 1),
        .due_at = sqlite3_column_int64(row, column + 2),
    };
}

int reader_hold(struct reader *reader, int64_t id, struct hold *hold, struct timer *next_timer)
{
    sqlite3_stmt *select = reader->statements[HOLD_BY_ID];
    int r;

    sqlite3_bind_int64(select, 1, id);
    r = sql_step(select);
    if (r <= 0)
        return r ? r : 1;
    read_row(select, hold, next_timer);
    sqlite3_reset(select);
    return 0;
}

/*
 * A list is prepared for its filter: SQLite then plans by the conditions that are really there. The
 * text comes from this function alone; what clients give is bound. The deadline's index is named,
 * because without statistics SQLite would rather walk through all that are held.
 */
static int prepare_list(struct reader *reader, const struct hold_filter *filter,
                        sqlite3_stmt **list)
{
    bool by_deadline = filter->due_before != INSTANT_NONE;
    char from[384];

    snprintf(from, sizeof(from),
             "(SELECT * FROM hold %s WHERE id > ?1%s%s%s%s ORDER BY id LIMIT ?2)",
             by_deadline ? "INDEXED BY hold_by_deadline" : "",
             by_deadline ? " AND state = 'held' AND deadline_at < ?6" : "",
             filter->state ? " AND state = ?3" : "", filter->facility ? " AND facility = ?4" : "",
             filter->booking ? " AND booking = ?5" : "");
    return prepare_hold(reader, from, "ORDER BY h.id", list);
}

static void bind_filter(sqlite3_stmt *list, const struct hold_filter *filter)
{
    sqlite3_bind_int64(list, 1, filter->after_id);
    sqlite3_bind_int64(list, 2, (sqlite3_int64)filter->limit);
    sql_bind_text(list, 3, hold_state_names.values[filter->state]);
    sql_bind_text(list, 4, filter->facility);
    sql_bind_text(list, 5, filter->booking);
    sql_bind_int(list, 6, filter->due_before);
}

static void finalize_ptr(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

int reader_holds(struct reader *reader, const struct hold_filter *filter, reader_hold_fn *each,
                 void *context)
{
    _cleanup_(finalize_ptr) sqlite3_stmt *list = NULL;
    struct timer next_timer;
    struct hold hold;
    int64_t last_id = 0;
    int r;

    r = prepare_list(reader, filter, &list);
    if (r)
        return r;
    bind_filter(list, filter);
    while ((r = sql_step(list)) > 0) {
        if (sqlite3_column_int64(list, 0) == last_id)
            continue; /* another timer that is due at the same instant */
        read_row(list, &hold, &next_timer);
        last_id = hold.id;
        r = each(&hold, &next_timer, context);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- events ---- */

int reader_events(struct reader *reader, int64_t hold_id, int64_t after, size_t limit,
                  reader_event_fn *each, void *context)
{
    sqlite3_stmt *select = reader->statements[hold_id ? EVENTS_OF_HOLD : EVENTS];
    int r;

    sqlite3_bind_int64(select, 1, after);
    sqlite3_bind_int64(select, 2, (sqlite3_int64)limit);
    if (hold_id)
        sqlite3_bind_int64(select, 3, hold_id);
    while ((r = sql_step(select)) > 0) {
        r = each(sqlite3_column_int64(select, 0), (const char *)sqlite3_column_text(select, 1),
                 (size_t)sqlite3_column_bytes(select, 1), context);
        if (r < 0)
            break;
    }
    sqlite3_reset(select);
    return r;
}
