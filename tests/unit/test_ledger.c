/* SPDX-License-Identifier: ISC */

/* The ledger on a simulated clock: turns, late firing, exactly-once, and what a crash leaves. */

#include <jansson.h>
#include <sqlite3.h>

#include "simulation/world.h"
#include "unit.h"

static int64_t lodge(struct world *world, const char *booking)
{
    struct operation request = world_request(booking);

    ck_assert_int_eq(world_do(world, &request), 0);
    return request.hold.id;
}

static struct operation start(struct world *world, int64_t hold, instant eligible_at)
{
    struct operation operation = world_operation(COMMAND_START, hold);

    operation.command.at = eligible_at;
    ck_assert_int_eq(world_do(world, &operation), 0);
    return operation;
}

static void open_world(struct world *world)
{
    world_create(world, unit_instant(T0));
    ck_assert_int_eq(world_open(world), 0);
}

static int64_t count_kind(struct world *world, const char *kind)
{
    json_t *events = world_events(world, 0);
    const json_t *event;
    int64_t n = 0;
    size_t i;

    json_array_foreach(events, i, event) n +=
        strcmp(json_string_value(json_object_get(event, "kind")), kind) == 0;
    json_decref(events);
    return n;
}

START_TEST(one_turn_applies_many_and_refuses_one)
{
    struct world world;
    struct operation good = world_request("A"), bad = world_operation(COMMAND_START, 99),
                     also_good = world_request("B");

    open_world(&world);
    good.next = &bad;
    bad.next = &also_good;
    ck_assert_int_eq(ledger_turn(world.ledger, &good), 0);
    ck_assert_int_eq(good.result, 0);
    ck_assert_int_eq(bad.result, PROBLEM_NOT_FOUND);
    ck_assert_int_eq(also_good.result, 0);
    ck_assert_int_eq(good.hold.id, 1);
    ck_assert_int_eq(also_good.hold.id, 2);
    ck_assert_int_eq(atomic_load(&world.view.committed_seq), 2);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_LODGED]), 2);
    world_destroy(&world);
}
END_TEST

START_TEST(an_unknown_facility_is_refused_by_name)
{
    struct world world;
    struct operation request = world_request("A");

    open_world(&world);
    strcpy(request.command.facility, "NOWHERE");
    ck_assert_int_eq(world_do(&world, &request), PROBLEM_UNKNOWN_FACILITY);
    ck_assert_str_eq(request.problem.field, "facility");
    ck_assert_int_eq(atomic_load(&world.view.committed_seq), 0);
    world_destroy(&world);
}
END_TEST

/* A mistyped name in the configuration once made this start honoured, for 48 hours. */
START_TEST(nobody_is_held_on_a_facility_that_has_left)
{
    struct world world;
    struct operation operation;
    int64_t hold;

    open_world(&world);
    hold = lodge(&world, "A");
    strcpy(world.facility->id, "RENAMED");
    operation = start(&world, hold, unit_instant(T0));
    ck_assert_int_eq(operation.hold.state, HOLD_DECLINED);
    ck_assert_str_eq(operation.hold.policy, "always-review");
    ck_assert_int_eq(operation.hold.deadline_at, INSTANT_NONE);
    world_destroy(&world);
}
END_TEST

START_TEST(a_running_clock_outlives_its_facility)
{
    struct world world;
    struct operation operation;

    open_world(&world);
    operation = start(&world, lodge(&world, "A"), unit_instant(T0));
    strcpy(world.facility->id, "RENAMED");
    ck_assert_int_eq(operation.hold.deadline_at, unit_instant(T0) + 48 * US_PER_H);
    ck_assert_int_eq(world_advance(&world, unit_instant(T0) + 49 * US_PER_H), 0);
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(timers_missed_while_down_fire_late_and_once)
{
    struct world world;

    open_world(&world);
    start(&world, lodge(&world, "A"), unit_instant(T0));
    world_close(&world);
    world.clock.simulated_now = unit_instant(T0) + 100 * US_PER_H;
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kind(&world, "hold.warning"), FACILITY_WARNINGS_DEFAULT_COUNT);
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 1);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(no_command_overtakes_the_deadline)
{
    struct world world;
    struct operation release;
    int64_t hold;

    open_world(&world);
    hold = lodge(&world, "A");
    release = world_operation(COMMAND_RELEASE, hold);
    start(&world, hold, unit_instant(T0));
    world.clock.simulated_now = unit_instant(T0) + 49 * US_PER_H; /* the alarm has not rung yet */
    ck_assert_int_eq(world_do(&world, &release), 0);
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 1);
    ck_assert_int_eq(release.hold.overdue_us, US_PER_H);
    ck_assert_int_eq(release.next_timer.kind, TIMER_NONE);
    world_destroy(&world);
}
END_TEST

