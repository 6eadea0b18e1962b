/* SPDX-License-Identifier: ISC */

/* What the ledger lets the others see of its work: who is overdue, what it refused, how long and
 * how late it was. */

#include <sqlite3.h>

#include "simulation/faulty.h"
#include "simulation/world.h"
#include "unit.h"

static void open_world(struct world *world)
{
    world_create(world, unit_instant(T0));
    ck_assert_int_eq(world_open(world), 0);
    world->facility->n_warnings = 0;
}

/* A hold whose clock has run since `eligible_at`. */
static int64_t start(struct world *world, const char *booking, instant eligible_at)
{
    struct operation request = world_request(booking), operation;

    request.command.at = eligible_at;
    ck_assert_int_eq(world_do(world, &request), 0);
    operation = world_operation(COMMAND_START, request.hold.id);
    operation.command.at = eligible_at;
    ck_assert_int_eq(world_do(world, &operation), 0);
    return request.hold.id;
}

static void command(struct world *world, enum command_kind kind, int64_t hold)
{
    struct operation operation = world_operation(kind, hold);

    ck_assert_int_eq(world_do(world, &operation), 0);
}

static instant overdue_since(const struct world *world)
{
    return atomic_load(&world->view.overdue_since);
}

static struct histogram_reading read_all(const struct histogram *histogram)
{
    struct histogram_reading reading;

    histogram_read(histogram, &reading);
    return reading;
}

/* ---- overdue ---- */

START_TEST(whoever_is_overdue_longest_is_seen_until_they_are_out)
{
    instant deadline_at = unit_instant(T0) + 48 * US_PER_H;
    int64_t first, second, third;
    struct world world;

    open_world(&world);
    ck_assert_int_eq(overdue_since(&world), INSTANT_NONE);
    second = start(&world, "B", unit_instant(T0) - US_PER_H);
    first = start(&world, "A", unit_instant(T0) - 2 * US_PER_H);
    third = start(&world, "C", unit_instant(T0));
    ck_assert_int_eq(overdue_since(&world), INSTANT_NONE);
    ck_assert_int_eq(world_advance(&world, deadline_at - US_PER_H), 0);
    ck_assert_int_eq(overdue_since(&world), deadline_at - 2 * US_PER_H);
    command(&world, COMMAND_CANCEL, third); /* an hour before its deadline */
    command(&world, COMMAND_RELEASE, first);
    ck_assert_int_eq(overdue_since(&world), deadline_at - US_PER_H);
    command(&world, COMMAND_TRANSFER, second);
    ck_assert_int_eq(overdue_since(&world), deadline_at - US_PER_H);
    command(&world, COMMAND_NOTE, third);
    ck_assert_int_eq(overdue_since(&world), deadline_at - US_PER_H);
    command(&world, COMMAND_RELEASE, third);
    ck_assert_int_eq(overdue_since(&world), INSTANT_NONE);
    world_destroy(&world);
}
END_TEST

START_TEST(who_is_overdue_is_seen_from_the_start)
{
    struct world world;

    open_world(&world);
    start(&world, "A", unit_instant(T0) - 50 * US_PER_H); /* expired with its start */
    ck_assert_int_eq(overdue_since(&world), unit_instant(T0) - 2 * US_PER_H);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(overdue_since(&world), unit_instant(T0) - 2 * US_PER_H);
    world_destroy(&world);
}
END_TEST

START_TEST(a_correction_moves_since_when_somebody_is_overdue)
{
    struct operation correct;
    struct world world;

    open_world(&world);
    correct =
        world_operation(COMMAND_CORRECT, start(&world, "A", unit_instant(T0) - 50 * US_PER_H));
    correct.command.at = unit_instant(T0) - 49 * US_PER_H;
    strcpy(correct.command.reason, "the other judge");
    ck_assert_int_eq(world_do(&world, &correct), 0);
    ck_assert_int_eq(overdue_since(&world), unit_instant(T0) - US_PER_H);
    correct.command.at = unit_instant(T0) - 47 * US_PER_H;
    ck_assert_int_eq(world_do(&world, &correct), 0);
    ck_assert_int_eq(overdue_since(&world), INSTANT_NONE);
    world_destroy(&world);
}
END_TEST

/* ---- commands and commits ---- */

START_TEST(refusals_are_counted_by_kind)
{
    struct operation unknown = world_operation(COMMAND_START, 99);
    struct operation illegal = world_operation(COMMAND_TRANSFER, 1);
    struct operation request = world_request("A");
    struct world world;

    open_world(&world);
    request.next = &unknown;
    unknown.next = &illegal;
    ck_assert_int_eq(ledger_turn(world.ledger, &request), 0);
    illegal.next = NULL;
    ck_assert_int_eq(ledger_turn(world.ledger, &illegal), 0);
    ck_assert_int_eq(atomic_load(&world.view.commands), 1);
    for (int kind = 0; kind < PROBLEM_KINDS; kind++)
        ck_assert_int_eq(atomic_load(&world.view.refused[kind]),
                         kind == PROBLEM_NOT_FOUND            ? 1
                         : kind == PROBLEM_ILLEGAL_TRANSITION ? 2
                                                              : 0);
    world_destroy(&world);
}
END_TEST

