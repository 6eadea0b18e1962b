/* SPDX-License-Identifier: ISC */

/* The store: whose file it opens, who may write, and that what it is given comes back. */

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stored.h"

/* ---- another program ---- */

static sqlite3 *foreign_open(const struct world *world)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(world->database, &db), SQLITE_OK);
    return db;
}

/* Runs SQL on a connection of another program. Returns SQLite's primary result code. */
static int foreign_run(const struct world *world, const char *sql)
{
    sqlite3 *db = foreign_open(world);
    int r = sqlite3_exec(db, sql, NULL, NULL, NULL);

    sqlite3_close(db);
    return r & 0xff;
}

static int64_t foreign_number(const struct world *world, const char *sql)
{
    sqlite3 *db = foreign_open(world);
    sqlite3_stmt *statement = NULL;
    int64_t value;

    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

/* ---- opening ---- */

START_TEST(makes_a_database_and_knows_it_again)
{
    struct stored stored;
    const struct hold hold = stored_lodged(1);
    struct hold read;

    stored_open(&stored);
    stored_add_hold(&stored, &hold);
    stored_reopen(&stored);
    ck_assert_int_eq(store_hold(stored.store, 1, &read), 0);
    ck_assert_int_eq(foreign_number(&stored.world, "PRAGMA application_id"), 0x64746e72);
    ck_assert_int_eq(foreign_number(&stored.world, "PRAGMA user_version"), 4);
    ck_assert_int_eq(
        foreign_number(&stored.world, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    stored_close(&stored);
}
END_TEST

START_TEST(is_for_one_daemon_at_a_time)
{
    struct stored stored;
    struct store *second = NULL;

    stored_open(&stored);
    ck_assert_int_eq(store_open(stored.world.database, NULL, &second), -EBUSY);
    ck_assert_ptr_null(second);
    store_free(stored.store);
    ck_assert_int_eq(store_open(stored.world.database, NULL, &stored.store), 0);
    stored_close(&stored);
}
END_TEST

/* What somebody else's file may look like, and what a database of ours never does. */
static const char *const foreign_files[] = {
    "CREATE TABLE recipe (name TEXT)",
    "PRAGMA application_id = 1196444487",
    "PRAGMA user_version = 7",
    "PRAGMA user_version = -1",
    "PRAGMA application_id = 0x64746e72; PRAGMA user_version = 5",
    "PRAGMA application_id = 0x64746e72; PRAGMA user_version = -1",
};

START_TEST(leaves_files_alone_that_are_not_its_own)
{
    struct world world;
    struct store *store = NULL;

    world_create(&world, unit_instant(T0));
    ck_assert_int_eq(foreign_run(&world, foreign_files[_i]), SQLITE_OK);
    ck_assert_int_eq(store_open(world.database, NULL, &store), -EPERM);
    ck_assert_ptr_null(store);
    ck_assert_int_eq(foreign_number(&world, "SELECT count(*) FROM sqlite_schema"), _i == 0);
    world_destroy(&world);
}
END_TEST

START_TEST(refuses_what_is_no_database)
{
    struct world world;
    char nowhere[128];
    struct store *store = NULL;
    FILE *file;

    world_create(&world, unit_instant(T0));
    file = fopen(world.database, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 100; i++)
        fputs("no database, but a letter about one\n", file);
    fclose(file);
    ck_assert_int_eq(store_open(world.database, NULL, &store), -EPERM);
    ck_assert_int_eq(store_open(world.directory, NULL, &store), -EACCES);
    snprintf(nowhere, sizeof(nowhere), "%s/none/deep/db", world.directory);
    ck_assert_int_eq(store_open(nowhere, NULL, &store), -EACCES);
    ck_assert_ptr_null(store);
    unlink(strcat(world.directory, ".lock"));
    world.directory[strlen(world.directory) - strlen(".lock")] = '\0';
    world_destroy(&world);
}
END_TEST

START_TEST(forgets_what_was_not_committed)
{
    struct stored stored;
    const struct hold hold = stored_lodged(1);
    struct hold read;

    stored_open(&stored);
    ck_assert_int_eq(store_begin(stored.store), 0);
    stored_add_hold(&stored, &hold);
    stored_reopen(&stored);
    ck_assert_int_eq(store_hold(stored.store, 1, &read), 1);
    stored_close(&stored);
}
END_TEST

/* ---- the only writer ---- */

static void *begin(void *store)
{
    store_begin(store);
    return NULL;
}

static void *checkpoint(void *store)
{
    store_checkpoint(store);
    return NULL;
}

static void *adopt_and_begin(void *store)
{
    store_adopt(store);
    ck_assert_int_eq(store_begin(store), 0);
    ck_assert_int_eq(store_commit(store), 0);
    return NULL;
}

static void run_in_thread(void *(*run)(void *), struct store *store)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, run, store), 0);
    pthread_join(thread, NULL);
}

