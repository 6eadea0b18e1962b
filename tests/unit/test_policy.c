/* SPDX-License-Identifier: ISC */

/* What policies say of facts: which rule decides, on which day, and what is said instead of it. */

#include <errno.h>

#include "policies.h"

/* ---- helpers ---- */

static struct facts no_facts(void)
{
    struct facts facts;

    memset(&facts, 0xff, sizeof(facts));
    record_clear(&facts_record, &facts);
    return facts;
}

static struct evaluator *new_evaluator(void)
{
    struct evaluator *evaluator;

    ck_assert_int_eq(evaluator_new(&evaluator), 0);
    return evaluator;
}

static int64_t day_of(const char *date)
{
    char text[INSTANT_TEXT_SIZE];

    snprintf(text, sizeof(text), "%sT00:00:00Z", date);
    return unit_instant(text) / US_PER_DAY;
}

/* "honor version/rule: reason [cite]" */
static void write_ruling(const struct ruling *ruling, char *text, size_t size)
{
    snprintf(text, size, "%s %s/%s: %s [%s]", decision_names.values[ruling->decision],
             ruling->version ? ruling->version : "-", ruling->rule ? ruling->rule : "-",
             ruling->reason, ruling->cite ? ruling->cite : "-");
}

static void check_ruling(struct evaluator *evaluator, const struct policy *policy,
                         const struct facts *facts, const char *date, const char *expected)
{
    struct ruling ruling;
    char text[1000];

    memset(&ruling, 0xff, sizeof(ruling));
    ck_assert_int_eq(evaluator_rule(evaluator, policy, facts, day_of(date), &ruling), 0);
    ck_assert_str_eq(ruling.policy, policy_name(policy));
    ck_assert_str_eq(ruling.hash, policy_hash(policy));
    write_ruling(&ruling, text, sizeof(text));
    ck_assert_str_eq(text, expected);
}

/* The same, of a policy of its own and on any day. */
static void check_text(const char *policy_text, const struct facts *facts, const char *expected)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(policy_text);

    check_ruling(evaluator, policy, facts, "2026-11-24", expected);
    check_ruling(evaluator, policy, facts, "1926-11-24", expected);
}

/* ---- one rule ---- */

/* What a rule means by its condition, which is `served`, for each answer to it. */
static const struct {
    const char *unknown, *none, *no, *yes;
} meanings[] = {
    {"skip", "decline v/otherwise: nothing else [-]", "decline v/otherwise: nothing else [-]",
     "honor v/r: because [-]"},
    {"fire", "honor v/r: because [-]", "decline v/otherwise: nothing else [-]",
     "honor v/r: because [-]"},
    {"review", "review v/r: served is not known [-]", "decline v/otherwise: nothing else [-]",
     "honor v/r: because [-]"},
};

START_TEST(gives_a_meaning_to_what_is_not_known)
{
    char text[300];
    struct facts facts = no_facts();

    snprintf(text, sizeof(text),
             POLICY("rule r { when = served unknown = %s decide = honor reason = because }"),
             meanings[_i].unknown);
    check_text(text, &facts, meanings[_i].none);
    facts.served = TRUTH_NO;
    check_text(text, &facts, meanings[_i].no);
    facts.served = TRUTH_YES;
    check_text(text, &facts, meanings[_i].yes);
}
END_TEST

