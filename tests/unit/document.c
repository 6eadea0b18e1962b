/* SPDX-License-Identifier: ISC */

/* The document, and the ways through it. */

#include "document.h"

#include "openapi.h"
#include "unit.h"

const json_t *document(void)
{
    static json_t *parsed;
    json_error_t error;

    if (!parsed)
        parsed = json_loads(openapi_text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(parsed, "openapi.json, line %d: %s", error.line, error.text);
    return parsed;
}

const json_t *document_operation(const char *path, const char *method)
{
    return json_object_get(json_object_get(json_object_get(document(), "paths"), path), method);
}

const json_t *document_component(const char *group, const char *name)
{
    const json_t *components = json_object_get(document(), "components");
    const json_t *component = json_object_get(json_object_get(components, group), name);

    ck_assert_msg(component, "openapi.json has no components/%s/%s", group, name);
    return component;
}

const json_t *document_follow(const json_t *value)
{
    const char *reference = json_string_value(json_object_get(value, "$ref"));
    char group[32], name[64];

    if (!reference)
        return value;
    ck_assert_int_eq(sscanf(reference, "#/components/%31[^/]/%63s", group, name), 2);
    return document_component(group, name);
}

/* One step nearer to what a schema is. */
static const json_t *nearer(const json_t *schema)
{
    const json_t *alternatives = json_object_get(schema, "anyOf");

    return alternatives ? json_array_get(alternatives, 0) : document_follow(schema);
}

const json_t *document_base(const json_t *schema)
{
    while (schema != nearer(schema))
        schema = nearer(schema);
    return schema;
}

const json_t *document_keyword(const json_t *schema, const char *keyword)
{
    while (!json_object_get(schema, keyword) && schema != nearer(schema))
        schema = nearer(schema);
    return json_object_get(schema, keyword);
}

const json_t *document_property(const json_t *schema, const char *name)
{
    const json_t *property = json_object_get(json_object_get(schema, "properties"), name);

    while (!property && schema != nearer(schema)) {
        schema = nearer(schema);
        property = json_object_get(json_object_get(schema, "properties"), name);
    }
    return property;
}

bool document_is(const json_t *schema, const char *type)
{
    const json_t *types = document_keyword(schema, "type");
    const char *first = json_string_value(json_is_array(types) ? json_array_get(types, 0) : types);

    return first && strcmp(first, type) == 0;
}

void document_check_names(const char *what, const json_t *schema, const struct names *names)
{
    const json_t *values = document_keyword(schema, "enum");

    ck_assert_msg(json_array_size(values) == names->count - 1, "%s: %zu of %zu names described",
                  what, json_array_size(values), names->count - 1);
    for (size_t i = 1; i < names->count; i++) {
        const char *value = json_string_value(json_array_get(values, i - 1));

        ck_assert_msg(value && strcmp(value, names->values[i]) == 0, "%s: %s instead of %s", what,
                      value, names->values[i]);
    }
}
