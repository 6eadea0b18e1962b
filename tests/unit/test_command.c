/* SPDX-License-Identifier: ISC */

/* Commands: the members each one takes are a promise to clients. */

#include <errno.h>

#include "command.h"
#include "unit.h"

/* Every member of every command; `!` marks those that must be given. */
static const struct {
    enum command_kind kind;
    const char *name, *members, *at_field;
} promised[] = {
    {COMMAND_REQUEST, "request",
     "booking! facility! form issued_at ice_office ice_warrant booked_at received_at replaces "
     "facts",
     "received_at"},
    {COMMAND_DECIDE, "decide", "decision! reason! at", "at"},
    {COMMAND_SERVE, "serve", "at", "at"},
    {COMMAND_START, "start", "eligible_at reason facts", "eligible_at"},
    {COMMAND_SCHEDULE, "schedule", "pickup_at! at", "at"},
    {COMMAND_TRANSFER, "transfer", "at", "at"},
    {COMMAND_RELEASE, "release", "at reason", "at"},
    {COMMAND_CANCEL, "cancel", "at lift_code reason", "at"},
    {COMMAND_CLOSE, "close", "at reason!", "at"},
    {COMMAND_CORRECT, "correct", "eligible_at! reason!", "eligible_at"},
    {COMMAND_NOTE, "note", "text! at", "at"},
    {COMMAND_FACTS, "facts", "facts! at", "at"},
};

START_TEST(takes_the_members_promised)
{
    const struct command_info *info = &command_table[promised[_i].kind];
    char members[256] = "";
    size_t used = 0;

    for (size_t i = 0; i < info->argument.count; i++) {
        const struct record_field *field = &info->argument.fields[i];

        used += (size_t)snprintf(members + used, sizeof(members) - used, "%s%s%s", i ? " " : "",
                                 field->name, field->flags & RECORD_REQUIRED ? "!" : "");
    }
    ck_assert_str_eq(info->name, promised[_i].name);
    ck_assert_str_eq(members, promised[_i].members);
    ck_assert_str_eq(info->at_field, promised[_i].at_field);
}
END_TEST

START_TEST(its_effective_time_is_one_of_its_members)
{
    const struct command_info *info = &command_table[promised[_i].kind];
    const struct record_field *field = record_find(&info->argument, info->at_field);

    ck_assert_ptr_nonnull(field);
    ck_assert_int_eq(field->type, RECORD_INSTANT);
    ck_assert_uint_eq(field->offset, offsetof(struct command, at));
}
END_TEST

START_TEST(is_found_by_name)
{
    if (promised[_i].kind == COMMAND_REQUEST) /* not a command on a hold */
        ck_assert_int_eq(command_find("request"), -ENOENT);
    else
        ck_assert_int_eq(command_find(promised[_i].name), promised[_i].kind);
}
END_TEST

START_TEST(what_time_itself_does_cannot_be_asked_for)
{
    static const char *const names[] = {"", "warn", "expire", "due", "missed", "Start", "start "};

    ck_assert_uint_eq(ARRAY_SIZE(promised), COMMAND_FROM_OUTSIDE);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        ck_assert_int_eq(command_find(names[i]), -ENOENT);
}
END_TEST

START_TEST(begins_with_nothing_given)
{
    struct command command, untouched;

    command_init(&command, COMMAND_START, 7, "uid:1000", 4711);
    ck_assert_int_eq(command.kind, COMMAND_START);
    ck_assert_int_eq(command.hold_id, 7);
    ck_assert_str_eq(command.actor, "uid:1000");
    ck_assert_int_eq(command.pid, 4711);
    ck_assert_int_eq(command.first.eligible_at, INSTANT_NONE);
    ck_assert_int_eq(command.first.deadline_at, INSTANT_NONE);
    ck_assert_int_eq(command.first.hold, RECORD_NO_INT);
    ck_assert_int_eq(command.replaces, RECORD_NO_INT);
    ck_assert_int_eq(command.facts.facts.age, RECORD_NO_INT);
    ck_assert_ptr_null(command.bound);
    ck_assert_int_eq(command.due_at, INSTANT_NONE);
    ck_assert_int_eq(command.rung_s, RECORD_NO_INT);
    for (int kind = 0; kind < COMMAND_FROM_OUTSIDE; kind++) {
        untouched = command;
        record_clear(&command_table[kind].argument, &command);
        ck_assert_mem_eq(&command, &untouched, sizeof(command));
    }
}
END_TEST

START_TEST(a_long_actor_is_cut_to_fit)
{
    struct command command;

    command_init(&command, COMMAND_NOTE, 1, "uid:123456789012345678901234567890", RECORD_NO_INT);
    ck_assert_str_eq(command.actor, "uid:123456789012345678901234567");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {takes_the_members_promised, ARRAY_SIZE(promised)},
        {its_effective_time_is_one_of_its_members, ARRAY_SIZE(promised)},
        {is_found_by_name, ARRAY_SIZE(promised)},
        {.test = what_time_itself_does_cannot_be_asked_for},
        {.test = begins_with_nothing_given},
        {.test = a_long_actor_is_cut_to_fit},
    };

    return unit_run("command", tests, ARRAY_SIZE(tests));
}
