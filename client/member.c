/* SPDX-License-Identifier: ISC */

/* Members of the daemon's answers. */

#include "member.h"

const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

int64_t member_int(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? json_integer_value(value) : INT64_MIN;
}

instant member_instant(const json_t *object, const char *name)
{
    instant at;

    return instant_parse(member_text(object, name), &at) == 0 ? at : INSTANT_NONE;
}

bool member_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}
