/* SPDX-License-Identifier: ISC */

/*
 * The command line. Not getopt_long(3): options come from tables, times may begin with a dash, and
 * a misspelt option deserves better than "unrecognized".
 */

#include "arguments.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "macro.h"
#include "nearest.h"
#include "text.h"
#include "when.h"

static const char *const global_options[] = {"socket", "json", "help", "version"};

__attribute__((format(printf, 1, 2))) static int usage_error(const char *format, ...)
{
    _cleanup_(free_ptr) char *message = NULL;
    va_list list;

    va_start(list, format);
    message = text_new_from(format, list);
    va_end(list);
    fputs("detainerctl: ", stderr);
    text_put(stderr, message);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* `group` is the word before, where there was one. */
static int unknown_verb(const char *group, const char *word)
{
    _cleanup_(free_ptr) char *name = text_new("%s%s%s", group, *group ? " " : "", word);
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < n_verbs; i++)
        if (!*group || verb_is_in(&verbs[i], group))
            nearest_consider(&nearest, verbs[i].name);
    for (size_t i = 0; i < n_verb_groups && !*group; i++)
        nearest_consider(&nearest, verb_groups[i]);
    if (nearest.best)
        return usage_error("there is no command \"%s\"; did you mean \"%s\"?", name, nearest.best);
    return usage_error("there is no command \"%s\"; see detainerctl%s%s --help", name,
                       *group ? " " : "", group);
}

static int unknown_option(const struct verb *verb, const char *name)
{
    struct nearest nearest = nearest_to(name);
    char names[ARGUMENTS_MAX][OPTION_NAME_SIZE];
    const struct record_field *option;

    for (size_t i = 0; i < ARRAY_SIZE(global_options); i++)
        nearest_consider(&nearest, global_options[i]);
    for (size_t i = 0; verb && (option = verb_option(verb, i)); i++) {
        verb_option_name(option, names[i]);
        nearest_consider(&nearest, names[i]);
    }
    if (nearest.best)
        return usage_error("%s%sthere is no option --%s; did you mean --%s?",
                           verb ? verb->name : "", verb ? ": " : "", name, nearest.best);
    return usage_error("%s%sthere is no option --%s; see detainerctl%s%s --help",
                       verb ? verb->name : "", verb ? ": " : "", name, verb ? " " : "",
                       verb ? verb->name : "");
}

/* ---- values
 * --------------------------------------------------------------------------------------- */

static int check_name(const char *option, const char *text, const struct names *names)
{
    struct nearest nearest = nearest_to(text);
    char list[256];

    if (names_find(names, text))
        return EXIT_DONE;
    for (size_t i = 1; i < names->count; i++)
        nearest_consider(&nearest, names->values[i]);
    if (nearest.best)
        return usage_error("--%s: \"%s\" is not known; did you mean %s?", option, text,
                           nearest.best);
    names_list(names, list, sizeof(list));
    return usage_error("--%s: \"%s\" is not one of %s", option, text, list);
}

static int check_number(const char *option, const char *text, bool positive)
{
    size_t length = strlen(text);

    if (!length || length > 18 || strspn(text, "0123456789") != length)
        return usage_error("--%s: \"%s\" is not a whole number", option, text);
    if (positive && strspn(text, "0") == length)
        return usage_error("--%s must be at least 1", option);
    return EXIT_DONE;
}

static int set_time(struct arguments *arguments, size_t index, const char *option, const char *text,
                    instant now)
{
    instant at;
    int problem = when_parse(text, now, &at);

    if (problem)
        return usage_error("--%s: \"%s\" %s", option, text, when_problem_text(problem));
    instant_format(at, arguments->times[index]);
    arguments->values[index] = arguments->times[index];
    return EXIT_DONE;
}

static size_t index_of(const struct verb *verb, const struct record_field *option)
{
    size_t index = 0;

    while (verb_option(verb, index) != option)
        index++;
    return index;
}

static int set_value(struct arguments *arguments, const struct record_field *field,
                     const char *option, const char *text, instant now)
{
    size_t index = index_of(arguments->verb, field);

    assert(index < ARGUMENTS_MAX);
    if (arguments->values[index])
        return usage_error("--%s is given twice", option);
    arguments->values[index] = text;
    switch (field->type) {
    case RECORD_INSTANT:
        return set_time(arguments, index, option, text, now);
    case RECORD_NAME:
        return check_name(option, text, field->names);
    case RECORD_INT:
        return check_number(option, text, field->flags & RECORD_POSITIVE);
    default:
        return EXIT_DONE;
    }
}

/* ---- words
 * ---------------------------------------------------------------------------------------- */

/* Options without a value. Returns whether it was one of them. */
static bool set_switch(struct arguments *arguments, const char *name)
{
    if (strcmp(name, "json") == 0)
        arguments->json = true;
    else if (strcmp(name, "help") == 0)
        arguments->help = true;
    else if (strcmp(name, "version") == 0)
        arguments->version = true;
    else
        return false;
    return true;
}

