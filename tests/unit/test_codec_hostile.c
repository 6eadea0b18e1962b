/* SPDX-License-Identifier: ISC */

/*
 * Bodies that nobody in good faith would send, and memory that runs out: there is always an answer,
 * and it is always one that can be sent.
 */

#include <errno.h>
#include <jansson.h>

#include "codec.h"
#include "scenario.h"

#define MUTATIONS 200000
#define BODY_MAX  65536

static const struct {
    enum command_kind kind;
    const char *body;
} seeds[] = {
    {COMMAND_REQUEST, "{\"booking\":\"2026-0001\",\"facility\":\"PIERCE\",\"form\":\"I-247A\","
                      "\"issued_at\":\"2026-11-24T08:00:00-08:00\",\"ice_office\":\"Tac\u00f6ma\","
                      "\"ice_warrant\":\"I-200\"}"},
    {COMMAND_DECIDE, "{\"decision\":\"honor\",\"reason\":\"it \\u0041 is \\ud83d\\ude00 so\"}"},
    {COMMAND_START, "{\"eligible_at\":\"2026-11-24T18:00:00.123456Z\",\"reason\":\"other\"}"},
    {COMMAND_CANCEL, "{\"at\":\"2026-11-24T18:00:00Z\",\"lift_code\":\"A\",\"reason\":\"x\"}"},
    {COMMAND_CLOSE, "{\"reason\":\"bonded\"}"},
    {COMMAND_NOTE, "{\"text\":\"line\\nline\"}"},
};

/* Bytes that mean something to JSON or to UTF-8. */
static const char spices[] =
    "{}[]\":,\\/ubtnrf0123456789+-.eE \t\n\r\0\x1f\x7f\x80\xbf\xc3\xe2\xf0\xff";

static void insert(char *body, size_t *size, size_t at, const char *bytes, size_t count)
{
    if (*size + count > BODY_MAX)
        return;
    memmove(body + at + count, body + at, *size - at);
    memcpy(body + at, bytes, count);
    *size += count;
}

static void mutate(struct unit_random *random, char *body, size_t *size)
{
    size_t at = unit_random_below(random, *size + 1);
    size_t length = unit_random_below(random, 12);
    char copy[16];

    switch (unit_random_below(random, 5)) {
    case 0: /* a byte changed */
        if (at < *size)
            body[at] = spices[unit_random_below(random, sizeof(spices) - 1)];
        break;
    case 1: /* a byte more */
        copy[0] = spices[unit_random_below(random, sizeof(spices) - 1)];
        insert(body, size, at, copy, 1);
        break;
    case 2: /* some bytes less */
        length = length < *size - at ? length : *size - at;
        memmove(body + at, body + at + length, *size - at - length);
        *size -= length;
        break;
    case 3: /* a part copied to another place */
        length = length < *size - at ? length : *size - at;
        memcpy(copy, body + at, length);
        insert(body, size, unit_random_below(random, *size + 1), copy, length);
        break;
    case 4: /* cut off */
        if (unit_random_below(random, 4) == 0)
            *size = at;
        break;
    }
}

