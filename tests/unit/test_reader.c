/* SPDX-License-Identifier: ISC */

/* Readers: that they see what is committed, find what a filter says, and cannot write. */

#include <errno.h>
#include <sqlite3.h>

#include "reader.h"
#include "stored.h"

static struct reader *open_reader(const struct stored *stored)
{
    struct reader *reader = NULL;

    ck_assert_int_eq(reader_open(stored->world.database, NULL, &reader), 0);
    return reader;
}

/* ---- reading only ---- */

static sqlite3 *newest_connection;

/* SQLite calls it for every connection that is opened from now on. */
static int note_connection(sqlite3 *db, const char **message, const void *routines)
{
    (void)message;
    (void)routines;
    newest_connection = db;
    return SQLITE_OK;
}

static int try(const char *sql)
{
    return sqlite3_exec(newest_connection, sql, NULL, NULL, NULL) & 0xff;
}

START_TEST(can_neither_write_nor_checkpoint)
{
    struct stored stored;
    const struct event event = stored_event(1, RECORD_NO_INT);
    struct reader *reader;
    int64_t seq;
    int pages;

    stored_open(&stored);
    stored_add_event(&stored, &event);
    pages = store_wal_pages(stored.store);
    sqlite3_auto_extension((void (*)(void))note_connection);
    reader = open_reader(&stored);
    ck_assert_int_eq(sqlite3_db_readonly(newest_connection, "main"), 1);
    ck_assert_int_eq(try("INSERT INTO meta VALUES ('a', 1)"), SQLITE_READONLY);
    ck_assert_int_eq(try("PRAGMA query_only = OFF"), SQLITE_OK);
    ck_assert_int_eq(try("INSERT INTO meta VALUES ('a', 1)"), SQLITE_READONLY);
    ck_assert_int_eq(try("DROP TABLE event"), SQLITE_READONLY);
    ck_assert_int_eq(try("PRAGMA user_version = 2"), SQLITE_READONLY);
    ck_assert_int_ne(
        sqlite3_wal_checkpoint_v2(newest_connection, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL),
        SQLITE_OK);
    reader_free(reader);
    ck_assert_int_eq(store_begin(stored.store), 0); /* nobody has written */
    ck_assert_int_eq(store_set_announced(stored.store, 1), 0);
    ck_assert_int_eq(store_commit(stored.store), 0);
    ck_assert_int_gt(store_wal_pages(stored.store), pages); /* the log went on */
    ck_assert_int_eq(store_announced(stored.store, &seq), 0);
    ck_assert_int_eq(seq, 1);
    stored_close(&stored);
}
END_TEST

START_TEST(needs_a_database)
{
    struct world world;
    struct reader *reader = NULL;

    world_create(&world, unit_instant(T0));
    ck_assert_int_eq(reader_open(world.database, NULL, &reader), -EACCES);
    ck_assert_ptr_null(reader);
    world_destroy(&world); /* which is empty still */
}
END_TEST

START_TEST(sees_what_is_committed)
{
    struct stored stored;
    const struct hold first = stored_lodged(1);
    struct hold changed = first, hold;
    struct timer timer;
    struct reader *reader;

    stored_open(&stored);
    reader = open_reader(&stored);
    ck_assert_int_eq(store_begin(stored.store), 0);
    stored_add_hold(&stored, &first);
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 1);
    ck_assert_int_eq(store_commit(stored.store), 0);
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 0);
    ck_assert_int_eq(hold.rev, 1);
    changed.rev = 2;
    ck_assert_int_eq(store_begin(stored.store), 0);
    ck_assert_int_eq(store_change_hold(stored.store, &changed), 0);
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 0);
    ck_assert_int_eq(hold.rev, 1);
    ck_assert_int_eq(store_commit(stored.store), 0);
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 0);
    ck_assert_int_eq(hold.rev, 2);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

/* ---- one hold ---- */

