/* SPDX-License-Identifier: ISC */

/* Problems: one row per kind. */

#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "macro.h"

static const struct {
    const char *name;
    int status;
} kinds[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = {"none", 200},
    [PROBLEM_MALFORMED_JSON] = {"malformed-json", 400},
    [PROBLEM_DUPLICATE_FIELD] = {"duplicate-field", 400},
    [PROBLEM_UNKNOWN_FIELD] = {"unknown-field", 400},
    [PROBLEM_MISSING_FIELD] = {"missing-field", 400},
    [PROBLEM_WRONG_TYPE] = {"wrong-type", 400},
    [PROBLEM_INVALID_VALUE] = {"invalid-value", 400},
    [PROBLEM_UNKNOWN_PARAMETER] = {"unknown-parameter", 400},
    [PROBLEM_INVALID_PARAMETER] = {"invalid-parameter", 400},
    [PROBLEM_INVALID_HEADER] = {"invalid-header", 400},
    [PROBLEM_FORBIDDEN] = {"forbidden", 403},
    [PROBLEM_NOT_FOUND] = {"not-found", 404},
    [PROBLEM_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405},
    [PROBLEM_ILLEGAL_TRANSITION] = {"illegal-transition", 409},
    [PROBLEM_PRECONDITION_FAILED] = {"precondition-failed", 412},
    [PROBLEM_TOO_LARGE] = {"too-large", 413},
    [PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {"unsupported-media-type", 415},
    [PROBLEM_TIME_IN_FUTURE] = {"time-in-future", 422},
    [PROBLEM_TIME_ORDER] = {"time-order", 422},
    [PROBLEM_UNKNOWN_FACILITY] = {"unknown-facility", 422},
    [PROBLEM_UNKNOWN_HOLD] = {"unknown-hold", 422},
    [PROBLEM_IDEMPOTENCY_KEY_REUSED] = {"idempotency-key-reused", 422},
    [PROBLEM_INVALID_CONFIGURATION] = {"invalid-configuration", 422},
    [PROBLEM_TOO_MANY_REQUESTS] = {"too-many-requests", 429},
    [PROBLEM_STORAGE_FAILED] = {"storage-failed", 503},
    [PROBLEM_OVERLOADED] = {"overloaded", 503},
};

const char *problem_name(enum problem_kind kind)
{
    return kinds[kind].name;
}

enum problem_kind problem_find(const char *name)
{
    for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_KINDS; kind++)
        if (strcmp(kinds[kind].name, name) == 0)
            return (enum problem_kind)kind;
    return PROBLEM_NONE;
}

int problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

const char *problem_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Error";
}

int problem_set(struct problem *problem, enum problem_kind kind, const char *field,
                const char *detail, ...)
{
    va_list arguments;

    *problem = (struct problem){.kind = kind};
    snprintf(problem->field, sizeof(problem->field), "%s", field ? field : "");
    va_start(arguments, detail);
    vsnprintf(problem->detail, sizeof(problem->detail), detail, arguments);
    va_end(arguments);
    return (int)kind;
}
