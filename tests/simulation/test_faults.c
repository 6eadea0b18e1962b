/* SPDX-License-Identifier: ISC */

/*
 * A short working week in the jail, with the disk failing at its first operation, its second, its
 * third, and so on until it never fails any more. Each time, what was acknowledged before the
 * failure must be there after the next start, what was refused must have no trace beyond what its
 * own commit may have brought, every timer must have fired exactly once, and the week must be able
 * to go on.
 */

#include <jansson.h>
#include <sqlite3.h>

#include "faulty.h"
#include "unit/unit.h"
#include "world.h"

#define HOLDS 3

/* What the clerks know was acknowledged. */
struct memory {
    int64_t acknowledged_seq;
    int64_t revs[HOLDS + 1];
};

static int act(struct world *world, struct memory *memory, struct operation *operation)
{
    int r = world_do(world, operation);

    if (r == 0) {
        memory->acknowledged_seq = operation->hold.last_seq;
        memory->revs[operation->hold.id] = operation->hold.rev;
    }
    return r;
}

static int step(struct world *world, struct memory *memory, enum command_kind kind, int64_t hold)
{
    struct operation operation = world_operation(kind, hold);

    if (kind == COMMAND_SCHEDULE)
        operation.command.pickup_at = world->clock.simulated_now + US_PER_H;
    return act(world, memory, &operation);
}

/* Requests, starts, lets time pass, transfers one late and releases one early. Stops at a failure.
 */
static int run_week(struct world *world, struct memory *memory)
{
    instant now = world->clock.simulated_now;
    int r = 0;

    for (int i = 1; i <= HOLDS && !r; i++) {
        struct operation request = world_request("2026-0001");

        request.command.booking[8] = (char)('0' + i);
        r = act(world, memory, &request);
    }
    for (int i = 1; i <= HOLDS && !r; i++)
        r = step(world, memory, COMMAND_START, i);
    if (!r)
        r = step(world, memory, COMMAND_SCHEDULE, 1);
    if (!r)
        r = world_advance(world, now + 47 * US_PER_H);
    if (!r)
        r = step(world, memory, COMMAND_RELEASE, 2);
    if (!r)
        r = world_advance(world, now + 50 * US_PER_H);
    if (!r)
        r = step(world, memory, COMMAND_TRANSFER, 1);
    return r;
}

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

static bool is_fired(const json_t *event)
{
    const char *kind = text_of(event, "kind");

    return strcmp(kind, "hold.warning") == 0 || strcmp(kind, "hold.expired") == 0 ||
           strcmp(kind, "transfer.due") == 0 || strcmp(kind, "transfer.missed") == 0;
}

static bool same_timer(const json_t *a, const json_t *b)
{
    return strcmp(text_of(a, "kind"), text_of(b, "kind")) == 0 &&
           json_integer_value(json_object_get(a, "hold")) ==
               json_integer_value(json_object_get(b, "hold")) &&
           json_integer_value(json_object_get(a, "rung_s")) ==
               json_integer_value(json_object_get(b, "rung_s"));
}

static void check_history(struct world *world, const struct memory *memory)
{
    json_t *events = world_events(world, 0);
    int64_t revs[HOLDS + 1] = {0};
    const json_t *event, *other;
    size_t i, j;

    ck_assert_int_ge((int64_t)json_array_size(events), memory->acknowledged_seq);
    json_array_foreach(events, i, event)
    {
        ck_assert_int_eq(json_integer_value(json_object_get(event, "seq")), (int64_t)i + 1);
        revs[json_integer_value(json_object_get(event, "hold"))]++;
        json_array_foreach(events, j, other) if (j > i && is_fired(event))
            ck_assert_msg(!same_timer(event, other), "%s fired twice", text_of(event, "kind"));
    }
    for (int hold = 1; hold <= HOLDS; hold++)
        ck_assert_int_ge(revs[hold], memory->revs[hold]);
    json_decref(events);
}

/* Returns whether the disk lasted through the week. */
static bool survive(long nth, int code)
{
    struct memory memory = {0};
    struct world world;
    int r;

    world_create(&world, unit_instant(T0));
    world.vfs = FAULTY_VFS;
    faulty_arm(nth, code);
    r = world_open(&world);
    if (!r)
        r = run_week(&world, &memory);
    ck_assert_msg(r <= 0, "refused with %d at fault %ld", r, nth);
    if (r && world.ledger)
        ck_assert(atomic_load(&world.view.failed));
    world_close(&world);

    faulty_arm(0, 0);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(world_advance(&world, unit_instant(T0) + 60 * US_PER_H), 0);
    check_history(&world, &memory);
    world_destroy(&world);
    return r == 0;
}

static void fail_everywhere(int code)
{
    long nth = 1;

    while (!survive(nth, code))
        nth++;
    ck_assert_int_gt(nth, 30); /* the disk was really in the way */
    fprintf(stderr, "survived a disk failing with %d at each of %ld operations\n", code, nth - 1);
}

START_TEST(a_failing_disk_loses_nothing_acknowledged)
{
    fail_everywhere(SQLITE_IOERR_WRITE);
}
END_TEST

START_TEST(a_full_disk_loses_nothing_acknowledged)
{
    fail_everywhere(SQLITE_FULL);
}
END_TEST

START_TEST(a_failed_sync_loses_nothing_acknowledged)
{
    fail_everywhere(SQLITE_IOERR_FSYNC);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_failing_disk_loses_nothing_acknowledged},
        {.test = a_full_disk_loses_nothing_acknowledged},
        {.test = a_failed_sync_loses_nothing_acknowledged},
    };

    faulty_register();
    return unit_run("faults", tests, ARRAY_SIZE(tests));
}
