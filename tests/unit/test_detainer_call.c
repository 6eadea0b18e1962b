/* SPDX-License-Identifier: ISC */

/* Calls of libdetainer: what they send, when they try again, and how they fail. */

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "answer.h"
#include "fake_daemon.h"
#include "key.h"
#include "unit.h"

#define OK         "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\n{\"id\":7}"
#define OVERLOADED "HTTP/1.1 503 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
#define CONFLICT   "HTTP/1.1 409 x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"

/* A client of a fake daemon. */
struct scene {
    struct fake_daemon fake;
    struct detainer *client;
    struct detainer_answer *answer;
};

static void open_scene(struct scene *scene, const char *const *answers, size_t n_answers)
{
    *scene = (struct scene){.fake.wake_fd = -1};
    fake_daemon_start(&scene->fake, answers, n_answers);
    ck_assert_int_eq(detainer_open(scene->fake.path, "unit/1", &scene->client), 0);
}

static void close_scene(struct scene *scene)
{
    detainer_answer_free(scene->answer);
    detainer_close(scene->client);
    fake_daemon_stop(&scene->fake);
}

/* The value of a header in a request that came; the test fails where there is none. */
static void header_of(const struct scene *scene, size_t request, const char *name, char value[64])
{
    const char *found = strstr(scene->fake.requests[request], name);

    ck_assert_msg(found, "no %s in %s", name, scene->fake.requests[request]);
    ck_assert_int_eq(sscanf(found + strlen(name), ": %63[^\r]", value), 1);
}

START_TEST(hands_on_what_was_answered)
{
    static const char *const answers[] = {
        "HTTP/1.1 100 Continue\r\nETag: \"interim\"\r\n\r\n"
        "HTTP/1.1 201 Created\r\nETag: \"3\"\r\nLocation:/v1/holds/7\r\nX-Empty:\r\n"
        "Connection: close\r\nContent-Length: 8\r\n\r\n{\"id\":7}"};
    struct scene scene;
    int64_t id = 0;
    size_t size;

    open_scene(&scene, answers, 1);
    ck_assert_int_eq(detainer_get(scene.client, "/v1/holds?limit=1", &scene.answer), 0);
    ck_assert_int_eq(detainer_answer_status(scene.answer), 201);
    ck_assert_str_eq(detainer_answer_body(scene.answer, &size), "{\"id\":7}");
    ck_assert_uint_eq(size, 8);
    ck_assert_int_eq(detainer_answer_int(scene.answer, "/id", &id), 0);
    ck_assert_int_eq(id, 7);
    ck_assert_str_eq(detainer_answer_header(scene.answer, "etag"), "\"3\"");
    ck_assert_str_eq(detainer_answer_header(scene.answer, "LOCATION"), "/v1/holds/7");
    ck_assert_str_eq(detainer_answer_header(scene.answer, "X-Empty"), "");
    ck_assert_ptr_null(detainer_answer_header(scene.answer, "ETa"));
    close_scene(&scene);
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "GET /v1/holds?limit=1 HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "User-Agent: unit/1\r\n"));
    ck_assert_ptr_null(strstr(scene.fake.requests[0], "Idempotency-Key"));
}
END_TEST

START_TEST(sends_a_body_with_key_and_condition)
{
    static const char *const answers[] = {OK};
    struct scene scene;
    char value[64];

    open_scene(&scene, answers, 1);
    ck_assert_int_eq(detainer_post(scene.client, "/v1/holds/7/start", "{\"a\":1}", "rms-1", "\"3\"",
                                   &scene.answer),
                     0);
    close_scene(&scene);
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "POST /v1/holds/7/start HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "\r\n\r\n{\"a\":1}"));
    header_of(&scene, 0, "Content-Type", value);
    ck_assert_str_eq(value, "application/json");
    header_of(&scene, 0, "Idempotency-Key", value);
    ck_assert_str_eq(value, "\"rms-1\"");
    header_of(&scene, 0, "If-Match", value);
    ck_assert_str_eq(value, "\"3\"");
}
END_TEST

START_TEST(makes_one_key_for_all_tries_of_a_call)
{
    static const char *const answers[] = {FAKE_BREAK, OVERLOADED, OK, OK};
    char keys[4][64];
    struct scene scene;

    open_scene(&scene, answers, 4);
    for (int n = 0; n < 2; n++) {
        ck_assert_int_eq(detainer_post(scene.client, "/v1/holds", "{}", NULL, NULL, &scene.answer),
                         0);
        ck_assert_int_eq(detainer_answer_status(scene.answer), 200);
        detainer_answer_free(scene.answer);
        scene.answer = NULL;
    }
    close_scene(&scene);
    ck_assert_uint_eq(scene.fake.n_requests, 4);
    for (size_t i = 0; i < 4; i++)
        header_of(&scene, i, "Idempotency-Key", keys[i]);
    ck_assert_uint_eq(strspn(keys[0], "\"0123456789abcdef-"), KEY_SIZE - 1 + 2);
    ck_assert_str_eq(keys[0], keys[1]);
    ck_assert_str_eq(keys[0], keys[2]);
    ck_assert_str_ne(keys[0], keys[3]);
}
END_TEST

