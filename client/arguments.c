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

static int unknown_verb(const char *word)
{
    struct nearest nearest = nearest_to(word);

    for (size_t i = 0; i < n_verbs; i++)
        nearest_consider(&nearest, verbs[i].name);
    if (nearest.best)
        return usage_error("there is no command \"%s\"; did you mean \"%s\"?", word, nearest.best);
    return usage_error("there is no command \"%s\"; see detainerctl --help", word);
}

static int unknown_option(const struct verb *verb, const char *name)
{
    struct nearest nearest = nearest_to(name);
    char names[ARGUMENTS_MAX][OPTION_NAME_SIZE];

    for (size_t i = 0; i < ARRAY_SIZE(global_options); i++)
        nearest_consider(&nearest, global_options[i]);
    for (size_t i = 0; verb && i < verb->options->count; i++) {
        verb_option_name(&verb->options->fields[i], names[i]);
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

static int set_value(struct arguments *arguments, const struct record_field *field,
                     const char *option, const char *text, instant now)
{
    size_t index = (size_t)(field - arguments->verb->options->fields);

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
        return check_number(option, text, field->flags & OPTION_POSITIVE);
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

/* A word that is no option: the verb, then what the verb takes. */
static int read_word(struct arguments *arguments, const char *word)
{
    size_t length = strlen(word);

    if (!arguments->verb && strcmp(word, "help") == 0) {
        arguments->help = true;
        return EXIT_DONE;
    }
    if (!arguments->verb) {
        arguments->verb = verb_find(word);
        return arguments->verb ? EXIT_DONE : unknown_verb(word);
    }
    if (!arguments->verb->takes_hold || arguments->hold)
        return usage_error("%s: \"%s\" is one word too many", arguments->verb->name, word);
    if (!length || length > 18 || strspn(word, "0123456789") != length || !strtoll(word, NULL, 10))
        return usage_error("%s: \"%s\" is not the id of a hold; see detainerctl list",
                           arguments->verb->name, word);
    arguments->hold = strtoll(word, NULL, 10);
    return EXIT_DONE;
}

static int check_complete(const struct arguments *arguments)
{
    const struct verb *verb = arguments->verb;

    if (!verb)
        return usage_error("say what to do; detainerctl --help shows how");
    if (verb->takes_hold && !arguments->hold)
        return usage_error("%s needs the id of a hold: detainerctl %s HOLD; see detainerctl list",
                           verb->name, verb->name);
    for (size_t i = 0; i < verb->options->count; i++) {
        const struct record_field *field = &verb->options->fields[i];
        char name[OPTION_NAME_SIZE];

        verb_option_name(field, name);
        if (field->flags & RECORD_REQUIRED && !arguments->values[i])
            return usage_error("%s needs --%s; see detainerctl %s --help", verb->name, name,
                               verb->name);
    }
    return EXIT_DONE;
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
    const struct record_field *field = record_find(arguments->verb->options, member);

    assert(field);
    return arguments->values[field - arguments->verb->options->fields];
}

int64_t arguments_number(const struct arguments *arguments, const char *member, int64_t fallback)
{
    const char *value = arguments_value(arguments, member);

    return value ? strtoll(value, NULL, 10) : fallback;
}