START_TEST(gives_a_hold_with_its_earliest_timer)
{
    struct stored stored;
    instant t0 = unit_instant(T0);
    const struct hold held = stored_held(1, t0 + US_PER_H), lodged = stored_lodged(2);
    struct hold hold;
    struct timer timer;
    struct reader *reader;

    stored_open(&stored);
    stored_add_hold(&stored, &held);
    stored_add_hold(&stored, &lodged);
    stored_arm(&stored, 1, TIMER_EXPIRY, 0, held.deadline_at);
    stored_arm(&stored, 1, TIMER_WARNING, 900, held.deadline_at - 900 * US_PER_S);
    stored_arm(&stored, 1, TIMER_PICKUP_DUE, 0, held.deadline_at - 800 * US_PER_S);
    reader = open_reader(&stored);
    memset(&hold, 0, sizeof(hold));
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 0);
    ck_assert_mem_eq(&hold, &held, sizeof(hold));
    ck_assert_int_eq(timer.hold, 1);
    ck_assert_int_eq(timer.kind, TIMER_WARNING);
    ck_assert_int_eq(timer.rung_s, 900);
    ck_assert_int_eq(timer.due_at, held.deadline_at - 900 * US_PER_S);
    memset(&hold, 0, sizeof(hold));
    ck_assert_int_eq(reader_hold(reader, 2, &hold, &timer), 0);
    ck_assert_mem_eq(&hold, &lodged, sizeof(hold));
    ck_assert_int_eq(timer.kind, TIMER_NONE);
    for (int64_t id = -1; id <= 3; id += id == 0 ? 3 : 1)
        ck_assert_int_eq(reader_hold(reader, id, &hold, &timer), 1);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

/* ---- lists ---- */

#define HOLDS 120

/* Holds as a filter may find them, each with up to three timers. */
static void add_many(struct stored *stored, struct unit_random *random, struct hold holds[HOLDS])
{
    static const char *const facilities[] = {"PIERCE", "KING", "COOK"};
    static const char *const bookings[] = {"A", "B", "C", "D", "E"};
    instant t0 = unit_instant(T0);

    ck_assert_int_eq(store_begin(stored->store), 0);
    for (size_t i = 0; i < HOLDS; i++) {
        holds[i] = stored_held((int64_t)i + 1, t0 + unit_random_between(random, 0, 99));
        holds[i].state = (int)unit_random_between(random, HOLD_PENDING, HOLD_STATES - 1);
        strcpy(holds[i].facility, facilities[unit_random_below(random, ARRAY_SIZE(facilities))]);
        strcpy(holds[i].booking, bookings[unit_random_below(random, ARRAY_SIZE(bookings))]);
        if (unit_random_below(random, 4) == 0)
            holds[i].deadline_at = INSTANT_NONE;
        stored_add_hold(stored, &holds[i]);
        for (int64_t n = unit_random_between(random, 0, 3); n; n--)
            stored_arm(stored, holds[i].id, TIMER_WARNING, n, t0 - n);
    }
    ck_assert_int_eq(store_commit(stored->store), 0);
}

static struct hold_filter any_filter(struct unit_random *random)
{
    struct hold_filter filter = {
        .after_id = unit_random_between(random, -1, HOLDS + 1),
        .due_before = INSTANT_NONE,
        .limit = unit_random_below(random, HOLDS + 10),
    };

    if (unit_random_below(random, 2))
        filter.after_id = 0;
    if (unit_random_below(random, 3) == 0)
        filter.state = (int)unit_random_between(random, HOLD_PENDING, HOLD_STATES - 1);
    if (unit_random_below(random, 3) == 0)
        filter.facility = unit_random_below(random, 2) ? "KING" : "NOWHERE";
    if (unit_random_below(random, 3) == 0)
        filter.booking = unit_random_below(random, 4) ? "B" : "none";
    if (unit_random_below(random, 3) == 0)
        filter.due_before = unit_instant(T0) + unit_random_between(random, -1, 101);
    return filter;
}

static bool passes(const struct hold_filter *filter, const struct hold *hold)
{
    return hold->id > filter->after_id && (!filter->state || hold->state == filter->state) &&
           (!filter->facility || strcmp(hold->facility, filter->facility) == 0) &&
           (!filter->booking || strcmp(hold->booking, filter->booking) == 0) &&
           (filter->due_before == INSTANT_NONE ||
            (hold->state == HOLD_HELD && hold->deadline_at != INSTANT_NONE &&
             hold->deadline_at < filter->due_before));
}

