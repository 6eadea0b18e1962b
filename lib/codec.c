/* SPDX-License-Identifier: ISC */

/*
 * Records to JSON, by their tables. Reading has a file of its own, codec_command.c.
 */

#include "codec.h"

#include <jansson.h>
#include <string.h>

#include "json_text.h"
#include "macro.h"

/* ---- holds and events, as text ---- */

static void put_text(struct json_text *text, const char *value)
{
    if (value && value[0])
        json_text_string(text, value);
    else
        json_text_word(text, "null");
}

/* A text, or JSON that one holds. */
static void put_text_of(struct json_text *text, const struct record_field *field, const char *value)
{
    if (field->flags & RECORD_JSON && value && value[0])
        json_text_word(text, value);
    else
        put_text(text, value);
}

static void put_int(struct json_text *text, int64_t value)
{
    if (value != RECORD_NO_INT)
        json_text_int(text, value);
    else
        json_text_word(text, "null");
}

static void put_bool(struct json_text *text, bool value)
{
    json_text_word(text, value ? "true" : "false");
}

static void put_truth(struct json_text *text, enum truth value)
{
    static const char *const words[] = {
        [TRUTH_NONE] = "null", [TRUTH_NO] = "false", [TRUTH_YES] = "true"};

    json_text_word(text, words[value]);
}

static void put_instant(struct json_text *text, instant at)
{
    char formatted[INSTANT_TEXT_SIZE];

    if (at != INSTANT_NONE)
        instant_format(at, formatted);
    put_text(text, at != INSTANT_NONE ? formatted : NULL);
}

/* A field's value, null where it is not given. */
static void put_field(struct json_text *text, const struct record_field *field, const void *object)
{
    const void *member = record_const_member(field, object);

    switch (field->type) {
    case RECORD_INT:
        put_int(text, *(const int64_t *)member);
        break;
    case RECORD_BOOL:
        put_bool(text, *(const bool *)member);
        break;
    case RECORD_INSTANT:
        put_instant(text, *(const instant *)member);
        break;
    case RECORD_TEXT:
        put_text_of(text, field, member);
        break;
    case RECORD_STRING:
        put_text_of(text, field, *(const char *const *)member);
        break;
    case RECORD_NAME:
        put_text(text, field->names->values[*(const int *)member]);
        break;
    case RECORD_TRUTH:
        put_truth(text, *(const int *)member);
        break;
    case RECORD_FACTS: /* of input only */
        break;
    }
}

static void put_timer(struct json_text *text, const struct timer *timer)
{
    if (!timer) {
        json_text_word(text, "null");
        return;
    }
    json_text_begin(text);
    json_text_name(text, "kind");
    put_text(text, timer_kind_names.values[timer->kind]);
    json_text_name(text, "rung_s");
    put_int(text, timer->rung_s ? timer->rung_s : RECORD_NO_INT);
    json_text_name(text, "due_at");
    put_instant(text, timer->due_at);
    json_text_end(text);
}

/* What follows from a hold at a moment. */
static void put_state_of_time(struct json_text *text, const struct hold *hold, instant now)
{
    json_text_name(text, "remaining_us");
    put_int(text, hold_remaining_us(hold, now));
    json_text_name(text, "overdue_us");
    put_int(text, hold_overdue_us(hold, now));
    json_text_name(text, "transfer_conflict");
    put_bool(text, hold_transfer_conflict(hold));
}

char *codec_hold(const struct hold *hold, const char *zone_name, const struct timer *next_timer,
                 instant now, unsigned hidden)
{
    struct json_text text = {0};

    json_text_begin(&text);
    for (size_t i = 0; i < hold_record.count; i++) {
        const struct record_field *field = &hold_record.fields[i];

        /* Stored once the hold has ended; what clients see of it follows below. */
        if (field->offset == offsetof(struct hold, overdue_us) || field->flags & hidden)
            continue;
        json_text_name(&text, field->name);
        put_field(&text, field, hold);
        if (field->offset == offsetof(struct hold, facility)) {
            json_text_name(&text, "zone");
            put_text(&text, zone_name);
        }
    }
    put_state_of_time(&text, hold, now);
    json_text_name(&text, "next_timer");
    put_timer(&text, next_timer);
    json_text_end(&text);
    return json_text_take(&text);
}

