/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Options of verbs: the records that describe them, and what help says of each.
 *
 * Commands on holds take their options from the domain's command_table; the records here are those
 * of the other verbs.
 */

#include "record.h"

struct verb;

/* Flags of options, beside enum record_flags. */
enum option_flags {
    OPTION_FILE = 1 << 8, /* RECORD_TEXT: the name of a file */
};

extern const struct record no_options;
extern const struct record delivery_options; /* of commands: how they are sent, not what they say */
extern const struct record list_options;
extern const struct record watch_options;
extern const struct record deadline_options;
extern const struct record policy_test_options;
extern const struct record review_options;

/* Whether the value of an option is the name of a file. */
bool verb_option_is_file(const struct record_field *option);

/* One sentence about an option: what its value means and what holds without it. */
const char *verb_option_help(const struct verb *verb, const struct record_field *option);

/* The name of a member as an option, without the dashes: "eligible_at" is "eligible-at". */
#define OPTION_NAME_SIZE 32
void verb_option_name(const struct record_field *option, char name[static OPTION_NAME_SIZE]);

/* The options of a verb by their index: those of its record, then those of how a command is sent.
 * NULL after the last one. */
const struct record_field *verb_option(const struct verb *verb, size_t index);

/* The option of that name ("eligible-at"), or NULL. */
const struct record_field *verb_option_find(const struct verb *verb, const char *name);