/* The files are removed first: the test ends by a signal. SQLite still has them open. */
static struct store *open_without_name(void)
{
    struct stored stored;
    struct store *store;

    stored_open(&stored);
    store = stored.store;
    stored.store = NULL;
    stored_close(&stored);
    return store;
}

START_TEST(aborts_where_another_thread_writes)
{
    run_in_thread(begin, open_without_name());
}
END_TEST

START_TEST(aborts_where_another_thread_checkpoints)
{
    run_in_thread(checkpoint, open_without_name());
}
END_TEST

START_TEST(aborts_where_the_thread_before_goes_on)
{
    struct store *store = open_without_name();

    run_in_thread(adopt_and_begin, store);
    store_begin(store);
}
END_TEST

START_TEST(goes_from_thread_to_thread)
{
    struct stored stored;

    stored_open(&stored);
    run_in_thread(adopt_and_begin, stored.store);
    store_adopt(stored.store);
    ck_assert_int_eq(store_begin(stored.store), 0);
    ck_assert_int_eq(store_commit(stored.store), 0);
    stored_close(&stored);
}
END_TEST

START_TEST(notices_a_foreign_writer)
{
    struct stored stored;

    stored_open(&stored);
    for (int i = 0; i < 3; i++) { /* its own commits are not foreign */
        ck_assert_int_eq(store_begin(stored.store), 0);
        ck_assert_int_eq(store_set_announced(stored.store, i), 0);
        ck_assert_int_eq(store_commit(stored.store), 0);
    }
    ck_assert_int_eq(foreign_number(&stored.world, "SELECT value FROM meta"), 2);
    ck_assert_int_eq(store_begin(stored.store), 0);
    ck_assert_int_eq(store_commit(stored.store), 0);
    ck_assert_int_eq(foreign_run(&stored.world, "INSERT INTO meta VALUES ('a', 1)"), SQLITE_OK);
    ck_assert_int_eq(store_begin(stored.store), -EPERM);
    stored_close(&stored);
}
END_TEST

/* ---- the history ---- */

static const char *const forgeries[] = {
    "UPDATE event SET body = '{}' WHERE seq = 2",
    "UPDATE OR REPLACE event SET seq = 1 WHERE seq = 2",
    "DELETE FROM event WHERE seq = 3",
    "DELETE FROM event",
    "INSERT INTO event VALUES (5, NULL, 'clock.stepped', 1, '{}')",
    "INSERT INTO event VALUES (0, NULL, 'clock.stepped', 1, '{}')",
    "INSERT INTO event VALUES (-1, NULL, 'clock.stepped', 1, '{}')",
    "INSERT INTO event VALUES (NULL, NULL, 'clock.stepped', 1, '{}')",
    "INSERT OR REPLACE INTO event VALUES (3, NULL, 'clock.stepped', 1, '{}')",
    "INSERT INTO event VALUES (4, 99, 'hold.noted', 1, '{}')", /* no such hold */
    "DELETE FROM hold",
};

