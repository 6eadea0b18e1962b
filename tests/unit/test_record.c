/* SPDX-License-Identifier: ISC */

/* Records: the tables describe their structs whole, and clearing leaves nothing given. */

#include "command.h"
#include "event.h"
#include "unit.h"

static const struct {
    const char *what;
    const struct record *record;
    size_t size;
    bool complete; /* describes every member */
} tables[] = {
    {"hold", &hold_record, sizeof(struct hold), true},
    {"event", &event_record, sizeof(struct event), true},
    {"request", &command_table[COMMAND_REQUEST].argument, sizeof(struct command), false},
    {"decide", &command_table[COMMAND_DECIDE].argument, sizeof(struct command), false},
    {"serve", &command_table[COMMAND_SERVE].argument, sizeof(struct command), false},
    {"start", &command_table[COMMAND_START].argument, sizeof(struct command), false},
    {"schedule", &command_table[COMMAND_SCHEDULE].argument, sizeof(struct command), false},
    {"transfer", &command_table[COMMAND_TRANSFER].argument, sizeof(struct command), false},
    {"release", &command_table[COMMAND_RELEASE].argument, sizeof(struct command), false},
    {"cancel", &command_table[COMMAND_CANCEL].argument, sizeof(struct command), false},
    {"close", &command_table[COMMAND_CLOSE].argument, sizeof(struct command), false},
    {"correct", &command_table[COMMAND_CORRECT].argument, sizeof(struct command), false},
    {"note", &command_table[COMMAND_NOTE].argument, sizeof(struct command), false},
    {"new facts", &command_table[COMMAND_FACTS].argument, sizeof(struct command), false},
    {"facts", &facts_record, sizeof(struct facts), true},
    {"facts that are told", &facts_given_record, sizeof(struct facts), false},
};

/* The room a field takes, by its type. */
static size_t width(const struct record_field *field)
{
    switch (field->type) {
    case RECORD_INT:
    case RECORD_INSTANT:
        return sizeof(int64_t);
    case RECORD_BOOL:
        return sizeof(bool);
    case RECORD_STRING:
        return sizeof(const char *);
    case RECORD_NAME:
    case RECORD_TRUTH:
        return sizeof(int);
    case RECORD_TEXT:
    case RECORD_FACTS:
        return field->size;
    }
    return 0;
}

START_TEST(fields_have_names_of_their_own_and_lie_inside_the_struct)
{
    const struct record *record = tables[_i].record;

    ck_assert_uint_gt(record->count, 0);
    for (size_t i = 0; i < record->count; i++) {
        const struct record_field *field = &record->fields[i];

        ck_assert_ptr_eq(record_find(record, field->name), field);
        ck_assert_uint_gt(width(field), 0);
        ck_assert_uint_le(field->offset + width(field), tables[_i].size);
        ck_assert_int_eq(field->type == RECORD_NAME, field->names != NULL);
    }
}
END_TEST

static size_t alignment(const struct record_field *field)
{
    return field->type == RECORD_TEXT ? 1 : width(field);
}

static int by_offset(const void *a, const void *b)
{
    const struct record_field *one = a, *other = b;

    return (one->offset > other->offset) - (one->offset < other->offset);
}

/* Each member begins where the compiler puts what follows the one before. */
START_TEST(no_member_is_left_out)
{
    const struct record *record = tables[_i].record;
    struct record_field fields[64];
    size_t end = 0;

    if (!tables[_i].complete)
        return;
    ck_assert_uint_le(record->count, ARRAY_SIZE(fields));
    memcpy(fields, record->fields, record->count * sizeof(fields[0]));
    qsort(fields, record->count, sizeof(fields[0]), by_offset);
    for (size_t i = 0; i < record->count; i++) {
        size_t next =
            (end + alignment(&fields[i]) - 1) / alignment(&fields[i]) * alignment(&fields[i]);

        ck_assert_msg(fields[i].offset == next, "%s: what lies before %s?", tables[_i].what,
                      fields[i].name);
        end = fields[i].offset + width(&fields[i]);
    }
    ck_assert_uint_lt(tables[_i].size - end, sizeof(int64_t));
}
END_TEST

START_TEST(finds_no_field_of_another_name)
{
    ck_assert_ptr_null(record_find(&hold_record, ""));
    ck_assert_ptr_null(record_find(&hold_record, "deadline"));
    ck_assert_ptr_null(record_find(&hold_record, "Booking"));
    ck_assert_str_eq(hold_record.fields[0].name, "id");
}
END_TEST

START_TEST(clearing_leaves_nothing_given)
{
    struct event event;

    memset(&event, 0x5a, sizeof(event));
    record_clear(&event_record, &event);
    ck_assert_int_eq(event.seq, RECORD_NO_INT);
    ck_assert_int_eq(event.kind, 0);
    ck_assert_str_eq(event.booking, "");
    ck_assert_int_eq(event.at, INSTANT_NONE);
    ck_assert(!event.late);
    ck_assert_ptr_null(event.reason);
}
END_TEST

START_TEST(clearing_leaves_other_members_alone)
{
    struct command command;

    memset(&command, 0x5a, sizeof(command));
    record_clear(&command_table[COMMAND_SERVE].argument, &command);
    ck_assert_int_eq(command.at, INSTANT_NONE);
    ck_assert_int_eq(command.pid, INT64_C(0x5a5a5a5a5a5a5a5a));
    ck_assert_int_eq(command.booking[0], 0x5a);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {fields_have_names_of_their_own_and_lie_inside_the_struct, ARRAY_SIZE(tables)},
        {no_member_is_left_out, ARRAY_SIZE(tables)},
        {.test = finds_no_field_of_another_name},
        {.test = clearing_leaves_nothing_given},
        {.test = clearing_leaves_other_members_alone},
    };

    return unit_run("record", tests, ARRAY_SIZE(tests));
}
