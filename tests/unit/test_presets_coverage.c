/* SPDX-License-Identifier: ISC */

/*
 * That the cases for policies leave nothing out: every rule and requirement decides one, every
 * condition is met with its facts unknown, every version has cases on both sides of its edges.
 */

#include "preset.h"
#include "preset_conditions.h"
#include "unit.h"

/* ---- rules ---- */

static bool has_case(struct preset *preset, const char *version, const char *rule)
{
    for (size_t i = 0; i < preset->n_cases; i++) {
        struct ruling ruling = preset_rule_case(preset, &preset->cases[i]);

        if (ruling.version && strcmp(ruling.version, version) == 0 &&
            strcmp(ruling.rule, rule) == 0)
            return true;
    }
    return false;
}

START_TEST(every_rule_and_requirement_decides_a_case)
{
    struct preset preset;

    preset_open(&preset, presets[_i]);
    for (size_t v = 0; v < policy_n_versions(preset.policy); v++) {
        const struct policy_version *version = policy_version(preset.policy, v);

        for (size_t r = 0; r < version->n_rules + version->n_requirements; r++) {
            const char *rule = policy_rule_name(preset.policy, v, r);

            ck_assert_msg(has_case(&preset, version->label, rule),
                          "version \"%s\": \"%s\" decides no case", version->label, rule);
        }
    }
    preset_close(&preset);
}
END_TEST

/* ---- what is not known ---- */

struct conditioned {
    struct preset preset;
    struct preset_conditions conditions;
};

/* The clause of the file that decided, or NULL where no version was in force. */
static const struct preset_condition *decider(struct conditioned *conditioned,
                                              const struct preset_case *preset_case)
{
    const struct ruling ruling = preset_rule_case(&conditioned->preset, preset_case);
    const struct preset_condition *condition = conditioned->conditions.conditions;

    if (!ruling.version)
        return NULL;
    while (strcmp(condition->version, ruling.version) != 0 ||
           strcmp(condition->name, ruling.rule) != 0)
        condition++;
    return condition;
}

/*
 * Whether the case surely came to that condition: it decided, or it stands before the clause of its
 * kind that did.
 */
static bool comes_to(struct conditioned *conditioned, const struct preset_case *preset_case,
                     const struct preset_condition *condition)
{
    const struct preset_condition *decided_by = decider(conditioned, preset_case);

    return decided_by && strcmp(decided_by->version, condition->version) == 0 &&
           decided_by->requirement == condition->requirement && condition <= decided_by;
}

static bool reads_a_known_fact(const char *sql, const struct facts *facts)
{
    struct facts nothing;

    record_clear(&facts_record, &nothing);
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];

        if (preset_condition_reads(sql, field->name) &&
            memcmp(record_const_member(field, facts), record_const_member(field, &nothing),
                   field->size) != 0)
            return true;
    }
    return false;
}

/* A condition on whether something is known ("... IS NULL") is always known itself. */
static bool is_unknown(const char *sql, const struct facts *facts)
{
    struct facts nothing;

    record_clear(&facts_record, &nothing);
    if (preset_condition_evaluate(sql, &nothing) != TRUTH_NONE)
        return !reads_a_known_fact(sql, facts);
    return preset_condition_evaluate(sql, facts) == TRUTH_NONE;
}

static bool is_met_unknown(struct conditioned *conditioned,
                           const struct preset_condition *condition)
{
    const struct preset *preset = &conditioned->preset;

    for (size_t i = 0; i < preset->n_cases; i++)
        if (comes_to(conditioned, &preset->cases[i], condition) &&
            is_unknown(condition->sql, &preset->cases[i].facts))
            return true;
    return false;
}

START_TEST(every_condition_is_met_with_its_facts_unknown)
{
    struct conditioned conditioned;

    preset_open(&conditioned.preset, presets[_i]);
    preset_conditions_read(conditioned.preset.path, &conditioned.conditions);
    for (size_t i = 0; i < conditioned.conditions.count; i++) {
        const struct preset_condition *condition = &conditioned.conditions.conditions[i];

        ck_assert_msg(!condition->sql[0] || is_met_unknown(&conditioned, condition),
                      "version \"%s\": no case where \"%s\" is not known", condition->version,
                      condition->name);
    }
    preset_close(&conditioned.preset);
}
END_TEST

/* ---- dates ---- */

static void check_edge(struct preset *preset, size_t version, int64_t day, bool inside)
{
    const char *label = policy_version(preset->policy, version)->label;

    for (size_t i = 0; i < preset->n_cases; i++) {
        struct ruling ruling = preset_rule_case(preset, &preset->cases[i]);

        if (preset->cases[i].day == day &&
            inside == (ruling.version && strcmp(ruling.version, label) == 0))
            return;
    }
    ck_abort_msg("version \"%s\": no case on its edge, day %lld", label, (long long)day);
}

START_TEST(every_version_has_a_case_on_both_sides_of_its_edges)
{
    struct preset preset;

    preset_open(&preset, presets[_i]);
    for (size_t v = 0; v < policy_n_versions(preset.policy); v++) {
        const struct policy_version *version = policy_version(preset.policy, v);

        if (version->from_day != INT64_MIN) {
            check_edge(&preset, v, version->from_day - 1, false);
            check_edge(&preset, v, version->from_day, true);
        }
        if (version->until_day != INT64_MAX) {
            check_edge(&preset, v, version->until_day, true);
            check_edge(&preset, v, version->until_day + 1, false);
        }
    }
    preset_close(&preset);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {every_rule_and_requirement_decides_a_case, PRESETS},
        {every_condition_is_met_with_its_facts_unknown, PRESETS},
        {every_version_has_a_case_on_both_sides_of_its_edges, PRESETS},
    };

    return unit_run("presets_coverage", tests, ARRAY_SIZE(tests));
}
