/* SPDX-License-Identifier: ISC */

/*
 * The store. Its statements stand in one table; those over all columns of a hold are made from
 * hold_record, so that a column's name stands only there and in the schema.
 */

#include "store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "codec.h"
#include "log.h"
#include "schema.h"
#include "sql.h"

#define BUSY_TIMEOUT_MS 5000 /* for readers to let a checkpoint pass */
#define SQL_TEXT_SIZE   2048

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    KEEP,
    UNDO,
    DATA_VERSION,
    HOLD_GET,
    HOLD_ADD,
    HOLD_CHANGE,
    HOLD_LAST,
    HOLD_COUNTS,
    FIRST_CLOCK,
    NEXT_DEADLINE,
    EVENT_ADD,
    EVENT_LAST,
    TIMER_ARM,
    TIMER_DISARM_KIND,
    TIMER_DISARM_ALL,
    TIMER_TAKE,
    TIMERS_DUE,
    TIMERS_DUE_OF,
    NEXT_DUE,
    NEXT_TIMER,
    ANNOUNCED,
    SET_ANNOUNCED,
    STATEMENTS
};

static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SAVEPOINT] = "SAVEPOINT command",
    [KEEP] = "RELEASE command",
    [UNDO] = "ROLLBACK TO command",
    [DATA_VERSION] = "PRAGMA data_version",
    [HOLD_LAST] = "SELECT max(id) FROM hold",
    [HOLD_COUNTS] = "SELECT state, count(*) FROM hold GROUP BY state",
    [FIRST_CLOCK] =
        "SELECT eligible_at, id FROM hold WHERE booking = ? AND facility = ? AND id <> ?"
        " AND eligible_at IS NOT NULL AND deadline_at IS NOT NULL"
        " ORDER BY eligible_at, id LIMIT 1",
    [NEXT_DEADLINE] = "SELECT deadline_at FROM hold INDEXED BY hold_by_deadline"
                      " WHERE state = 'held' ORDER BY deadline_at LIMIT 1",
    [EVENT_ADD] = "INSERT INTO event (seq, hold, kind, recorded_at, body) VALUES (?, ?, ?, ?, ?)",
    [EVENT_LAST] = "SELECT seq, recorded_at FROM event ORDER BY seq DESC LIMIT 1",
    [TIMER_ARM] = "INSERT OR REPLACE INTO timer (hold, kind, rung_s, due_at) VALUES (?, ?, ?, ?)",
    [TIMER_DISARM_KIND] = "DELETE FROM timer WHERE hold = ? AND kind = ?",
    [TIMER_DISARM_ALL] = "DELETE FROM timer WHERE hold = ?",
    [TIMER_TAKE] = "DELETE FROM timer WHERE hold = ? AND kind = ? AND rung_s = ?",
    [TIMERS_DUE] = "SELECT hold, kind, rung_s, due_at FROM timer WHERE due_at <= ?"
                   " ORDER BY due_at LIMIT ?",
    [TIMERS_DUE_OF] = "SELECT hold, kind, rung_s, due_at FROM timer WHERE hold = ? AND due_at <= ?"
                      " ORDER BY due_at LIMIT ?",
    [NEXT_DUE] = "SELECT min(due_at) FROM timer",
    [NEXT_TIMER] = "SELECT hold, kind, rung_s, due_at FROM timer WHERE hold = ?"
                   " ORDER BY due_at LIMIT 1",
    [ANNOUNCED] = "SELECT value FROM meta WHERE name = 'announced_seq'",
    [SET_ANNOUNCED] = "INSERT INTO meta (name, value) VALUES ('announced_seq', ?)"
                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
};

struct store {
    sqlite3 *db;
    int lock_fd;
    pthread_t owner;
    int64_t data_version; /* changes when another connection commits */
    int wal_pages;
    sqlite3_stmt *statements[STATEMENTS];
};

/* ---- opening
 * -------------------------------------------------------------------------------------- */

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

