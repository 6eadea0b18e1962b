/* SPDX-License-Identifier: ISC */

/* Cases for policies, from JSON. */

#include "preset_cases.h"

#include "codec_input.h"
#include "unit.h"

static int64_t day_of(const char *date)
{
    char text[96];

    ck_assert_uint_eq(strlen(date), strlen("2013-06-01"));
    snprintf(text, sizeof(text), "%sT00:00:00Z", date);
    return unit_instant(text) / US_PER_DAY; /* no case is older than 1970 */
}

/* A text, or "" where it is null or, unless `required`, missing. */
static void copy_text(const json_t *object, const char *name, bool required, char *text,
                      size_t size)
{
    const json_t *value = json_object_get(object, name);

    ck_assert_msg(value || !required, "%s is missing", name);
    ck_assert_msg(!value || json_is_null(value) || json_is_string(value), "%s is no text", name);
    ck_assert_uint_lt(json_string_length(value), size);
    snprintf(text, size, "%s", json_is_string(value) ? json_string_value(value) : "");
}

static void read_clock(const json_t *value, struct preset_clock *clock)
{
    *clock = (struct preset_clock){.given = value, .none = json_is_null(value)};
    if (!value || clock->none)
        return;
    copy_text(value, "start", true, clock->start, sizeof(clock->start));
    clock->hours = (int)json_integer_value(json_object_get(value, "hours"));
}

/* null says, for the reader's sake, that a fact is not known. */
static void read_facts(json_t *object, struct facts *facts)
{
    struct facts_update update;
    struct problem problem;

    ck_assert(json_is_object(object));
    facts_update_init(&update);
    ck_assert_msg(codec_facts_read(&facts_record, object, &update, &problem) == 0, "%s: %s",
                  problem.field, problem.detail);
    *facts = update.facts;
}

static void refuse_unknown_members(json_t *object)
{
    static const char *const known[] = {"name", "on",      "facts", "decision",
                                        "rule", "version", "clock"};
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        size_t i = 0;

        while (i < ARRAY_SIZE(known) && strcmp(known[i], name) != 0)
            i++;
        ck_assert_msg(i < ARRAY_SIZE(known), "\"%s\" is no member of a case", name);
    }
}

static void read_case(json_t *object, struct preset_case *preset_case)
{
    char text[64];

    refuse_unknown_members(object);
    copy_text(object, "name", true, preset_case->name, sizeof(preset_case->name));
    copy_text(object, "on", true, text, sizeof(text));
    preset_case->day = day_of(text);
    read_facts(json_object_get(object, "facts"), &preset_case->facts);
    copy_text(object, "decision", true, text, sizeof(text));
    preset_case->decision = names_find(&decision_names, text);
    ck_assert_msg(preset_case->decision, "%s: no such decision", preset_case->name);
    copy_text(object, "rule", true, preset_case->rule, sizeof(preset_case->rule));
    copy_text(object, "version", false, preset_case->version, sizeof(preset_case->version));
    read_clock(json_object_get(object, "clock"), &preset_case->clock);
}

struct preset_case *preset_cases_read(const char *path, size_t *n_cases)
{
    json_error_t error;
    json_t *array = json_load_file(path, JSON_REJECT_DUPLICATES, &error), *object;
    struct preset_case *cases;
    size_t i;

    ck_assert_msg(json_is_array(array), "%s:%d: %s", path, error.line, error.text);
    *n_cases = json_array_size(array);
    ck_assert_uint_gt(*n_cases, 0);
    cases = calloc(*n_cases, sizeof(*cases));
    ck_assert_ptr_nonnull(cases);
    json_array_foreach(array, i, object) read_case(object, &cases[i]);
    json_decref(array);
    return cases;
}
