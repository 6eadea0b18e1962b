/* SPDX-License-Identifier: ISC */

/*
 * A client that repeats: it gives its commands one by one, each with a key, on a disk that fails at
 * its first operation, its second, its third, and so on. After each failure it goes on as one must
 * whose answer got lost, with the very command that failed, whether or not that was recorded. In
 * the end every command must be in the history exactly once, and every reply be what it would have
 * been on a disk that never failed.
 */

#include <jansson.h>
#include <sqlite3.h>

#include "faulty.h"
#include "unit/unit.h"
#include "world.h"

/* One hold's life, and a command that is refused. */
static const struct {
    enum command_kind kind;
    unsigned status;
} steps[] = {
    {COMMAND_REQUEST, 201}, {COMMAND_RELEASE, 409}, {COMMAND_NOTE, 200},
    {COMMAND_START, 200},   {COMMAND_NOTE, 200},    {COMMAND_TRANSFER, 200},
};

#define STEPS ARRAY_SIZE(steps)

static struct operation make(size_t step)
{
    struct operation operation = steps[step].kind == COMMAND_REQUEST
                                     ? world_request("2026-0001")
                                     : world_operation(steps[step].kind, 1);
    struct idempotency *idempotency = &operation.idempotency;

    snprintf(idempotency->key, sizeof(idempotency->key), "step-%zu", step);
    ck_assert_int_eq(idempotency_seal(idempotency, idempotency->key, NULL, 0), 0);
    return operation;
}

/* Gives the commands from `*next` on, until all are done or the disk fails. Returns 0, or what it
 * failed with. */
static int go_on(struct world *world, size_t *next, char *bodies[static STEPS])
{
    for (; *next < STEPS; (*next)++) {
        struct operation operation = make(*next);
        int r;

        r = ledger_turn(world->ledger, &operation);
        if (r)
            return r;
        ck_assert_uint_eq(operation.reply.status, steps[*next].status);
        bodies[*next] = strdup(operation.reply.body);
        operation_clear(&operation);
    }
    return 0;
}

static void check_history(struct world *world)
{
    json_t *events = world_events(world, 0);

    ck_assert_uint_eq(json_array_size(events), STEPS - 1); /* all but the refused one */
    json_decref(events);
}

/* All replies, given again, are the ones there were. */
static void check_replies(struct world *world, char *bodies[static STEPS])
{
    for (size_t i = 0; i < STEPS; i++) {
        struct operation again = make(i);

        ck_assert_int_eq(ledger_turn(world->ledger, &again), 0);
        ck_assert(again.reply.replayed);
        ck_assert_str_eq(again.reply.body, bodies[i]);
        operation_clear(&again);
    }
}

/* Lives through the steps on a disk that fails once. Returns whether it never came to that. */
static bool live(long nth, int code, char *bodies[static STEPS])
{
    struct world world;
    size_t next = 0;
    int r;

    world_create(&world, unit_instant(T0));
    world.vfs = FAULTY_VFS;
    faulty_arm(nth, code);
    r = world_open(&world);
    if (!r)
        r = go_on(&world, &next, bodies);
    world_close(&world);
    faulty_arm(0, 0);
    ck_assert_int_eq(world_open(&world), 0);
    ck_assert_int_eq(go_on(&world, &next, bodies), 0);
    check_history(&world);
    check_replies(&world, bodies);
    world_destroy(&world);
    return r == 0;
}

static void free_bodies(char *bodies[static STEPS])
{
    for (size_t i = 0; i < STEPS; i++)
        free(bodies[i]);
}

static void fail_everywhere(int code)
{
    char *expected[STEPS];
    bool is_done = false;
    long nth = 0;

    ck_assert(live(0, 0, expected));
    while (!is_done) {
        char *bodies[STEPS];

        is_done = live(++nth, code, bodies);
        for (size_t i = 0; i < STEPS; i++)
            ck_assert_str_eq(bodies[i], expected[i]);
        free_bodies(bodies);
    }
    free_bodies(expected);
    ck_assert_int_gt(nth, 30); /* the disk was really in the way */
}

START_TEST(repeating_after_a_failed_write_does_it_once)
{
    fail_everywhere(SQLITE_IOERR_WRITE);
}
END_TEST

START_TEST(repeating_after_a_full_disk_does_it_once)
{
    fail_everywhere(SQLITE_FULL);
}
END_TEST

/* The commit may be on disk all the same: this is where only the key can tell. */
START_TEST(repeating_after_a_failed_sync_does_it_once)
{
    fail_everywhere(SQLITE_IOERR_FSYNC);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = repeating_after_a_failed_write_does_it_once},
        {.test = repeating_after_a_full_disk_does_it_once},
        {.test = repeating_after_a_failed_sync_does_it_once},
    };

    faulty_register();
    return unit_run("repeats", tests, ARRAY_SIZE(tests));
}
