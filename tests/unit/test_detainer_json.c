/* SPDX-License-Identifier: ISC */

/* What libdetainer sends and reads: bodies put together, answers taken apart, and the next try. */

#include <errno.h>

#include "answer.h"
#include "retry.h"
#include "unit.h"

DEFINE_CLEANUP(struct detainer_body *, detainer_body_free)

START_TEST(puts_a_body_together)
{
    _cleanup_(detainer_body_free_ptr) struct detainer_body *body = detainer_body_new();

    ck_assert_str_eq(detainer_body_text(body), "{}");
    detainer_body_add_text(body, "booking", "A \"7\"\n\u00e9");
    detainer_body_add_text(body, "ice_office", NULL);
    detainer_body_add_int(body, "replaces", INT64_MAX);
    detainer_body_add_bool(body, "yes", 2);
    detainer_body_add_bool(body, "no", 0);
    detainer_body_add_time(body, "at", unit_instant("2026-11-24T09:00:00.5-08:00"));
    detainer_body_add_json(body, "facts", " {\"age\": 34, \"ice_warrant\": null} ");
    detainer_body_add_json(body, "none", NULL);
    detainer_body_add_json(body, "null", "null");
    ck_assert_str_eq(detainer_body_text(body),
                     "{\"booking\":\"A \\\"7\\\"\\n\u00e9\",\"replaces\":9223372036854775807,"
                     "\"yes\":true,\"no\":false,\"at\":\"2026-11-24T17:00:00.500000Z\","
                     "\"facts\":{\"age\":34,\"ice_warrant\":null},\"null\":null}");
    detainer_body_add_text(body, "booking", "B");
    ck_assert_ptr_nonnull(strstr(detainer_body_text(body), "\"booking\":\"B\""));
}
END_TEST

static void add_bad_text(struct detainer_body *body)
{
    detainer_body_add_text(body, "note", "latin \xe9");
}

static void add_bad_time(struct detainer_body *body)
{
    detainer_body_add_time(body, "at", INSTANT_NONE);
}

static void add_bad_json(struct detainer_body *body)
{
    detainer_body_add_json(body, "facts", "{\"age\":34");
}

static void add_doubled_json(struct detainer_body *body)
{
    detainer_body_add_json(body, "facts", "{\"age\":34,\"age\":35}");
}

static void (*const spoilers[])(struct detainer_body *) = {add_bad_text, add_bad_time, add_bad_json,
                                                           add_doubled_json};

START_TEST(sends_nothing_rather_than_a_part)
{
    _cleanup_(detainer_body_free_ptr) struct detainer_body *body = detainer_body_new();

    spoilers[_i](body);
    detainer_body_add_text(body, "booking", "A");
    ck_assert_ptr_null(detainer_body_text(body));
}
END_TEST

START_TEST(allows_a_body_that_could_not_be_made)
{
    detainer_body_add_text(NULL, "a", "b");
    detainer_body_add_int(NULL, "a", 1);
    ck_assert_ptr_null(detainer_body_text(NULL));
    detainer_body_free(NULL);
}
END_TEST

/* ---- answers ---- */

#define DOCUMENT                                                                                   \
    "{\"state\":\"held\",\"id\":-5,\"big\":1e3,\"late\":false,\"served_at\":null,"                 \
    "\"deadline_at\":\"2026-11-26T18:00:00Z\",\"a/b\":{\"c~d\":\"here\",\"\":\"empty\"},"          \
    "\"events\":[{\"seq\":1},{\"seq\":2,\"kind\":\"hold.started\"}]}"

static struct detainer_answer answer_of(const char *body)
{
    struct detainer_answer answer = {.status = 200};

    ck_assert_int_eq(answer_add_body(&answer, body, strlen(body)), 0);
    answer_read(&answer);
    return answer;
}

static const struct {
    const char *pointer, *text;
} texts[] = {
    {"/state", "held"},
    {"/events/1/kind", "hold.started"},
    {"/a~1b/c~0d", "here"},
    {"/a~1b/", "empty"},
    {"/id", NULL},
    {"/served_at", NULL},
    {"/stat", NULL},
    {"/states", NULL},
    {"state", NULL},
    {"/state/", NULL},
    {"", NULL},
    {"/a~2b/c~0d", NULL},
    {"/a~", NULL},
    {"/events/01/kind", NULL},
    {"/events/2/kind", NULL},
    {"/events/-/kind", NULL},
    {"/events//kind", NULL},
    {"/events/1x/kind", NULL},
    {"/events/1000000000000000000001/kind", NULL},
};

START_TEST(finds_texts)
{
    _cleanup_(answer_clear) struct detainer_answer answer = answer_of(DOCUMENT);
    const char *text = detainer_answer_text(&answer, texts[_i].pointer);

    ck_assert_int_eq(!text, !texts[_i].text);
    if (text)
        ck_assert_str_eq(text, texts[_i].text);
}
END_TEST

START_TEST(reads_numbers_truths_and_times)
{
    _cleanup_(answer_clear) struct detainer_answer answer = answer_of(DOCUMENT);
    int64_t number = 1;
    int truth = 1;

    ck_assert_int_eq(detainer_answer_int(&answer, "/id", &number), 0);
    ck_assert_int_eq(number, -5);
    ck_assert_int_eq(detainer_answer_time(&answer, "/deadline_at", &number), 0);
    ck_assert_int_eq(number, unit_instant("2026-11-26T18:00:00Z"));
    ck_assert_int_eq(detainer_answer_bool(&answer, "/late", &truth), 0);
    ck_assert_int_eq(truth, 0);
}
END_TEST

