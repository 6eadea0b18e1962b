/* SPDX-License-Identifier: ISC */

/*
 * Commands that come again, or only where the hold is as their client knows it, on a simulated
 * clock: what happens once, what is answered, and for how long that is kept.
 */

#include <sqlite3.h>

#include "simulation/world.h"
#include "unit.h"

static void open_world(struct world *world)
{
    world_create(world, unit_instant(T0));
    ck_assert_int_eq(world_open(world), 0);
}

/* Gives a command a key; `what` stands for the address and body that it came with. */
static struct operation keyed(struct operation operation, const char *key, const char *what)
{
    operation.idempotency.uid = 1000;
    snprintf(operation.idempotency.key, sizeof(operation.idempotency.key), "%s", key);
    ck_assert_int_eq(idempotency_seal(&operation.idempotency, what, NULL, 0), 0);
    return operation;
}

static struct operation keyed_request(const char *key, const char *booking)
{
    return keyed(world_request(booking), key, booking);
}

static struct operation only_if(struct operation operation, const char *tags)
{
    operation.if_match = strdup(tags);
    return operation;
}

static int64_t lodge(struct world *world, const char *booking)
{
    struct operation request = world_request(booking);

    ck_assert_int_eq(world_do(world, &request), 0);
    return request.hold.id;
}

static int64_t last_seq(const struct world *world)
{
    return atomic_load(&world->view.committed_seq);
}

/* How many replies are kept. */
static int64_t count_kept(const struct world *world)
{
    sqlite3_stmt *count = NULL;
    sqlite3 *db = NULL;
    int64_t n;

    ck_assert_int_eq(sqlite3_open(world->database, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*) FROM idempotency", -1, &count, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(count), SQLITE_ROW);
    n = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(db);
    return n;
}

/* Gives the command again; nothing may happen, and the reply must be that of `first`. Both are
 * cleared. */
static void check_replay(struct world *world, struct operation *first, struct operation *again)
{
    int64_t seq = last_seq(world);

    ck_assert_int_eq(ledger_turn(world->ledger, again), 0);
    ck_assert_int_eq(last_seq(world), seq);
    ck_assert(again->reply.replayed);
    ck_assert(!first->reply.replayed);
    ck_assert_uint_eq(again->reply.status, first->reply.status);
    ck_assert_int_eq(again->reply.hold, first->reply.hold);
    ck_assert_int_eq(again->reply.rev, first->reply.rev);
    ck_assert_str_eq(again->reply.body, first->reply.body);
    operation_clear(first);
    operation_clear(again);
}

START_TEST(a_request_that_comes_again_makes_one_hold)
{
    struct operation first = keyed_request("k", "A"), again = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    ck_assert_uint_eq(first.reply.status, 201);
    ck_assert_int_eq(first.reply.hold, 1);
    ck_assert_int_eq(first.reply.rev, 1);
    check_replay(&world, &first, &again);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_LODGED]), 1);
    ck_assert_int_eq(atomic_load(&world.view.commands), 1);
    ck_assert_int_eq(atomic_load(&world.view.replayed), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(without_a_key_each_time_counts)
{
    struct world world;
    struct operation operation = world_request("A");

    open_world(&world);
    lodge(&world, "A");
    ck_assert_int_eq(world_do(&world, &operation), 0);
    ck_assert_int_eq(operation.hold.id, 2);
    ck_assert_uint_eq(operation.reply.status, 0);
    ck_assert_int_eq(count_kept(&world), 0);
    world_destroy(&world);
}
END_TEST

/* What is kept is what a client without a key would have been told. */
START_TEST(the_reply_is_that_of_any_command)
{
    struct operation request = keyed_request("k", "A");
    struct operation wrong = keyed(world_operation(COMMAND_RELEASE, 1), "l", "release");
    struct operation *const both[] = {&request, &wrong};
    struct world world;
    struct reply reply;

    open_world(&world);
    for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
        ck_assert_int_eq(ledger_turn(world.ledger, both[i]), 0);
        ck_assert_int_eq(reply_operation(&reply, world.law, both[i]), 0);
        ck_assert_uint_eq(both[i]->reply.status, reply.status);
        ck_assert_str_eq(both[i]->reply.body, reply.body);
        reply_clear(&reply);
        operation_clear(both[i]);
    }
    ck_assert_int_eq(wrong.result, PROBLEM_ILLEGAL_TRANSITION);
    world_destroy(&world);
}
END_TEST

