/* SPDX-License-Identifier: ISC */

/*
 * libdetainer where memory is short: the Nth allocation fails, its own, libcurl's or jansson's, for
 * every N. A call fails as the header says, or does all that it should; no body is sent in part.
 */

#include <curl/curl.h>
#include <errno.h>

#include "answer.h"
#include "fake_daemon.h"
#include "unit.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"state\":\"held\"}"

/* Linked with --wrap: the library's own. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* This many more of the thread's allocations succeed; negative: all do. */
static _Thread_local long until_failure = -1;

static bool fails(void)
{
    return until_failure >= 0 && until_failure-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

static char *fail_strdup(const char *text)
{
    return fails() ? NULL : strdup(text);
}

static void take_over_the_libraries(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
    ck_assert_int_eq(curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc, free, __wrap_realloc,
                                          fail_strdup, __wrap_calloc),
                     CURLE_OK);
}

/* One call from beginning to end. Returns what failed. */
static int call(const char *path, struct detainer_answer **answer)
{
    struct detainer *client;
    int r = detainer_open(path, "unit/1", &client);

    if (r)
        return r;
    detainer_set_patience(client, 0);
    r = detainer_post(client, "/v1/holds", "{\"a\":1}", "key", "\"3\"", answer);
    detainer_close(client);
    return r;
}

/* A call, the failure after so many allocations. Returns whether there was one. */
static bool play_call(long n)
{
    static const char *const answers[] = {OK};
    _cleanup_(detainer_answer_free_ptr) struct detainer_answer *answer = NULL;
    struct fake_daemon fake = {.wake_fd = -1};
    int64_t number;
    bool failed;
    int r;

    fake_daemon_start(&fake, answers, 1);
    until_failure = n;
    r = call(fake.path, &answer);
    failed = until_failure < 0;
    until_failure = -1;
    fake_daemon_stop(&fake);
    ck_assert_msg(r == 0 || (failed && r == -ENOMEM), "allocation %ld: %d", n, r);
    ck_assert_int_eq(!answer, r != 0);
    if (answer && detainer_answer_int(answer, "/state", &number) != -EBADMSG)
        ck_assert_str_eq(detainer_answer_text(answer, "/state"), "held");
    return failed;
}

/* The same for a body. */
static bool play_body(long n)
{
    struct detainer_body *body;
    const char *text;
    bool failed;

    until_failure = n;
    body = detainer_body_new();
    detainer_body_add_text(body, "booking", "A");
    detainer_body_add_int(body, "replaces", 1);
    detainer_body_add_time(body, "at", 0);
    detainer_body_add_json(body, "facts", "{\"age\":34}");
    text = detainer_body_text(body);
    failed = until_failure < 0;
    until_failure = -1;
    ck_assert(text || failed); /* jansson can do without some */
    if (text)
        ck_assert_str_eq(text, "{\"booking\":\"A\",\"replaces\":1,"
                               "\"at\":\"1970-01-01T00:00:00Z\",\"facts\":{\"age\":34}}");
    detainer_body_free(body);
    return failed;
}

static bool (*const plays[])(long) = {play_call, play_body};

START_TEST(survives_any_lack_of_memory)
{
    long n = 0;

    take_over_the_libraries();
    while (plays[_i](n))
        n++;
    ck_assert_int_gt(n, 10);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {survives_any_lack_of_memory, ARRAY_SIZE(plays)},
    };

    return unit_run("detainer_memory", tests, ARRAY_SIZE(tests));
}
