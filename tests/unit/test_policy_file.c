/* SPDX-License-Identifier: ISC */

/* Reading policies: what a file says of itself, and each mistake with its line and in words. */

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policies.h"

/* ---- right files ---- */

static const char example[] =
    "title = \"Chicago Municipal Code 2-173\"\n"
    "cite = \"MCC 2-173\"\n"
    "note = \"Example, not legal advice: have county counsel confirm.\"\n"
    "version \"2012\" {\n"
    "    from = \"2012-09-12\"\n"
    "    until = \"2021-01-31\"\n"
    "    clock { start = \"received\" hours = 24 }\n"
    "    rule \"felony conviction\" {\n"
    "        when = {\"felony_conviction\", \"age >= 18\"}\n"
    "        unknown = \"skip\"\n"
    "        decide = \"honor\"\n"
    "        reason = \"the person has a felony conviction\"\n"
    "    }\n"
    "    rule \"otherwise\" { decide = \"decline\" reason = \"no exception applies\" }\n"
    "    require \"warrant\" {\n"
    "        that = \"ice_warrant IS NOT NULL\"\n"
    "        otherwise = \"review\"\n"
    "        reason = \"no I-200 or I-205 came with the detainer\"\n"
    "    }\n"
    "}\n"
    "version \"a. _-9\" {\n"
    "    from = \"2021-02-01\"\n"
    "    clock { }\n"
    "    rule \"all\" { when = \"1\" decide = \"review\" reason = \"r\" }\n"
    "}\n"
    "version \"before\" {\n"
    "    until = \"1969-12-30\"\n"
    "    clock { start = served }\n"
    "    rule \"all\" { decide = \"review\" reason = \"r\" }\n"
    "}\n";

START_TEST(tells_what_a_file_says)
{
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(example);
    const struct policy_version *version = policy_version(policy, 0);

    ck_assert_str_eq(policy_name(policy), "test");
    ck_assert_str_eq(policy_title(policy), "Chicago Municipal Code 2-173");
    ck_assert_str_eq(policy_cite(policy), "MCC 2-173");
    ck_assert_str_eq(policy_note(policy),
                     "Example, not legal advice: have county counsel confirm.");
    ck_assert_str_eq(policy_text(policy), example);
    ck_assert_uint_eq(policy_n_versions(policy), 3);
    ck_assert_str_eq(version->label, "2012");
    ck_assert_int_eq(version->from_day, unit_instant("2012-09-12T00:00:00Z") / US_PER_DAY);
    ck_assert_int_eq(version->until_day, unit_instant("2021-01-31T00:00:00Z") / US_PER_DAY);
    ck_assert_uint_eq(version->n_rules, 2);
    ck_assert_uint_eq(version->n_requirements, 1);
    ck_assert_str_eq(policy_rule_name(policy, 0, 0), "felony conviction");
    ck_assert_str_eq(policy_rule_name(policy, 0, 1), "otherwise");
    ck_assert_str_eq(policy_rule_name(policy, 0, 2), "warrant");
    ck_assert_str_eq(policy_rule_name(policy, 2, 0), "all");
}
END_TEST

START_TEST(tells_the_clocks_and_days_of_versions)
{
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(example);
    _cleanup_(policy_free_ptr) struct policy *open = policies_good(POLICY(""));
    const struct policy_version *after = policy_version(policy, 1);
    const struct policy_version *before = policy_version(policy, 2);

    ck_assert_int_eq(policy_version(policy, 0)->clock->start, RULE_FROM_RECEIVED);
    ck_assert_int_eq(policy_version(policy, 0)->clock->limit_h, 24);
    ck_assert_int_eq(after->clock->start, RULE_FROM_ELIGIBLE);
    ck_assert_int_eq(after->clock->limit_h, 48);
    ck_assert_int_eq(before->clock->start, RULE_FROM_SERVED);
    ck_assert_int_eq(after->until_day, POLICY_NO_DAY_LAST);
    ck_assert_int_eq(before->from_day, POLICY_NO_DAY_FIRST);
    ck_assert_int_eq(before->until_day, -2);
    ck_assert_ptr_eq(policy_version_clock(policy, "2012"), policy_version(policy, 0)->clock);
    ck_assert_ptr_null(policy_version_clock(policy, "2013"));
    ck_assert_ptr_null(policy_version_clock(open, "v"));
    ck_assert(policy_in_force(open, INT64_MIN) && policy_in_force(open, INT64_MAX));
    ck_assert(policy_in_force(policy, -2) && !policy_in_force(policy, -1));
    ck_assert(!policy_in_force(policy, policy_version(policy, 0)->from_day - 1));
    ck_assert(policy_in_force(policy, policy_version(policy, 0)->from_day));
}
END_TEST

