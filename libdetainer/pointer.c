/* SPDX-License-Identifier: ISC */

/* JSON Pointers, step by step. */

#include "pointer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Whether a member's name is the step of that length, in which `~1` stands for a slash and `~0` for
 * a tilde.
 */
static bool is_step(const char *name, const char *step, size_t length)
{
    const char *end = step + length;

    for (; step < end; name++) {
        char c = *step++;

        if (c == '~') {
            if (step == end || (*step != '0' && *step != '1'))
                return false;
            c = *step++ == '1' ? '/' : '~';
        }
        if (*name != c)
            return false;
    }
    return *name == '\0';
}

static const json_t *member(const json_t *object, const char *step, size_t length)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        if (is_step(name, step, length))
            return value;
    }
    return NULL;
}

/* The element whose number is the step: decimal, without a leading zero. */
static const json_t *element(const json_t *array, const char *step, size_t length)
{
    size_t index = 0;

    if (!length || length > 9 || (length > 1 && *step == '0'))
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (step[i] < '0' || step[i] > '9')
            return NULL;
        index = index * 10 + (size_t)(step[i] - '0');
    }
    return json_array_get(array, index);
}

const json_t *pointer_find(const json_t *value, const char *pointer)
{
    while (value && *pointer) {
        size_t length;

        if (*pointer++ != '/')
            return NULL;
        length = strcspn(pointer, "/");
        value =
            json_is_array(value) ? element(value, pointer, length) : member(value, pointer, length);
        pointer += length;
    }
    return value;
}