START_TEST(sends_an_empty_body)
{
    static const char *const answers[] = {OK};
    struct scene scene;

    open_scene(&scene, answers, 1);
    ck_assert_int_eq(detainer_post(scene.client, "/v1/reload", "", NULL, NULL, &scene.answer), 0);
    close_scene(&scene);
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "Content-Length: 0\r\n"));
}
END_TEST

START_TEST(asks_for_events)
{
    static const char *const answers[] = {OK};
    struct scene scene;

    open_scene(&scene, answers, 1);
    ck_assert_int_eq(detainer_events(scene.client, 17, 30, &scene.answer), 0);
    close_scene(&scene);
    ck_assert_ptr_nonnull(strstr(scene.fake.requests[0], "GET /v1/events?after=17&wait=30 "));
}
END_TEST

/* ---- threads ---- */

static void *call_once(void *path)
{
    struct detainer_answer *answer;
    struct detainer *client;
    int64_t id = 0;

    if (detainer_open(path, "unit/1", &client))
        return NULL;
    if (!detainer_post(client, "/v1/holds", "{}", NULL, NULL, &answer))
        detainer_answer_int(answer, "/id", &id);
    detainer_answer_free(answer);
    detainer_close(client);
    return id == 7 ? path : NULL;
}

START_TEST(serves_threads_that_each_have_a_client)
{
    static const char *const answers[] = {OK, OK, OK, OK, OK, OK, OK, OK};
    struct fake_daemon fake = {.wake_fd = -1};
    pthread_t threads[ARRAY_SIZE(answers)];

    fake_daemon_start(&fake, answers, ARRAY_SIZE(answers));
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_once, fake.path), 0);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *done;

        ck_assert_int_eq(pthread_join(threads[i], &done), 0);
        ck_assert_ptr_nonnull(done);
    }
    fake_daemon_stop(&fake);
}
END_TEST

/* ---- trying again, or not ---- */

START_TEST(does_not_repeat_what_was_refused)
{
    static const char *const answers[] = {CONFLICT, OK};
    struct scene scene;

    open_scene(&scene, answers, 2);
    ck_assert_int_eq(detainer_post(scene.client, "/v1/holds", "{}", NULL, NULL, &scene.answer), 0);
    ck_assert_int_eq(detainer_answer_status(scene.answer), 409);
    close_scene(&scene);
    ck_assert_uint_eq(scene.fake.n_requests, 1);
}
END_TEST