START_TEST(of_two_in_one_turn_the_second_gets_the_reply_of_the_first)
{
    struct operation first = keyed_request("k", "A"), again = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    first.next = &again;
    ck_assert_int_eq(ledger_turn(world.ledger, &first), 0);
    ck_assert_int_eq(last_seq(&world), 1);
    ck_assert(again.reply.replayed);
    ck_assert_str_eq(again.reply.body, first.reply.body);
    operation_clear(&first);
    operation_clear(&again);
    world_destroy(&world);
}
END_TEST

START_TEST(the_reply_is_that_of_then_whatever_came_after)
{
    struct operation first = keyed_request("k", "A"), again = keyed_request("k", "A");
    struct operation start = world_operation(COMMAND_START, 1);
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    ck_assert_int_eq(world_do(&world, &start), 0);
    ck_assert_int_eq(world_advance(&world, unit_instant(T0) + 50 * US_PER_H), 0);
    check_replay(&world, &first, &again);
    world_destroy(&world);
}
END_TEST

START_TEST(the_reply_outlives_the_process)
{
    struct operation first = keyed_request("k", "A"), again = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    check_replay(&world, &first, &again);
    world_destroy(&world);
}
END_TEST

START_TEST(a_refusal_is_a_reply)
{
    struct operation first = keyed(world_operation(COMMAND_NOTE, 1), "k", "note");
    struct operation again = keyed(world_operation(COMMAND_NOTE, 1), "k", "note");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), PROBLEM_NOT_FOUND);
    ck_assert_uint_eq(first.reply.status, 404);
    lodge(&world, "A"); /* from now on there is such a hold */
    check_replay(&world, &first, &again);
    ck_assert_int_eq(atomic_load(&world.view.refused[PROBLEM_NOT_FOUND]), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(a_key_that_came_with_something_else_is_refused)
{
    struct operation first = keyed_request("k", "A"), other = keyed_request("k", "B"),
                     again = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    ck_assert_int_eq(world_do(&world, &other), PROBLEM_IDEMPOTENCY_KEY_REUSED);
    ck_assert_str_eq(other.problem.field, "Idempotency-Key");
    ck_assert_uint_eq(other.reply.status, 0);
    ck_assert_int_eq(last_seq(&world), 1);
    ck_assert_int_eq(count_kept(&world), 1);
    check_replay(&world, &first, &again);
    world_destroy(&world);
}
END_TEST

START_TEST(a_key_is_its_uids)
{
    struct operation mine = keyed_request("k", "A"), theirs = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    theirs.idempotency.uid = 1001;
    ck_assert_int_eq(world_do(&world, &mine), 0);
    ck_assert_int_eq(world_do(&world, &theirs), 0);
    ck_assert(!theirs.reply.replayed);
    ck_assert_int_eq(theirs.hold.id, 2);
    operation_clear(&mine);
    operation_clear(&theirs);
    world_destroy(&world);
}
END_TEST

/* ---- conditions ---- */

static const struct {
    const char *if_match;
    int result;
} conditions[] = {
    {"\"1\"", 0},
    {"\"7\", \"1\"", 0},
    {"*", 0},
    {"\"2\"", PROBLEM_PRECONDITION_FAILED},
    {"\"0\", \"2\"", PROBLEM_PRECONDITION_FAILED},
    {"W/\"1\"", PROBLEM_PRECONDITION_FAILED},
    {"\"01\"", PROBLEM_PRECONDITION_FAILED},
};

START_TEST(a_command_may_want_the_hold_as_it_was)
{
    struct operation note = only_if(world_operation(COMMAND_NOTE, 1), conditions[_i].if_match);
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    ck_assert_int_eq(world_do(&world, &note), conditions[_i].result);
    ck_assert_int_eq(last_seq(&world), note.result ? 1 : 2);
    ck_assert_int_eq(note.problem.rev, note.result ? 1 : 0);
    operation_clear(&note);
    world_destroy(&world);
}
END_TEST

START_TEST(no_revision_fits_a_hold_that_is_not_there)
{
    struct operation note = only_if(world_operation(COMMAND_NOTE, 1), "*");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &note), PROBLEM_NOT_FOUND);
    operation_clear(&note);
    world_destroy(&world);
}
END_TEST