START_TEST(tells_what_is_missing_from_what_is_something_else)
{
    _cleanup_(answer_clear) struct detainer_answer answer = answer_of(DOCUMENT);
    int64_t number = 42;
    int truth = 42;

    ck_assert_int_eq(detainer_answer_int(&answer, "/rev", &number), -ENOENT);
    ck_assert_int_eq(detainer_answer_int(&answer, "/served_at", &number), -ENOENT);
    ck_assert_int_eq(detainer_answer_int(&answer, "/state", &number), -EINVAL);
    ck_assert_int_eq(detainer_answer_int(&answer, "/big", &number), -EINVAL);
    ck_assert_int_eq(detainer_answer_time(&answer, "/served_at", &number), -ENOENT);
    ck_assert_int_eq(detainer_answer_time(&answer, "/state", &number), -EINVAL);
    ck_assert_int_eq(detainer_answer_time(&answer, "/id", &number), -EINVAL);
    ck_assert_int_eq(detainer_answer_bool(&answer, "/rev", &truth), -ENOENT);
    ck_assert_int_eq(detainer_answer_bool(&answer, "/id", &truth), -EINVAL);
    ck_assert_int_eq(number, 42);
    ck_assert_int_eq(truth, 42);
}
END_TEST

START_TEST(counts)
{
    _cleanup_(answer_clear) struct detainer_answer answer = answer_of(DOCUMENT);

    ck_assert_uint_eq(detainer_answer_count(&answer, "/events"), 2);
    ck_assert_uint_eq(detainer_answer_count(&answer, "/events/1"), 2);
    ck_assert_uint_eq(detainer_answer_count(&answer, "/state"), 0);
    ck_assert_uint_eq(detainer_answer_count(&answer, "/rev"), 0);
    ck_assert_uint_eq(detainer_answer_count(&answer, ""), 8);
}
END_TEST

static const char *const not_json[] = {"", "holds 3\n", "{\"a\":1", "{\"a\":\"\xff\"}"};

START_TEST(lives_with_answers_that_are_not_json)
{
    _cleanup_(answer_clear) struct detainer_answer answer = answer_of(not_json[_i]);
    int64_t number;

    ck_assert_str_eq(detainer_answer_body(&answer, NULL), not_json[_i]);
    ck_assert_ptr_null(detainer_answer_text(&answer, "/a"));
    ck_assert_int_eq(detainer_answer_int(&answer, "/a", &number), -EBADMSG);
    ck_assert_uint_eq(detainer_answer_count(&answer, ""), 0);
}
END_TEST

/* ---- the next try ---- */

static const struct {
    int error;
    long status;
    bool helps;
} outcomes[] = {
    {0, 200, false},        {0, 304, false},       {0, 400, false},          {0, 409, false},
    {0, 412, false},        {0, 422, false},       {0, 429, true},           {0, 500, false},
    {0, 503, true},         {-ENOENT, 0, true},    {-ECONNREFUSED, 0, true}, {-EAGAIN, 0, true},
    {-ECONNRESET, 0, true}, {-ETIMEDOUT, 0, true}, {-EACCES, 0, false},      {-EINTR, 0, false},
    {-EPROTO, 0, false},    {-EMSGSIZE, 0, false}, {-ENOMEM, 0, false},
};

START_TEST(repeats_what_may_go_better)
{
    ck_assert_int_eq(retry_helps(outcomes[_i].error, outcomes[_i].status), outcomes[_i].helps);
}
END_TEST

START_TEST(waits_longer_each_time)
{
    static const int longest_ms[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};

    for (unsigned n = 0; n < ARRAY_SIZE(longest_ms); n++) {
        ck_assert_int_eq(retry_wait_ms(n + 1, 0, 0), longest_ms[n]);
        for (uint32_t chance = 1; chance < 100000; chance += 97) {
            int wait_ms = retry_wait_ms(n + 1, chance, 0);

            ck_assert_int_ge(wait_ms, longest_ms[n] / 2);
            ck_assert_int_le(wait_ms, longest_ms[n]);
        }
    }
    ck_assert_int_eq(retry_wait_ms(UINT32_MAX, 0, 0), 5000);
    ck_assert_int_eq(retry_wait_ms(1, 0, 30000), 30000);
}
END_TEST

static const struct {
    const char *header;
    int wait_ms;
} waits[] = {
    {"Retry-After: 7\r\n", 7000},
    {"retry-after:2\r\n", 2000},
    {"Retry-After: 99999999999999999999\r\n", 3600000},
    {"Retry-After: Wed, 25 Nov 2026 09:00:00 GMT\r\n", 0},
    {"Retry-After: -5\r\n", 0},
    {"X: 7\r\n", 0},
};

START_TEST(leaves_the_daemon_alone_as_long_as_it_asks)
{
    _cleanup_(answer_clear) struct detainer_answer answer = {.status = 503};

    ck_assert_int_eq(answer_add_header(&answer, waits[_i].header, strlen(waits[_i].header)), 0);
    ck_assert_int_eq(retry_after_ms(&answer), waits[_i].wait_ms);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = puts_a_body_together},
        {sends_nothing_rather_than_a_part, ARRAY_SIZE(spoilers)},
        {.test = allows_a_body_that_could_not_be_made},
        {finds_texts, ARRAY_SIZE(texts)},
        {.test = reads_numbers_truths_and_times},
        {.test = tells_what_is_missing_from_what_is_something_else},
        {.test = counts},
        {lives_with_answers_that_are_not_json, ARRAY_SIZE(not_json)},
        {repeats_what_may_go_better, ARRAY_SIZE(outcomes)},
        {.test = waits_longer_each_time},
        {leaves_the_daemon_alone_as_long_as_it_asks, ARRAY_SIZE(waits)},
    };

    return unit_run("detainer_json", tests, ARRAY_SIZE(tests));
}