START_TEST(forbids_to_forge_the_history)
{
    struct stored stored;
    const struct hold hold = stored_lodged(1);
    char sql[200];

    stored_open(&stored);
    stored_add_hold(&stored, &hold);
    for (int64_t seq = 1; seq <= 3; seq++) {
        const struct event event = stored_event(seq, 1);

        stored_add_event(&stored, &event);
    }
    snprintf(sql, sizeof(sql), "PRAGMA foreign_keys = ON; %s", forgeries[_i]);
    ck_assert_int_eq(foreign_run(&stored.world, sql), SQLITE_CONSTRAINT);
    ck_assert_int_eq(foreign_number(&stored.world, "SELECT count(*) FROM event WHERE hold = 1"), 3);
    stored_close(&stored);
}
END_TEST

START_TEST(adds_no_event_after_a_gap)
{
    struct stored stored;
    const struct event first = stored_event(1, RECORD_NO_INT);
    const struct event again = stored_event(1, RECORD_NO_INT);
    const struct event third = stored_event(3, RECORD_NO_INT);
    instant recorded_at;
    int64_t seq;

    stored_open(&stored);
    ck_assert_int_eq(store_last_event(stored.store, &seq, &recorded_at), 0);
    ck_assert_int_eq(seq, 0);
    ck_assert_int_eq(recorded_at, INSTANT_NONE);
    stored_add_event(&stored, &first);
    ck_assert_int_lt(store_add_event(stored.store, &again), 0);
    ck_assert_int_lt(store_add_event(stored.store, &third), 0);
    ck_assert_int_eq(store_last_event(stored.store, &seq, &recorded_at), 0);
    ck_assert_int_eq(seq, 1);
    ck_assert_int_eq(recorded_at, first.recorded_at);
    stored_close(&stored);
}
END_TEST

/* ---- transactions ---- */

START_TEST(undoes_a_savepoint_and_keeps_the_rest)
{
    struct stored stored;
    struct hold hold, read;

    stored_open(&stored);
    ck_assert_int_eq(store_begin(stored.store), 0);
    for (int64_t id = 1; id <= 3; id++) {
        hold = stored_lodged(id);
        ck_assert_int_eq(store_savepoint(stored.store), 0);
        stored_add_hold(&stored, &hold);
        ck_assert_int_eq(id == 2 ? store_undo(stored.store) : store_keep(stored.store), 0);
    }
    ck_assert_int_eq(store_commit(stored.store), 0);
    stored_reopen(&stored);
    ck_assert_int_eq(store_hold(stored.store, 1, &read), 0);
    ck_assert_int_eq(store_hold(stored.store, 2, &read), 1);
    ck_assert_int_eq(store_hold(stored.store, 3, &read), 0);
    stored_close(&stored);
}
END_TEST

START_TEST(rolls_back)
{
    struct stored stored;
    const struct hold hold = stored_lodged(1);
    struct hold read;

    stored_open(&stored);
    ck_assert_int_eq(store_begin(stored.store), 0);
    stored_add_hold(&stored, &hold);
    store_rollback(stored.store);
    store_rollback(stored.store); /* harmless where there is nothing to roll back */
    ck_assert_int_eq(store_hold(stored.store, 1, &read), 1);
    ck_assert_int_eq(store_begin(stored.store), 0);
    ck_assert_int_eq(store_commit(stored.store), 0);
    stored_close(&stored);
}
END_TEST

START_TEST(copies_a_long_log_once)
{
    struct stored stored;

    stored_open(&stored);
    ck_assert_int_eq(store_checkpoint(stored.store), 0);
    stored_grow_log(&stored, STORED_LONG_LOG);
    ck_assert_int_eq(store_checkpoint(stored.store), 1);
    ck_assert_int_eq(store_checkpoint(stored.store), 0);
    stored_grow_log(&stored, 1); /* nobody reads: the log starts anew by itself */
    ck_assert_int_lt(store_wal_pages(stored.store), 10);
    stored_close(&stored);
}
END_TEST

