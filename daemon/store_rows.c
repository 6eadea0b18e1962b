/* SPDX-License-Identifier: ISC */

/* The store's rows: holds, events, timers, and how far history was announced. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "codec.h"
#include "log.h"
#include "sql.h"
#include "statements.h"
#include "store.h"

/* ---- holds ---- */

int store_hold(struct store *store, int64_t id, struct hold *hold)
{
    sqlite3_stmt *get = store_statement(store, STATEMENT_HOLD_GET);
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
    sqlite3_stmt *add = store_statement(store, STATEMENT_HOLD_ADD);

    sql_bind_record(add, 1, &hold_record, 0, hold);
    return sql_run(add);
}

int store_change_hold(struct store *store, const struct hold *hold)
{
    sqlite3_stmt *change = store_statement(store, STATEMENT_HOLD_CHANGE);

    sql_bind_record(change, 1, &hold_record, RECORD_FIXED, hold);
    sqlite3_bind_int64(change, sqlite3_bind_parameter_count(change), hold->id);
    return sql_run(change);
}

int store_last_hold(struct store *store, int64_t *id)
{
    *id = 0;
    return sql_number(store_statement(store, STATEMENT_HOLD_LAST), id);
}

int store_counts(struct store *store, int64_t counts[static HOLD_STATES])
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_HOLD_COUNTS);
    int r;

    memset(counts, 0, HOLD_STATES * sizeof(*counts));
    while ((r = sql_step(select)) > 0)
        counts[names_find(&hold_state_names, (const char *)sqlite3_column_text(select, 0))] =
            sqlite3_column_int64(select, 1);
    return r;
}

/* The clock is that of the hold whose deadline, or else whose start, comes first. */
static void add_clock(struct first_clock *first, const struct first_clock *other)
{
    bool is_earlier =
        first->hold == RECORD_NO_INT ||
        (other->deadline_at != INSTANT_NONE &&
         (first->deadline_at == INSTANT_NONE || other->deadline_at < first->deadline_at));

    if (is_earlier)
        first->hold = other->hold;
    first->eligible_at = instant_earlier(first->eligible_at, other->eligible_at);
    first->received_at = instant_earlier(first->received_at, other->received_at);
    first->served_at = instant_earlier(first->served_at, other->served_at);
    first->deadline_at = instant_earlier(first->deadline_at, other->deadline_at);
}

int store_first_clock(struct store *store, const struct hold *hold, struct first_clock *first)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_FIRST_CLOCK);
    int r;

    *first = FIRST_CLOCK_NONE;
    sql_bind_text(select, 1, hold->booking);
    sql_bind_text(select, 2, hold->facility);
    sqlite3_bind_int64(select, 3, hold->id);
    sql_bind_int(select, 4, hold->replaces);
    while ((r = sql_step(select)) > 0)
        add_clock(first, &(struct first_clock){
                             .hold = sqlite3_column_int64(select, 0),
                             .eligible_at = sql_column_int(select, 1),
                             .received_at = sql_column_int(select, 2),
                             .served_at = sql_column_int(select, 3),
                             .deadline_at = sql_column_int(select, 4),
                         });
    return r;
}

int store_open_hold(struct store *store, const char *booking, const char *facility, int64_t *id)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_HOLD_OPEN);

    *id = 0;
    sql_bind_text(select, 1, booking);
    sql_bind_text(select, 2, facility);
    return sql_number(select, id);
}

int store_held(struct store *store, int64_t after, int64_t *ids, size_t max, size_t *n_ids)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_HOLDS_HELD);
    int r;

    *n_ids = 0;
    sqlite3_bind_int64(select, 1, after);
    sqlite3_bind_int64(select, 2, (sqlite3_int64)max);
    while ((r = sql_step(select)) > 0)
        ids[(*n_ids)++] = sqlite3_column_int64(select, 0);
    return r;
}

int store_next_deadline(struct store *store, instant *deadline_at)
{
    *deadline_at = INSTANT_NONE;
    return sql_number(store_statement(store, STATEMENT_NEXT_DEADLINE), deadline_at);
}

int store_overdue_since(struct store *store, instant *ended_at)
{
    *ended_at = INSTANT_NONE;
    return sql_number(store_statement(store, STATEMENT_OVERDUE_SINCE), ended_at);
}

int store_open_facilities(struct store *store, store_facility_fn *each, void *context)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_OPEN_FACILITIES);
    int r;

    while ((r = sql_step(select)) > 0)
        each((const char *)sqlite3_column_text(select, 0), sqlite3_column_int64(select, 1),
             context);
    return r;
}

/* ---- events ---- */

