/* SPDX-License-Identifier: ISC */

/* Query parameters: escapes, strictness, and values by their kind. */

#include "hold.h"
#include "query.h"
#include "unit.h"

static const char *const names[] = {"state", "text", "at", "n", "cursor", NULL};

/* A query with one parameter. Returns what adding it returned. */
static int one(struct query *query, const char *name, const char *value, struct problem *problem)
{
    query_init(query, names);
    return query_add(query, name, value, problem);
}

static const struct {
    const char *encoded;
    const char *text; /* NULL: refused */
} escapes[] = {
    {"", ""},
    {"plain", "plain"},
    {"a b", "a b"}, /* the server has undone the plus signs */
    {"%41%62%2B%2b", "Ab++"},
    {"%c3%A9", "\u00e9"},
    {"%25zz", "%zz"},
    {"%ff", "\xff"},
    {"%", NULL},
    {"%4", NULL},
    {"%zz", NULL},
    {"a%4", NULL},
    {"%4x", NULL},
    {"%00", NULL},
    {"a%00b", NULL},
};

START_TEST(undoes_escapes)
{
    struct problem problem;
    struct query query;
    int r = one(&query, "text", escapes[_i].encoded, &problem);

    if (escapes[_i].text) {
        ck_assert_int_eq(r, 0);
        ck_assert_str_eq(query_text(&query, "text"), escapes[_i].text);
    } else {
        ck_assert_int_eq(r, PROBLEM_INVALID_PARAMETER);
        ck_assert_str_eq(problem.field, "text");
    }
}
END_TEST

START_TEST(refuses_what_it_does_not_know)
{
    struct problem problem;
    struct query query;

    ck_assert_int_eq(one(&query, "sate", "held", &problem), PROBLEM_UNKNOWN_PARAMETER);
    ck_assert_str_eq(problem.field, "sate");
    ck_assert_int_eq(one(&query, "State", "held", &problem), PROBLEM_UNKNOWN_PARAMETER);
    ck_assert_int_eq(one(&query, "", NULL, &problem), PROBLEM_UNKNOWN_PARAMETER);
    query_init(&query, NULL);
    ck_assert_int_eq(query_add(&query, "state", "held", &problem), PROBLEM_UNKNOWN_PARAMETER);
}
END_TEST

START_TEST(shows_unknown_names_as_plain_text)
{
    struct problem problem;
    struct query query;
    char name[200];

    ck_assert_int_eq(one(&query, "a\xff\n\x80z", "", &problem), PROBLEM_UNKNOWN_PARAMETER);
    ck_assert_str_eq(problem.field, "a???z");
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_assert_int_eq(one(&query, name, "", &problem), PROBLEM_UNKNOWN_PARAMETER);
    ck_assert_uint_eq(strlen(problem.field), sizeof(problem.field) - 1);
}
END_TEST

START_TEST(refuses_a_second_one)
{
    struct problem problem;
    struct query query;

    ck_assert_int_eq(one(&query, "n", "1", &problem), 0);
    ck_assert_int_eq(query_add(&query, "text", "x", &problem), 0);
    ck_assert_int_eq(query_add(&query, "n", "1", &problem), PROBLEM_INVALID_PARAMETER);
    ck_assert_str_eq(problem.field, "n");
    ck_assert_str_eq(query_text(&query, "n"), "1");
    ck_assert_str_eq(query_text(&query, "text"), "x");
}
END_TEST

START_TEST(has_room_for_so_much_and_no_more)
{
    char value[QUERY_TEXT_SIZE + 1];
    struct problem problem;
    struct query query;

    memset(value, 'v', sizeof(value));
    value[QUERY_TEXT_SIZE] = '\0';
    ck_assert_int_eq(one(&query, "text", value, &problem), PROBLEM_INVALID_PARAMETER);
    value[QUERY_TEXT_SIZE - 1] = '\0';
    ck_assert_int_eq(one(&query, "text", value, &problem), 0);
    ck_assert_str_eq(query_text(&query, "text"), value);
    ck_assert_int_eq(query_add(&query, "n", "", &problem), PROBLEM_INVALID_PARAMETER);
}
END_TEST

static const struct {
    const char *text;
    int64_t value; /* -1: refused */
} ints[] = {
    {"1", 1},
    {"1000", 1000},
    {"007", 7},
    {"0", -1},
    {"1001", -1},
    {"-1", -1},
    {"+1", -1},
    {" 1", -1},
    {"1 ", -1},
    {"1.0", -1},
    {"0x1", -1},
    {"", -1},
    {"1e2", -1},
    {"9223372036854775808", -1},
    {"99999999999999999999999", -1},
};

START_TEST(reads_numbers)
{
    struct problem problem;
    struct query query;
    int64_t value = -1;
    int r;

    ck_assert_int_eq(one(&query, "n", ints[_i].text, &problem), 0);
    r = query_int(&query, "n", 1, 1000, &value, &problem);
    ck_assert_int_eq(r, ints[_i].value < 0 ? PROBLEM_INVALID_PARAMETER : 0);
    ck_assert_int_eq(value, ints[_i].value);
    if (r)
        ck_assert_str_eq(problem.detail, "must be a whole number from 1 to 1000");
}
END_TEST

