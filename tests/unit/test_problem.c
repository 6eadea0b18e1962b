/* SPDX-License-Identifier: ISC */

/* Problems: kinds and statuses are a promise to programs. */

#include "problem.h"
#include "unit.h"

static const struct {
    enum problem_kind kind;
    const char *name;
    int status;
} promised[] = {
    {PROBLEM_MALFORMED_JSON, "malformed-json", 400},
    {PROBLEM_DUPLICATE_FIELD, "duplicate-field", 400},
    {PROBLEM_UNKNOWN_FIELD, "unknown-field", 400},
    {PROBLEM_MISSING_FIELD, "missing-field", 400},
    {PROBLEM_WRONG_TYPE, "wrong-type", 400},
    {PROBLEM_INVALID_VALUE, "invalid-value", 400},
    {PROBLEM_UNKNOWN_PARAMETER, "unknown-parameter", 400},
    {PROBLEM_INVALID_PARAMETER, "invalid-parameter", 400},
    {PROBLEM_INVALID_HEADER, "invalid-header", 400},
    {PROBLEM_FORBIDDEN, "forbidden", 403},
    {PROBLEM_NOT_FOUND, "not-found", 404},
    {PROBLEM_METHOD_NOT_ALLOWED, "method-not-allowed", 405},
    {PROBLEM_ILLEGAL_TRANSITION, "illegal-transition", 409},
    {PROBLEM_PRECONDITION_FAILED, "precondition-failed", 412},
    {PROBLEM_TOO_LARGE, "too-large", 413},
    {PROBLEM_UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", 415},
    {PROBLEM_TIME_IN_FUTURE, "time-in-future", 422},
    {PROBLEM_TIME_ORDER, "time-order", 422},
    {PROBLEM_UNKNOWN_FACILITY, "unknown-facility", 422},
    {PROBLEM_UNKNOWN_HOLD, "unknown-hold", 422},
    {PROBLEM_IDEMPOTENCY_KEY_REUSED, "idempotency-key-reused", 422},
    {PROBLEM_INVALID_CONFIGURATION, "invalid-configuration", 422},
    {PROBLEM_TOO_MANY_REQUESTS, "too-many-requests", 429},
    {PROBLEM_STORAGE_FAILED, "storage-failed", 503},
    {PROBLEM_OVERLOADED, "overloaded", 503},
};

START_TEST(names_and_statuses_are_those_promised)
{
    ck_assert_str_eq(problem_name(promised[_i].kind), promised[_i].name);
    ck_assert_int_eq(problem_status(promised[_i].kind), promised[_i].status);
    ck_assert_int_eq(problem_find(promised[_i].name), promised[_i].kind);
}
END_TEST

START_TEST(every_kind_is_promised)
{
    ck_assert_uint_eq(ARRAY_SIZE(promised), PROBLEM_KINDS - 1);
}
END_TEST

START_TEST(another_name_is_of_no_kind)
{
    ck_assert_int_eq(problem_find("none"), PROBLEM_NONE);
    ck_assert_int_eq(problem_find("not-foun"), PROBLEM_NONE);
    ck_assert_int_eq(problem_find(""), PROBLEM_NONE);
}
END_TEST

START_TEST(setting_replaces_what_was_there)
{
    struct problem problem = {
        .field = "old", .detail = "old", .state = 3, .legal = 7, .mistakes = "x"};
    int r = problem_set(&problem, PROBLEM_TIME_ORDER, "at", "%s is wrong by %d", "at", 5);

    ck_assert_int_eq(r, PROBLEM_TIME_ORDER);
    ck_assert_int_eq(problem.kind, PROBLEM_TIME_ORDER);
    ck_assert_str_eq(problem.field, "at");
    ck_assert_str_eq(problem.detail, "at is wrong by 5");
    ck_assert_int_eq(problem.state, 0);
    ck_assert_uint_eq(problem.legal, 0);
    ck_assert_ptr_null(problem.mistakes);
    problem_set(&problem, PROBLEM_NOT_FOUND, NULL, "no such hold");
    ck_assert_str_eq(problem.field, "");
}
END_TEST

START_TEST(long_texts_are_cut_to_fit)
{
    struct problem problem;
    char endless[1000];

    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    problem_set(&problem, PROBLEM_UNKNOWN_FIELD, endless, "%s", endless);
    ck_assert_uint_eq(strlen(problem.field), sizeof(problem.field) - 1);
    ck_assert_uint_eq(strlen(problem.detail), sizeof(problem.detail) - 1);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {names_and_statuses_are_those_promised, ARRAY_SIZE(promised)},
        {.test = every_kind_is_promised},
        {.test = another_name_is_of_no_kind},
        {.test = setting_replaces_what_was_there},
        {.test = long_texts_are_cut_to_fit},
    };

    return unit_run("problem", tests, ARRAY_SIZE(tests));
}
