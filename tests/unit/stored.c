/* SPDX-License-Identifier: ISC */

/* A store, and things to put in. */

#include "stored.h"

void stored_open(struct stored *stored)
{
    world_create(&stored->world, unit_instant(T0));
    stored->store = NULL;
    stored_reopen(stored);
}

void stored_reopen(struct stored *stored)
{
    if (stored->store)
        store_free(stored->store);
    ck_assert_int_eq(store_open(stored->world.database, NULL, &stored->store), 0);
}

void stored_close(struct stored *stored)
{
    if (stored->store)
        store_free(stored->store);
    world_destroy(&stored->world);
}

struct hold stored_lodged(int64_t id)
{
    struct hold hold;

    memset(&hold, 0, sizeof(hold)); /* also the padding, so that holds compare byte by byte */
    record_clear(&hold_record, &hold);
    hold.id = id;
    hold.rev = 1;
    hold.state = HOLD_LODGED;
    snprintf(hold.booking, sizeof(hold.booking), "B-%lld", (long long)id);
    strcpy(hold.facility, "PIERCE");
    hold.form = names_find(&form_names, FORM_DEFAULT);
    hold.decision = DECISION_HONOR;
    hold.received_at = unit_instant(T0);
    hold.last_seq = id;
    return hold;
}

struct hold stored_held(int64_t id, instant deadline_at)
{
    struct hold hold = stored_lodged(id);

    hold.state = HOLD_HELD;
    hold.eligible_at = deadline_at - 48 * US_PER_H;
    hold.deadline_at = deadline_at;
    strcpy(hold.rule, "consecutive");
    hold.limit_h = RULE_LIMIT_H;
    return hold;
}

struct event stored_event(int64_t seq, int64_t hold)
{
    struct event event;

    record_clear(&event_record, &event);
    event.seq = seq;
    event.kind = EVENT_LODGED;
    event.hold = hold;
    event.at = event.recorded_at = unit_instant(T0) + seq;
    return event;
}

void stored_add_hold(struct stored *stored, const struct hold *hold)
{
    ck_assert_int_eq(store_add_hold(stored->store, hold), 0);
}

void stored_add_event(struct stored *stored, const struct event *event)
{
    ck_assert_int_eq(store_add_event(stored->store, event), 0);
}

void stored_arm(struct stored *stored, int64_t hold, enum timer_kind kind, int64_t rung_s,
                instant due_at)
{
    const struct timer timer = {.hold = hold, .kind = kind, .rung_s = rung_s, .due_at = due_at};

    ck_assert_int_eq(store_arm(stored->store, &timer), 0);
}

void stored_grow_log(struct stored *stored, int pages)
{
    int64_t seq = 0;

    do
        ck_assert_int_eq(store_set_announced(stored->store, ++seq), 0);
    while (store_wal_pages(stored->store) < pages);
}