START_TEST(commands_that_share_a_commit_are_counted_together)
{
    struct operation requests[] = {world_request("A"), world_request("B"), world_request("C")};
    struct histogram_reading sizes, commits;
    struct world world;

    open_world(&world);
    requests[0].next = &requests[1];
    requests[1].next = &requests[2];
    ck_assert_int_eq(ledger_turn(world.ledger, requests), 0);
    requests[2] = world_request("D");
    ck_assert_int_eq(ledger_turn(world.ledger, &requests[2]), 0);
    ck_assert_int_eq(ledger_turn(world.ledger, NULL), 0); /* as for timers alone */
    sizes = read_all(&world.view.commit_size);
    ck_assert_uint_eq(sizes.count, 2);
    ck_assert_int_eq(sizes.sum, 4);
    commits = read_all(&world.view.commit_us);
    ck_assert_uint_ge(commits.count, 3);
    ck_assert_int_eq(commits.sum, 0); /* simulated time stands still meanwhile */
    world_destroy(&world);
}
END_TEST

START_TEST(a_commit_that_fails_is_not_counted)
{
    struct operation request = world_request("A");
    struct histogram_reading before, after;
    struct world world;

    world_create(&world, unit_instant(T0));
    world.vfs = FAULTY_VFS;
    ck_assert_int_eq(world_open(&world), 0);
    before = read_all(&world.view.commit_us);
    faulty_arm(1, SQLITE_IOERR_WRITE);
    ck_assert_int_lt(ledger_turn(world.ledger, &request), 0);
    faulty_arm(0, 0);
    after = read_all(&world.view.commit_us);
    ck_assert_uint_eq(after.count, before.count);
    ck_assert_uint_eq(read_all(&world.view.commit_size).count, 0);
    ck_assert(atomic_load(&world.view.failed));
    world_destroy(&world);
}
END_TEST

/* ---- time ---- */

START_TEST(lateness_is_that_of_expiries_also_while_down)
{
    struct histogram_reading late;
    struct world world;

    open_world(&world);
    world.facility->n_warnings = FACILITY_WARNINGS_DEFAULT_COUNT; /* of which most are past */
    start(&world, "A", unit_instant(T0) - 47 * US_PER_H);
    world.facility->n_warnings = 0;
    start(&world, "B", unit_instant(T0) + 1);
    ck_assert_int_eq(world_advance(&world, unit_instant(T0) + 24 * US_PER_H), 0);
    late = read_all(&world.view.expiry_late_us);
    ck_assert_uint_eq(late.count, 1);
    ck_assert_int_eq(late.sum, 0);
    world_close(&world);
    world.clock.simulated_now += 25 * US_PER_H;
    ck_assert_int_eq(world_open(&world), 0);
    late = read_all(&world.view.expiry_late_us);
    ck_assert_uint_eq(late.count, 1);
    ck_assert_int_eq(late.sum, US_PER_H - 1);
    ck_assert_int_eq(atomic_load(&world.view.max_late_us), 0); /* for being down it is not late */
    world_destroy(&world);
}
END_TEST

START_TEST(steps_of_the_clock_are_counted)
{
    struct world world;

    open_world(&world);
    ck_assert_int_eq(atomic_load(&world.view.clock_steps), 0);
    ck_assert_int_eq(ledger_clock_stepped(world.ledger, US_PER_H), 0);
    ck_assert_int_eq(ledger_clock_stepped(world.ledger, -US_PER_H), 0);
    ck_assert_int_eq(atomic_load(&world.view.clock_steps), 2);
    world_destroy(&world);
}
END_TEST

START_TEST(a_view_begins_anew_with_its_ledger)
{
    struct world world;

    open_world(&world);
    start(&world, "A", unit_instant(T0));
    world_close(&world);
    world.clock.simulated_now += US_PER_H;
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(atomic_load(&world.view.started_at), unit_instant(T0) + US_PER_H);
    ck_assert_int_eq(atomic_load(&world.view.commands), 0);
    ck_assert_uint_eq(read_all(&world.view.commit_size).count, 0);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_HELD]), 1);
    world_destroy(&world);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = whoever_is_overdue_longest_is_seen_until_they_are_out},
        {.test = who_is_overdue_is_seen_from_the_start},
        {.test = a_correction_moves_since_when_somebody_is_overdue},
        {.test = refusals_are_counted_by_kind},
        {.test = commands_that_share_a_commit_are_counted_together},
        {.test = a_commit_that_fails_is_not_counted},
        {.test = lateness_is_that_of_expiries_also_while_down},
        {.test = steps_of_the_clock_are_counted},
        {.test = a_view_begins_anew_with_its_ledger},
    };

    faulty_register();
    return unit_run("view", tests, ARRAY_SIZE(tests));
}