/* Neither is the log copied again and again, nor do commands wait, until that reader is done. */
START_TEST(lives_with_a_reader_that_holds_the_log_back)
{
    struct stored stored;
    sqlite3 *reader;

    stored_open(&stored);
    reader = foreign_open(&stored.world);
    ck_assert_int_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM hold", NULL, NULL, NULL),
                     SQLITE_OK);
    stored_grow_log(&stored, STORED_TOO_LONG_LOG);
    ck_assert_int_eq(store_checkpoint(stored.store), 1);
    ck_assert_int_eq(store_checkpoint(stored.store), 0);
    sqlite3_close(reader);
    stored_grow_log(&stored, STORED_TOO_LONG_LOG + STORED_LONG_LOG);
    ck_assert_int_eq(store_checkpoint(stored.store), 1);
    stored_grow_log(&stored, 1);
    ck_assert_int_lt(store_wal_pages(stored.store), 10);
    stored_close(&stored);
}
END_TEST

START_TEST(locks_the_file_and_not_its_name)
{
    struct stored stored;
    struct store *store = NULL;
    char link[100];

    stored_open(&stored);
    snprintf(link, sizeof(link), "%s.link", stored.world.database);
    ck_assert_int_eq(symlink(stored.world.database, link), 0);
    ck_assert_int_eq(store_open(link, NULL, &store), -EBUSY);
    unlink(link);
    stored_close(&stored);
}
END_TEST

START_TEST(makes_its_directory_for_itself_alone)
{
    struct world world;
    struct store *store = NULL;
    struct stat status;
    char path[128];

    world_create(&world, unit_instant(T0));
    snprintf(path, sizeof(path), "%s/state", world.directory);
    ck_assert_int_eq(store_open(strcat(path, "/db"), NULL, &store), 0);
    store_free(store);
    ck_assert_int_eq(unlink(path), 0);
    unlink(strcat(path, ".lock"));
    path[strlen(path) - strlen("/db.lock")] = '\0';
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0700);
    ck_assert_int_eq(rmdir(path), 0);
    world_destroy(&world);
}
END_TEST

START_TEST(refuses_a_timer_of_unknown_kind)
{
    struct stored stored;
    struct timer timer;
    size_t n;

    stored_open(&stored);
    ck_assert_int_eq(foreign_run(&stored.world, "PRAGMA foreign_keys = OFF;"
                                                "INSERT INTO timer VALUES (1, 'gong', 0, 0)"),
                     SQLITE_OK);
    ck_assert_int_eq(store_due(stored.store, 0, 1, &timer, 1, &n), -EUCLEAN);
    ck_assert_int_eq(store_next_timer(stored.store, 1, &timer), -EUCLEAN);
    stored_close(&stored);
}
END_TEST

/* ---- rows ---- */

/* Gives every field a value of its own, so that no two can be mixed up. */
static void fill(struct hold *hold, int64_t salt, unsigned skip_flags)
{
    for (size_t i = 0; i < hold_record.count; i++) {
        const struct record_field *field = &hold_record.fields[i];
        void *member = record_member(field, hold);
        int64_t value = salt + (int64_t)i;

        if (field->flags & skip_flags)
            continue;
        if (field->type == RECORD_TEXT)
            snprintf(member, field->size, "%s %lld \xc3\xa9", field->name, (long long)value);
        else if (field->type == RECORD_NAME)
            *(int *)member = 1 + (int)((size_t)value % (field->names->count - 1));
        else if (field->type == RECORD_BOOL)
            *(bool *)member = value % 2;
        else
            *(int64_t *)member = value;
    }
}

START_TEST(gives_back_every_member_of_a_hold)
{
    struct stored stored;
    struct hold hold = stored_lodged(1), other = stored_lodged(1000), read;

    stored_open(&stored);
    fill(&hold, 1000, 0);
    hold.first_hold = hold.replaces = 1000;
    hold.id = 7;
    stored_add_hold(&stored, &other);
    stored_add_hold(&stored, &hold);
    memset(&read, 0, sizeof(read));
    ck_assert_int_eq(store_hold(stored.store, 7, &read), 0);
    ck_assert_mem_eq(&read, &hold, sizeof(hold));
    memset(&read, 0, sizeof(read));
    ck_assert_int_eq(store_hold(stored.store, 1000, &read), 0);
    ck_assert_mem_eq(&read, &other, sizeof(read));
    stored_close(&stored);
}
END_TEST

