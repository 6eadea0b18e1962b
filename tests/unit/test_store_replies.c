/* SPDX-License-Identifier: ISC */

/* Replies in the store: whose they are, that they come back as they were, and which go first. */

#include <sqlite3.h>

#include "stored.h"

static struct idempotency named(const char *key, int64_t uid, const char *body)
{
    struct idempotency idempotency = {.uid = uid};

    snprintf(idempotency.key, sizeof(idempotency.key), "%s", key);
    ck_assert_int_eq(idempotency_seal(&idempotency, "/v1/holds", body, strlen(body)), 0);
    return idempotency;
}

static void remember(struct stored *stored, const char *key, instant now)
{
    const struct idempotency idempotency = named(key, 1000, "{}");
    const struct reply reply = {.status = 404, .kind = PROBLEM_NOT_FOUND, .body = (char[]){"{}"}};

    ck_assert_int_eq(store_remember(stored->store, &idempotency, &reply, now), 0);
}

static bool knows(struct stored *stored, const char *key)
{
    const struct idempotency idempotency = named(key, 1000, "{}");
    struct reply reply = {0};
    int r = store_recall(stored->store, &idempotency, &reply);

    reply_clear(&reply);
    ck_assert_int_ge(r, 0);
    return r == 0;
}

START_TEST(a_reply_comes_back_as_it_was)
{
    const struct idempotency key = named("k", 1000, "{\"booking\":\"A\"}");
    const struct reply kept = {
        .status = 201, .hold = 7, .rev = 3, .body = (char[]){"{\"booking\":\"\xc3\xa9\\n\"}"}};
    struct stored stored;
    struct reply reply = {0};

    stored_open(&stored);
    ck_assert_int_eq(store_recall(stored.store, &key, &reply), STORE_NO_REPLY);
    ck_assert_int_eq(store_remember(stored.store, &key, &kept, unit_instant(T0)), 0);
    stored_reopen(&stored);
    ck_assert_int_eq(store_recall(stored.store, &key, &reply), 0);
    ck_assert_uint_eq(reply.status, 201);
    ck_assert_int_eq(reply.kind, PROBLEM_NONE);
    ck_assert_int_eq(reply.hold, 7);
    ck_assert_int_eq(reply.rev, 3);
    ck_assert_str_eq(reply.body, kept.body);
    ck_assert(reply.replayed);
    reply_clear(&reply);
    stored_close(&stored);
}
END_TEST

START_TEST(a_reply_that_tells_no_hold_comes_back_without_one)
{
    const struct idempotency key = named("k", 1000, "{}");
    struct stored stored;
    struct reply reply = {0};

    stored_open(&stored);
    remember(&stored, "k", unit_instant(T0));
    ck_assert_int_eq(store_recall(stored.store, &key, &reply), 0);
    ck_assert_uint_eq(reply.status, 404);
    ck_assert_int_eq(reply.kind, PROBLEM_NOT_FOUND);
    ck_assert_int_eq(reply.hold, 0);
    ck_assert_int_eq(reply.rev, 0);
    reply_clear(&reply);
    stored_close(&stored);
}
END_TEST

START_TEST(a_key_is_its_owners_and_its_requests)
{
    const struct idempotency other_body = named("k", 1000, "{ }"), other_uid = named("k", 0, "{}"),
                             longer = named("kk", 1000, "{}"), capital = named("K", 1000, "{}");
    struct stored stored;
    struct reply reply = {0};

    stored_open(&stored);
    remember(&stored, "k", unit_instant(T0));
    ck_assert_int_eq(store_recall(stored.store, &other_body, &reply), STORE_OTHER_REQUEST);
    ck_assert_int_eq(store_recall(stored.store, &other_uid, &reply), STORE_NO_REPLY);
    ck_assert_int_eq(store_recall(stored.store, &longer, &reply), STORE_NO_REPLY);
    ck_assert_int_eq(store_recall(stored.store, &capital, &reply), STORE_NO_REPLY);
    ck_assert_ptr_null(reply.body);
    stored_close(&stored);
}
END_TEST

START_TEST(the_oldest_go_first_and_not_too_many)
{
    const instant t0 = unit_instant(T0);
    struct stored stored;
    instant oldest;

    stored_open(&stored);
    ck_assert_int_eq(store_oldest_reply(stored.store, &oldest), 0);
    ck_assert_int_eq(oldest, INSTANT_NONE);
    remember(&stored, "third", t0 + 2);
    remember(&stored, "first", t0); /* the clock was set back */
    remember(&stored, "second", t0 + 1);
    remember(&stored, "fourth", t0 + 3);
    ck_assert_int_eq(store_forget(stored.store, t0 + 2, 2), 0);
    ck_assert(!knows(&stored, "first") && !knows(&stored, "second") && knows(&stored, "third"));
    ck_assert_int_eq(store_oldest_reply(stored.store, &oldest), 0);
    ck_assert_int_eq(oldest, t0 + 2);
    ck_assert_int_eq(store_forget(stored.store, t0 + 2, 2), 0);
    ck_assert(!knows(&stored, "third") && knows(&stored, "fourth"));
    stored_close(&stored);
}
END_TEST

/* Neither looking one up nor dropping old ones may take longer the more there are. */
START_TEST(replies_are_found_by_indexes)
{
    static const char *const plans[][2] = {
        {"SELECT body FROM idempotency WHERE key = 'k' AND uid = 0", "idempotency_by_key"},
        {"SELECT id FROM idempotency WHERE recorded_at <= 0 ORDER BY recorded_at LIMIT 1",
         "idempotency_by_age"},
        {"SELECT min(recorded_at) FROM idempotency", "idempotency_by_age"},
    };
    struct stored stored;
    char sql[160];

    stored_open(&stored);
    for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
        sqlite3_stmt *plan = NULL;
        sqlite3 *db = NULL;

        snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", plans[i][0]);
        ck_assert_int_eq(sqlite3_open(stored.world.database, &db), SQLITE_OK);
        ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
        ck_assert_int_eq(sqlite3_step(plan), SQLITE_ROW);
        ck_assert_ptr_nonnull(strstr((const char *)sqlite3_column_text(plan, 3), plans[i][1]));
        ck_assert_int_eq(sqlite3_step(plan), SQLITE_DONE); /* no sorting after it */
        sqlite3_finalize(plan);
        sqlite3_close(db);
    }
    stored_close(&stored);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_reply_comes_back_as_it_was},
        {.test = a_reply_that_tells_no_hold_comes_back_without_one},
        {.test = a_key_is_its_owners_and_its_requests},
        {.test = the_oldest_go_first_and_not_too_many},
        {.test = replies_are_found_by_indexes},
    };

    return unit_run("store_replies", tests, ARRAY_SIZE(tests));
}