START_TEST(a_second_detainer_inherits_the_first_clock)
{
    struct world world;
    struct operation operation;
    int64_t first, second, other;

    open_world(&world);
    first = lodge(&world, "A");
    second = lodge(&world, "A");
    other = lodge(&world, "B");
    start(&world, first, unit_instant(T0) - US_PER_H);
    operation = start(&world, second, unit_instant(T0));
    ck_assert_int_eq(operation.hold.deadline_at, unit_instant(T0) + 47 * US_PER_H);
    ck_assert_int_eq(operation.hold.first_hold, first);
    operation = start(&world, other, unit_instant(T0));
    ck_assert_int_eq(operation.hold.deadline_at, unit_instant(T0) + 48 * US_PER_H);
    ck_assert_int_eq(operation.hold.first_hold, RECORD_NO_INT);
    world_destroy(&world);
}
END_TEST

START_TEST(a_storm_is_fired_in_chunks_and_completely)
{
    struct world world;
    int64_t storm = LEDGER_TIMERS_PER_TURN + 500;

    open_world(&world);
    world.facility->n_warnings = 0;
    for (int64_t i = 0; i < storm; i++)
        start(&world, lodge(&world, "A"), unit_instant(T0));
    world.clock.simulated_now = unit_instant(T0) + 48 * US_PER_H;
    ck_assert_int_eq(ledger_turn(world.ledger, NULL), 0);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_EXPIRED]), LEDGER_TIMERS_PER_TURN);
    ck_assert_int_eq(ledger_turn(world.ledger, NULL), 0);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_EXPIRED]), storm);
    ck_assert_int_eq(ledger_next_due(world.ledger), INSTANT_NONE);
    world_destroy(&world);
}
END_TEST

START_TEST(a_step_of_the_clock_is_history)
{
    struct world world;
    json_t *events;

    open_world(&world);
    ck_assert_int_eq(ledger_clock_stepped(world.ledger, -3600 * US_PER_S), 0);
    events = world_events(&world, 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(events, 0), "kind")),
                     "clock.stepped");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(events, 0), "step_us")),
                     -3600 * US_PER_S);
    ck_assert_ptr_null(json_object_get(json_array_get(events, 0), "hold"));
    json_decref(events);
    world_destroy(&world);
}
END_TEST

START_TEST(a_clock_behind_the_history_is_reported_and_unfires_nothing)
{
    struct world world;

    open_world(&world);
    start(&world, lodge(&world, "A"), unit_instant(T0) - 48 * US_PER_H);
    ck_assert(!atomic_load(&world.view.behind));
    world_close(&world);
    world.clock.simulated_now -= US_PER_DAY;
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert(atomic_load(&world.view.behind));
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 1);
    ck_assert_int_eq(atomic_load(&world.view.counts[HOLD_EXPIRED]), 1);
    world_destroy(&world);
}
END_TEST

static void execute(struct world *world, const char *sql)
{
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(world->database, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(a_foreign_writer_stops_the_ledger)
{
    struct world world;
    struct operation request = world_request("A");

    open_world(&world);
    execute(&world, "INSERT INTO meta VALUES ('stranger', 1)");
    ck_assert_int_lt(world_do(&world, &request), 0);
    ck_assert_int_eq(request.result, PROBLEM_STORAGE_FAILED);
    ck_assert(atomic_load(&world.view.failed));
    world_destroy(&world);
}
END_TEST

START_TEST(a_timer_that_fits_no_hold_is_dropped)
{
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    world_close(&world);
    execute(&world,
            "INSERT INTO timer VALUES (1, 'expiry', 0, 0)"); /* a lodged hold has no deadline */
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(ledger_next_due(world.ledger), INSTANT_NONE);
    ck_assert_int_eq(count_kind(&world, "hold.expired"), 0);
    world_destroy(&world);
}
END_TEST

START_TEST(what_was_announced_is_remembered)
{
    struct world world;

    open_world(&world);
    lodge(&world, "A");
    atomic_store(&world.view.announced_seq, 1);
    lodge(&world, "B");
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(atomic_load(&world.view.announced_seq), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(a_long_log_is_checkpointed)
{
    struct world world;

    open_world(&world);
    for (int i = 0; i < 1200; i++) {
        lodge(&world, "A");
        ck_assert_int_eq(ledger_checkpoint(world.ledger), 0);
    }
    ck_assert_int_gt(atomic_load(&world.view.checkpoints), 0);
    world_destroy(&world);
}
END_TEST

/* ---- a new law ---- */

/* The same jail, with another limit. */
static struct law *law_of_hours(int limit_h)
{
    struct law *law = world_law();

    law->facilities[0].rule.limit_h = limit_h;
    law_seal(law);
    return law;
}

static void put_in_force(struct world *world, int limit_h)
{
    struct operation operation = {.law = law_of_hours(limit_h)};

    ck_assert_int_eq(world_do(world, &operation), 0);
    ck_assert_ptr_null(operation.law);
}

START_TEST(a_new_law_is_in_force_with_its_commit)
{
    struct in_force_copy copy = {0};
    struct world world;

    open_world(&world);
    ck_assert_int_eq(in_force_law(&world.in_force, &copy)->facilities[0].rule.limit_h, 48);
    put_in_force(&world, 24);
    ck_assert_int_eq(in_force_law(&world.in_force, &copy)->facilities[0].rule.limit_h, 24);
    ck_assert_int_eq(start(&world, lodge(&world, "A"), unit_instant(T0)).hold.limit_h, 24);
    in_force_drop(&copy);
    world_destroy(&world);
}
END_TEST

START_TEST(a_new_law_reviews_every_running_deadline)
{
    struct world world;
    int n = LEDGER_TIMERS_PER_TURN * 2 + 1;

    open_world(&world);
    for (int i = 0; i < n; i++) {
        char booking[16];

        snprintf(booking, sizeof(booking), "B-%d", i);
        start(&world, lodge(&world, booking), unit_instant(T0));
    }
    lodge(&world, "lodged");
    put_in_force(&world, 24);
    ck_assert(ledger_is_behind(world.ledger)); /* not all in one turn */
    ck_assert_int_eq(ledger_catch_up(world.ledger), 0);
    ck_assert(!ledger_is_behind(world.ledger));
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), n);
    put_in_force(&world, 48);
    ck_assert_int_eq(ledger_catch_up(world.ledger), 0);
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), n); /* never later */
    world_destroy(&world);
}
END_TEST

