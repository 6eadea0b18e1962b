/* SPDX-License-Identifier: ISC */

/* The jail in a box. */

#include "world.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

struct law *world_law(void)
{
    char *const nowhere[] = {NULL};
    struct facility *facility;
    struct books *books;
    struct law *law;

    ck_assert_int_eq(books_load(nowhere, nowhere, stderr, &books), 0);
    law = law_new(books);
    facility = law_add_facility(law);
    facility->policy = books_policy(law->books, "always-honor");
    strcpy(facility->id, "PIERCE");
    strcpy(facility->name, "Pierce County Jail");
    strcpy(facility->zone_name, "America/Los_Angeles");
    ck_assert_int_eq(zone_find(facility->zone_name, &facility->zone), 0);
    law_seal(law);
    return law;
}

/*
 * The law of a world. Tests change its facility, so that it is put back as it was; but it is the
 * same for all of a program's worlds, because reading the calendar takes longer than many of them
 * live.
 */
static struct law *borrow_law(void)
{
    static struct law *law;
    static struct facility usual;

    if (!law) {
        law = world_law();
        usual = law->facilities[0];
    }
    law->facilities[0] = usual;
    return law_ref(law);
}

void world_create(struct world *world, instant now)
{
    const char *parent = getenv("TMPDIR");

    memset(world, 0, sizeof(*world));
    snprintf(world->directory, sizeof(world->directory), "%.40s/detainerd-XXXXXX",
             parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(world->directory));
    snprintf(world->database, sizeof(world->database), "%s/db", world->directory);
    world->clock = (struct clock){.simulated = true, .simulated_now = now};
    world->law = world->config.law = borrow_law();
    world->facility = &world->law->facilities[0];
    in_force_init(&world->in_force, world->law);
}

void world_destroy(struct world *world)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char path[96];

    world_close(world);
    in_force_destroy(&world->in_force);
    law_unref(world->law);
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
        snprintf(path, sizeof(path), "%s%s", world->database, suffixes[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(world->directory), 0);
}

int world_open(struct world *world)
{
    int r;

    r = ledger_open(world->database, world->vfs, &world->in_force, &world->clock, &world->view,
                    &world->ledger);
    return r ? r : ledger_catch_up(world->ledger);
}

void world_close(struct world *world)
{
    if (world->ledger)
        ledger_free(world->ledger);
    world->ledger = NULL;
}

struct operation world_operation(enum command_kind kind, int64_t hold_id)
{
    struct operation operation = {.result = 0};

    command_init(&operation.command, kind, hold_id, "uid:1000", 42);
    return operation;
}

struct operation world_request(const char *booking)
{
    struct operation operation = world_operation(COMMAND_REQUEST, 0);

    strcpy(operation.command.facility, "PIERCE");
    snprintf(operation.command.booking, sizeof(operation.command.booking), "%s", booking);
    return operation;
}

int world_do(struct world *world, struct operation *operation)
{
    int r = ledger_turn(world->ledger, operation);

    return r ? r : operation->result;
}

int world_advance(struct world *world, instant to)
{
    instant due_at;
    int r = 0;

    while (!r && (due_at = ledger_next_due(world->ledger)) != INSTANT_NONE && due_at <= to) {
        world->clock.simulated_now = instant_max(world->clock.simulated_now, due_at);
        r = ledger_turn(world->ledger, NULL);
    }
    world->clock.simulated_now = to;
    return r;
}

static int collect(int64_t seq, const char *body, size_t size, void *context)
{
    json_t *event = json_loadb(body, size, 0, NULL);

    ck_assert_int_eq(json_integer_value(json_object_get(event, "seq")), seq);
    return json_array_append_new(context, event);
}

struct json_t *world_events(struct world *world, int64_t hold_id)
{
    _cleanup_(reader_free_ptr) struct reader *reader = NULL;
    json_t *events = json_array();

    ck_assert_int_eq(reader_open(world->database, NULL, &reader), 0);
    ck_assert_int_eq(reader_events(reader, hold_id, 0, SIZE_MAX >> 1, collect, events), 0);
    return events;
}
