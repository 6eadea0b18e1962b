/* SPDX-License-Identifier: ISC */

/*
 * The schemas of openapi.json against the tables that bodies are read and written by: every member
 * is described by its name, type and bounds, and no other is. A row that is added to a table fails
 * here until it is described.
 */

#include "access.h"
#include "codec.h"
#include "document.h"
#include "rule.h"
#include "scenario.h"
#include "unit.h"

#define INT_LAST INT64_C(9007199254740991)

static const json_t *schema(const char *name)
{
    return document_component("schemas", name);
}

static json_int_t number(const json_t *value, const char *keyword)
{
    const json_t *found = document_keyword(value, keyword);

    return found ? json_integer_value(found) : -1;
}

/* How many properties an object has, with those of the object that it is more closely. */
static size_t count_properties(const json_t *object)
{
    size_t count = json_object_size(json_object_get(object, "properties"));
    const json_t *more = document_follow(object);

    return more == object ? count : count + count_properties(more);
}

static bool requires(const json_t *object, const char *name)
{
    const json_t *required;
    size_t i;

    json_array_foreach(document_keyword(object, "required"), i,
                       required) if (strcmp(json_string_value(required), name) == 0) return true;
    return false;
}

/* ---- what comes in ---- */

static void check_text_in(const struct record_field *field, const json_t *value)
{
    const char *line = field->flags & RECORD_LINES ? "Lines" : "Line";

    ck_assert_int_eq(number(value, "maxLength"), (json_int_t)field->size - 1);
    ck_assert_int_eq(number(value, "minLength"), field->flags & RECORD_REQUIRED ? 1 : -1);
    ck_assert_msg(document_base(value) == schema(line), "%s is no %s", field->name, line);
}

static void check_in(const struct record_field *field, const json_t *value)
{
    ck_assert_msg(value, "%s is not described", field->name);
    switch (field->type) {
    case RECORD_TEXT:
        check_text_in(field, value);
        break;
    case RECORD_NAME:
        document_check_names(field->name, value, field->names);
        break;
    case RECORD_INSTANT:
        ck_assert_ptr_eq(document_base(value), schema("GivenInstant"));
        break;
    case RECORD_INT:
        ck_assert(document_is(value, "integer"));
        ck_assert_int_eq(number(value, "minimum"), field->flags & RECORD_POSITIVE ? 1 : 0);
        ck_assert_int_eq(number(value, "maximum"), INT_LAST);
        break;
    case RECORD_TRUTH:
        ck_assert(document_is(value, "boolean"));
        break;
    case RECORD_FACTS:
        ck_assert_ptr_eq(document_follow(value), schema("GivenFacts"));
        break;
    default:
        ck_abort_msg("%s is of a type that nobody can send", field->name);
    }
}

/* The address of a command. */
static const char *path_of(enum command_kind kind)
{
    static char path[64];

    snprintf(path, sizeof(path), "/v1/holds/{id}/%s", command_table[kind].name);
    return kind == COMMAND_REQUEST ? "/v1/holds" : path;
}

static const json_t *body_of(enum command_kind kind)
{
    const json_t *body = json_object_get(document_operation(path_of(kind), "post"), "requestBody");
    const json_t *content = json_object_get(body, "content");

    return json_object_get(json_object_get(content, "application/json"), "schema");
}

START_TEST(bodies_of_commands)
{
    const struct record *record = &command_table[_i].argument;
    const json_t *body = body_of((enum command_kind)_i);

    ck_assert_uint_eq(count_properties(body), record->count);
    ck_assert(json_is_false(json_object_get(body, "additionalProperties")));
    for (size_t i = 0; i < record->count; i++) {
        const struct record_field *field = &record->fields[i];

        check_in(field, document_property(body, field->name));
        ck_assert_msg(requires(body, field->name) == !!(field->flags & RECORD_REQUIRED), "%s",
                      field->name);
    }
}
END_TEST

/* ---- facts ---- */

/* In both directions: null takes a fact back. */
static void check_fact(const struct record_field *field, const json_t *value)
{
    if (field->type == RECORD_NAME || field->type == RECORD_INSTANT)
        ck_assert_msg(document_keyword(value, "anyOf"), "%s may not be null", field->name);
    else
        ck_assert_int_eq(json_array_size(document_keyword(value, "type")), 2);
    check_in(field, value);
}