static bool ended_inside(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

/* Whatever the body, there is a command that can be used or a problem that can be told. */
static void check_answer(enum command_kind kind, const char *body, size_t size)
{
    struct command command;
    struct problem problem = {0};
    char *exact = malloc(size ? size : 1), *text;
    int r;

    memcpy(exact, body, size);
    command_init(&command, kind, 1, "uid:1000", 4711);
    r = codec_command_parse(exact, size, &command, &problem);
    free(exact);
    ck_assert_int_ge(r, 0);
    if (!r) {
        ck_assert(ended_inside(command.booking, sizeof(command.booking)));
        ck_assert(ended_inside(command.facility, sizeof(command.facility)));
        ck_assert(ended_inside(command.ice_office, sizeof(command.ice_office)));
        ck_assert(ended_inside(command.reason, sizeof(command.reason)));
        ck_assert(ended_inside(command.text, sizeof(command.text)));
        return;
    }
    ck_assert_int_eq(r, problem.kind);
    ck_assert_int_eq(problem_status(problem.kind), 400);
    ck_assert_str_ne(problem.detail, "");
    text = codec_problem(&problem);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_null(strchr(text, '\n'));
    free(text);
}

START_TEST(broken_bodies_always_get_an_answer)
{
    struct unit_random random = unit_random_start("codec");
    char *body = malloc(BODY_MAX);

    for (int i = 0; i < MUTATIONS; i++) {
        size_t seed = unit_random_below(&random, ARRAY_SIZE(seeds));
        size_t size = strlen(seeds[seed].body);
        size_t rounds = 1 + unit_random_below(&random, 4);

        memcpy(body, seeds[seed].body, size);
        while (rounds--)
            mutate(&random, body, &size);
        check_answer(seeds[seed].kind, body, size);
    }
    free(body);
}
END_TEST

/* A body of the largest size: `before`, then `filling` over and over. */
static const struct {
    const char *before, *filling;
    enum problem_kind problem;
    const char *field;
} huge[] = {
    {"{\"text\":", "[", PROBLEM_MALFORMED_JSON, "text"},
    {"{\"text\":", "{\"a\":", PROBLEM_MALFORMED_JSON, "text"},
    {"{\"text\":", "9", PROBLEM_MALFORMED_JSON, "text"},
    {"{\"text\":\"", "x", PROBLEM_MALFORMED_JSON, "text"},
    {"{\"text\":\"x\"}", " ", PROBLEM_NONE, ""},
    {"{\"text\":\"x\"}", "}", PROBLEM_MALFORMED_JSON, ""},
    {"[", "1,", PROBLEM_MALFORMED_JSON, ""},
    {"{\"", "x", PROBLEM_MALFORMED_JSON, ""},
};

START_TEST(huge_bodies_get_an_answer)
{
    char *body = malloc(BODY_MAX);
    size_t size = strlen(huge[_i].before), step = strlen(huge[_i].filling);
    struct command command;
    struct problem problem = {0};

    memcpy(body, huge[_i].before, size);
    for (; size + step <= BODY_MAX; size += step)
        memcpy(body + size, huge[_i].filling, step);
    command_init(&command, COMMAND_NOTE, 1, "uid:1000", 4711);
    ck_assert_int_eq(codec_command_parse(body, size, &command, &problem), huge[_i].problem);
    ck_assert_str_eq(problem.field, huge[_i].field);
    free(body);
}
END_TEST

START_TEST(a_very_long_member_is_refused_by_the_beginning_of_its_name)
{
    char body[1024] = "{\"";
    struct command command;
    struct problem problem = {0};

    memset(body + 2, 'x', 500);
    memcpy(body + 502, "\":1}", 4);
    command_init(&command, COMMAND_NOTE, 1, "uid:1000", 4711);
    ck_assert_int_eq(codec_command_parse(body, 506, &command, &problem), PROBLEM_UNKNOWN_FIELD);
    ck_assert_uint_eq(strlen(problem.field), sizeof(problem.field) - 1);
    ck_assert_ptr_nonnull(strstr(problem.detail, "it takes text, at"));
}
END_TEST

/* ---- memory runs out ---- */

static long allocations_left;

static void *scarce_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Grants `count` allocations to jansson, or, below 0, as many as there is memory. */
static void grant(long count)
{
    allocations_left = count;
    json_set_alloc_funcs(count < 0 ? malloc : scarce_malloc, free);
}

/* The parser may take its own want of memory for bad syntax. */
START_TEST(reading_without_memory_fails)
{
    const char *body = seeds[_i].body;
    struct command command;
    struct problem problem;
    int r = -ENOMEM;

    grant(0);
    command_init(&command, seeds[_i].kind, 1, "uid:1000", 4711);
    ck_assert_int_eq(codec_command_parse("", 0, &command, &problem), -ENOMEM);
    for (long count = 0; r; count++) {
        command_init(&command, seeds[_i].kind, 1, "uid:1000", 4711);
        grant(count);
        r = codec_command_parse(body, strlen(body), &command, &problem);
        grant(-1);
        ck_assert(r == 0 || r == -ENOMEM || r == PROBLEM_MALFORMED_JSON);
        ck_assert_int_lt(count, 1000);
    }
}
END_TEST

static char *write_hold(const struct scenario *scenario)
{
    return codec_hold(&scenario->hold, "UTC", scenario_timer(scenario, TIMER_EXPIRY, 0),
                      scenario->now, 0);
}

static char *write_event(const struct scenario *scenario)
{
    return codec_event(&scenario->outcome.events[0]);
}

static char *write_problem(const struct scenario *scenario)
{
    return codec_problem(&scenario->problem);
}

static char *(*const writers[])(const struct scenario *scenario) = {write_hold, write_event,
                                                                    write_problem};

START_TEST(writing_without_memory_gives_nothing_or_all)
{
    struct scenario scenario;
    struct command command;
    char *whole, *text = NULL;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    command = scenario_command(&scenario, COMMAND_SERVE);
    scenario_apply(&scenario, &command);
    memcpy(scenario.problem.field, "\xff", 2);
    whole = writers[_i](&scenario);
    for (long count = 0; !text; count++) {
        grant(count);
        text = writers[_i](&scenario);
        grant(-1);
        ck_assert_int_lt(count, 1000);
    }
    ck_assert_str_eq(text, whole);
    free(text);
    free(whole);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = broken_bodies_always_get_an_answer},
        {huge_bodies_get_an_answer, ARRAY_SIZE(huge)},
        {.test = a_very_long_member_is_refused_by_the_beginning_of_its_name},
        {reading_without_memory_fails, ARRAY_SIZE(seeds)},
        {writing_without_memory_gives_nothing_or_all, ARRAY_SIZE(writers)},
    };

    return unit_run("codec: hostile", tests, ARRAY_SIZE(tests));
}