/* What one try ends with, where the answer is not a good one. */
static const struct {
    const char *answer;
    int result, status;
} single_tries[] = {
    {OVERLOADED, 0, 503},
    {FAKE_BREAK, -ECONNRESET, 0},
    {FAKE_SILENT, -ETIMEDOUT, 0},
    {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", -ECONNRESET, 0},
    {"SSH-2.0-OpenSSH_9.2\r\n", -EPROTO, 0},
};

START_TEST(tries_once_where_that_is_wanted)
{
    struct scene scene;

    open_scene(&scene, &single_tries[_i].answer, 1);
    detainer_set_patience(scene.client, 0);
    detainer_set_timeout(scene.client, 0); /* which is the shortest there is, 1 s */
    ck_assert_int_eq(detainer_get(scene.client, "/v1/", &scene.answer), single_tries[_i].result);
    ck_assert_int_eq(!scene.answer, single_tries[_i].result != 0);
    if (scene.answer)
        ck_assert_int_eq(detainer_answer_status(scene.answer), single_tries[_i].status);
    close_scene(&scene);
    ck_assert_uint_eq(scene.fake.n_requests, 1);
}
END_TEST

START_TEST(gives_up_rather_than_wait_longer_than_its_patience)
{
    static const char *const answers[] = {
        "HTTP/1.1 429 x\r\nRetry-After: 3600\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        OK};
    struct scene scene;

    open_scene(&scene, answers, 2);
    ck_assert_int_eq(detainer_get(scene.client, "/v1/", &scene.answer), 0);
    ck_assert_int_eq(detainer_answer_status(scene.answer), 429);
    close_scene(&scene);
    ck_assert_uint_eq(scene.fake.n_requests, 1);
}
END_TEST

START_TEST(notices_that_nobody_is_there)
{
    struct detainer_answer *answer;
    struct detainer *client;

    ck_assert_int_eq(detainer_open("/nonexistent/socket", "unit/1", &client), 0);
    detainer_set_patience(client, 0);
    ck_assert_int_eq(detainer_get(client, "/v1/", &answer), -ENOENT);
    ck_assert_ptr_null(answer);
    detainer_close(client);
}
END_TEST

/* ---- interruptions: in a call, and between two tries ---- */

static const char *const interrupted[] = {FAKE_SILENT, OVERLOADED};

START_TEST(ends_when_interrupted)
{
    struct scene scene = {.fake.wake_fd = eventfd(0, EFD_CLOEXEC)};

    fake_daemon_start(&scene.fake, &interrupted[_i], 1);
    ck_assert_int_eq(detainer_open(scene.fake.path, "unit/1", &scene.client), 0);
    detainer_interrupt_by(scene.client, scene.fake.wake_fd);
    ck_assert_int_eq(detainer_get(scene.client, "/v1/", &scene.answer), -EINTR);
    ck_assert_ptr_null(scene.answer);
    close_scene(&scene);
    close(scene.fake.wake_fd);
}
END_TEST

/* ---- what cannot be sent, or taken in ---- */

static const struct {
    const char *target, *json, *key, *if_match;
} unsendable[] = {
    {"v1/holds", "{}", NULL, NULL},
    {"", "{}", NULL, NULL},
    {"/v1/holds HTTP/1.1\r\nX: y", "{}", NULL, NULL},
    {"/v1/holds?booking=A B", "{}", NULL, NULL},
    {"/v1/holds", NULL, NULL, NULL},
    {"/v1/holds", "{}", "", NULL},
    {"/v1/holds", "{}", "a\r\nHost: b", NULL},
    {"/v1/holds", "{}", "a b", NULL},
    {"/v1/holds", "{}", NULL, ""},
    {"/v1/holds", "{}", NULL, "\"3\"\n"},
};

START_TEST(refuses_what_cannot_be_sent)
{
    struct detainer_answer *answer;
    struct detainer *client;

    ck_assert_int_eq(detainer_open(NULL, "unit/1", &client), 0);
    ck_assert_int_eq(detainer_post(client, unsendable[_i].target, unsendable[_i].json,
                                   unsendable[_i].key, unsendable[_i].if_match, &answer),
                     -EINVAL);
    ck_assert_ptr_null(answer);
    if (unsendable[_i].target[0] != '/' || strlen(unsendable[_i].target) > strlen("/v1/holds"))
        ck_assert_int_eq(detainer_get(client, unsendable[_i].target, &answer), -EINVAL);
    detainer_close(client);
}
END_TEST

START_TEST(refuses_to_open_what_is_no_socket)
{
    char path[200];
    struct detainer *client;

    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    ck_assert_int_eq(detainer_open(path, "unit/1", &client), -ENAMETOOLONG);
    ck_assert_int_eq(detainer_open(NULL, "unit/1\r\nX: y", &client), -EINVAL);
    detainer_close(NULL);
}
END_TEST

START_TEST(bounds_the_headers_of_an_answer)
{
    enum { LINES = 700, LINE = 100 };
    static char answer[64 + LINES * (LINE + 8)];
    const char *const answers[] = {answer};
    struct scene scene;
    size_t size = (size_t)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\n");

    for (int i = 0; i < LINES; i++)
        size += (size_t)snprintf(answer + size, sizeof(answer) - size, "X: %0*d\r\n", LINE, i);
    snprintf(answer + size, sizeof(answer) - size, "\r\n");
    open_scene(&scene, answers, 1);
    ck_assert_int_eq(detainer_get(scene.client, "/v1/", &scene.answer), -EMSGSIZE);
    close_scene(&scene);
}
END_TEST

START_TEST(escapes_all_but_unreserved_characters)
{
    char *escaped = detainer_escape("aZ09-._~ /?&=%+\u00e9\n");

    ck_assert_str_eq(escaped, "aZ09-._~%20%2F%3F%26%3D%25%2B%C3%A9%0A");
    free(escaped);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = hands_on_what_was_answered},
        {.test = sends_a_body_with_key_and_condition},
        {.test = makes_one_key_for_all_tries_of_a_call},
        {.test = sends_an_empty_body},
        {.test = asks_for_events},
        {.test = serves_threads_that_each_have_a_client},
        {.test = does_not_repeat_what_was_refused},
        {tries_once_where_that_is_wanted, ARRAY_SIZE(single_tries)},
        {.test = gives_up_rather_than_wait_longer_than_its_patience},
        {.test = notices_that_nobody_is_there},
        {ends_when_interrupted, ARRAY_SIZE(interrupted)},
        {refuses_what_cannot_be_sent, ARRAY_SIZE(unsendable)},
        {.test = refuses_to_open_what_is_no_socket},
        {.test = bounds_the_headers_of_an_answer},
        {.test = escapes_all_but_unreserved_characters},
    };

    return unit_run("detainer_call", tests, ARRAY_SIZE(tests));
}
