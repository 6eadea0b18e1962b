/* SPDX-License-Identifier: ISC */

/* Bodies: JSON objects put together member by member. */

#include <jansson.h>
#include <stdbool.h>

#include "detainer.h"
#include "instant.h"
#include "macro.h"

DEFINE_CLEANUP(json_t *, json_decref)

struct detainer_body {
    json_t *object;
    char *text;  /* of the last detainer_body_text() */
    bool spoilt; /* something could not be added */
};

struct detainer_body *detainer_body_new(void)
{
    struct detainer_body *body = calloc(1, sizeof(*body));

    if (!body)
        return NULL;
    body->object = json_object();
    if (!body->object) {
        free(body);
        return NULL;
    }
    return body;
}

void detainer_body_free(struct detainer_body *body)
{
    if (!body)
        return;
    json_decref(body->object);
    free(body->text);
    free(body);
}

/* Takes the value over; NULL is one that could not be made. */
static void add(struct detainer_body *body, const char *name, json_t *value)
{
    if (!body)
        json_decref(value);
    else if (json_object_set_new(body->object, name, value))
        body->spoilt = true;
}

void detainer_body_add_text(struct detainer_body *body, const char *name, const char *text)
{
    if (text)
        add(body, name, json_string(text));
}

void detainer_body_add_int(struct detainer_body *body, const char *name, int64_t value)
{
    add(body, name, json_integer(value));
}

void detainer_body_add_bool(struct detainer_body *body, const char *name, int value)
{
    add(body, name, json_boolean(value));
}

void detainer_body_add_time(struct detainer_body *body, const char *name, int64_t at_us)
{
    char text[INSTANT_TEXT_SIZE];

    add(body, name,
        instant_in_range(at_us) ? json_stringn(text, instant_format(at_us, text)) : NULL);
}

void detainer_body_add_json(struct detainer_body *body, const char *name, const char *value)
{
    if (value)
        add(body, name, json_loads(value, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL));
}

/* jansson 2.14 leaves out of a text what it has no memory for, and does not say so. */
static bool says_all(const char *text, const json_t *object)
{
    _cleanup_(json_decref_ptr) json_t *said = text ? json_loads(text, 0, NULL) : NULL;

    return json_equal(said, object);
}

const char *detainer_body_text(struct detainer_body *body)
{
    if (!body || body->spoilt)
        return NULL;
    free(body->text);
    body->text = json_dumps(body->object, JSON_COMPACT);
    return says_all(body->text, body->object) ? body->text : NULL;
}