/* Whether a field has something to say: neither null nor false. */
static bool says_something(const struct record_field *field, const void *object)
{
    const void *member = record_const_member(field, object);

    switch (field->type) {
    case RECORD_INT:
        return *(const int64_t *)member != RECORD_NO_INT;
    case RECORD_BOOL:
        return *(const bool *)member;
    case RECORD_INSTANT:
        return *(const instant *)member != INSTANT_NONE;
    case RECORD_TEXT:
        return *(const char *)member;
    case RECORD_STRING:
        return *(const char *const *)member && **(const char *const *)member;
    case RECORD_NAME:
    case RECORD_TRUTH:
        return *(const int *)member;
    case RECORD_FACTS:
        break;
    }
    return false;
}

/* The members of an object that have something to say. */
static char *sparse_object(const struct record *record, const void *object)
{
    struct json_text text = {0};

    json_text_begin(&text);
    for (size_t i = 0; i < record->count; i++) {
        const struct record_field *field = &record->fields[i];

        if (!says_something(field, object))
            continue;
        json_text_name(&text, field->name);
        put_field(&text, field, object);
    }
    json_text_end(&text);
    return json_text_take(&text);
}

char *codec_event(const struct event *event)
{
    return sparse_object(&event_record, event);
}

char *codec_event_without(const char *text, size_t size, unsigned hidden)
{
    json_auto_t *event = json_loadb(text, size, 0, NULL);

    for (size_t i = 0; i < event_record.count; i++)
        if (event_record.fields[i].flags & hidden)
            json_object_del(event, event_record.fields[i].name);
    return event ? json_dumps(event, JSON_COMPACT) : NULL;
}

char *codec_facts(const struct facts *facts)
{
    return sparse_object(&facts_record, facts);
}

/* ---- problems, by jansson ---- */

static json_t *name_value(const struct names *names, int value)
{
    return value ? json_string_nocheck(names->values[value]) : json_null();
}

/* Adds a member and takes the value over. Returns 0, or -1 where memory is short. */
static int put(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new_nocheck(object, name, value);
}

/* A problem must always be told, so text that is not UTF-8 loses what is not ASCII. */
static json_t *lossy_value(const char *text, size_t length)
{
    json_t *value = json_stringn(text, length);
    _cleanup_(free_ptr) char *ascii = value ? NULL : strndup(text, length);

    if (value || !ascii)
        return value;
    for (size_t i = 0; ascii[i]; i++)
        if ((unsigned char)ascii[i] >= 0x80)
            ascii[i] = '?';
    return json_string_nocheck(ascii);
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

static json_t *lines_value(const char *lines)
{
    json_t *array = json_array();

    for (size_t length; *lines; lines += length + (lines[length] == '\n')) {
        length = strcspn(lines, "\n");
        if (json_array_append_new(array, lossy_value(lines, length))) {
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
        put(object, "title", json_string_nocheck(problem_phrase(status))) ||
        put(object, "status", json_integer(status)) ||
        put(object, "kind", json_string_nocheck(problem_name(problem->kind))) ||
        put(object, "detail", lossy_value(problem->detail, strlen(problem->detail))))
        return NULL;
    if (problem->field[0] &&
        put(object, "field", lossy_value(problem->field, strlen(problem->field))))
        return NULL;
    if (problem->kind == PROBLEM_ILLEGAL_TRANSITION &&
        (put(object, "state", name_value(&hold_state_names, problem->state)) ||
         put(object, "legal", legal_value(problem->legal))))
        return NULL;
    if (problem->rev && put(object, "rev", json_integer(problem->rev)))
        return NULL;
    if (problem->mistakes && put(object, "mistakes", lines_value(problem->mistakes)))
        return NULL;
    return json_dumps(object, JSON_COMPACT);
}