START_TEST(changes_what_may_change)
{
    struct stored stored;
    struct hold hold = stored_lodged(7), changed, read;

    stored_open(&stored);
    stored_add_hold(&stored, &hold);
    changed = hold;
    fill(&changed, 2000, RECORD_FIXED);
    changed.first_hold = 7;
    ck_assert_int_eq(store_change_hold(stored.store, &changed), 0);
    memset(&read, 0, sizeof(read));
    ck_assert_int_eq(store_hold(stored.store, 7, &read), 0);
    ck_assert_mem_eq(&read, &changed, sizeof(read));
    strcpy(changed.booking, "another");
    ck_assert_int_eq(store_change_hold(stored.store, &changed), 0);
    ck_assert_int_eq(store_hold(stored.store, 7, &read), 0);
    ck_assert_str_eq(read.booking, hold.booking);
    stored_close(&stored);
}
END_TEST

START_TEST(keeps_texts_as_long_as_they_may_be)
{
    struct stored stored;
    struct hold hold = stored_lodged(1), read;

    stored_open(&stored);
    memset(hold.booking, 'b', sizeof(hold.booking) - 1);
    memset(hold.facility, 'f', sizeof(hold.facility) - 1);
    memset(hold.ice_office, 'o', sizeof(hold.ice_office) - 1);
    stored_add_hold(&stored, &hold);
    memset(&read, 0xff, sizeof(read));
    ck_assert_int_eq(store_hold(stored.store, 1, &read), 0);
    ck_assert_str_eq(read.booking, hold.booking);
    ck_assert_str_eq(read.facility, hold.facility);
    ck_assert_str_eq(read.ice_office, hold.ice_office);
    stored_close(&stored);
}
END_TEST

START_TEST(knows_who_is_overdue_longest)
{
    struct stored stored;
    instant ended_at, t0 = unit_instant(T0);

    stored_open(&stored);
    ck_assert_int_eq(store_overdue_since(stored.store, &ended_at), 0);
    ck_assert_int_eq(ended_at, INSTANT_NONE);
    for (int64_t id = 1; id <= 3; id++) {
        struct hold hold = stored_held(id, t0);

        hold.state = id == 1 ? HOLD_RELEASED : HOLD_EXPIRED; /* the first is out */
        hold.authority_ended_at = t0 + id * US_PER_H;
        stored_add_hold(&stored, &hold);
    }
    ck_assert_int_eq(store_overdue_since(stored.store, &ended_at), 0);
    ck_assert_int_eq(ended_at, t0 + 2 * US_PER_H);
    stored_close(&stored);
}
END_TEST

START_TEST(sums_holds_up)
{
    struct stored stored;
    int64_t counts[HOLD_STATES], last;
    instant deadline_at, t0 = unit_instant(T0);

    stored_open(&stored);
    ck_assert_int_eq(store_next_deadline(stored.store, &deadline_at), 0);
    ck_assert_int_eq(deadline_at, INSTANT_NONE);
    ck_assert_int_eq(store_last_hold(stored.store, &last), 0);
    ck_assert_int_eq(last, 0);
    for (int64_t id = 1; id <= 5; id++) {
        struct hold hold = stored_held(id, t0 + (6 - id) * US_PER_H);

        if (id == 5)
            hold.state = HOLD_EXPIRED; /* the earliest deadline, but it no longer counts */
        stored_add_hold(&stored, &hold);
    }
    ck_assert_int_eq(store_counts(stored.store, counts), 0);
    ck_assert_int_eq(counts[HOLD_HELD], 4);
    ck_assert_int_eq(counts[HOLD_EXPIRED], 1);
    ck_assert_int_eq(counts[HOLD_LODGED], 0);
    ck_assert_int_eq(store_last_hold(stored.store, &last), 0);
    ck_assert_int_eq(last, 5);
    ck_assert_int_eq(store_next_deadline(stored.store, &deadline_at), 0);
    ck_assert_int_eq(deadline_at, t0 + 2 * US_PER_H);
    stored_close(&stored);
}
END_TEST

static struct first_clock first_clock_of(struct stored *stored, const struct hold *hold)
{
    struct first_clock first;

    ck_assert_int_eq(store_first_clock(stored->store, hold, &first), 0);
    return first;
}

