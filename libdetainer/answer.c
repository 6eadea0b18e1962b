/* SPDX-License-Identifier: ISC */

/* Answers: put together from what comes in, and read by member. */

#include "answer.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "instant.h"
#include "pointer.h"

#define BODY_MAX    (64u << 20) /* a page of 1000 events with the longest notes is under 4 MiB */
#define HEADERS_MAX (64u << 10)

static int received_add(struct received *to, const char *data, size_t size, size_t size_max)
{
    char *grown;

    if (size > size_max - to->size)
        return -EMSGSIZE;
    grown = realloc(to->data, to->size + size + 1);
    if (!grown)
        return -ENOMEM;
    memcpy(grown + to->size, data, size);
    to->data = grown;
    to->size += size;
    to->data[to->size] = '\0';
    return 0;
}

static void received_clear(struct received *received)
{
    free(received->data);
    *received = (struct received){0};
}

int answer_add_body(struct detainer_answer *answer, const char *data, size_t size)
{
    return received_add(&answer->body, data, size, BODY_MAX);
}

int answer_add_header(struct detainer_answer *answer, const char *line, size_t size)
{
    static const char status_line[] = "HTTP/";
    int r;

    if (size >= strlen(status_line) && memcmp(line, status_line, strlen(status_line)) == 0)
        received_clear(&answer->headers);
    while (size && (line[size - 1] == '\n' || line[size - 1] == '\r'))
        size--;
    r = received_add(&answer->headers, line, size, HEADERS_MAX);
    return r ? r : received_add(&answer->headers, "", 1, HEADERS_MAX);
}

void answer_read(struct detainer_answer *answer)
{
    if (answer->body.size)
        answer->json = json_loadb(answer->body.data, answer->body.size, JSON_DECODE_ANY, NULL);
}

void answer_clear(struct detainer_answer *answer)
{
    received_clear(&answer->headers);
    received_clear(&answer->body);
    json_decref(answer->json);
    *answer = (struct detainer_answer){0};
}

void detainer_answer_free(struct detainer_answer *answer)
{
    if (!answer)
        return;
    answer_clear(answer);
    free(answer);
}

int detainer_answer_status(const struct detainer_answer *answer)
{
    return (int)answer->status;
}

const char *detainer_answer_body(const struct detainer_answer *answer, size_t *size)
{
    if (size)
        *size = answer->body.size;
    return answer->body.size ? answer->body.data : "";
}

/* The value in a line that begins with that name, or NULL. In no locale, unlike strncasecmp(3). */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);

    if (!curl_strnequal(line, name, length) || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

const char *detainer_answer_header(const struct detainer_answer *answer, const char *name)
{
    const char *line = answer->headers.data;
    const char *end = line + answer->headers.size;

    for (; line < end; line += strlen(line) + 1) {
        const char *value = value_of(line, name);

        if (value)
            return value;
    }
    return NULL;
}

/* ---- members ---- */

/* Returns 0 and the member, which is not null; or what the public functions return. */
static int find(const struct detainer_answer *answer, const char *pointer, const json_t **value)
{
    if (!answer->json)
        return -EBADMSG;
    *value = pointer_find(answer->json, pointer);
    return *value && !json_is_null(*value) ? 0 : -ENOENT;
}

const char *detainer_answer_text(const struct detainer_answer *answer, const char *pointer)
{
    const json_t *found;

    return find(answer, pointer, &found) ? NULL : json_string_value(found);
}

int detainer_answer_int(const struct detainer_answer *answer, const char *pointer, int64_t *value)
{
    const json_t *found;
    int r = find(answer, pointer, &found);

    if (r)
        return r;
    if (!json_is_integer(found))
        return -EINVAL;
    *value = json_integer_value(found);
    return 0;
}

int detainer_answer_bool(const struct detainer_answer *answer, const char *pointer, int *value)
{
    const json_t *found;
    int r = find(answer, pointer, &found);

    if (r)
        return r;
    if (!json_is_boolean(found))
        return -EINVAL;
    *value = json_is_true(found);
    return 0;
}

int detainer_answer_time(const struct detainer_answer *answer, const char *pointer, int64_t *at_us)
{
    const json_t *found;
    int r = find(answer, pointer, &found);

    if (r)
        return r;
    if (!json_is_string(found) || instant_parse(json_string_value(found), at_us))
        return -EINVAL;
    return 0;
}

size_t detainer_answer_count(const struct detainer_answer *answer, const char *pointer)
{
    const json_t *found;

    if (find(answer, pointer, &found))
        return 0;
    return json_is_array(found) ? json_array_size(found) : json_object_size(found);
}
