/* SPDX-License-Identifier: ISC */

/*
 * JSON to commands, by the table of each command's members.
 *
 * Every value a client may send is a string in JSON: times and names are texts of a certain form.
 * What a client sent is never repeated in a message, save the names of members: it may be about a
 * person, and messages end up in logs.
 */

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "codec.h"
#include "json_place.h"
#include "macro.h"

/* What a parser's error means for whoever wrote the body; codes not listed are plain bad
       syntax. */
static const struct {
    enum json_error_code code;
    const char *wrong, *right;
} syntax_errors[] = {
    {json_error_invalid_utf8, "a byte that is not UTF-8", "send the body in UTF-8"},
    {json_error_premature_end_of_input, "the body ends too early",
     "close every string with \" and the object with }"},
    {json_error_end_of_input_expected, "something stands after the end of the object",
     "send one JSON object and nothing else"},
    {json_error_null_character, "a NUL character", "texts hold any character but \\u0000"},
    {json_error_null_byte_in_key, "a NUL character", "names of members never hold \\u0000"},
    {json_error_numeric_overflow, "a number too large to be read", "no member takes such a number"},
    {json_error_stack_overflow, "arrays or objects nested too deeply", "send one flat JSON object"},
    {json_error_duplicate_key, "a member that this object already has", "give every member once"},
};

static int refuse_syntax(const char *body, size_t size, const json_error_t *error,
                         struct problem *problem)
{
    enum json_error_code code = json_error_code(error);
    enum problem_kind kind =
        code == json_error_duplicate_key ? PROBLEM_DUPLICATE_FIELD : PROBLEM_MALFORMED_JSON;
    const char *right = "a body is one JSON object such as {\"at\":\"2026-11-24T09:00:00-08:00\"}";
    char wrong[JSON_ERROR_TEXT_LENGTH], field[sizeof(problem->field)] = "";

    /* What jansson says ends in a quotation of the body, which may be cut inside a character. */
    snprintf(wrong, sizeof(wrong), "%s", error->text);
    if (strstr(wrong, " near "))
        *strstr(wrong, " near ") = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(syntax_errors); i++) {
        if (syntax_errors[i].code != code)
            continue;
        snprintf(wrong, sizeof(wrong), "%s", syntax_errors[i].wrong);
        right = syntax_errors[i].right;
    }
    if (code != json_error_end_of_input_expected)
        json_place(body, size, (size_t)error->position, field, sizeof(field));
    return problem_set(problem, kind, field, "line %d, column %d: %s; %s", error->line,
                       error->column, wrong, right);
}

static int load_object(const char *body, size_t size, json_t **object, struct problem *problem)
{
    json_error_t error = {0};

    *object = size ? json_loadb(body, size, JSON_REJECT_DUPLICATES, &error) : json_object();
    if (json_is_object(*object))
        return 0;
    if (*object)
        return problem_set(problem, PROBLEM_WRONG_TYPE, NULL,
                           "the body must be a JSON object, { ... }, not an array");
    switch (json_error_code(&error)) {
    case json_error_unknown:
    case json_error_out_of_memory:
        return -ENOMEM;
    default:
        return refuse_syntax(body, size, &error, problem);
    }
}

static void list_members(const struct record *record, char *text, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < record->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
                                 record->fields[i].name);
}

static int refuse_unknown(const struct command_info *info, json_t *object, struct problem *problem)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        char name[sizeof(problem->field)], members[200];

        if (record_find(&info->argument, key))
            continue;
        member_name(key, name, sizeof(name));
        list_members(&info->argument, members, sizeof(members));
        return problem_set(problem, PROBLEM_UNKNOWN_FIELD, name, "%s has no member %s; it takes %s",
                           info->name, name, members);
    }
    return 0;
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

static int read_text(const struct record_field *field, const char *text, void *member,
                     struct problem *problem)
{
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

static int read_name(const struct record_field *field, const char *text, void *member,
                     struct problem *problem)
{
    const char *why = "";
    char values[200];
    int value = names_find(field->names, text);

    if (value) {
        *(int *)member = value;
        return 0;
    }
    if (field->names == &form_names && strcmp(text, "I-247N") == 0)
        why = "I-247N asks only for notice of a release, and nobody may be held on it: ";
    names_list(field->names, values, sizeof(values));
    return problem_set(problem, PROBLEM_INVALID_VALUE, field->name, "%s%s must be one of %s", why,
                       field->name, values);
}

static int read_instant(const struct record_field *field, const char *text, void *member,
                        struct problem *problem)
{
    int r = instant_parse(text, member);

    if (!r)
        return 0;
    return problem_set(problem, PROBLEM_INVALID_VALUE, field->name, "%s %s", field->name,
                       instant_problem_text(r));
}

typedef int reader_fn(const struct record_field *field, const char *text, void *member,
                      struct problem *problem);

static reader_fn *const readers[] = {
    [RECORD_TEXT] = read_text,
    [RECORD_NAME] = read_name,
    [RECORD_INSTANT] = read_instant,
};

static int read_field(const struct command_info *info, const struct record_field *field,
                      const json_t *value, struct command *command, struct problem *problem)
{
    assert(field->type < ARRAY_SIZE(readers) && readers[field->type]);

    if (!value && field->flags & RECORD_REQUIRED)
        return problem_set(problem, PROBLEM_MISSING_FIELD, field->name, "%s needs the member %s",
                           info->name, field->name);
    if (!value)
        return 0;
    if (json_is_null(value))
        return problem_set(problem, PROBLEM_WRONG_TYPE, field->name,
                           "%s must be a string, not null; leave out what is not known",
                           field->name);
    if (!json_is_string(value))
        return problem_set(problem, PROBLEM_WRONG_TYPE, field->name, "%s must be a string",
                           field->name);
    return readers[field->type](field, json_string_value(value), record_member(field, command),
                                problem);
}

int codec_command_parse(const char *body, size_t size, struct command *command,
                        struct problem *problem)
{
    const struct command_info *info = &command_table[command->kind];
    json_auto_t *object = NULL;
    int r;

    assert(command->kind < COMMAND_FROM_OUTSIDE);

    r = load_object(body, size, &object, problem);
    if (!r)
        r = refuse_unknown(info, object, problem);
    for (size_t i = 0; !r && i < info->argument.count; i++) {
        const struct record_field *field = &info->argument.fields[i];

        r = read_field(info, field, json_object_get(object, field->name), command, problem);
    }
    return r;
}