/* A list is AND in SQL's logic of three values: what is false somewhere is false. */
START_TEST(wants_all_of_a_list)
{
    static const char text[] = POLICY("rule r { when = {'served', 'gang_database OR 0'}\n"
                                      "unknown = review decide = honor reason = because }");
    static const char *const expected[3][3] = {
        [TRUTH_NONE] = {[TRUTH_NONE] = "review", [TRUTH_NO] = "decline", [TRUTH_YES] = "review"},
        [TRUTH_NO] = {[TRUTH_NONE] = "decline", [TRUTH_NO] = "decline", [TRUTH_YES] = "decline"},
        [TRUTH_YES] = {[TRUTH_NONE] = "review", [TRUTH_NO] = "decline", [TRUTH_YES] = "honor"},
    };
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(text);

    for (int a = TRUTH_NONE; a <= TRUTH_YES; a++)
        for (int b = TRUTH_NONE; b <= TRUTH_YES; b++) {
            struct facts facts = no_facts();
            struct ruling ruling;

            facts.served = a;
            facts.gang_database = b;
            ck_assert_int_eq(evaluator_rule(evaluator, policy, &facts, 0, &ruling), 0);
            ck_assert_str_eq(decision_names.values[ruling.decision], expected[a][b]);
            if (ruling.decision == DECISION_REVIEW)
                ck_assert_str_eq(ruling.reason,
                                 "not all of these are known: served, gang_database");
        }
}
END_TEST

START_TEST(lists_the_facts_as_far_as_they_fit)
{
    static const char text[] =
        POLICY("rule r { unknown = review decide = honor reason = because when = {"
               "'violent_conviction_years+serious_conviction_years+wobbler_conviction_years',"
               "'violent_conviction_served+own_law_enforcement_purpose+reimbursement_agreement',"
               "'sex_or_arson_registrant+federal_felony_warrant+felony_convictions_5y'} }");
    struct facts facts = no_facts();

    check_text(text, &facts,
               "review v/r: not all of these are known: federal_felony_warrant, "
               "violent_conviction_years, serious_conviction_years, wobbler_conviction_years, "
               "felony_convictions_5y, violent_conviction_served, sex_or_arson_registrant and "
               "others [-]");
}
END_TEST

/* ---- a version ---- */

static const char three_rules[] =
    "title = t cite = \"the file\"\n"
    "version v {\n"
    "    require first { that = served otherwise = review reason = unserved cite = law }\n"
    "    cite = \"the version\"\n"
    "    rule a { when = 'age < 18' unknown = skip decide = decline reason = young }\n"
    "    rule b { when = gang_database unknown = skip decide = review reason = gang cite = law }\n"
    "    rule c { decide = honor reason = rest }\n"
    "    require second { that = 'age < 80' otherwise = decline reason = old }\n"
    "}\n";

START_TEST(takes_the_first_rule_that_fires)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(three_rules);
    struct facts facts = no_facts();

    facts.age = 17;
    facts.gang_database = TRUTH_YES;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "decline v/a: young [the version]");
    facts.age = 18;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "review v/b: gang [law]");
    facts.gang_database = TRUTH_NO;
    facts.served = TRUTH_YES;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "honor v/c: rest [the version]");
}
END_TEST

START_TEST(requires_more_only_where_the_rules_say_honor)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(three_rules);
    struct facts facts = no_facts();

    check_ruling(evaluator, policy, &facts, "2026-11-24", "review v/first: unserved [law]");
    facts.served = TRUTH_NO;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "review v/first: unserved [law]");
    facts.served = TRUTH_YES;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "decline v/second: old [the version]");
    facts.age = 80;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "decline v/second: old [the version]");
    facts.age = 79;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "honor v/c: rest [the version]");
    facts.gang_database = TRUTH_YES;
    facts.served = TRUTH_NO;
    check_ruling(evaluator, policy, &facts, "2026-11-24", "review v/b: gang [law]");
}
END_TEST

/* ---- versions ---- */

static const char versions[] =
    "title = t cite = \"the file\"\n"
    "version late { from = 2018-01-01 clock { hours = 24 start = received }\n"
    "    rule r { decide = honor reason = late } }\n"
    "version early { until = 2012-06-30\n"
    "    rule r { decide = decline reason = early } }\n"
    "version middle { from = 2012-07-01 until = 2016-02-29\n"
    "    rule r { decide = review reason = middle cite = own } }\n";