static int prepare_hold_statements(struct store *store)
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

    r = sql_prepare(store->db, get, &store->statements[HOLD_GET]);
    if (!r)
        r = sql_prepare(store->db, add, &store->statements[HOLD_ADD]);
    if (!r)
        r = sql_prepare(store->db, change, &store->statements[HOLD_CHANGE]);
    return r;
}

static int prepare_statements(struct store *store)
{
    int r = prepare_hold_statements(store);

    for (int i = 0; i < STATEMENTS && !r; i++)
        if (texts[i])
            r = sql_prepare(store->db, texts[i], &store->statements[i]);
    return r;
}

/* The lock file is apart from the database: closing any descriptor of that would drop SQLite's
 * locks. */
static int take_lock(struct store *store, const char *path)
{
    _cleanup_(free_ptr) char *lock_path = NULL;

    if (asprintf(&lock_path, "%s.lock", path) < 0)
        return -ENOMEM;
    store->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd < 0) {
        int error = errno;

        log_line(LOG_ERR, "cannot create %s: %s", lock_path, strerror(error));
        return -error;
    }
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        log_line(LOG_ERR, "database %s is in use by another detainerd (it holds %s)", path,
                 lock_path);
        return -EBUSY;
    }
    return 0;
}

static int note_wal_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *store = context;

    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* Memory for what changes, a small cache for the rest; savepoints stay in memory. */
static const char pragmas[] = "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA mmap_size = 0;"
                              "PRAGMA cache_size = -16384;"
                              "PRAGMA wal_autocheckpoint = 0";

static int set_up_connection(struct store *store)
{
    int r = schema_migrate(store->db);

    if (!r)
        r = sql_execute(store->db, pragmas);
    if (!r)
        r = prepare_statements(store);
    if (!r)
        r = sql_number(store->statements[DATA_VERSION], &store->data_version);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_wal_hook(store->db, note_wal_pages, store);
    return r;
}

int store_open(const char *path, const char *vfs, struct store **store)
{
    _cleanup_(store_free_ptr) struct store *opened = calloc(1, sizeof(*opened));
    int r;

    if (!opened)
        return -ENOMEM;
    opened->lock_fd = -1;
    store_adopt(opened);
    r = take_lock(opened, path);
    if (!r)
        r = sql_open(path, vfs, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &opened->db);
    if (!r)
        r = set_up_connection(opened);
    if (r)
        return r;
    *store = opened;
    opened = NULL;
    return 0;
}

void store_free(struct store *store)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store);
}

void store_adopt(struct store *store)
{
    store->owner = pthread_self();
}

/* Every use of the connection goes through here: the single-writer rule. */
static sqlite3_stmt *statement(struct store *store, enum statement which)
{
    assert(pthread_equal(store->owner, pthread_self()));
    return store->statements[which];
}

/* ---- transactions
 * --------------------------------------------------------------------------------- */

int store_begin(struct store *store)
{
    int64_t data_version = store->data_version;
    int r = sql_run(statement(store, BEGIN));

    if (!r)
        r = sql_number(statement(store, DATA_VERSION), &data_version);
    if (r)
        return r;
    if (data_version != store->data_version) {
        log_line(
            LOG_CRIT,
            "another program has written to database %s; only detainerd may, open it read-only",
            sqlite3_db_filename(store->db, "main"));
        store_rollback(store);
        return -EPERM;
    }
    return 0;
}

int store_commit(struct store *store)
{
    return sql_run(statement(store, COMMIT));
}

void store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db)) /* an error may have rolled back by itself */
        sql_run(statement(store, ROLLBACK));
}

int store_savepoint(struct store *store)
{
    return sql_run(statement(store, SAVEPOINT));
}

int store_keep(struct store *store)
{
    return sql_run(statement(store, KEEP));
}

int store_undo(struct store *store)
{
    int r = sql_run(statement(store, UNDO));

    return r ? r : store_keep(store); /* undone, the savepoint is still on the stack */
}

int store_wal_pages(const struct store *store)
{
    return store->wal_pages;
}