START_TEST(finds_the_first_clock_of_a_booking)
{
    struct stored stored;
    struct hold hold, newest;
    struct first_clock first;
    instant t0 = unit_instant(T0);

    stored_open(&stored);
    for (int64_t id = 1; id <= 5; id++) {
        hold = stored_held(id, t0 + (10 - id) * US_PER_H);
        strcpy(hold.booking, id == 5 ? "OTHER" : "SAME");
        strcpy(hold.facility, id == 4 ? "ELSEWHERE" : "PIERCE");
        if (id == 3)
            hold.deadline_at = INSTANT_NONE; /* declined at its start: no clock ever ran */
        stored_add_hold(&stored, &hold);
    }
    newest = stored_lodged(6);
    strcpy(newest.booking, "SAME");
    first = first_clock_of(&stored, &newest);
    ck_assert_int_eq(first.hold, 2);
    ck_assert_int_eq(first.eligible_at, t0 - 40 * US_PER_H);
    ck_assert_int_eq(first.deadline_at, t0 + 8 * US_PER_H);
    ck_assert_int_eq(first.received_at, INSTANT_NONE); /* another paper, whose receipt is its own */
    newest.id = 2;                                     /* not its own clock */
    ck_assert_int_eq(first_clock_of(&stored, &newest).hold, 1);
    strcpy(newest.booking, "NONE");
    first = first_clock_of(&stored, &newest);
    ck_assert_int_eq(first.hold, RECORD_NO_INT);
    ck_assert_int_eq(first.eligible_at, INSTANT_NONE);
    ck_assert_int_eq(first.deadline_at, INSTANT_NONE);
    stored_close(&stored);
}
END_TEST

/* A chain of papers, each taking the place of the one before, under other bookings. */
START_TEST(finds_the_clock_of_what_a_hold_replaces)
{
    struct stored stored;
    struct hold hold, newest;
    struct first_clock first;
    instant t0 = unit_instant(T0);

    stored_open(&stored);
    for (int64_t id = 1; id <= 3; id++) {
        hold = stored_lodged(id);
        hold.replaces = id > 1 ? id - 1 : RECORD_NO_INT;
        hold.received_at = t0 + id;
        hold.served_at = id == 2 ? t0 + 20 : INSTANT_NONE;
        stored_add_hold(&stored, &hold);
    }
    newest = stored_lodged(4);
    newest.replaces = 3;
    first = first_clock_of(&stored, &newest);
    ck_assert_int_eq(first.received_at, t0 + 1);
    ck_assert_int_eq(first.served_at, t0 + 20);
    ck_assert_int_eq(first.eligible_at, INSTANT_NONE); /* none has been started */
    newest.replaces = 2;
    ck_assert_int_eq(first_clock_of(&stored, &newest).received_at, t0 + 1);
    newest.replaces = 1;
    ck_assert_int_eq(first_clock_of(&stored, &newest).served_at, INSTANT_NONE);
    stored_close(&stored);
}
END_TEST

START_TEST(finds_the_oldest_open_hold_of_a_booking)
{
    static const enum hold_state states[] = {HOLD_CANCELLED, HOLD_EXPIRED, HOLD_LODGED, HOLD_HELD,
                                             HOLD_PENDING};
    struct stored stored;
    int64_t id = 42;

    stored_open(&stored);
    ck_assert_int_eq(store_open_hold(stored.store, "SAME", "PIERCE", &id), 0);
    ck_assert_int_eq(id, 0);
    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        struct hold hold = stored_lodged((int64_t)i + 1);

        strcpy(hold.booking, "SAME");
        hold.state = states[i];
        stored_add_hold(&stored, &hold);
    }
    ck_assert_int_eq(store_open_hold(stored.store, "SAME", "PIERCE", &id), 0);
    ck_assert_int_eq(id, 2);
    ck_assert_int_eq(store_open_hold(stored.store, "SAME", "ELSEWHERE", &id), 0);
    ck_assert_int_eq(id, 0);
    stored_close(&stored);
}
END_TEST

