/* SPDX-License-Identifier: ISC */

/* The body of a request as a JSON object, and what is wrong with one that is none. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec_input.h"
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

int codec_body_load(const char *body, size_t size, json_t **object, struct problem *problem)
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