/* sha256sum says so, too. */
START_TEST(hashes_the_text)
{
    _cleanup_(policy_free_ptr) struct policy *policy =
        policies_good("title = t version v { rule all { decide = honor reason = r } }\n");

    ck_assert_str_eq(policy_hash(policy),
                     "c09bafbefcc1f2c6bdc2874d74e753276e2d304ccb80709d76e07da009cf3e71");
}
END_TEST

START_TEST(leaves_out_what_is_not_given)
{
    _cleanup_(policy_free_ptr) struct policy *policy = policies_good(POLICY(""));

    ck_assert_ptr_null(policy_cite(policy));
    ck_assert_ptr_null(policy_note(policy));
    ck_assert_ptr_null(policy_version(policy, 0)->clock);
    ck_assert_uint_eq(policy_version(policy, 0)->n_requirements, 0);
}
END_TEST

/* ---- wrong files ---- */

#define NINETY_NINE                                                                                \
    "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"   \
    "123456789"

/* The text of a policy, and all that is to be said of it. */
static const struct {
    const char *text, *messages;
} wrong[] = {
    /* the file */
    {"", "1: there is no title: add one such as title = \"Chicago Municipal Code 2-173\"\n"
         "1: there is no version: describe at least one, as in version \"2012\" { ... }\n"},
    {"title = \"\"\nversion v { " OTHERWISE " }", "1: title: \"\" is empty\n"},
    {"title = t\ncites = x\nversion v { " OTHERWISE " }",
     "2: there is no setting cites outside versions; is it cite?\n"},
    {"title = t\ntitle = u\nversion v { " OTHERWISE " }",
     "2: title is set twice: first in line 1\n"},
    {"title = t\nrule r { decide = honor reason = r }\nversion v { " OTHERWISE " }",
     "2: there is no setting rule outside versions: there are title, cite, note, "
     "version\n"},
    {"title = \"${HOME}\"",
     "1: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    {"title = '" NINETY_NINE NINETY_NINE "12345678901234567890123456789012345678901234567890"
     "123456789'\nversion v { " OTHERWISE " }",
     "1: title: \"" NINETY_NINE NINETY_NINE "12345678901234567890123456789012345678901234567890"
     "123456789\" has 257 bytes; there is room for 256\n"},
    {"\x01", "1: byte 0x01: this must be plain text\n"},
    /* versions */
    {"title = t\nversion v {\n}", "2: version \"v\" has no rule\n"},
    {"title = t\nversion v {\nform = x\n" OTHERWISE "}",
     "3: there is no setting form of a version; is it from?\n"},
    {"title = t\nversion \"\" { " OTHERWISE " }\nversion 'a/b' { from = 2000-01-01 " OTHERWISE " }",
     "2: version \"\": a label has 1 to 32 letters, digits, blanks, ., _ or -\n"
     "3: version \"a/b\": a label has 1 to 32 letters, digits, blanks, ., _ or -\n"
     "3: version \"a/b\" is in force on 2000-01-01, as is version \"\" in line 2: only one can "
     "be\n"},
    {"title = t\nversion 123456789012345678901234567890123 { " OTHERWISE " }",
     "2: version \"123456789012345678901234567890123\": a label has 1 to 32 letters, digits, "
     "blanks, ., _ or -\n"},
    {"title = t\nversion v { until = 2000-01-01 " OTHERWISE " }\n"
     "version v { from = 2001-01-01 " OTHERWISE " }",
     "3: version \"v\" is described a second time: give each its own label\n"},
    {"title = t version v {\nfrom = 2012-1-1\nuntil = 2012-02-30\n" OTHERWISE "}",
     "2: from: \"2012-1-1\" is no date such as 2012-09-12\n"
     "3: until: \"2012-02-30\" is no date such as 2012-09-12\n"},
    {"title = t version v {\nfrom = 2012-01-01T00:00:00Z\nuntil = ''\n" OTHERWISE "}",
     "2: from: \"2012-01-01T00:00:00Z\" is no date such as 2012-09-12\n"
     "3: until: \"\" is no date such as 2012-09-12\n"},
    {"title = t\nversion v { from = 2012-01-02 until = 2012-01-01 " OTHERWISE "}",
     "2: version \"v\" ends before it begins\n"},
    {"title = t\nversion a { from = 2012-01-01 until = 2012-12-31 " OTHERWISE "}\n"
     "version b { until = 2012-01-01 " OTHERWISE "}\n"
     "version c { from = 2012-12-31 " OTHERWISE "}\n",
     "3: version \"b\" is in force on 2012-01-01, as is version \"a\" in line 2: only one can be\n"
     "4: version \"c\" is in force on 2012-12-31, as is version \"a\" in line 2: only one can "
     "be\n"},
    {"title = t\nversion a { " OTHERWISE "}\nversion b { until = 2012-01-01 " OTHERWISE "}\n",
     "3: version \"b\" is in force, as is version \"a\" in line 2: only one can be\n"},
    {"title = t\nversion v { cite = '' " OTHERWISE "}\n", "2: cite: \"\" is empty\n"},
    /* the clock */
    {POLICY("clock { hours = 0 }"), "2: hours: \"0\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { hours = 49 }"), "2: hours: \"49\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { hours = '' }"), "2: hours: \"\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { hours = 4h }"), "2: hours: \"4h\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { hours = -4 }"), "2: hours: \"-4\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { hours = 4294967300 }"),
     "2: hours: \"4294967300\" is not a whole number from 1 to 48\n"},
    {POLICY("clock { start = booked }"),
     "2: start: \"booked\" must be one of eligible, received, served\n"},
    {POLICY("clock { begin = served }"),
     "2: there is no setting begin of a clock: there are start, hours\n"},
    {POLICY("clock {\n}\nclock { }"), "4: clock is described twice: first in line 2\n"},
    /* rules */
    {POLICY("rule r {\nwhen = served unknown = skip\n}"),
     "2: rule \"r\" has no decide: add one such as decide = \"honor\"\n"
     "2: rule \"r\" has no reason: add one such as reason = \"the person has a felony "
     "conviction\"\n"},
    {POLICY("rule r {\nwhen = served decide = honor reason = r\n}"),
     "2: rule \"r\" does not say what it means when a fact is not known: add unknown = \"skip\", "
     "\"fire\" or \"review\"\n"},
    {POLICY("rule r {\nwhen = served unknown = maybe decide = honour reason = ''\n}"),
     "3: unknown: \"maybe\" must be one of skip, fire, review\n"
     "3: decide: \"honour\" must be one of honor, decline, review\n"
     "3: reason: \"\" is empty\n"},
    {"title = t version v {\nrule r {\ndecide = honor\nunknown = skip\nreason = r } }",
     "4: unknown: rule \"r\" reads no fact, so leave this out\n"},
    {"title = t version v {\nrule r {\nwhen = '1 = 1' decide = honor\nunknown = skip\n"
     "reason = r } }",
     "4: unknown: rule \"r\" reads no fact, so leave this out\n"},
    {POLICY("rule r { decide = honor reason = r cites = x }"),
     "2: there is no setting cites of a rule; is it cite?\n"
     "3: rule \"otherwise\" can never fire: rule \"r\" in line 2 always does\n"},
    {POLICY("rule r { decide = honor reason = r }\nrule s {\nwhen = served unknown = skip\n"
            "decide = honor reason = r }"),
     "3: rule \"s\" can never fire: rule \"r\" in line 2 always does\n"
     "6: rule \"otherwise\" can never fire: rule \"r\" in line 2 always does\n"},
    {POLICY("rule r { when = {'1', 'NOT 0'} decide = honor reason = r }"),
     "3: rule \"otherwise\" can never fire: rule \"r\" in line 2 always does\n"},
    {"title = t version v {\n" OTHERWISE "\n" OTHERWISE "}",
     "3: rule \"otherwise\" is described a second time: give each its own name\n"
     "3: rule \"otherwise\" can never fire: rule \"otherwise\" in line 2 always does\n"},
    {"title = t version v {\nrule r {\nwhen = served unknown = skip decide = honor reason = r }\n}",
     "2: rule \"r\" is the last one and does not always fire: end with one without when\n"},
    {POLICY("rule '' { when = served unknown = skip decide = honor reason = r }"),
     "2: rule \"\": a name has 1 to 64 bytes\n"},
    {POLICY("rule '1234567890123456789012345678901234567890123456789012345678901234x' {\n"
            "when = served unknown = skip decide = honor reason = r }"),
     "2: rule \"1234567890123456789012345678901234567890123456789012345678901234x\": a name has 1 "
     "to 64 bytes\n"},
    /* conditions; those that try to break out are in test_policy_sandbox */
    {POLICY("rule r {\nwhen = felony_convictoin\nunknown = skip decide = honor reason = r }"),
     "3: when: \"felony_convictoin\" reads felony_convictoin, and there is no such fact; is it "
     "felony_conviction?\n"},
    {POLICY("rule r { when = {served,\n'xyz', age,\n'age >='}\nunknown = skip decide = honor "
            "reason = r }"),
     "3: when: \"xyz\" reads xyz, and there is no such fact\n"
     "4: when: \"age >=\" breaks off at its end\n"},
    {POLICY("rule r { when = '' decide = honor reason = r }"), "2: when: \"\" is empty\n"},
    {POLICY("rule r { when = \"charge_severity = 'fellony'\" unknown = skip decide = honor "
            "reason = r }"),
     "2: when: \"charge_severity = 'fellony'\" compares with 'fellony', which none of its facts "
     "can be; is it 'felony'?\n"},
    {POLICY("rule r { when = charge_severity unknown = skip decide = honor reason = r }"),
     "2: when: \"charge_severity\" gives a text, which is neither true nor false\n"},
    {POLICY("rule r { when = 'age IN (1,2' unknown = skip decide = honor reason = r }"),
     "2: when: \"age IN (1,2\" has a ( without its )\n"},
    {POLICY("rule r { when = '0' decide = honor reason = r }"),
     "2: when: \"0\" is never true: the rule can never fire\n"},
    {POLICY("rule r { when = {served, 'NULL'} unknown = skip decide = honor reason = r }"),
     "2: when: \"NULL\" is never true: the rule can never fire\n"},
    {POLICY("rule r { when = 'abs(-9223372036854775808)' decide = honor reason = r }"),
     "2: when: \"abs(-9223372036854775808)\" fails: integer overflow\n"},
    {"title = t version v {\nrule r {\nwhen = x decide = honor reason = r } }",
     "3: when: \"x\" reads x, and there is no such fact\n"
     "2: rule \"r\" is the last one and does not always fire: end with one without when\n"},
    {POLICY("rule r { when = {served,served,served,served,served,served,served,served,served,"
            "served,served,served,served,served,served,served,\nage} unknown = skip decide = honor "
            "reason = r }"),
     "3: when: \"age\" is one too many: a list has at most 16\n"},
    /* requirements */
    {POLICY("require r {\n}"),
     "2: require \"r\" has no that: add one such as that = \"ice_warrant IS NOT NULL\"\n"
     "2: require \"r\" has no otherwise: add one such as otherwise = \"review\"\n"
     "2: require \"r\" has no reason: add one such as reason = \"no I-200 or I-205 came with the "
     "detainer\"\n"},
    {POLICY("require r { that = served\notherwise = honor reason = r }"),
     "3: otherwise: \"honor\" must be one of decline, review\n"},
    {POLICY("require r { that = served\notherwise = review reason = r unknown = skip }"),
     "3: there is no setting unknown of a requirement: there are that, otherwise, reason, cite\n"},
    {POLICY("require r { that = 1\notherwise = review reason = r }"),
     "2: that: \"1\" reads no fact, so it requires nothing of anybody\n"},
    {POLICY("require r { that = servd\notherwise = review reason = r }"),
     "2: that: \"servd\" reads servd, and there is no such fact; is it served?\n"},
    {POLICY("require otherwise { that = served\notherwise = review reason = r }"),
     "2: require \"otherwise\" is called as the rule in line 4: give each its own name\n"},
    {POLICY("require r { that = served otherwise = review reason = r }\n"
            "require r { that = served otherwise = review reason = r }"),
     "3: require \"r\" is described a second time: give each its own name\n"},
};