START_TEST(a_review_that_was_cut_short_is_begun_again)
{
    struct world world;
    struct law *law = law_of_hours(24);

    open_world(&world);
    start(&world, lodge(&world, "A"), unit_instant(T0));
    world_close(&world);
    in_force_set(&world.in_force, law); /* as a start by another configuration has it */
    law_unref(law);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), 1);
    world_close(&world);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(a_law_there_and_back_in_one_turn_is_reviewed)
{
    struct operation longer = {.law = law_of_hours(48)}, back = {.law = law_of_hours(24)};
    struct operation between = world_operation(COMMAND_START, 0);
    struct world world;

    open_world(&world);
    put_in_force(&world, 24);
    between.command.hold_id = lodge(&world, "A");
    between.command.at = unit_instant(T0);
    longer.next = &between;
    between.next = &back;
    ck_assert_int_eq(world_do(&world, &longer), 0);
    ck_assert_int_eq(between.hold.deadline_at - unit_instant(T0), 48 * US_PER_H);
    ck_assert_int_eq(ledger_catch_up(world.ledger), 0);
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), 1);
    world_destroy(&world);
}
END_TEST

START_TEST(a_law_there_and_back_around_a_crash_is_reviewed)
{
    struct operation longer = {.law = law_of_hours(48)};
    struct operation between = world_operation(COMMAND_START, 0);
    struct law *back = law_of_hours(24);
    struct world world;

    open_world(&world);
    put_in_force(&world, 24);
    for (int i = 0; i < LEDGER_TIMERS_PER_TURN; i++) {
        char booking[16];

        snprintf(booking, sizeof(booking), "B-%d", i);
        start(&world, lodge(&world, booking), unit_instant(T0));
    }
    between.command.hold_id = lodge(&world, "A");
    between.command.at = unit_instant(T0);
    longer.next = &between;
    ck_assert_int_eq(world_do(&world, &longer), 0);
    ck_assert(ledger_is_behind(world.ledger)); /* the review is under way ... */
    world_close(&world);
    in_force_set(&world.in_force,
                 back); /* ... when the daemon ends, and comes back by the old law */
    law_unref(back);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(count_kind(&world, "hold.shortened"), 1);
    world_destroy(&world);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = one_turn_applies_many_and_refuses_one},
        {.test = an_unknown_facility_is_refused_by_name},
        {.test = nobody_is_held_on_a_facility_that_has_left},
        {.test = a_running_clock_outlives_its_facility},
        {.test = timers_missed_while_down_fire_late_and_once},
        {.test = no_command_overtakes_the_deadline},
        {.test = a_second_detainer_inherits_the_first_clock},
        {.test = a_storm_is_fired_in_chunks_and_completely},
        {.test = a_step_of_the_clock_is_history},
        {.test = a_clock_behind_the_history_is_reported_and_unfires_nothing},
        {.test = a_foreign_writer_stops_the_ledger},
        {.test = a_timer_that_fits_no_hold_is_dropped},
        {.test = what_was_announced_is_remembered},
        {.test = a_long_log_is_checkpointed},
        {.test = a_new_law_is_in_force_with_its_commit},
        {.test = a_new_law_reviews_every_running_deadline},
        {.test = a_review_that_was_cut_short_is_begun_again},
        {.test = a_law_there_and_back_in_one_turn_is_reviewed},
        {.test = a_law_there_and_back_around_a_crash_is_reviewed},
    };

    return unit_run("ledger", tests, ARRAY_SIZE(tests));
}
