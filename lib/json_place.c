/* SPDX-License-Identifier: ISC */

/*
 * A scanner that knows of JSON no more than it must: strings, with their escapes, and nesting. It
 * looks only at the text before the error, where the parser found nothing wrong.
 */

#include "json_place.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

/* The offset past the closing quote of the string that begins at `start`, or 0 where there is none.
 */
static size_t string_end(const char *text, size_t size, size_t start)
{
    for (size_t i = start + 1; i < size; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Finds the last key of the outermost object that begins before `limit`: [*start, *end) with
 * quotes. */
static bool last_key(const char *text, size_t size, size_t limit, size_t *start, size_t *end)
{
    int depth = 0;
    char before = 0; /* the last character that was not blank, `"` for a whole string */

    *start = *end = 0;

    for (size_t i = 0; i < limit; i++) {
        size_t past;

        if (is_blank(text[i]))
            continue;
        if (text[i] == '"') {
            past = string_end(text, size, i);
            if (depth == 1 && (before == '{' || before == ',')) {
                *start = i;
                *end = past;
            }
            if (!past)
                break;
            i = past - 1;
        }
        before = text[i];
        depth += (before == '{' || before == '[') - (before == '}' || before == ']');
    }
    return *end != 0;
}

static size_t first_significant(const char *text, size_t size)
{
    size_t i = 0;

    while (i < size && is_blank(text[i]))
        i++;
    return i;
}

void member_name(const char *key, char *name, size_t name_size)
{
    size_t length = strlen(key);

    if (length >= name_size)
        for (length = name_size - 1; length && ((unsigned char)key[length] & 0xc0) == 0x80;)
            length--;
    for (size_t i = 0; i < length; i++)
        name[i] = (unsigned char)key[i] < 0x20 || key[i] == 0x7f ? '?' : key[i];
    name[length] = '\0';
}

int json_place(const char *text, size_t size, size_t position, char *name, size_t name_size)
{
    json_auto_t *key = NULL;
    size_t root = first_significant(text, size);
    size_t start, end;

    if (root == size || text[root] != '{')
        return -ENOENT;
    if (!last_key(text, size, position < size ? position : size, &start, &end))
        return -ENOENT;
    /* A key may be written with escapes, or be broken itself: let the parser say what it reads. */
    key = json_loadb(text + start, end - start, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!key)
        return -ENOENT;
    member_name(json_string_value(key), name, name_size);
    return 0;
}