START_TEST(lists_the_held_in_pages)
{
    struct stored stored;
    int64_t ids[2];
    size_t n;

    stored_open(&stored);
    for (int64_t id = 1; id <= 4; id++) {
        struct hold hold = stored_held(id, unit_instant(T0));

        if (id == 2)
            hold.state = HOLD_EXPIRED;
        stored_add_hold(&stored, &hold);
    }
    ck_assert_int_eq(store_held(stored.store, 0, ids, 2, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(ids[0], 1);
    ck_assert_int_eq(ids[1], 3);
    ck_assert_int_eq(store_held(stored.store, 3, ids, 2, &n), 0);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(ids[0], 4);
    stored_close(&stored);
}
END_TEST

START_TEST(remembers_the_law)
{
    struct stored stored;
    char fingerprint[LAW_FINGERPRINT_SIZE];

    stored_open(&stored);
    ck_assert_int_eq(store_law(stored.store, fingerprint), 0);
    ck_assert_str_eq(fingerprint, "");
    ck_assert_int_eq(store_set_law(stored.store, "abc"), 0);
    ck_assert_int_eq(store_set_law(stored.store, "def"), 0);
    stored_reopen(&stored);
    ck_assert_int_eq(store_law(stored.store, fingerprint), 0);
    ck_assert_str_eq(fingerprint, "def");
    stored_close(&stored);
}
END_TEST

START_TEST(remembers_what_was_announced)
{
    struct stored stored;
    int64_t seq;

    stored_open(&stored);
    ck_assert_int_eq(store_announced(stored.store, &seq), 0);
    ck_assert_int_eq(seq, 0);
    ck_assert_int_eq(store_set_announced(stored.store, 5), 0);
    ck_assert_int_eq(store_set_announced(stored.store, INT64_MAX), 0);
    stored_reopen(&stored);
    ck_assert_int_eq(store_announced(stored.store, &seq), 0);
    ck_assert_int_eq(seq, INT64_MAX);
    stored_close(&stored);
}
END_TEST

/* ---- timers ---- */

#define MAX 8

/* Two holds: 1 with the warnings of 3, 2 and 1 s and its expiry, 2 with a transfer. */
static void arm_some(struct stored *stored)
{
    instant t0 = unit_instant(T0);

    for (int64_t id = 1; id <= 2; id++) {
        const struct hold hold = stored_lodged(id);

        stored_add_hold(stored, &hold);
    }
    stored_arm(stored, 1, TIMER_EXPIRY, 0, t0 + 50);
    for (int64_t rung_s = 1; rung_s <= 3; rung_s++)
        stored_arm(stored, 1, TIMER_WARNING, rung_s, t0 + 40 - 10 * rung_s);
    stored_arm(stored, 2, TIMER_PICKUP_MISSED, 0, t0 + 99);
    stored_arm(stored, 2, TIMER_PICKUP_DUE, 0, t0 + 25);
    stored_arm(stored, 2, TIMER_PICKUP_MISSED, 0, t0 + 60); /* in place of the other */
}

START_TEST(lists_due_timers_earliest_first)
{
    static const int64_t all[] = {10, 20, 25, 30, 50, 60}, of_1[] = {10, 20, 30};
    struct timer timers[MAX];
    struct stored stored;
    instant t0 = unit_instant(T0);
    size_t n;

    stored_open(&stored);
    arm_some(&stored);
    ck_assert_int_eq(store_due(stored.store, 0, t0 + 60, timers, MAX, &n), 0);
    ck_assert_uint_eq(n, ARRAY_SIZE(all));
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(timers[i].due_at - t0, all[i]);
    ck_assert_int_eq(timers[0].kind, TIMER_WARNING);
    ck_assert_int_eq(timers[0].rung_s, 3);
    ck_assert_int_eq(timers[2].kind, TIMER_PICKUP_DUE);
    ck_assert_int_eq(timers[2].hold, 2);
    ck_assert_int_eq(store_due(stored.store, 1, t0 + 30, timers, MAX, &n), 0);
    ck_assert_uint_eq(n, ARRAY_SIZE(of_1));
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(timers[i].due_at - t0, of_1[i]);
    ck_assert_int_eq(store_due(stored.store, 0, t0 + 60, timers, 2, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(store_due(stored.store, 0, t0 + 9, timers, MAX, &n), 0);
    ck_assert_uint_eq(n, 0);
    stored_close(&stored);
}
END_TEST

START_TEST(takes_a_timer_once)
{
    struct timer next;
    struct stored stored;
    instant due_at, t0 = unit_instant(T0);

    stored_open(&stored);
    ck_assert_int_eq(store_next_due(stored.store, &due_at), 0);
    ck_assert_int_eq(due_at, INSTANT_NONE);
    arm_some(&stored);
    ck_assert_int_eq(store_next_timer(stored.store, 1, &next), 0);
    ck_assert_int_eq(next.kind, TIMER_WARNING);
    ck_assert_int_eq(next.rung_s, 3);
    ck_assert_int_eq(store_take(stored.store, &next), 0);
    ck_assert_int_eq(store_take(stored.store, &next), 1);
    ck_assert_int_eq(store_next_due(stored.store, &due_at), 0);
    ck_assert_int_eq(due_at, t0 + 20);
    ck_assert_int_eq(store_next_timer(stored.store, 3, &next), 0);
    ck_assert_int_eq(next.kind, TIMER_NONE);
    stored_close(&stored);
}
END_TEST

START_TEST(disarms_by_kind)
{
    struct timer timers[MAX];
    struct stored stored;
    instant t0 = unit_instant(T0);
    size_t n;

    stored_open(&stored);
    arm_some(&stored);
    ck_assert_int_eq(
        store_disarm(stored.store, 1, TIMER_BIT(TIMER_WARNING) | TIMER_BIT(TIMER_PICKUP_DUE)), 0);
    ck_assert_int_eq(store_due(stored.store, 0, t0 + 60, timers, MAX, &n), 0);
    ck_assert_uint_eq(n, 3); /* 1's expiry, and both of 2's */
    ck_assert_int_eq(store_disarm(stored.store, 2, TIMER_ALL), 0);
    ck_assert_int_eq(store_due(stored.store, 0, t0 + 60, timers, MAX, &n), 0);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(timers[0].kind, TIMER_EXPIRY);
    stored_close(&stored);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = makes_a_database_and_knows_it_again},
        {.test = is_for_one_daemon_at_a_time},
        {leaves_files_alone_that_are_not_its_own, ARRAY_SIZE(foreign_files)},
        {.test = refuses_what_is_no_database},
        {.test = forgets_what_was_not_committed},
        {.test = aborts_where_another_thread_writes, .aborts = true},
        {.test = aborts_where_another_thread_checkpoints, .aborts = true},
        {.test = aborts_where_the_thread_before_goes_on, .aborts = true},
        {.test = goes_from_thread_to_thread},
        {.test = notices_a_foreign_writer},
        {forbids_to_forge_the_history, ARRAY_SIZE(forgeries)},
        {.test = adds_no_event_after_a_gap},
        {.test = undoes_a_savepoint_and_keeps_the_rest},
        {.test = rolls_back},
        {.test = copies_a_long_log_once},
        {.test = lives_with_a_reader_that_holds_the_log_back},
        {.test = locks_the_file_and_not_its_name},
        {.test = makes_its_directory_for_itself_alone},
        {.test = refuses_a_timer_of_unknown_kind},
        {.test = gives_back_every_member_of_a_hold},
        {.test = changes_what_may_change},
        {.test = keeps_texts_as_long_as_they_may_be},
        {.test = knows_who_is_overdue_longest},
        {.test = sums_holds_up},
        {.test = finds_the_first_clock_of_a_booking},
        {.test = finds_the_clock_of_what_a_hold_replaces},
        {.test = finds_the_oldest_open_hold_of_a_booking},
        {.test = lists_the_held_in_pages},
        {.test = remembers_the_law},
        {.test = remembers_what_was_announced},
        {.test = lists_due_timers_earliest_first},
        {.test = takes_a_timer_once},
        {.test = disarms_by_kind},
    };

    return unit_run("store", tests, ARRAY_SIZE(tests));
}
