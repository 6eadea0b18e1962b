/* SPDX-License-Identifier: ISC */

/*
 * Events: the history is kept for good, so the order of members and the numbers behind names only
 * ever grow at the end.
 */

#include "event.h"
#include "unit.h"

static const char *const members[] = {
    "seq",         "kind",
    "hold",        "rev",
    "booking",     "facility",
    "state",       "at",
    "recorded_at", "actor",
    "pid",         "due_at",
    "rung_s",      "late_us",
    "late",        "eligible_at",
    "deadline_at", "previous_deadline_at",
    "lengthened",  "first_hold",
    "pickup_at",   "transfer_conflict",
    "overdue_us",  "cause",
    "decision",    "lift_code",
    "reason",      "text",
    "step_us",
};

START_TEST(members_stand_in_the_order_of_the_stored_history)
{
    ck_assert_uint_ge(event_record.count, ARRAY_SIZE(members));
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        ck_assert_str_eq(event_record.fields[i].name, members[i]);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    ck_assert_uint_eq(event_kind_names.count, EVENT_KINDS);
    for (size_t i = 1; i < event_kind_names.count; i++)
        ck_assert_ptr_nonnull(event_kind_names.values[i]);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = members_stand_in_the_order_of_the_stored_history},
        {.test = every_kind_has_a_name},
    };

    return unit_run("event", tests, ARRAY_SIZE(tests));
}
