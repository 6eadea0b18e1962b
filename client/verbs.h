/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Verbs: what detainerctl can do, one row each.
 *
 * Commands on holds take their options from the domain's own command_table, so that a member of the
 * API and the option of that name cannot drift apart; a new command costs one row there and one
 * here. The verbs that only read describe their options in the same kind of record.
 */

#include "command.h"

struct arguments;
struct session;

/* Flags of options, beside enum record_flags. */
enum option_flags {
    OPTION_POSITIVE = 1 << 8, /* RECORD_INT: at least 1 */
};

struct verb {
    const char *name;
    const struct record *options;
    int (*run)(struct session *session, const struct arguments *arguments); /* an enum exit_code */
    enum command_kind command; /* that verb_command() sends; COMMAND_FROM_OUTSIDE for the others */
    bool takes_hold;           /* its first argument is the id of a hold */
    const char *summary;       /* one line, for the overview */
    const char *about;         /* sentences, for its own help */
    const char *example;
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* One sentence about an option: what its value means and what holds without it. */
const char *verb_option_help(const struct verb *verb, const struct record_field *option);

/* The name of a member as an option, without the dashes: "eligible_at" is "eligible-at". */
#define OPTION_NAME_SIZE 32
void verb_option_name(const struct record_field *option, char name[static OPTION_NAME_SIZE]);

/* The option of that name ("eligible-at"), or NULL. */
const struct record_field *verb_option_find(const struct verb *verb, const char *name);

/* What the verbs do, each in the file of its name. */
int verb_command(struct session *session, const struct arguments *arguments);
int verb_list(struct session *session, const struct arguments *arguments);
int verb_show(struct session *session, const struct arguments *arguments);
int verb_history(struct session *session, const struct arguments *arguments);
int verb_watch(struct session *session, const struct arguments *arguments);
int verb_status(struct session *session, const struct arguments *arguments);
