/* SPDX-License-Identifier: ISC */

/*
 * Members of JSON objects into structs, by their records.
 *
 * One reader for each type of field; times and names are strings of a certain form.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec_input.h"
#include "hold.h"
#include "instant.h"
#include "json_place.h"
#include "macro.h"
#include "nearest.h"

/* What would be right: the members, or of too many to list the one that was meant. */
static void advise(const struct record *record, const char *name, char *text, size_t size)
{
    struct nearest nearest = nearest_to(name);
    size_t used = (size_t)snprintf(text, size, "it takes ");

    for (size_t i = 0; i < record->count; i++)
        nearest_consider(&nearest, record->fields[i].name);
    for (size_t i = 0; i < record->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
                                 record->fields[i].name);
    if (used < size)
        return;
    if (nearest.best)
        snprintf(text, size, "is it %s?", nearest.best);
    else
        snprintf(text, size, "there are %zu, which detainerd.policy(5) lists", record->count);
}

static int refuse_unknown(const char *what, const struct record *record, json_t *object,
                          struct problem *problem)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        char name[sizeof(problem->field)], advice[200];

        if (record_find(record, key))
            continue;
        member_name(key, name, sizeof(name));
        advise(record, name, advice, sizeof(advice));
        return problem_set(problem, PROBLEM_UNKNOWN_FIELD, name, "%s has no member %s; %s", what,
                           name, advice);
    }
    return 0;
}

static int refuse_type(const struct record_field *field, const json_t *value, const char *right,
                       struct problem *problem)
{
    return problem_set(problem, PROBLEM_WRONG_TYPE, field->name, "%s must be %s%s", field->name,
                       right, json_is_null(value) ? ", not null; leave out what is not known" : "");
}

