/* SPDX-License-Identifier: ISC */

/* Appending, with room that doubles. */

#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024 /* most holds and events fit */
#define DIGITS_MAX     20   /* of an int64_t, with its sign */

/* Room for so many more bytes, or NULL. */
static char *reserve(struct json_text *text, size_t size)
{
    size_t capacity = text->capacity ? text->capacity : FIRST_CAPACITY;
    char *grown;

    if (text->failed)
        return NULL;
    if (text->data && text->capacity - text->size >= size)
        return text->data + text->size;
    while (capacity - text->size < size)
        capacity *= 2;
    grown = realloc(text->data, capacity);
    if (!grown) {
        text->failed = true;
        return NULL;
    }
    text->data = grown;
    text->capacity = capacity;
    return grown + text->size;
}

static void add(struct json_text *text, const char *bytes, size_t size)
{
    char *end = reserve(text, size);

    if (!end)
        return;
    memcpy(end, bytes, size);
    text->size += size;
}

void json_text_begin(struct json_text *text)
{
    add(text, "{", 1);
}

void json_text_end(struct json_text *text)
{
    add(text, "}", 1);
}

void json_text_name(struct json_text *text, const char *name)
{
    size_t length = strlen(name);
    char *end = reserve(text, length + 4); /* comma, two quotes, colon */

    if (!end)
        return;
    if (end[-1] != '{')
        *end++ = ',';
    *end++ = '"';
    end = mempcpy(end, name, length);
    *end++ = '"';
    *end++ = ':';
    text->size = (size_t)(end - text->data);
}

static void add_escape(struct json_text *text, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};

    for (const char *s = shorts; *s; s += 2)
        if ((unsigned char)*s == c) {
            escape[1] = s[1];
            add(text, escape, 2);
            return;
        }
    add(text, escape, sizeof(escape));
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

void json_text_string(struct json_text *text, const char *value)
{
    add(text, "\"", 1);
    while (*value) {
        size_t plain = 0;

        while (value[plain] && !needs_escape((unsigned char)value[plain]))
            plain++;
        add(text, value, plain);
        value += plain;
        if (*value)
            add_escape(text, (unsigned char)*value++);
    }
    add(text, "\"", 1);
}

void json_text_int(struct json_text *text, int64_t value)
{
    char digits[DIGITS_MAX];
    size_t first = sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do
        digits[--first] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        digits[--first] = '-';
    add(text, digits + first, sizeof(digits) - first);
}

void json_text_word(struct json_text *text, const char *word)
{
    add(text, word, strlen(word));
}

char *json_text_take(struct json_text *text)
{
    char *taken;

    add(text, "", 1);
    taken = text->data;
    if (text->failed) {
        free(taken);
        taken = NULL;
    }
    *text = (struct json_text){0};
    return taken;
}
