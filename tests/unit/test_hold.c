/* SPDX-License-Identifier: ISC */

/* What follows from a hold's members: time left, time past authority, conflict with the pickup. */

#include "hold.h"
#include "unit.h"

static struct hold hold_in(enum hold_state state)
{
    struct hold hold;

    record_clear(&hold_record, &hold);
    hold.state = state;
    return hold;
}

static const struct {
    enum hold_state state;
    bool open;
} states[] = {
    {HOLD_NONE, false},      {HOLD_PENDING, true},      {HOLD_LODGED, true},
    {HOLD_HELD, true},       {HOLD_EXPIRED, true},      {HOLD_DECLINED, false},
    {HOLD_CANCELLED, false}, {HOLD_TRANSFERRED, false}, {HOLD_RELEASED, false},
    {HOLD_CLOSED, false},
};

START_TEST(open_until_it_has_ended)
{
    ck_assert_int_eq(hold_is_open(states[_i].state), states[_i].open);
}
END_TEST

START_TEST(only_a_held_person_has_time_left)
{
    struct hold hold = hold_in(states[_i].state);

    hold.deadline_at = 1000;
    ck_assert_int_eq(hold_remaining_us(&hold, 400), hold.state == HOLD_HELD ? 600 : RECORD_NO_INT);
}
END_TEST

START_TEST(time_left_may_be_negative_for_an_instant)
{
    struct hold hold = hold_in(HOLD_HELD);

    hold.deadline_at = 1000;
    ck_assert_int_eq(hold_remaining_us(&hold, 1000), 0);
    ck_assert_int_eq(hold_remaining_us(&hold, 1001), -1);
}
END_TEST

START_TEST(overdue_grows_while_expired)
{
    struct hold hold = hold_in(HOLD_EXPIRED);

    hold.deadline_at = hold.authority_ended_at = 1000;
    ck_assert_int_eq(hold_overdue_us(&hold, 1000), 0);
    ck_assert_int_eq(hold_overdue_us(&hold, 1001), 1);
    ck_assert_int_eq(hold_overdue_us(&hold, 5000), 4000);
    ck_assert_int_eq(hold_overdue_us(&hold, 10), 0); /* the clock went back */
    hold.authority_ended_at = 600;                   /* cancelled before the deadline */
    ck_assert_int_eq(hold_overdue_us(&hold, 1000), 400);
}
END_TEST

START_TEST(overdue_stands_still_once_ended)
{
    struct hold hold = hold_in(HOLD_RELEASED);

    hold.deadline_at = hold.authority_ended_at = 1000;
    hold.overdue_us = 70;
    ck_assert_int_eq(hold_overdue_us(&hold, 5000), 70);
}
END_TEST

START_TEST(nobody_is_overdue_before_the_clock_runs)
{
    struct hold hold = hold_in(HOLD_LODGED);

    ck_assert_int_eq(hold_overdue_us(&hold, 5000), 0);
    hold = hold_in(HOLD_HELD);
    hold.deadline_at = 1000;
    ck_assert_int_eq(hold_overdue_us(&hold, 900), 0);
}
END_TEST

static const struct {
    instant pickup_at, deadline_at, authority_ended_at;
    bool conflict;
} pickups[] = {
    {INSTANT_NONE, 1000, INSTANT_NONE, false},
    {900, INSTANT_NONE, INSTANT_NONE, false}, /* the clock does not run yet */
    {900, 1000, INSTANT_NONE, false},
    {1000, 1000, INSTANT_NONE, false},
    {1001, 1000, INSTANT_NONE, true},
    {900, 1000, 800, true}, /* ICE withdrew before */
    {800, 1000, 800, false},
};

START_TEST(a_pickup_after_authority_is_a_conflict)
{
    struct hold hold = hold_in(HOLD_HELD);

    hold.pickup_at = pickups[_i].pickup_at;
    hold.deadline_at = pickups[_i].deadline_at;
    hold.authority_ended_at = pickups[_i].authority_ended_at;
    ck_assert_int_eq(hold_transfer_conflict(&hold), pickups[_i].conflict);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {open_until_it_has_ended, ARRAY_SIZE(states)},
        {only_a_held_person_has_time_left, ARRAY_SIZE(states)},
        {.test = time_left_may_be_negative_for_an_instant},
        {.test = overdue_grows_while_expired},
        {.test = overdue_stands_still_once_ended},
        {.test = nobody_is_overdue_before_the_clock_runs},
        {a_pickup_after_authority_is_a_conflict, ARRAY_SIZE(pickups)},
    };

    return unit_run("hold", tests, ARRAY_SIZE(tests));
}