START_TEST(of_two_in_one_turn_the_second_comes_too_late)
{
    struct operation first = only_if(world_operation(COMMAND_NOTE, 1), "\"1\"");
    struct operation second = only_if(world_operation(COMMAND_SERVE, 1), "\"1\"");
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    first.next = &second;
    ck_assert_int_eq(world_do(&world, &first), 0);
    ck_assert_int_eq(second.result, PROBLEM_PRECONDITION_FAILED);
    ck_assert_int_eq(second.problem.rev, 2);
    operation_clear(&first);
    operation_clear(&second);
    world_destroy(&world);
}
END_TEST

/* Nobody has seen the expiry yet: it happens in the very turn of the command. */
START_TEST(time_itself_changes_a_hold)
{
    struct operation start = world_operation(COMMAND_START, 0), release;
    struct world world;

    open_world(&world);
    start.command.hold_id = lodge(&world, "A");
    ck_assert_int_eq(world_do(&world, &start), 0);
    ck_assert_int_eq(world_advance(&world, start.hold.deadline_at - 1), 0);
    world.clock.simulated_now = start.hold.deadline_at;
    release = only_if(world_operation(COMMAND_RELEASE, 1), "\"7\"");
    ck_assert_int_eq(world_do(&world, &release), PROBLEM_PRECONDITION_FAILED);
    ck_assert_int_eq(release.problem.rev, 8);
    operation_clear(&release);
    world_destroy(&world);
}
END_TEST

/* The client that lost the answer cannot know that it was itself who changed the hold. */
START_TEST(a_command_that_comes_again_need_not_fit_any_more)
{
    struct operation first = only_if(keyed(world_operation(COMMAND_NOTE, 1), "k", "n"), "\"1\"");
    struct operation again = only_if(keyed(world_operation(COMMAND_NOTE, 1), "k", "n"), "\"1\"");
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    ck_assert_int_eq(world_do(&world, &first), 0);
    check_replay(&world, &first, &again);
    world_destroy(&world);
}
END_TEST

START_TEST(a_failed_condition_is_no_reply_to_keep)
{
    struct operation early = only_if(keyed(world_operation(COMMAND_NOTE, 1), "k", "n"), "\"2\"");
    struct operation later = only_if(keyed(world_operation(COMMAND_NOTE, 1), "k", "n"), "\"1\"");
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    ck_assert_int_eq(world_do(&world, &early), PROBLEM_PRECONDITION_FAILED);
    ck_assert_int_eq(count_kept(&world), 0);
    ck_assert_int_eq(world_do(&world, &later), 0);
    ck_assert(!later.reply.replayed);
    ck_assert_int_eq(last_seq(&world), 2);
    operation_clear(&early);
    operation_clear(&later);
    world_destroy(&world);
}
END_TEST

/* ---- how long ---- */

/* A turn at that time which neither adds a reply nor asks for one. */
static void turn_at(struct world *world, instant now)
{
    world->clock.simulated_now = now;
    ck_assert_int_eq(ledger_turn(world->ledger, NULL), 0);
}

START_TEST(a_reply_is_kept_for_seven_days)
{
    const instant until = unit_instant(T0) + 7 * US_PER_DAY;
    struct operation first = keyed_request("k", "A"), again = keyed_request("k", "A"),
                     late = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    turn_at(&world, until - 1);
    check_replay(&world, &first, &again);
    turn_at(&world, until);
    ck_assert_int_eq(count_kept(&world), 0);
    ck_assert_int_eq(world_do(&world, &late), 0);
    ck_assert_int_eq(late.hold.id, 2);
    operation_clear(&late);
    world_destroy(&world);
}
END_TEST

START_TEST(what_grew_old_while_down_goes_too)
{
    struct operation first = keyed_request("k", "A");
    struct world world;

    open_world(&world);
    ck_assert_int_eq(world_do(&world, &first), 0);
    operation_clear(&first);
    world_close(&world);
    world.clock.simulated_now += 7 * US_PER_DAY;
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kept(&world), 1);
    turn_at(&world, world.clock.simulated_now);
    ck_assert_int_eq(count_kept(&world), 0);
    world_destroy(&world);
}
END_TEST

