/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The command line, read against the table of verbs.
 *
 * Values are checked here as far as the table knows them (times, names, numbers), so that a slip
 * costs no round trip and gets an answer in the words of the command line.
 */

#include "verbs.h"

#define ARGUMENTS_MAX 12 /* options of one verb */

struct arguments {
    /* Of detainerctl itself, anywhere on the line. */
    const char *socket; /* NULL: not given */
    bool json;
    bool help;
    bool version;

    const struct verb *verb; /* NULL: none given */
    const char *group;       /* the first word of a verb of two words; NULL: none given */

    /* What stands after the verb, as far as the verb takes it. */
    size_t n_operands;
    int64_t hold;
    const char *policy;
    const char *file; /* "-": standard input */

    /*
     * By the index of verb_option(); NULL where not given. Times are RFC 3339 in UTC, whatever the
     * form they were typed in. The strings are those of argv or of `times`.
     */
    const char *values[ARGUMENTS_MAX];
    char times[ARGUMENTS_MAX][INSTANT_TEXT_SIZE];
};

/*
 * Reads argv[1] and on. `now` is what `now` means. Returns EXIT_DONE, or says on stderr what is
 * wrong and returns EXIT_USAGE. What is required may be missing where `help` or `version` is set.
 */
int arguments_parse(struct arguments *arguments, char *const argv[], instant now);

/* The value of the option of that member name, or NULL where not given. */
const char *arguments_value(const struct arguments *arguments, const char *member);

/* The same for a number; `fallback` where not given. */
int64_t arguments_number(const struct arguments *arguments, const char *member, int64_t fallback);