START_TEST(says_what_is_wrong)
{
    struct policy_outcome outcome = policies_parse(wrong[_i].text);

    ck_assert_str_eq(outcome.messages, wrong[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    ck_assert_ptr_null(outcome.policy);
    policies_outcome_free(&outcome);
}
END_TEST

/* ---- limits ---- */

/* So many blocks of a kind, each in its line from 2 on, and what is said of the last one. */
static const struct {
    const char *block; /* # stands for its number */
    const char *last;
    int max;
    const char *message;
} limits[] = {
    {"rule r# { when = 'age = #' unknown = skip decide = honor reason = r }\n", OTHERWISE "}",
     POLICY_RULES_MAX - 1,
     "66: rule \"otherwise\" is one too many: a version has at most 64 rules\n"},
    {"require r# { that = 'age = #' otherwise = review reason = r }\n", OTHERWISE "}",
     POLICY_REQUIREMENTS_MAX,
     "18: require \"r17\" is one too many: a version has at most 16 requirements\n"},
    {OTHERWISE "}\nversion w# { from = 20#-01-01 until = 20#-12-31 ", OTHERWISE "}",
     POLICY_VERSIONS_MAX - 1, "18: version \"w16\" is one too many: a policy has at most 16\n"},
};

static void write_block(FILE *file, const char *block, int number)
{
    for (; *block; block++)
        if (*block == '#')
            fprintf(file, "%02d", number);
        else
            fputc(*block, file);
}

static char *repeat_block(const char *block, const char *last, int count)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    fprintf(file, "title = t version v { until = 2000-12-31\n");
    for (int i = 1; i <= count; i++)
        write_block(file, block, i);
    fprintf(file, "%s", last);
    fclose(file);
    return text;
}

START_TEST(takes_so_many_and_no_more)
{
    char *most = repeat_block(limits[_i].block, limits[_i].last, limits[_i].max);
    char *more = repeat_block(limits[_i].block, limits[_i].last, limits[_i].max + 1);
    struct policy_outcome outcome = policies_parse(more);

    policy_free(policies_good(most));
    ck_assert_str_eq(outcome.messages, limits[_i].message);
    policies_outcome_free(&outcome);
    free(most);
    free(more);
}
END_TEST

START_TEST(refuses_what_is_too_long)
{
    char *text = calloc(1, 256 * 1024 + 2);
    struct policy_outcome outcome;

    memset(text, ' ', 256 * 1024);
    memcpy(text, POLICY(""), strlen(POLICY("")));
    policy_free(policies_good(text));
    text[256 * 1024] = ' ';
    outcome = policies_parse(text);
    ck_assert_str_eq(outcome.messages, " too long for a policy\n");
    ck_assert_int_eq(outcome.r, -EINVAL);
    policies_outcome_free(&outcome);
    free(text);
}
END_TEST

/* What one condition may take, so many may not together. */
START_TEST(refuses_a_list_that_takes_too_many_steps)
{
    struct policy_outcome outcome;
    char *text, *messages;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    fprintf(file, "title = t version v {\nrule r { when = {");
    for (int i = 0; i < 16; i++) {
        fprintf(file, "%s'age", i ? "," : "");
        for (int j = 0; j < 90; j++)
            fprintf(file, "+age");
        fprintf(file, "'");
    }
    fprintf(file, "} unknown = skip decide = honor reason = r }\n" OTHERWISE "}");
    fclose(file);
    outcome = policies_parse(text);
    messages = outcome.messages;
    ck_assert_str_eq(messages, "2: \"r\": its list of conditions fails: it takes too many steps\n");
    policies_outcome_free(&outcome);
    free(text);
}
END_TEST

/* ---- names and files ---- */

static int parse_as(const char *name, char **messages)
{
    struct policy *policy = NULL;
    size_t size;
    struct mistakes mistakes = {"FILE", open_memstream(messages, &size)};
    int r = policy_parse(name, POLICY(""), &mistakes, &policy);

    fclose(mistakes.messages);
    if (policy)
        policy_free(policy);
    return r;
}

START_TEST(refuses_a_name_that_is_none)
{
    static const char *const good[] = {"a", "la-2013", "1234567890123456789012345678901234567890"};
    static const char *const bad[] = {
        "", "A", "a b", "a.b", "../a", "12345678901234567890123456789012345678901", "a_b\n"};
    char *messages;

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        ck_assert_int_eq(parse_as(good[i], &messages), 0);
        free(messages);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        ck_assert_int_eq(parse_as(bad[i], &messages), -EINVAL);
        ck_assert_str_eq(messages, "FILE: a policy is called by 1 to 40 small letters, digits and "
                                   "hyphens, and its file by that and .policy\n");
        free(messages);
    }
}
END_TEST

