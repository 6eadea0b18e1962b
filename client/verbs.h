/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Verbs: what detainerctl can do, one row each.
 *
 * Commands on holds take their options from the domain's own command_table, so that a member of the
 * API and the option of that name cannot drift apart; a new command costs one row there and one
 * here. The verbs that only read describe their options in the same kind of record. A verb has one
 * word or, where several do things to the same kind of object, two: "policy list".
 */

#include "command.h"
#include "options.h"

struct arguments;
struct session;

/* What stands after a verb, in this order. */
enum operand {
    OPERAND_NONE, /* ends the list */
    OPERAND_HOLD,
    OPERAND_POLICY,
    OPERAND_FILE,
    OPERAND_KINDS
};

#define OPERANDS_MAX 2

struct operand_kind {
    const char *placeholder; /* in the synopsis */
    const char *what;        /* in a sentence */
    const char *hint;        /* where to find one; "" where that is plain */
};
extern const struct operand_kind operand_kinds[OPERAND_KINDS];

struct verb {
    const char *name; /* one word or two, with a blank between */
    const struct record *options;
    int (*run)(struct session *session, const struct arguments *arguments); /* an enum exit_code */
    enum command_kind command; /* that verb_command() sends; COMMAND_FROM_OUTSIDE for the others */
    enum operand operands[OPERANDS_MAX];
    bool alone;          /* it asks no daemon */
    const char *summary; /* one line, for the overview */
    const char *about;   /* sentences, for its own help */
    const char *example;
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/* The first words of verbs of two words. */
extern const char *const verb_groups[];
extern const size_t n_verb_groups;

/* The verb of that name, both words of it where it has two, or NULL. */
const struct verb *verb_find(const char *name);

/* Whether verbs of two words begin with that one, and whether this one is among them. */
bool verb_is_group(const char *word);
bool verb_is_in(const struct verb *verb, const char *group);

/* The last word of a verb's name. */
const char *verb_last_word(const struct verb *verb);

/* The verb of those two words, or NULL. */
const struct verb *verb_find_in(const char *group, const char *word);

/* The verb with its operands: "start HOLD". The caller frees. */
char *verb_synopsis(const struct verb *verb);

/* What the verbs do, each in the file of its name. */
int verb_command(struct session *session, const struct arguments *arguments);
int verb_list(struct session *session, const struct arguments *arguments);
int verb_show(struct session *session, const struct arguments *arguments);
int verb_history(struct session *session, const struct arguments *arguments);
int verb_watch(struct session *session, const struct arguments *arguments);
int verb_status(struct session *session, const struct arguments *arguments);
int verb_deadline(struct session *session, const struct arguments *arguments);
int verb_policy_list(struct session *session, const struct arguments *arguments);
int verb_policy_show(struct session *session, const struct arguments *arguments);
int verb_policy_test(struct session *session, const struct arguments *arguments);
int verb_reload(struct session *session, const struct arguments *arguments);
int verb_review(struct session *session, const struct arguments *arguments);