struct listing {
    size_t n;
    int64_t ids[HOLDS];
    size_t stop_at;
};

static int take_down(const struct hold *hold, const struct timer *next_timer, void *context)
{
    struct listing *listing = context;

    ck_assert_uint_lt(listing->n, HOLDS);
    listing->ids[listing->n++] = hold->id;
    if (next_timer->kind != TIMER_NONE) {
        ck_assert_int_eq(next_timer->hold, hold->id);
        ck_assert_int_eq(next_timer->due_at, unit_instant(T0) - next_timer->rung_s);
    }
    return listing->stop_at && listing->n == listing->stop_at ? -ECANCELED : 0;
}

static void check_list(struct reader *reader, const struct hold_filter *filter,
                       const struct hold holds[HOLDS])
{
    struct listing listing = {0};
    size_t n = 0;

    ck_assert_int_eq(reader_holds(reader, filter, take_down, &listing), 0);
    for (size_t i = 0; i < HOLDS && n < filter->limit; i++) {
        if (!passes(filter, &holds[i]))
            continue;
        ck_assert_uint_lt(n, listing.n);
        ck_assert_int_eq(listing.ids[n++], holds[i].id);
    }
    ck_assert_uint_eq(listing.n, n);
}

START_TEST(lists_what_any_filter_asks_for)
{
    struct unit_random random = unit_random_start("test_reader");
    struct hold holds[HOLDS];
    struct stored stored;
    struct reader *reader;

    stored_open(&stored);
    add_many(&stored, &random, holds);
    reader = open_reader(&stored);
    for (int round = 0; round < 1000; round++) {
        const struct hold_filter filter = any_filter(&random);

        check_list(reader, &filter, holds);
    }
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

static int check_timer(const struct hold *hold, const struct timer *next_timer, void *context)
{
    (void)context;
    ck_assert_int_eq(next_timer->kind, hold->id == 2 ? TIMER_NONE : TIMER_WARNING);
    ck_assert_int_eq(next_timer->rung_s, hold->id == 2 ? 0 : 3);
    return 0;
}

START_TEST(lists_each_hold_once_with_its_earliest_timer)
{
    const struct hold_filter filter = {.due_before = INSTANT_NONE, .limit = 3};
    struct listing listing = {0};
    struct stored stored;
    struct reader *reader;

    stored_open(&stored);
    for (int64_t id = 1; id <= 4; id++) {
        const struct hold hold = stored_lodged(id);

        stored_add_hold(&stored, &hold);
        for (int64_t rung_s = 1; rung_s <= 3 && id != 2; rung_s++)
            stored_arm(&stored, id, TIMER_WARNING, rung_s, unit_instant(T0) - rung_s);
    }
    reader = open_reader(&stored);
    ck_assert_int_eq(reader_holds(reader, &filter, check_timer, NULL), 0);
    ck_assert_int_eq(reader_holds(reader, &filter, take_down, &listing), 0);
    ck_assert_uint_eq(listing.n, 3);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

START_TEST(stops_where_it_is_told_to)
{
    const struct hold_filter filter = {.due_before = INSTANT_NONE, .limit = HOLDS};
    struct unit_random random = unit_random_start("test_reader");
    struct listing listing = {.stop_at = 2};
    struct hold holds[HOLDS];
    struct stored stored;
    struct reader *reader;

    stored_open(&stored);
    add_many(&stored, &random, holds);
    reader = open_reader(&stored);
    ck_assert_int_eq(reader_holds(reader, &filter, take_down, &listing), -ECANCELED);
    ck_assert_uint_eq(listing.n, 2);
    check_list(reader, &filter, holds); /* and is as good as new */
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

/* ---- events ---- */

struct history {
    size_t n;
    int64_t seqs[16];
    size_t stop_at;
};

static int note_event(int64_t seq, const char *body, size_t size, void *context)
{
    struct history *history = context;
    char beginning[32];

    snprintf(beginning, sizeof(beginning), "{\"seq\":%lld,", (long long)seq);
    ck_assert_int_eq(strncmp(body, beginning, strlen(beginning)), 0);
    ck_assert_uint_eq(size, strlen(body));
    ck_assert_uint_lt(history->n, ARRAY_SIZE(history->seqs));
    history->seqs[history->n++] = seq;
    return history->stop_at && history->n == history->stop_at ? -ECANCELED : 0;
}

/* Events 1 to 9, of the holds 1, 2, none, 1, 2, none, ... */
static void add_events(struct stored *stored)
{
    for (int64_t id = 1; id <= 2; id++) {
        const struct hold hold = stored_lodged(id);

        stored_add_hold(stored, &hold);
    }
    for (int64_t seq = 1; seq <= 9; seq++) {
        const struct event event = stored_event(seq, seq % 3 ? seq % 3 : RECORD_NO_INT);

        stored_add_event(stored, &event);
    }
}

static const struct {
    int64_t hold, after;
    size_t limit, n;
    int64_t seqs[9];
} pages[] = {
    {0, 0, 100, 9, {1, 2, 3, 4, 5, 6, 7, 8, 9}},
    {0, 0, 2, 2, {1, 2}},
    {0, 7, 100, 2, {8, 9}},
    {0, 9, 100, 0, {0}},
    {0, INT64_MAX, 100, 0, {0}},
    {0, 3, 0, 0, {0}},
    {1, 0, 100, 3, {1, 4, 7}},
    {2, 2, 100, 2, {5, 8}},
    {2, 2, 1, 1, {5}},
    {3, 0, 100, 0, {0}},
};

START_TEST(pages_through_the_history)
{
    struct history history = {0};
    struct stored stored;
    struct reader *reader;

    stored_open(&stored);
    add_events(&stored);
    reader = open_reader(&stored);
    ck_assert_int_eq(reader_events(reader, pages[_i].hold, pages[_i].after, pages[_i].limit,
                                   note_event, &history),
                     0);
    ck_assert_uint_eq(history.n, pages[_i].n);
    for (size_t i = 0; i < history.n; i++)
        ck_assert_int_eq(history.seqs[i], pages[_i].seqs[i]);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

START_TEST(stops_in_the_history_where_it_is_told_to)
{
    struct history stopped = {.stop_at = 3}, history = {0};
    struct stored stored;
    struct reader *reader;

    stored_open(&stored);
    add_events(&stored);
    reader = open_reader(&stored);
    ck_assert_int_eq(reader_events(reader, 0, 0, 100, note_event, &stopped), -ECANCELED);
    ck_assert_uint_eq(stopped.n, 3);
    ck_assert_int_eq(reader_events(reader, 0, 0, 100, note_event, &history), 0);
    ck_assert_uint_eq(history.n, 9);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

/* A reader that was stopped in the middle must not go on holding back the log. */
START_TEST(lets_the_log_start_anew)
{
    const struct hold_filter filter = {.due_before = INSTANT_NONE, .limit = HOLDS};
    struct history history = {.stop_at = 1};
    struct listing listing = {.stop_at = 1};
    struct stored stored;
    struct hold hold;
    struct timer timer;
    struct reader *reader;

    stored_open(&stored);
    add_events(&stored);
    reader = open_reader(&stored);
    ck_assert_int_eq(reader_events(reader, 0, 0, 100, note_event, &history), -ECANCELED);
    ck_assert_int_eq(reader_holds(reader, &filter, take_down, &listing), -ECANCELED);
    ck_assert_int_eq(reader_hold(reader, 1, &hold, &timer), 0);
    stored_grow_log(&stored, STORED_TOO_LONG_LOG);
    ck_assert_int_eq(store_checkpoint(stored.store), 1);
    stored_grow_log(&stored, 1);
    ck_assert_int_lt(store_wal_pages(stored.store), 10);
    reader_free(reader);
    stored_close(&stored);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = can_neither_write_nor_checkpoint},
        {.test = needs_a_database},
        {.test = sees_what_is_committed},
        {.test = gives_a_hold_with_its_earliest_timer},
        {.test = lists_what_any_filter_asks_for},
        {.test = lists_each_hold_once_with_its_earliest_timer},
        {.test = stops_where_it_is_told_to},
        {pages_through_the_history, ARRAY_SIZE(pages)},
        {.test = stops_in_the_history_where_it_is_told_to},
        {.test = lets_the_log_start_anew},
    };

    return unit_run("reader", tests, ARRAY_SIZE(tests));
}