START_TEST(leaves_alone_what_is_not_given)
{
    const char *text = "default";
    struct problem problem;
    struct query query;
    int64_t n = 7, id = 8;
    instant at = 9;
    int state = HOLD_HELD;

    query_init(&query, names);
    ck_assert_int_eq(query_int(&query, "n", 1, 2, &n, &problem), 0);
    ck_assert_int_eq(query_cursor(&query, "cursor", &id, &problem), 0);
    ck_assert_int_eq(query_instant(&query, "at", &at, &problem), 0);
    ck_assert_int_eq(query_name(&query, "state", &hold_state_names, &state, &problem), 0);
    ck_assert_int_eq(query_bounded_text(&query, "text", 4, &text, &problem), 0);
    ck_assert_int_eq(n, 7);
    ck_assert_int_eq(id, 8);
    ck_assert_int_eq(at, 9);
    ck_assert_int_eq(state, HOLD_HELD);
    ck_assert_str_eq(text, "default");
}
END_TEST

START_TEST(reads_names)
{
    struct problem problem;
    struct query query;
    int state = HOLD_NONE;

    ck_assert_int_eq(one(&query, "state", "expired", &problem), 0);
    ck_assert_int_eq(query_name(&query, "state", &hold_state_names, &state, &problem), 0);
    ck_assert_int_eq(state, HOLD_EXPIRED);
    ck_assert_int_eq(one(&query, "state", "gone", &problem), 0);
    ck_assert_int_eq(query_name(&query, "state", &hold_state_names, &state, &problem),
                     PROBLEM_INVALID_PARAMETER);
    ck_assert_ptr_nonnull(strstr(problem.detail, "pending, lodged, held"));
}
END_TEST

START_TEST(reads_instants)
{
    struct problem problem;
    struct query query;
    instant at = 0;

    ck_assert_int_eq(one(&query, "at", "2026-11-24T10:00:00-08:00", &problem), 0);
    ck_assert_int_eq(query_instant(&query, "at", &at, &problem), 0);
    ck_assert_int_eq(at, unit_instant(T0));
    ck_assert_int_eq(one(&query, "at", "2026-11-24T19:00:00%2B01:00", &problem), 0);
    ck_assert_int_eq(query_instant(&query, "at", &at, &problem), 0);
    ck_assert_int_eq(at, unit_instant(T0));
    /* a plus sign that was not escaped */
    ck_assert_int_eq(one(&query, "at", "2026-11-24T19:00:00 01:00", &problem), 0);
    ck_assert_int_eq(query_instant(&query, "at", &at, &problem), PROBLEM_INVALID_PARAMETER);
    ck_assert_ptr_nonnull(strstr(problem.detail, "%2B"));
}
END_TEST

START_TEST(bounds_texts)
{
    const char *text = NULL;
    struct problem problem;
    struct query query;

    ck_assert_int_eq(one(&query, "text", "four", &problem), 0);
    ck_assert_int_eq(query_bounded_text(&query, "text", 4, &text, &problem), 0);
    ck_assert_str_eq(text, "four");
    ck_assert_int_eq(query_bounded_text(&query, "text", 3, &text, &problem),
                     PROBLEM_INVALID_PARAMETER);
    ck_assert_int_eq(one(&query, "text", NULL, &problem), 0);
    ck_assert_int_eq(query_bounded_text(&query, "text", 4, &text, &problem),
                     PROBLEM_INVALID_PARAMETER);
}
END_TEST

static const int64_t ids[] = {1, 9, 10, 15, 16, 255, 1000000, INT64_MAX};

START_TEST(cursors_come_back)
{
    char cursor[CURSOR_SIZE];
    struct problem problem;
    struct query query;
    int64_t id = 0;

    cursor_format(ids[_i], cursor);
    ck_assert_int_eq(one(&query, "cursor", cursor, &problem), 0);
    ck_assert_int_eq(query_cursor(&query, "cursor", &id, &problem), 0);
    ck_assert_int_eq(id, ids[_i]);
}
END_TEST

static const char *const forgeries[] = {
    "",
    "h1_",
    "h1_x",
    "h2_1",
    "1",
    "h1_01",
    "h1_-1",
    "h1_+1",
    "h1_ 1",
    "h1_1 ",
    "h1_0x1",
    "h1_A",
    "H1_a",
    "h1_1g",
    "h1_8000000000000000",
    "h1_ffffffffffffffff",
    "h1_10000000000000000",
};

START_TEST(cursors_are_ours)
{
    struct problem problem;
    struct query query;
    int64_t id = 77;

    ck_assert_int_eq(one(&query, "cursor", forgeries[_i], &problem), 0);
    ck_assert_int_eq(query_cursor(&query, "cursor", &id, &problem), PROBLEM_INVALID_PARAMETER);
    ck_assert_str_eq(problem.field, "cursor");
    ck_assert_int_eq(id, 77);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {undoes_escapes, ARRAY_SIZE(escapes)},
        {.test = refuses_what_it_does_not_know},
        {.test = shows_unknown_names_as_plain_text},
        {.test = refuses_a_second_one},
        {.test = has_room_for_so_much_and_no_more},
        {reads_numbers, ARRAY_SIZE(ints)},
        {.test = leaves_alone_what_is_not_given},
        {.test = reads_names},
        {.test = reads_instants},
        {.test = bounds_texts},
        {cursors_come_back, ARRAY_SIZE(ids)},
        {cursors_are_ours, ARRAY_SIZE(forgeries)},
    };

    return unit_run("query", tests, ARRAY_SIZE(tests));
}