/* One option, with its value in the same word after `=`, or in the next one. */
static int read_option(struct arguments *arguments, const char *word, char *const **next,
                       instant now)
{
    const char *equals = strchr(word, '=');
    _cleanup_(free_ptr) char *name =
        text_not_null(strndup(word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word) - 2));
    const struct record_field *field =
        arguments->verb ? verb_option_find(arguments->verb, name) : NULL;
    bool is_socket = strcmp(name, "socket") == 0;
    const char *value = equals ? equals + 1 : **next;

    if (!equals && set_switch(arguments, name))
        return EXIT_DONE;
    if (!equals && field && field->type == RECORD_BOOL)
        return set_value(arguments, field, name, "true", now);
    if (!field && !is_socket)
        return unknown_option(arguments->verb, name);
    if (!value || (!equals && strncmp(value, "--", 2) == 0))
        return usage_error("--%s needs a value", name);
    if (!equals)
        (*next)++;
    if (field)
        return set_value(arguments, field, name, value, now);
    arguments->socket = value;
    return EXIT_DONE;
}

static int read_verb(struct arguments *arguments, const char *word)
{
    const char *group = arguments->group;

    if (!group && strcmp(word, "help") == 0) {
        arguments->help = true;
        return EXIT_DONE;
    }
    if (!group && verb_is_group(word)) {
        arguments->group = word;
        return EXIT_DONE;
    }
    arguments->verb = group ? verb_find_in(group, word) : verb_find(word);
    return arguments->verb ? EXIT_DONE : unknown_verb(group ? group : "", word);
}

/* Sets arguments->hold. Returns whether the word is the id of one. */
static bool set_hold(struct arguments *arguments, const char *word)
{
    size_t length = strlen(word);

    if (length > 18 || strspn(word, "0123456789") != length)
        return false;
    arguments->hold = strtoll(word, NULL, 10);
    return arguments->hold > 0;
}

static bool set_text(const char **text, const char *word)
{
    *text = word;
    return *word;
}

static bool set_operand(struct arguments *arguments, enum operand operand, const char *word)
{
    switch (operand) {
    case OPERAND_HOLD:
        return set_hold(arguments, word);
    case OPERAND_POLICY:
        return set_text(&arguments->policy, word);
    case OPERAND_FILE:
        return set_text(&arguments->file, word);
    default:
        return false;
    }
}

/* The next operand that the verb wants; OPERAND_NONE where it has all. */
static enum operand next_operand(const struct arguments *arguments)
{
    if (arguments->n_operands == OPERANDS_MAX)
        return OPERAND_NONE;
    return arguments->verb->operands[arguments->n_operands];
}

static int read_operand(struct arguments *arguments, const char *word)
{
    enum operand operand = next_operand(arguments);
    const struct operand_kind *kind = &operand_kinds[operand];

    if (!operand)
        return usage_error("%s: \"%s\" is one word too many", arguments->verb->name, word);
    if (!set_operand(arguments, operand, word))
        return usage_error("%s: \"%s\" is not %s%s", arguments->verb->name, word, kind->what,
                           kind->hint);
    arguments->n_operands++;
    return EXIT_DONE;
}

/* A word that is no option: the verb, then what the verb takes. */
static int read_word(struct arguments *arguments, const char *word)
{
    return arguments->verb ? read_operand(arguments, word) : read_verb(arguments, word);
}

static int check_operands(const struct arguments *arguments)
{
    const struct operand_kind *kind = &operand_kinds[next_operand(arguments)];
    _cleanup_(free_ptr) char *synopsis = verb_synopsis(arguments->verb);

    if (!kind->what)
        return EXIT_DONE;
    return usage_error("%s needs %s: detainerctl %s%s", arguments->verb->name, kind->what, synopsis,
                       kind->hint);
}

static int check_options(const struct arguments *arguments)
{
    const struct verb *verb = arguments->verb;
    const struct record_field *field;

    for (size_t i = 0; (field = verb_option(verb, i)); i++) {
        char name[OPTION_NAME_SIZE];

        verb_option_name(field, name);
        if (field->flags & RECORD_REQUIRED && !arguments->values[i])
            return usage_error("%s needs --%s; see detainerctl %s --help", verb->name, name,
                               verb->name);
    }
    return EXIT_DONE;
}

static int check_complete(const struct arguments *arguments)
{
    int r;

    if (!arguments->verb && arguments->group)
        return usage_error("%s: say what to do; detainerctl %s --help shows how", arguments->group,
                           arguments->group);
    if (!arguments->verb)
        return usage_error("say what to do; detainerctl --help shows how");
    r = check_operands(arguments);
    return r ? r : check_options(arguments);
}

int arguments_parse(struct arguments *arguments, char *const argv[], instant now)
{
    bool only_words = false;
    int r = EXIT_DONE;

    *arguments = (struct arguments){0};
    for (char *const *next = argv[0] ? argv + 1 : argv; *next && !r;) {
        const char *word = *next++;

        if (only_words || word[0] != '-' || !word[1])
            r = read_word(arguments, word);
        else if (strcmp(word, "--") == 0)
            only_words = true;
        else if (word[1] == '-')
            r = read_option(arguments, word, &next, now);
        else if (strcmp(word, "-h") == 0)
            arguments->help = true;
        else
            r = usage_error("there is no option %s; see detainerctl --help", word);
    }
    if (!r && !arguments->help && !arguments->version)
        r = check_complete(arguments);
    return r;
}

/* ---- reading what was given
 * ----------------------------------------------------------------------- */

const char *arguments_value(const struct arguments *arguments, const char *member)
{
    const struct record_field *option;
    size_t i = 0;

    while ((option = verb_option(arguments->verb, i)) && strcmp(option->name, member) != 0)
        i++;
    assert(option);
    return arguments->values[i];
}

int64_t arguments_number(const struct arguments *arguments, const char *member, int64_t fallback)
{
    const char *value = arguments_value(arguments, member);

    return value ? strtoll(value, NULL, 10) : fallback;
}