START_TEST(a_clock_set_back_keeps_replies_longer)
{
    struct operation ahead = keyed_request("ahead", "A"), then = keyed_request("then", "B"),
                     ahead_again = keyed_request("ahead", "A");
    struct world world;

    open_world(&world);
    world.clock.simulated_now += 30 * US_PER_DAY; /* somebody's mistake, ... */
    ck_assert_int_eq(world_do(&world, &ahead), 0);
    world.clock.simulated_now = unit_instant(T0); /* ... mended */
    ck_assert_int_eq(world_do(&world, &then), 0);
    operation_clear(&then);
    turn_at(&world, unit_instant(T0) + 7 * US_PER_DAY);
    ck_assert_int_eq(count_kept(&world), 1); /* does not wait behind the one from the future */
    check_replay(&world, &ahead, &ahead_again);
    turn_at(&world, unit_instant(T0) + 37 * US_PER_DAY);
    ck_assert_int_eq(count_kept(&world), 0);
    world_destroy(&world);
}
END_TEST

/* One turn at the time of T0. */
static void request_many(struct world *world, const char *prefix, size_t n)
{
    struct operation *operations = calloc(n, sizeof(*operations));
    char key[32];

    for (size_t i = 0; i < n; i++) {
        snprintf(key, sizeof(key), "%s-%zu", prefix, i);
        operations[i] = keyed_request(key, key);
        if (i > 0)
            operations[i - 1].next = &operations[i];
    }
    ck_assert_int_eq(ledger_turn(world->ledger, operations), 0);
    for (size_t i = 0; i < n; i++)
        operation_clear(&operations[i]);
    free(operations);
}

/* No turn is long, and yet what is kept never becomes more than seven days bring. */
START_TEST(old_replies_go_some_with_each_turn)
{
    int64_t before, after;
    struct world world;

    open_world(&world);
    request_many(&world, "old", 200);
    turn_at(&world, unit_instant(T0) + 7 * US_PER_DAY);
    before = count_kept(&world);
    ck_assert_int_lt(before, 200);
    ck_assert_int_ge(before, 190);
    request_many(&world, "new", 20);
    after = count_kept(&world);
    ck_assert_int_lt(after, before);
    ck_assert_int_ge(after, before - 30);
    for (int turns = 0; count_kept(&world) > 20; turns++) {
        turn_at(&world, world.clock.simulated_now + 1);
        ck_assert_int_lt(turns, 200);
    }
    turn_at(&world, world.clock.simulated_now + 1);
    ck_assert_int_eq(count_kept(&world), 20); /* those that are not old */
    world_destroy(&world);
}
END_TEST

/* ---- failing ---- */

START_TEST(a_failed_turn_has_no_replies)
{
    struct operation request = keyed_request("k", "A");
    struct world world;
    sqlite3 *db = NULL;

    open_world(&world);
    ck_assert_int_eq(sqlite3_open(world.database, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TRIGGER full BEFORE INSERT ON idempotency BEGIN"
                                  " SELECT raise(ABORT, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_lt(ledger_turn(world.ledger, &request), 0);
    ck_assert_int_eq(request.result, PROBLEM_STORAGE_FAILED);
    ck_assert_uint_eq(request.reply.status, 0);
    ck_assert_ptr_null(request.reply.body);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(last_seq(&world), 0); /* neither the reply nor what it tells of */
    world_destroy(&world);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_request_that_comes_again_makes_one_hold},
        {.test = without_a_key_each_time_counts},
        {.test = the_reply_is_that_of_any_command},
        {.test = of_two_in_one_turn_the_second_gets_the_reply_of_the_first},
        {.test = the_reply_is_that_of_then_whatever_came_after},
        {.test = the_reply_outlives_the_process},
        {.test = a_refusal_is_a_reply},
        {.test = a_key_that_came_with_something_else_is_refused},
        {.test = a_key_is_its_uids},
        {a_command_may_want_the_hold_as_it_was, ARRAY_SIZE(conditions)},
        {.test = no_revision_fits_a_hold_that_is_not_there},
        {.test = of_two_in_one_turn_the_second_comes_too_late},
        {.test = time_itself_changes_a_hold},
        {.test = a_command_that_comes_again_need_not_fit_any_more},
        {.test = a_failed_condition_is_no_reply_to_keep},
        {.test = a_reply_is_kept_for_seven_days},
        {.test = what_grew_old_while_down_goes_too},
        {.test = a_clock_set_back_keeps_replies_longer},
        {.test = old_replies_go_some_with_each_turn},
        {.test = a_failed_turn_has_no_replies},
    };

    return unit_run("ledger_repeat", tests, ARRAY_SIZE(tests));
}
