/* SPDX-License-Identifier: ISC */

/* The policies that come with the daemon, each against the cases written for it. */

#include <dirent.h>

#include "preset.h"
#include "unit.h"

#define DISCLAIMER "Example, not legal advice: have county counsel confirm."

/* ---- the files ---- */

static int is_file_of_ours(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void check_directory(const char *directory, const char *suffix)
{
    char path[512], expected[512];
    struct dirent **entries;
    int n = scandir(preset_path(path, directory, "", ""), &entries, is_file_of_ours, alphasort);

    ck_assert_int_ge(n, 0);
    for (int i = 0; i < n && i < PRESETS; i++) {
        snprintf(expected, sizeof(expected), "%s%s", presets[i], suffix);
        ck_assert_str_eq(entries[i]->d_name, expected);
    }
    ck_assert_int_eq(n, PRESETS);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
}

START_TEST(every_preset_has_its_files_and_no_file_is_without_a_preset)
{
    check_directory("schema/policy", POLICY_SUFFIX);
    check_directory("tests/policy", ".json");
}
END_TEST

START_TEST(loads_and_says_what_it_is)
{
    struct preset preset;

    preset_open(&preset, presets[_i]);
    ck_assert_str_eq(policy_name(preset.policy), presets[_i]);
    ck_assert_str_ne(policy_title(preset.policy), "");
    ck_assert_ptr_nonnull(strstr(policy_text(preset.policy), DISCLAIMER));
    preset_close(&preset);
}
END_TEST

/* ---- the decisions ---- */

static void check_clock(const struct preset_case *preset_case, const struct policy_clock *clock)
{
    if (!preset_case->clock.given)
        return;
    ck_assert_msg(preset_case->clock.none == !clock, "%s: wrong clock", preset_case->name);
    if (!clock)
        return;
    ck_assert_str_eq(rule_start_names.values[clock->start], preset_case->clock.start);
    ck_assert_int_eq(clock->limit_h, preset_case->clock.hours);
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static void check_case(struct preset *preset, const struct preset_case *preset_case)
{
    struct ruling ruling = preset_rule_case(preset, preset_case);

    ck_assert_msg((int)ruling.decision == preset_case->decision, "%s: %s, not %s, because %s",
                  preset_case->name, decision_names.values[ruling.decision],
                  decision_names.values[preset_case->decision], ruling.reason);
    ck_assert_msg(strcmp(text_of(ruling.rule), preset_case->rule) == 0,
                  "%s: decided by \"%s\", not by \"%s\"", preset_case->name, text_of(ruling.rule),
                  preset_case->rule);
    ck_assert_int_eq(!ruling.version, !ruling.rule);
    if (preset_case->version[0] || !preset_case->rule[0])
        ck_assert_str_eq(text_of(ruling.version), preset_case->version);
    ck_assert_str_ne(text_of(ruling.reason), "");
    check_clock(preset_case, ruling.clock);
}

START_TEST(decides_its_cases)
{
    struct preset preset;

    preset_open(&preset, presets[_i]);
    for (size_t i = 0; i < preset.n_cases; i++)
        check_case(&preset, &preset.cases[i]);
    preset_close(&preset);
}
END_TEST

/* Only those that follow no law need no citation. */
START_TEST(cites_what_it_decides_by)
{
    bool lawless = strncmp(presets[_i], "always-", strlen("always-")) == 0;
    struct preset preset;

    preset_open(&preset, presets[_i]);
    for (size_t i = 0; i < preset.n_cases; i++)
        if (preset_rule_case(&preset, &preset.cases[i]).version)
            ck_assert(lawless || preset_rule_case(&preset, &preset.cases[i]).cite);
    preset_close(&preset);
}
END_TEST

/* ---- doubt ---- */

/* Numbers on both sides of every border in the presets, and those at the ends. */
static const int64_t numbers[] = {0,  1,  4,      5,      6,      7,      9,        10,
                                  17, 18, 250000, 250001, 500000, 500001, INT64_MAX};

/* How many values a fact can be tried with. */
static size_t n_values(const struct record_field *field)
{
    switch (field->type) {
    case RECORD_TRUTH:
        return 2;
    case RECORD_NAME:
        return field->names->count - 1;
    case RECORD_INT:
        return ARRAY_SIZE(numbers);
    default:
        return 0; /* no preset reads an instant */
    }
}

static void set_value(const struct record_field *field, size_t i, struct facts *facts)
{
    void *member = record_member(field, facts);

    if (field->type == RECORD_TRUTH)
        *(int *)member = i ? TRUTH_YES : TRUTH_NO;
    else if (field->type == RECORD_NAME)
        *(int *)member = (int)i + 1;
    else
        *(int64_t *)member = numbers[i];
}

/* Who is held though a fact is not known must be held whatever it is. */
static void doubt_one(struct preset *preset, const struct preset_case *preset_case,
                      const struct record_field *field)
{
    const struct record one = {1, field};
    struct facts facts = preset_case->facts;

    record_clear(&one, &facts);
    if (preset_rule(preset, &facts, preset_case->day).decision != DECISION_HONOR)
        return;
    for (size_t i = 0; i < n_values(field); i++) {
        set_value(field, i, &facts);
        ck_assert_msg(preset_rule(preset, &facts, preset_case->day).decision == DECISION_HONOR,
                      "%s: held while %s is not known", preset_case->name, field->name);
    }
}

START_TEST(doubt_holds_nobody)
{
    struct preset preset;

    preset_open(&preset, presets[_i]);
    for (size_t i = 0; i < preset.n_cases; i++)
        for (size_t f = 0; f < facts_record.count; f++)
            doubt_one(&preset, &preset.cases[i], &facts_record.fields[f]);
    preset_close(&preset);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = every_preset_has_its_files_and_no_file_is_without_a_preset},
        {loads_and_says_what_it_is, PRESETS},
        {decides_its_cases, PRESETS},
        {cites_what_it_decides_by, PRESETS},
        {doubt_holds_nobody, PRESETS},
    };

    return unit_run("presets", tests, ARRAY_SIZE(tests));
}