int store_checkpoint(struct store *store, bool restart)
{
    int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    int in_log = 0, done = 0;
    int r;

    assert(pthread_equal(store->owner, pthread_self()));
    r = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, &in_log, &done);
    if (r != SQLITE_OK && r != SQLITE_BUSY) /* busy: a reader is in the way, next time then */
        return sql_failure(store->db, "checkpoint");
    if (done == in_log)
        store->wal_pages = 0; /* the next commit starts the log anew */
    return 0;
}

/* ---- holds
 * ---------------------------------------------------------------------------------------- */

int store_hold(struct store *store, int64_t id, struct hold *hold)
{
    sqlite3_stmt *get = statement(store, HOLD_GET);
    int r;

    sqlite3_bind_int64(get, 1, id);
    r = sql_step(get);
    if (r <= 0)
        return r ? r : 1;
    sql_read_record(get, 0, &hold_record, hold);
    sqlite3_reset(get);
    return 0;
}

int store_add_hold(struct store *store, const struct hold *hold)
{
    sqlite3_stmt *add = statement(store, HOLD_ADD);

    sql_bind_record(add, 1, &hold_record, 0, hold);
    return sql_run(add);
}

int store_change_hold(struct store *store, const struct hold *hold)
{
    sqlite3_stmt *change = statement(store, HOLD_CHANGE);

    sql_bind_record(change, 1, &hold_record, RECORD_FIXED, hold);
    sqlite3_bind_int64(change, sqlite3_bind_parameter_count(change), hold->id);
    return sql_run(change);
}

int store_last_hold(struct store *store, int64_t *id)
{
    *id = 0;
    return sql_number(statement(store, HOLD_LAST), id);
}

int store_counts(struct store *store, int64_t counts[static HOLD_STATES])
{
    sqlite3_stmt *select = statement(store, HOLD_COUNTS);
    int r;

    memset(counts, 0, HOLD_STATES * sizeof(*counts));
    while ((r = sql_step(select)) > 0)
        counts[names_find(&hold_state_names, (const char *)sqlite3_column_text(select, 0))] =
            sqlite3_column_int64(select, 1);
    return r;
}

int store_first_clock(struct store *store, const struct hold *hold, instant *eligible_at,
                      int64_t *first_hold)
{
    sqlite3_stmt *select = statement(store, FIRST_CLOCK);
    int r;

    sql_bind_text(select, 1, hold->booking);
    sql_bind_text(select, 2, hold->facility);
    sqlite3_bind_int64(select, 3, hold->id);
    r = sql_step(select);
    if (r <= 0)
        return r;
    *eligible_at = sqlite3_column_int64(select, 0);
    *first_hold = sqlite3_column_int64(select, 1);
    sqlite3_reset(select);
    return 0;
}

int store_next_deadline(struct store *store, instant *deadline_at)
{
    *deadline_at = INSTANT_NONE;
    return sql_number(statement(store, NEXT_DEADLINE), deadline_at);
}

/* ---- events
 * --------------------------------------------------------------------------------------- */

int store_add_event(struct store *store, const struct event *event)
{
    sqlite3_stmt *add = statement(store, EVENT_ADD);
    _cleanup_(free_ptr) char *body = codec_event(event);
    int r;

    if (!body)
        return -ENOMEM;
    sqlite3_bind_int64(add, 1, event->seq);
    sql_bind_int(add, 2, event->hold);
    sql_bind_text(add, 3, event_kind_names.values[event->kind]);
    sqlite3_bind_int64(add, 4, event->recorded_at);
    sql_bind_text(add, 5, body);
    r = sql_run(add);
    sqlite3_bind_null(add, 5); /* `body` goes */
    return r;
}

int store_last_event(struct store *store, int64_t *seq, instant *recorded_at)
{
    sqlite3_stmt *select = statement(store, EVENT_LAST);
    int r;

    *seq = 0;
    *recorded_at = INSTANT_NONE;
    r = sql_step(select);
    if (r <= 0)
        return r;
    *seq = sqlite3_column_int64(select, 0);
    *recorded_at = sqlite3_column_int64(select, 1);
    sqlite3_reset(select);
    return 0;
}

