/* SPDX-License-Identifier: ISC */

/* Requests and answers of detainerd, beanstalkd and Redis. */

#include "protocol.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "instant.h"
#include "macro.h"

#define BODY_SIZE 512

/* ---- requests -----------------------------------------------------------------------------------
 */

static size_t checked(int length, size_t size)
{
    assert(length > 0 && (size_t)length < size);
    return (size_t)length;
}

/* What a jail's records system sends: the facts on the form. Always of the same length. */
static size_t request_body(const struct plan *plan, uint64_t n, char text[static BODY_SIZE])
{
    return checked(snprintf(text, BODY_SIZE,
                            "{\"booking\":\"%016" PRIu64
                            "\",\"facility\":\"%s\",\"form\":\"I-247A\","
                            "\"issued_at\":\"2026-01-02T03:04:05Z\",\"ice_office\":\"SEA\","
                            "\"ice_warrant\":\"I-200\"}",
                            plan->nonce + n, plan->facility),
                   BODY_SIZE);
}

/* `fields` are further header fields, with their line ends. */
static size_t post(const char *path, const char *fields, const char *body, size_t length,
                   char *text)
{
    return checked(snprintf(text, REQUEST_SIZE,
                            "POST %s HTTP/1.1\r\nHost: detainerd\r\n%s"
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                            path, fields, length, body),
                   REQUEST_SIZE);
}

static size_t make_request(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    char body[BODY_SIZE];

    return post("/v1/holds", "", body, request_body(plan, n, body), text);
}

/* Neither order nor locality of what comes out flatters a cache (splitmix64). */
static uint64_t scatter(uint64_t n)
{
    uint64_t mixed = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* A request that may be repeated: its key is as random as a UUID, and of its length. */
static size_t make_keyed(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    char fields[80], body[BODY_SIZE];
    uint64_t key = scatter(plan->nonce + n);

    snprintf(fields, sizeof(fields), "Idempotency-Key: %016" PRIx64 "-%019" PRIu64 "\r\n", key,
             plan->nonce + n);
    return post("/v1/holds", fields, body, request_body(plan, n, body), text);
}

static uint64_t some_id(const struct plan *plan, uint64_t n)
{
    return plan->first_id + scatter(n) % plan->ids;
}

static size_t make_read(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    return checked(snprintf(text, REQUEST_SIZE,
                            "GET /v1/holds/%" PRIu64 " HTTP/1.1\r\nHost: detainerd\r\n\r\n",
                            some_id(plan, n)),
                   REQUEST_SIZE);
}

static size_t make_note(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    static const char body[] = "{\"text\":\"called the field office, no answer\"}";
    char path[64];

    snprintf(path, sizeof(path), "/v1/holds/%" PRIu64 "/note", some_id(plan, n));
    return post(path, "", body, sizeof(body) - 1, text);
}

static size_t make_start(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    char eligible_at[INSTANT_TEXT_SIZE], path[64], body[BODY_SIZE];
    int length;

    instant_format(plan->eligible_from_us + (int64_t)n * plan->step_us, eligible_at);
    snprintf(path, sizeof(path), "/v1/holds/%" PRIu64 "/start", plan->first_id + n);
    length = snprintf(body, sizeof(body), "{\"eligible_at\":\"%s\",\"reason\":\"bond_posted\"}",
                      eligible_at);
    return post(path, "", body, checked(length, sizeof(body)), text);
}

static size_t make_put(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    char body[BODY_SIZE];
    size_t length = request_body(plan, n, body);

    return checked(snprintf(text, REQUEST_SIZE, "put 0 172800 60 %zu\r\n%s\r\n", length, body),
                   REQUEST_SIZE);
}

/* The member is the payload, the score its deadline: a sorted set is how Redis keeps timers. */
static size_t make_zadd(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE])
{
    char body[BODY_SIZE], score[32];
    size_t length = request_body(plan, n, body);
    size_t digits = checked(snprintf(score, sizeof(score), "%" PRIu64, plan->nonce + n), 32);

    return checked(snprintf(text, REQUEST_SIZE,
                            "*4\r\n$4\r\nZADD\r\n$5\r\nholds\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n",
                            digits, score, length, body),
                   REQUEST_SIZE);
}

/* ---- answers ------------------------------------------------------------------------------------
 */

/* The value of Content-Length in a complete head, or -1. */
static ssize_t content_length(const char *head, const char *end)
{
    static const char field[] = "\r\nContent-Length:";

    for (const char *at = head; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
        if (strncasecmp(at, field, sizeof(field) - 1) == 0)
            return (ssize_t)strtoul(at + sizeof(field) - 1, NULL, 10);
    return -1;
}

/* `end` of the head is the second CRLF of its last line, so strncasecmp and strtoul stop before it.
 */
static ssize_t http_answer(const char *text, size_t length, const char *status)
{
    size_t head_min = strlen(status);
    const char *end = memmem(text, length, "\r\n\r\n", 4);
    ssize_t body;
    size_t whole;

    if (length >= head_min && memcmp(text, status, head_min) != 0)
        return -EPROTO;
    if (!end)
        return 0;
    body = content_length(text, end);
    if (body < 0)
        return -EPROTO;
    whole = (size_t)(end - text) + 4 + (size_t)body;
    return length < whole ? 0 : (ssize_t)whole;
}

static ssize_t answer_200(const char *text, size_t length)
{
    return http_answer(text, length, "HTTP/1.1 200 ");
}

static ssize_t answer_201(const char *text, size_t length)
{
    return http_answer(text, length, "HTTP/1.1 201 ");
}

/* An answer that is one line, beginning as expected. */
static ssize_t line_answer(const char *text, size_t length, const char *begin)
{
    const char *end = memchr(text, '\n', length);
    size_t begin_length = strlen(begin);

    if (!end)
        return 0;
    if (length < begin_length || memcmp(text, begin, begin_length) != 0)
        return -EPROTO;
    return end - text + 1;
}

static ssize_t answer_put(const char *text, size_t length)
{
    return line_answer(text, length, "INSERTED ");
}

static ssize_t answer_zadd(const char *text, size_t length)
{
    return line_answer(text, length, ":1\r\n");
}

static const struct protocol protocols[] = {
    {"request", make_request, answer_201}, {"keyed", make_keyed, answer_201},
    {"read", make_read, answer_200},       {"note", make_note, answer_200},
    {"start", make_start, answer_200},     {"beanstalkd", make_put, answer_put},
    {"redis", make_zadd, answer_zadd},
};

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    return NULL;
}
