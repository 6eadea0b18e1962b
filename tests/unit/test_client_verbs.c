/* SPDX-License-Identifier: ISC */

/* The table of verbs against the domain's table of commands, and what misspelt words are taken for.
 */

#include "client/arguments.h"
#include "nearest.h"
#include "unit.h"

START_TEST(every_command_of_the_api_is_a_verb)
{
    const struct verb *verb = verb_find(command_table[_i].name);

    ck_assert_ptr_nonnull(verb);
    ck_assert_int_eq(verb->command, _i);
    ck_assert_ptr_eq(verb->options, &command_table[_i].argument);
    ck_assert(verb->operands[0] == (_i == COMMAND_REQUEST ? OPERAND_NONE : OPERAND_HOLD));
}
END_TEST

START_TEST(every_verb_and_option_is_explained)
{
    const struct record_field *option;

    for (size_t i = 0; i < n_verbs; i++) {
        const struct verb *verb = &verbs[i];

        ck_assert_uint_gt(strlen(verb->summary), 0);
        ck_assert_uint_gt(strlen(verb->about), 0);
        ck_assert_ptr_nonnull(strstr(verb->example, verb->name));
        for (size_t k = 0; (option = verb_option(verb, k)); k++) {
            ck_assert_uint_lt(k, ARGUMENTS_MAX);
            ck_assert_msg(*verb_option_help(verb, option), "%s --%s", verb->name, option->name);
        }
    }
}
END_TEST

START_TEST(verbs_of_two_words_are_found_by_both)
{
    size_t n_found = 0;

    for (size_t i = 0; i < n_verbs; i++) {
        char group[32];

        ck_assert_ptr_eq(verb_find(verbs[i].name), &verbs[i]);
        ck_assert(!verb_is_group(verbs[i].name));
        if (!strchr(verbs[i].name, ' '))
            continue;
        snprintf(group, sizeof(group), "%.*s", (int)strcspn(verbs[i].name, " "), verbs[i].name);
        ck_assert(verb_is_group(group));
        ck_assert_ptr_null(verb_find(group));
        ck_assert_ptr_eq(verb_find_in(group, verb_last_word(&verbs[i])), &verbs[i]);
        n_found++;
    }
    ck_assert_uint_ge(n_found, 3);
    ck_assert_ptr_null(verb_find_in("policy", "lis"));
    ck_assert_ptr_null(verb_find_in("polic", "list"));
    ck_assert_ptr_null(verb_find_in("policy list", "list"));
}
END_TEST

START_TEST(options_are_found_by_their_names)
{
    const struct record_field *option;

    for (size_t i = 0; i < n_verbs; i++)
        for (size_t k = 0; (option = verb_option(&verbs[i], k)); k++) {
            char name[OPTION_NAME_SIZE];

            verb_option_name(option, name);
            ck_assert_ptr_null(strchr(name, '_'));
            ck_assert_ptr_eq(verb_option_find(&verbs[i], name), option);
        }
    ck_assert_ptr_null(verb_option_find(verb_find("start"), "eligible_at"));
}
END_TEST

START_TEST(commands_have_options_of_how_they_are_sent)
{
    ck_assert_ptr_nonnull(verb_option_find(verb_find("start"), "key"));
    ck_assert_ptr_nonnull(verb_option_find(verb_find("start"), "if-match"));
    ck_assert_ptr_nonnull(verb_option_find(verb_find("request"), "key"));
    ck_assert_ptr_null(verb_option_find(verb_find("request"), "if-match"));
    ck_assert_ptr_null(verb_option_find(verb_find("list"), "key"));
    ck_assert_ptr_null(verb_option_find(verb_find("reload"), "key"));
}
END_TEST

static const struct {
    const char *word, *meant;
} misspelt[] = {
    {"lst", "list"},
    {"strat", "start"},
    {"stat", "status"},
    {"transfr", "transfer"},
    {"cancle", "cancel"},
    {"policy lits", "policy list"},
    {"policy", "policy list"},
    {"watc", "watch"},
    {"relase", "release"},
    {"wacth", "watch"},
    {"elephant", NULL},
    {"", NULL},
    {"xyzzy", NULL},
    {"his", "history"},
    {"a word that is far too long to be any", NULL},
};

START_TEST(finds_what_was_meant)
{
    struct nearest nearest = nearest_to(misspelt[_i].word);

    for (size_t i = 0; i < n_verbs; i++)
        nearest_consider(&nearest, verbs[i].name);
    if (misspelt[_i].meant)
        ck_assert_str_eq(nearest.best, misspelt[_i].meant);
    else
        ck_assert_ptr_null(nearest.best);
}
END_TEST

START_TEST(reads_a_command_line)
{
    char a[] = "detainerctl", b[] = "--json", c[] = "start", d[] = "--eligible-at=-2h", e[] = "17",
         f[] = "--reason", g[] = "other", h[] = "--socket", i[] = "/s", j[] = "--if-match",
         k[] = "3";
    char *const argv[] = {a, b, c, d, e, f, g, h, i, j, k, NULL};
    struct arguments arguments;

    ck_assert_int_eq(arguments_parse(&arguments, argv, unit_instant(T0)), 0);
    ck_assert_str_eq(arguments.verb->name, "start");
    ck_assert(arguments.json && !arguments.help && !arguments.version);
    ck_assert_int_eq(arguments.hold, 17);
    ck_assert_str_eq(arguments.socket, "/s");
    ck_assert_str_eq(arguments_value(&arguments, "reason"), "other");
    ck_assert_str_eq(arguments_value(&arguments, "eligible_at"), "2026-11-24T16:00:00Z");
    ck_assert_str_eq(arguments_value(&arguments, "if_match"), "3");
    ck_assert_ptr_null(arguments_value(&arguments, "key"));
}
END_TEST

START_TEST(reads_verbs_of_two_words)
{
    char a[] = "detainerctl", b[] = "policy", c[] = "--json", d[] = "test", e[] = "lunn", f[] = "-";
    char *const argv[] = {a, b, c, d, e, f, NULL};
    struct arguments arguments;

    ck_assert_int_eq(arguments_parse(&arguments, argv, unit_instant(T0)), 0);
    ck_assert_str_eq(arguments.verb->name, "policy test");
    ck_assert(arguments.json);
    ck_assert_str_eq(arguments.policy, "lunn");
    ck_assert_str_eq(arguments.file, "-");
    ck_assert_ptr_null(arguments_value(&arguments, "facility"));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {every_command_of_the_api_is_a_verb, COMMAND_FROM_OUTSIDE},
        {.test = every_verb_and_option_is_explained},
        {.test = verbs_of_two_words_are_found_by_both},
        {.test = options_are_found_by_their_names},
        {.test = commands_have_options_of_how_they_are_sent},
        {finds_what_was_meant, ARRAY_SIZE(misspelt)},
        {.test = reads_a_command_line},
        {.test = reads_verbs_of_two_words},
    };

    return unit_run("client_verbs", tests, ARRAY_SIZE(tests));
}