START_TEST(facts)
{
    ck_assert_uint_eq(count_properties(schema("GivenFacts")), facts_given_record.count);
    ck_assert_uint_eq(count_properties(schema("AllFacts")), facts_record.count);
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];

        check_fact(field, document_property(schema("AllFacts"), field->name));
        if (record_find(&facts_given_record, field->name))
            check_fact(field, document_property(schema("GivenFacts"), field->name));
    }
}
END_TEST

/* ---- what goes out ---- */

static void check_text_out(const struct record_field *field, const json_t *value)
{
    if (field->flags & RECORD_JSON)
        ck_assert_ptr_eq(document_base(value), schema("Facts"));
    else
        ck_assert_msg(document_is(value, "string"), "%s is no text", field->name);
}

static void check_out(const struct record_field *field, const json_t *value)
{
    ck_assert_msg(value, "%s is not described", field->name);
    switch (field->type) {
    case RECORD_INT:
        ck_assert_msg(document_is(value, "integer"), "%s is no number", field->name);
        break;
    case RECORD_BOOL: /* an event only says what is true */
        ck_assert_msg(document_is(value, "boolean") ||
                          json_is_true(document_keyword(value, "const")),
                      "%s is not yes or no", field->name);
        break;
    case RECORD_INSTANT:
        ck_assert_msg(document_base(value) == schema("Instant"), "%s is no time", field->name);
        break;
    case RECORD_TEXT:
    case RECORD_STRING:
        check_text_out(field, value);
        break;
    case RECORD_NAME:
        document_check_names(field->name, value, field->names);
        break;
    default:
        ck_abort_msg("%s is of a type that is never sent", field->name);
    }
}

/* Members that some roles do not get are marked. */
static void check_personal(const struct record_field *field, const json_t *value)
{
    bool marked = json_is_true(json_object_get(value, "x-personal"));

    ck_assert_msg(marked == !!(field->flags & RECORD_PERSONAL), "%s: x-personal", field->name);
}

static void check_record_out(const struct record *record, const json_t *object)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct record_field *field = &record->fields[i];

        check_out(field, document_property(object, field->name));
        check_personal(field, document_property(object, field->name));
    }
}

START_TEST(events)
{
    check_record_out(&event_record, schema("Event"));
    ck_assert_uint_eq(count_properties(schema("Event")), event_record.count);
}
END_TEST

START_TEST(holds)
{
    const struct timer timer = {.kind = TIMER_EXPIRY, .due_at = DEADLINE_AT};
    _cleanup_(free_ptr) char *text = NULL;
    json_auto_t *written = NULL;
    struct scenario scenario;
    const char *name;
    json_t *value;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    text = codec_hold(&scenario.hold, "UTC", &timer, scenario.now, 0);
    written = json_loads(text, 0, NULL);
    check_record_out(&hold_record, schema("Hold"));
    ck_assert_uint_eq(json_object_size(written), count_properties(schema("Hold")));
    json_object_foreach(written, name, value)
    {
        const json_t *described = document_property(schema("Hold"), name);

        ck_assert_msg(described, "%s is not described", name);
        ck_assert_msg(requires(schema("Hold"), name) != !!json_object_get(described, "x-personal"),
                      "%s: whether it is always there", name);
    }
    json_object_foreach(json_object_get(written, "next_timer"), name, value)
        ck_assert_msg(document_property(schema("Timer"), name), "%s is not described", name);
}
END_TEST

/* ---- names that stand in no table of members ---- */

START_TEST(other_names)
{
    const char *commands[COMMAND_FROM_OUTSIDE] = {NULL};
    const struct names command_names = NAMES(commands);

    for (int kind = COMMAND_DECIDE; kind < COMMAND_FROM_OUTSIDE; kind++)
        commands[kind] = command_table[kind].name;
    document_check_names("CommandName", schema("CommandName"), &command_names);
    document_check_names("Role", schema("Role"), &role_names);
    document_check_names("TimerKind", schema("TimerKind"), &timer_kind_names);
    document_check_names("ClockStart", schema("ClockStart"), &rule_start_names);
    for (int state = HOLD_PENDING; state < HOLD_STATES; state++)
        ck_assert(document_property(schema("Counts"), hold_state_names.values[state]));
    ck_assert_uint_eq(count_properties(schema("Counts")), hold_state_names.count - 1);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {bodies_of_commands, COMMAND_FROM_OUTSIDE},
        {.test = facts},
        {.test = events},
        {.test = holds},
        {.test = other_names},
    };

    return unit_run("openapi_records", tests, ARRAY_SIZE(tests));
}