int store_add_event(struct store *store, const struct event *event)
{
    sqlite3_stmt *add = store_statement(store, STATEMENT_EVENT_ADD);
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
    sqlite3_stmt *select = store_statement(store, STATEMENT_EVENT_LAST);
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

/* ---- timers ---- */

static void bind_timer(sqlite3_stmt *to, const struct timer *timer)
{
    sqlite3_bind_int64(to, 1, timer->hold);
    sql_bind_text(to, 2, timer_kind_names.values[timer->kind]);
    sqlite3_bind_int64(to, 3, timer->rung_s);
}

/* A kind that nobody knows would stay due for ever: the file is damaged, or not ours. */
static int read_timer(sqlite3_stmt *from, struct timer *timer)
{
    *timer = (struct timer){
        .hold = sqlite3_column_int64(from, 0),
        .kind = names_find(&timer_kind_names, (const char *)sqlite3_column_text(from, 1)),
        .rung_s = sqlite3_column_int64(from, 2),
        .due_at = sqlite3_column_int64(from, 3),
    };
    if (timer->kind != TIMER_NONE)
        return 0;
    log_line(LOG_ERR, "hold %" PRId64 " has a timer of unknown kind \"%s\"", timer->hold,
             (const char *)sqlite3_column_text(from, 1));
    return -EUCLEAN;
}

int store_arm(struct store *store, const struct timer *timer)
{
    sqlite3_stmt *arm = store_statement(store, STATEMENT_TIMER_ARM);

    bind_timer(arm, timer);
    sqlite3_bind_int64(arm, 4, timer->due_at);
    return sql_run(arm);
}

int store_take(struct store *store, const struct timer *timer)
{
    sqlite3_stmt *take = store_statement(store, STATEMENT_TIMER_TAKE);

    int r;

    bind_timer(take, timer);
    r = sql_run(take);
    return r ? r : sqlite3_changes(sqlite3_db_handle(take)) == 0;
}

static int disarm_kind(struct store *store, int64_t hold, enum timer_kind kind)
{
    sqlite3_stmt *disarm = store_statement(store, STATEMENT_TIMER_DISARM_KIND);

    sqlite3_bind_int64(disarm, 1, hold);
    sql_bind_text(disarm, 2, timer_kind_names.values[kind]);
    return sql_run(disarm);
}

int store_disarm(struct store *store, int64_t hold, unsigned kinds)
{
    int r = 0;

    if (kinds == TIMER_ALL) {
        sqlite3_stmt *disarm = store_statement(store, STATEMENT_TIMER_DISARM_ALL);

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
    sqlite3_stmt *select =
        store_statement(store, hold ? STATEMENT_TIMERS_DUE_OF : STATEMENT_TIMERS_DUE);
    int parameter = 1;
    int r = 0;

    if (hold)
        sqlite3_bind_int64(select, parameter++, hold);
    sqlite3_bind_int64(select, parameter++, now);
    sqlite3_bind_int64(select, parameter, (sqlite3_int64)max);
    *n_timers = 0;
    while (*n_timers < max && (r = sql_step(select)) > 0) {
        r = read_timer(select, &timers[(*n_timers)++]);
        if (r)
            break;
    }
    sqlite3_reset(select);
    return r < 0 ? r : 0;
}

int store_next_due(struct store *store, instant *due_at)
{
    *due_at = INSTANT_NONE;
    return sql_number(store_statement(store, STATEMENT_NEXT_DUE), due_at);
}

int store_next_timer(struct store *store, int64_t hold, struct timer *timer)
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_NEXT_TIMER);
    int r;

    timer->kind = TIMER_NONE;
    sqlite3_bind_int64(select, 1, hold);
    r = sql_step(select);
    if (r <= 0)
        return r;
    r = read_timer(select, timer);
    sqlite3_reset(select);
    return r;
}

/* ---- what was announced ---- */

int store_announced(struct store *store, int64_t *seq)
{
    *seq = 0;
    return sql_number(store_statement(store, STATEMENT_ANNOUNCED), seq);
}

int store_set_announced(struct store *store, int64_t seq)
{
    sqlite3_stmt *set = store_statement(store, STATEMENT_SET_ANNOUNCED);

    sqlite3_bind_int64(set, 1, seq);
    return sql_run(set);
}

/* ---- the law ---- */

int store_law(struct store *store, char fingerprint[static LAW_FINGERPRINT_SIZE])
{
    sqlite3_stmt *select = store_statement(store, STATEMENT_LAW);
    int r = sql_step(select);

    *fingerprint = '\0';
    if (r <= 0)
        return r;
    sql_read_text(select, 0, LAW_FINGERPRINT_SIZE, fingerprint);
    sqlite3_reset(select);
    return 0;
}

int store_set_law(struct store *store, const char *fingerprint)
{
    sqlite3_stmt *set = store_statement(store, STATEMENT_SET_LAW);

    sql_bind_text(set, 1, fingerprint);
    return sql_run(set);
}