/* Writes the file, if there is a text; loads it. */
static struct policy_outcome load(const char *path, const char *text)
{
    struct policy_outcome outcome = {0};
    size_t size;
    struct mistakes mistakes = {path, open_memstream(&outcome.messages, &size)};
    FILE *file = text ? fopen(path, "w") : NULL;

    if (file) {
        fputs(text, file);
        fclose(file);
    }
    outcome.r = policy_load(&mistakes, &outcome.policy);
    fclose(mistakes.messages);
    if (file)
        unlink(path);
    return outcome;
}

START_TEST(loads_files_by_their_names)
{
    const struct {
        const char *path, *text, *name, *message;
    } files[] = {
        {"la-2013.policy", POLICY(""), "la-2013", ""},
        {"./la-2013.policy", POLICY(""), "la-2013", ""},
        {"la-2013.policy", POLICY("x = y"), NULL,
         "la-2013.policy:2: there is no setting x of a version: there are from, until, cite, "
         "clock, rule, require\n"},
        {"la-2013.conf", POLICY(""), NULL, "la-2013.conf: a policy is called by"},
        {".policy", POLICY(""), NULL, ".policy: a policy is called by"},
        {"12345678901234567890123456789012345678901.policy", POLICY(""), NULL,
         "12345678901234567890123456789012345678901.policy: a policy is called by"},
        {"none.policy", NULL, NULL, "none.policy: No such file or directory\n"},
        {"b.policy", "a\x7f", NULL, "b.policy:1: byte 0x7f: this must be plain text\n"},
    };
    char directory[] = "/tmp/test_policy-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct policy_outcome outcome = load(files[i].path, files[i].text);

        ck_assert_int_eq(outcome.r, files[i].name ? 0 : -EINVAL);
        if (files[i].name)
            ck_assert_str_eq(policy_name(outcome.policy), files[i].name);
        ck_assert_mem_eq(outcome.messages, files[i].message, strlen(files[i].message));
        policies_outcome_free(&outcome);
    }
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* ---- any text ---- */