static bool has_control(const char *text, bool lines_allowed)
{
    for (; *text; text++) {
        if (lines_allowed && (*text == '\n' || *text == '\t'))
            continue;
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static int read_text(const struct record_field *field, json_t *value, void *member,
                     struct problem *problem)
{
    const char *text = json_string_value(value);
    bool lines_allowed = field->flags & RECORD_LINES;
    size_t length = strlen(text);

    if (!length && field->flags & RECORD_REQUIRED)
        return problem_set(problem, PROBLEM_INVALID_VALUE, field->name, "%s must not be empty",
                           field->name);
    if (length >= field->size)
        return problem_set(problem, PROBLEM_INVALID_VALUE, field->name,
                           "%s is %zu bytes long; it may have at most %zu", field->name, length,
                           field->size - 1);
    if (has_control(text, lines_allowed))
        return problem_set(problem, PROBLEM_INVALID_VALUE, field->name,
                           "%s must not hold control characters%s", field->name,
                           lines_allowed ? " other than tabs and line feeds" : "");
    memcpy(member, text, length + 1);
    return 0;
}

static int read_name(const struct record_field *field, json_t *value, void *member,
                     struct problem *problem)
{
    const char *text = json_string_value(value), *why = "";
    char values[200];
    int found = names_find(field->names, text);

    if (found) {
        *(int *)member = found;
        return 0;
    }
    if (field->names == &form_names && strcmp(text, "I-247N") == 0)
        why = "I-247N asks only for notice of a release, and nobody may be held on it: ";
    names_list(field->names, values, sizeof(values));
    return problem_set(problem, PROBLEM_INVALID_VALUE, field->name, "%s%s must be one of %s", why,
                       field->name, values);
}

static int read_instant(const struct record_field *field, json_t *value, void *member,
                        struct problem *problem)
{
    int r = instant_parse(json_string_value(value), member);

    if (!r)
        return 0;
    return problem_set(problem, PROBLEM_INVALID_VALUE, field->name, "%s %s", field->name,
                       instant_problem_text(r));
}

/* No number of ours has more digits than JavaScript can count. */
#define INT_LAST INT64_C(9007199254740991)

static int read_int(const struct record_field *field, json_t *value, void *member,
                    struct problem *problem)
{
    int64_t first = field->flags & RECORD_POSITIVE ? 1 : 0;
    int64_t number = json_integer_value(value);

    if (number < first || number > INT_LAST)
        return problem_set(problem, PROBLEM_INVALID_VALUE, field->name,
                           "%s must be a whole number from %" PRId64 " to %" PRId64, field->name,
                           first, INT_LAST);
    *(int64_t *)member = number;
    return 0;
}

static int read_truth(const struct record_field *field, json_t *value, void *member,
                      struct problem *problem)
{
    (void)field;
    (void)problem;
    *(int *)member = json_is_true(value) ? TRUTH_YES : TRUTH_NO;
    return 0;
}

static int read_facts(const struct record_field *field, json_t *value, void *member,
                      struct problem *problem)
{
    return codec_facts_read(field->flags & RECORD_ALL ? &facts_record : &facts_given_record, value,
                            member, problem);
}

typedef int reader_fn(const struct record_field *field, json_t *value, void *member,
                      struct problem *problem);

static const struct {
    json_type type; /* JSON_TRUE stands for both */
    const char *right;
    reader_fn *read;
} readers[] = {
    [RECORD_TEXT] = {JSON_STRING, "a string", read_text},
    [RECORD_NAME] = {JSON_STRING, "a string", read_name},
    [RECORD_INSTANT] = {JSON_STRING, "a string", read_instant},
    [RECORD_INT] = {JSON_INTEGER, "a whole number, without quotes", read_int},
    [RECORD_TRUTH] = {JSON_TRUE, "true or false, without quotes", read_truth},
    [RECORD_FACTS] = {JSON_OBJECT, "an object, { ... }", read_facts},
};

static int read_value(const struct record_field *field, json_t *value, void *member,
                      struct problem *problem)
{
    assert(field->type < ARRAY_SIZE(readers) && readers[field->type].read);

    if ((json_is_false(value) ? JSON_TRUE : json_typeof(value)) != readers[field->type].type)
        return refuse_type(field, value, readers[field->type].right, problem);
    return readers[field->type].read(field, value, member, problem);
}

int codec_members_read(const char *what, const struct record *record, json_t *object, void *into,
                       struct problem *problem)
{
    int r = refuse_unknown(what, record, object, problem);

    for (size_t i = 0; !r && i < record->count; i++) {
        const struct record_field *field = &record->fields[i];
        json_t *value = json_object_get(object, field->name);

        if (value)
            r = read_value(field, value, record_member(field, into), problem);
        else if (field->flags & RECORD_REQUIRED)
            r = problem_set(problem, PROBLEM_MISSING_FIELD, field->name, "%s needs the member %s",
                            what, field->name);
    }
    return r;
}

/* ---- facts ---- */

/* A fact that is no one's to tell is not unknown, only out of place. */
static int refuse_derived(const struct record *record, json_t *object, struct problem *problem)
{
    for (size_t i = 0; i < facts_record.count; i++) {
        const char *name = facts_record.fields[i].name;

        if (!record_find(record, name) && json_object_get(object, name))
            return problem_set(problem, PROBLEM_UNKNOWN_FIELD, name,
                               "%s follows from the detainer itself and is not told as a fact",
                               name);
    }
    return 0;
}

static int read_fact(const struct record_field *field, json_t *object, struct facts_update *update,
                     struct problem *problem)
{
    json_t *value = json_object_get(object, field->name);

    if (!value)
        return 0;
    if (json_is_null(value)) {
        update->forgotten |= UINT64_C(1) << (field - facts_record.fields);
        return 0;
    }
    return read_value(field, value, record_member(field, &update->facts), problem);
}

int codec_facts_read(const struct record *record, json_t *object, struct facts_update *update,
                     struct problem *problem)
{
    char name[sizeof(problem->field)];
    int r = refuse_derived(record, object, problem);

    if (!r)
        r = refuse_unknown("facts", record, object, problem);
    for (size_t i = 0; !r && i < record->count; i++)
        r = read_fact(&record->fields[i], object, update, problem);
    if (r) {
        snprintf(name, sizeof(name), "facts.%.*s", (int)sizeof(name) - 7, problem->field);
        strcpy(problem->field, name);
    }
    return r;
}