START_TEST(takes_the_version_in_force_that_day)
{
    static const char *const days[][2] = {
        {"0001-01-01", "decline early/r: early [the file]"},
        {"2012-06-30", "decline early/r: early [the file]"},
        {"2012-07-01", "review middle/r: middle [own]"},
        {"2016-02-29", "review middle/r: middle [own]"},
        {"2016-03-01", "review -/-: no version of this policy is in force on that day [the file]"},
        {"2017-12-31", "review -/-: no version of this policy is in force on that day [the file]"},
        {"2018-01-01", "honor late/r: late [the file]"},
        {"9999-12-31", "honor late/r: late [the file]"},
    };
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(versions);
    struct facts facts = no_facts();

    for (size_t i = 0; i < ARRAY_SIZE(days); i++)
        check_ruling(evaluator, policy, &facts, days[i][0], days[i][1]);
}
END_TEST

START_TEST(gives_the_clock_of_the_version)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(versions);
    struct facts facts = no_facts();
    struct ruling ruling;

    ck_assert_int_eq(evaluator_rule(evaluator, policy, &facts, day_of("2018-01-01"), &ruling), 0);
    ck_assert_ptr_nonnull(ruling.clock);
    ck_assert_int_eq(ruling.clock->limit_h, 24);
    ck_assert_int_eq(ruling.clock->start, RULE_FROM_RECEIVED);
    ck_assert_int_eq(evaluator_rule(evaluator, policy, &facts, day_of("2017-12-31"), &ruling), 0);
    ck_assert_ptr_null(ruling.clock);
    ck_assert_int_eq(evaluator_rule(evaluator, policy, &facts, day_of("2014-12-31"), &ruling), 0);
    ck_assert_ptr_null(ruling.clock);
}
END_TEST

/* ---- what cannot be evaluated ---- */

/* A person must look at what a condition fails on, whatever comes after it. */
START_TEST(leaves_what_fails_to_a_person)
{
    static const char rule[] =
        POLICY("rule r { when = {'abs(age - 9223372036854775807 - 10)', served} unknown = skip\n"
               "decide = honor reason = because cite = law }");
    static const char requirement[] =
        "title = t version v { rule r { decide = honor reason = because }\n"
        "require q { that = 'abs(age - 9223372036854775807 - 10)' otherwise = decline\n"
        "reason = because } }";
    struct facts facts = no_facts();

    facts.age = 9;
    check_text(rule, &facts,
               "review v/r: the condition cannot be evaluated on these facts: served, age [law]");
    check_text(requirement, &facts,
               "review v/q: the condition cannot be evaluated on these facts: age [-]");
    facts.age = 10;
    facts.served = TRUTH_YES;
    check_text(rule, &facts, "honor v/r: because [law]");
    check_text(requirement, &facts, "honor v/r: because [-]");
}
END_TEST

/* ---- evaluators ---- */

START_TEST(keeps_many_policies_apart)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    struct policy *policies[20];
    struct facts facts = no_facts();

    for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
        char text[300];

        snprintf(
            text, sizeof(text),
            POLICY("rule r { when = 'age = %zu' unknown = fire decide = honor reason = r%zu }"), i,
            i);
        policies[i] = policies_good(text);
    }
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
            char expected[64];

            snprintf(expected, sizeof(expected), "honor v/r: r%zu [-]", i);
            facts.age = (int64_t)i;
            check_ruling(evaluator, policies[i], &facts, "2026-11-24", expected);
            facts.age++;
            check_ruling(evaluator, policies[i], &facts, "2026-11-24",
                         "decline v/otherwise: nothing else [-]");
        }
        if (round == 1)
            evaluator_forget(evaluator);
    }
    for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
        policy_free(policies[i]);
}
END_TEST

/* What is kept belongs to a text, not to a policy that may be gone. */
START_TEST(outlives_policies)
{
    static const char text[] =
        POLICY("rule r { when = served unknown = skip decide = honor reason = because }");
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    struct facts facts = no_facts();

    facts.served = TRUTH_YES;
    for (int round = 0; round < 50; round++) {
        struct policy *one = policies_good(text), *other = policies_good(three_rules);

        check_ruling(evaluator, one, &facts, "2026-11-24", "honor v/r: because [-]");
        check_ruling(evaluator, other, &facts, "2026-11-24", "decline v/second: old [the version]");
        policy_free(one);
        policy_free(other);
    }
}
END_TEST