/* Whatever is done to a file, it is read or refused with a reason, and memory stays whole. */
START_TEST(survives_any_change_of_a_file)
{
    static const char bytes[] = "\"'\\{}=()+*,/#\n |$x0 ;-?";
    struct unit_random random = unit_random_start("test_policy_file");

    for (int round = 0; round < 1000; round++) {
        char text[sizeof(example)];
        struct policy_outcome outcome;

        memcpy(text, example, sizeof(example));
        for (uint64_t n = unit_random_below(&random, 3) + 1; n; n--)
            text[unit_random_below(&random, sizeof(example) - 1)] =
                bytes[unit_random_below(&random, sizeof(bytes) - 1)];
        outcome = policies_parse(text);
        ck_assert_msg((outcome.r == 0 && outcome.policy && !*outcome.messages) ||
                          (outcome.r == -EINVAL && !outcome.policy && *outcome.messages),
                      "%d\n%s\n%s", outcome.r, text, outcome.messages);
        policies_outcome_free(&outcome);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = tells_what_a_file_says},
        {.test = tells_the_clocks_and_days_of_versions},
        {.test = hashes_the_text},
        {.test = leaves_out_what_is_not_given},
        {says_what_is_wrong, ARRAY_SIZE(wrong)},
        {takes_so_many_and_no_more, ARRAY_SIZE(limits)},
        {.test = refuses_what_is_too_long},
        {.test = refuses_a_list_that_takes_too_many_steps},
        {.test = refuses_a_name_that_is_none},
        {.test = loads_files_by_their_names},
        {.test = survives_any_change_of_a_file},
    };

    return unit_run("policy_file", tests, ARRAY_SIZE(tests));
}