/* ---- timers
 * --------------------------------------------------------------------------------------- */

static void bind_timer(sqlite3_stmt *to, const struct timer *timer)
{
    sqlite3_bind_int64(to, 1, timer->hold);
    sql_bind_text(to, 2, timer_kind_names.values[timer->kind]);
    sqlite3_bind_int64(to, 3, timer->rung_s);
}

static void read_timer(sqlite3_stmt *from, struct timer *timer)
{
    *timer = (struct timer){
        .hold = sqlite3_column_int64(from, 0),
        .kind = names_find(&timer_kind_names, (const char *)sqlite3_column_text(from, 1)),
        .rung_s = sqlite3_column_int64(from, 2),
        .due_at = sqlite3_column_int64(from, 3),
    };
}

int store_arm(struct store *store, const struct timer *timer)
{
    sqlite3_stmt *arm = statement(store, TIMER_ARM);

    bind_timer(arm, timer);
    sqlite3_bind_int64(arm, 4, timer->due_at);
    return sql_run(arm);
}

int store_take(struct store *store, const struct timer *timer)
{
    sqlite3_stmt *take = statement(store, TIMER_TAKE);

    int r;

    bind_timer(take, timer);
    r = sql_run(take);
    return r ? r : sqlite3_changes(store->db) == 0;
}

static int disarm_kind(struct store *store, int64_t hold, enum timer_kind kind)
{
    sqlite3_stmt *disarm = statement(store, TIMER_DISARM_KIND);

    sqlite3_bind_int64(disarm, 1, hold);
    sql_bind_text(disarm, 2, timer_kind_names.values[kind]);
    return sql_run(disarm);
}

int store_disarm(struct store *store, int64_t hold, unsigned kinds)
{
    int r = 0;

    if (kinds == TIMER_ALL) {
        sqlite3_stmt *disarm = statement(store, TIMER_DISARM_ALL);

        sqlite3_bind_int64(disarm, 1, hold);
        return sql_run(disarm);
    }
    for (int kind = TIMER_WARNING; kind < TIMER_KINDS && !r; kind++)
        if (kinds & TIMER_BIT(kind))
            r = disarm_kind(store, hold, kind);
    return r;
}

int store_due(struct store *store, int64_t hold, instant now, struct timer *timers, size_t max,
              size_t *n_timers)
{
    sqlite3_stmt *select = statement(store, hold ? TIMERS_DUE_OF : TIMERS_DUE);
    int parameter = 1;
    int r = 0;

    if (hold)
        sqlite3_bind_int64(select, parameter++, hold);
    sqlite3_bind_int64(select, parameter++, now);
    sqlite3_bind_int64(select, parameter, (sqlite3_int64)max);
    *n_timers = 0;
    while (*n_timers < max && (r = sql_step(select)) > 0)
        read_timer(select, &timers[(*n_timers)++]);
    sqlite3_reset(select);
    return r < 0 ? r : 0;
}

int store_next_due(struct store *store, instant *due_at)
{
    *due_at = INSTANT_NONE;
    return sql_number(statement(store, NEXT_DUE), due_at);
}

int store_next_timer(struct store *store, int64_t hold, struct timer *timer)
{
    sqlite3_stmt *select = statement(store, NEXT_TIMER);
    int r;

    timer->kind = TIMER_NONE;
    sqlite3_bind_int64(select, 1, hold);
    r = sql_step(select);
    if (r <= 0)
        return r;
    read_timer(select, timer);
    sqlite3_reset(select);
    return 0;
}

/* ---- what was announced
 * ----------------------------------------------------------------------------- */

int store_announced(struct store *store, int64_t *seq)
{
    *seq = 0;
    return sql_number(statement(store, ANNOUNCED), seq);
}

int store_set_announced(struct store *store, int64_t seq)
{
    sqlite3_stmt *set = statement(store, SET_ANNOUNCED);

    sqlite3_bind_int64(set, 1, seq);
    return sql_run(set);
}
