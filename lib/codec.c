/* SPDX-License-Identifier: ISC */

/*
 * Records to JSON, by their tables. Reading has a file of its own, codec_command.c.
 *
 * The functions that make values return NULL where memory is short; put() takes that on and reports
 * it.
 */

#include "codec.h"

#include <jansson.h>

#include "macro.h"

static json_t *text_value(const char *text)
{
    return text && text[0] ? json_string_nocheck(text) : json_null();
}

static json_t *int_value(int64_t value)
{
    return value != RECORD_NO_INT ? json_integer(value) : json_null();
}

static json_t *instant_value(instant at)
{
    char text[INSTANT_TEXT_SIZE];

    if (at == INSTANT_NONE)
        return json_null();
    return json_stringn_nocheck(text, instant_format(at, text));
}

static json_t *name_value(const struct names *names, int value)
{
    return value ? json_string_nocheck(names->values[value]) : json_null();
}

/* A field's value, null where it is not given. */
static json_t *field_value(const struct record_field *field, const void *object)
{
    const void *member = record_const_member(field, object);

    switch (field->type) {
    case RECORD_INT:
        return int_value(*(const int64_t *)member);
    case RECORD_BOOL:
        return json_boolean(*(const bool *)member);
    case RECORD_INSTANT:
        return instant_value(*(const instant *)member);
    case RECORD_TEXT:
        return text_value(member);
    case RECORD_STRING:
        return text_value(*(const char *const *)member);
    case RECORD_NAME:
        return name_value(field->names, *(const int *)member);
    }
    return NULL;
}

/* Adds a member and takes the value over. Returns 0, or -1 where memory is short. */
static int put(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new_nocheck(object, name, value);
}

static json_t *timer_value(const struct timer *timer)
{
    json_t *object;

    if (!timer)
        return json_null();
    object = json_object();
    if (put(object, "kind", name_value(&timer_kind_names, timer->kind)) ||
        put(object, "rung_s", timer->rung_s ? json_integer(timer->rung_s) : json_null()) ||
        put(object, "due_at", instant_value(timer->due_at))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *codec_hold(const struct hold *hold, const char *zone_name, const struct timer *next_timer,
                 instant now)
{
    json_auto_t *object = json_object();
    int r = 0;

    for (size_t i = 0; i < hold_record.count && !r; i++) {
        const struct record_field *field = &hold_record.fields[i];

        /* Stored once the hold has ended; what clients see of it follows below. */
        if (field->offset == offsetof(struct hold, overdue_us))
            continue;
        r = put(object, field->name, field_value(field, hold));
        if (!r && field->offset == offsetof(struct hold, facility))
            r = put(object, "zone", text_value(zone_name));
    }
    if (r || put(object, "remaining_us", int_value(hold_remaining_us(hold, now))) ||
        put(object, "overdue_us", json_integer(hold_overdue_us(hold, now))) ||
        put(object, "transfer_conflict", json_boolean(hold_transfer_conflict(hold))) ||
        put(object, "next_timer", timer_value(next_timer)))
        return NULL;
    return json_dumps(object, JSON_COMPACT);
}

char *codec_event(const struct event *event)
{
    json_auto_t *object = json_object();

    for (size_t i = 0; i < event_record.count; i++) {
        const struct record_field *field = &event_record.fields[i];
        json_t *value = field_value(field, event);

        if (json_is_null(value) || json_is_false(value))
            continue;
        if (put(object, field->name, value))
            return NULL;
    }
    return json_dumps(object, JSON_COMPACT);
}

/* A problem must always be told, so text that is not UTF-8 loses what is not ASCII. */
static json_t *lossy_value(const char *text)
{
    json_t *value = json_string(text);
    char ascii[sizeof(((struct problem *)0)->detail)];
    size_t i;

    if (value)
        return value;
    for (i = 0; i < sizeof(ascii) - 1 && text[i]; i++)
        ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
    return json_stringn_nocheck(ascii, i);
}

static const char *http_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {400, "Bad Request"},           {404, "Not Found"},
        {405, "Method Not Allowed"},    {409, "Conflict"},
        {413, "Content Too Large"},     {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"}, {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Error";
}

static json_t *legal_value(unsigned legal)
{
    json_t *array = json_array();

    for (int kind = 0; array && kind < COMMAND_FROM_OUTSIDE; kind++) {
        if (!(legal & COMMAND_BIT(kind)))
            continue;
        if (json_array_append_new(array, json_string_nocheck(command_table[kind].name))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

char *codec_problem(const struct problem *problem)
{
    int status = problem_status(problem->kind);
    json_auto_t *object = json_object();

    if (put(object, "type", json_string_nocheck("about:blank")) ||
        put(object, "title", json_string_nocheck(http_phrase(status))) ||
        put(object, "status", json_integer(status)) ||
        put(object, "kind", json_string_nocheck(problem_name(problem->kind))) ||
        put(object, "detail", lossy_value(problem->detail)))
        return NULL;
    if (problem->field[0] && put(object, "field", lossy_value(problem->field)))
        return NULL;
    if (problem->kind == PROBLEM_ILLEGAL_TRANSITION &&
        (put(object, "state", name_value(&hold_state_names, problem->state)) ||
         put(object, "legal", legal_value(problem->legal))))
        return NULL;
    return json_dumps(object, JSON_COMPACT);
}