/* ---- built in ---- */

START_TEST(has_three_policies_built_in)
{
    static const struct {
        enum decision decision;
        const char *name, *ruling;
    } built_in[] = {
        {DECISION_HONOR, "always-honor",
         "honor any/every detainer: every detainer is honoured [-]"},
        {DECISION_DECLINE, "always-decline",
         "decline any/every detainer: nobody is held on a detainer [-]"},
        {DECISION_REVIEW, "always-review",
         "review any/every detainer: a supervisor decides on every detainer [-]"},
    };
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    struct facts facts = no_facts();

    for (size_t i = 0; i < ARRAY_SIZE(built_in); i++) {
        struct policy *policy;

        ck_assert_int_eq(policy_built_in(built_in[i].decision, &policy), 0);
        ck_assert_str_eq(policy_name(policy), built_in[i].name);
        ck_assert_mem_eq(policy_note(policy),
                         "Example, not legal advice: have county counsel confirm.", 55);
        check_ruling(evaluator, policy, &facts, "1990-01-01", built_in[i].ruling);
        policy_free(policy);
    }
}
END_TEST

START_TEST(aborts_on_a_version_that_there_is_not)
{
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(versions);

    policy_version(policy, 3);
}
END_TEST

START_TEST(aborts_on_a_rule_that_there_is_not)
{
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(three_rules);

    ck_assert_str_eq(policy_rule_name(policy, 0, 4), "second");
    policy_rule_name(policy, 0, 5);
}
END_TEST

/* ---- any facts ---- */

static void randomize(struct unit_random *random, struct facts *facts)
{
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];
        void *member = record_member(field, facts);

        if (unit_random_below(random, 3) == 0)
            continue;
        if (field->type == RECORD_INT || field->type == RECORD_INSTANT)
            *(int64_t *)member =
                (int64_t)unit_random_below(random, UINT64_MAX) >> unit_random_below(random, 64);
        else
            *(int *)member = (int)unit_random_below(random, 3);
    }
}

/* What three_rules says, in C. */
static enum decision expect(const struct facts *facts)
{
    if (facts->age != RECORD_NO_INT && facts->age < 18)
        return DECISION_DECLINE;
    if (facts->gang_database == TRUTH_YES || facts->served != TRUTH_YES)
        return DECISION_REVIEW;
    return facts->age != RECORD_NO_INT && facts->age < 80 ? DECISION_HONOR : DECISION_DECLINE;
}

START_TEST(decides_on_any_facts)
{
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = new_evaluator();
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(three_rules);
    struct unit_random random = unit_random_start("test_policy");

    for (int round = 0; round < 20000; round++) {
        struct facts facts = no_facts();
        struct ruling ruling;

        randomize(&random, &facts);
        ck_assert_int_eq(evaluator_rule(evaluator, policy, &facts, round, &ruling), 0);
        ck_assert_int_eq(ruling.decision, expect(&facts));
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {gives_a_meaning_to_what_is_not_known, ARRAY_SIZE(meanings)},
        {.test = wants_all_of_a_list},
        {.test = lists_the_facts_as_far_as_they_fit},
        {.test = takes_the_first_rule_that_fires},
        {.test = requires_more_only_where_the_rules_say_honor},
        {.test = takes_the_version_in_force_that_day},
        {.test = gives_the_clock_of_the_version},
        {.test = leaves_what_fails_to_a_person},
        {.test = keeps_many_policies_apart},
        {.test = outlives_policies},
        {.test = has_three_policies_built_in},
        {.test = aborts_on_a_version_that_there_is_not, .aborts = true},
        {.test = aborts_on_a_rule_that_there_is_not, .aborts = true},
        {.test = decides_on_any_facts},
    };

    return unit_run("policy", tests, ARRAY_SIZE(tests));
}
