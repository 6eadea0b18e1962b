/* SPDX-License-Identifier: ISC */

/* Completion, from the table of verbs. */

#include "complete.h"

#include <string.h>

#include "exits.h"
#include "session.h"
#include "text.h"
#include "transition.h"
#include "verbs.h"

#define PATIENCE_S 2 /* somebody has pressed the tab key and waits */

/* What is known of the line before the word to complete. */
struct line {
    const char *prefix; /* the word to complete */
    const char *socket;
    const char *group; /* the first word of a verb of two; NULL where there was none */
    const struct verb *verb;
    size_t n_operands;
    bool wants_value;                 /* the word before is an option that takes one */
    const struct record_field *value; /* that option, unless it is --socket */
};

static void offer(const struct line *line, const char *candidate)
{
    if (strncmp(candidate, line->prefix, strlen(line->prefix)) == 0)
        puts(candidate);
}

/* The shell knows how to offer files. No candidate begins so. */
static void offer_files(void)
{
    puts(COMPLETE_FILES);
}

static void offer_option(const struct line *line, const char *name)
{
    _cleanup_(free_ptr) char *word = text_new("--%s", name);

    offer(line, word);
}

/* ---- what the daemon knows
 * ------------------------------------------------------------------------ */

static json_t *ask(const struct line *line, const char *target)
{
    struct session session = {.socket = line->socket};
    _cleanup_(reply_clear) struct reply reply = {0};
    json_t *json = NULL;

    if (session_open(&session))
        return NULL;
    if (!session_try(&session, target, NULL, PATIENCE_S, &reply))
        json = json_incref(reply.json);
    session_close(&session);
    return json;
}

static void offer_facilities(const struct line *line)
{
    _cleanup_(json_decref_ptr) json_t *root = ask(line, "/v1/");
    const json_t *facility;
    size_t i;

    json_array_foreach(json_object_get(root, "facilities"), i, facility)
    {
        offer(line, member_text(facility, "id"));
    }
}

static void offer_policies(const struct line *line)
{
    _cleanup_(json_decref_ptr) json_t *root = ask(line, "/v1/policies");
    const json_t *policy;
    size_t i;

    json_array_foreach(json_object_get(root, "policies"), i, policy)
    {
        offer(line, member_text(policy, "name"));
    }
}

/* Holds on which the command is legal; any hold for verbs that only look. */
static void offer_holds(const struct line *line)
{
    _cleanup_(json_decref_ptr) json_t *root = ask(line, "/v1/holds?limit=1000");
    const json_t *hold;
    size_t i;

    json_array_foreach(json_object_get(root, "holds"), i, hold)
    {
        int state = names_find(&hold_state_names, member_text(hold, "state"));
        _cleanup_(free_ptr) char *id = text_new("%lld", (long long)member_int(hold, "id"));

        if (line->verb->command == COMMAND_FROM_OUTSIDE ||
            transition_legal((enum hold_state)state) & COMMAND_BIT(line->verb->command))
            offer(line, id);
    }
}

/* ---- what the tables know
 * ------------------------------------------------------------------------- */

static void offer_values(const struct line *line)
{
    const struct record_field *option = line->value;

    if (!option || verb_option_is_file(option))
        offer_files();
    else if (option->type == RECORD_INSTANT)
        offer(line, "now");
    else if (option->type == RECORD_NAME)
        for (size_t i = 1; i < option->names->count; i++)
            offer(line, option->names->values[i]);
    else if (strcmp(option->name, "facility") == 0)
        offer_facilities(line);
}

static void offer_options(const struct line *line)
{
    static const char *const global[] = {"help", "json", "socket", "version"};
    const struct record_field *option;

    for (size_t i = 0; line->verb && (option = verb_option(line->verb, i)); i++) {
        char name[OPTION_NAME_SIZE];

        verb_option_name(option, name);
        offer_option(line, name);
    }
    for (size_t i = 0; i < ARRAY_SIZE(global); i++)
        offer_option(line, global[i]);
}

static void offer_operand(const struct line *line)
{
    if (line->n_operands >= OPERANDS_MAX)
        return;
    switch (line->verb->operands[line->n_operands]) {
    case OPERAND_HOLD:
        offer_holds(line);
        break;
    case OPERAND_POLICY:
        offer_policies(line);
        break;
    case OPERAND_FILE:
        offer_files();
        break;
    default:
        break;
    }
}

static void offer_verbs(const struct line *line)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (line->group && verb_is_in(&verbs[i], line->group))
            offer(line, verb_last_word(&verbs[i]));
        else if (!line->group && !strchr(verbs[i].name, ' '))
            offer(line, verbs[i].name);
    for (size_t i = 0; i < n_verb_groups && !line->group; i++)
        offer(line, verb_groups[i]);
}

static void read_option(struct line *line, const char *name)
{
    bool is_socket = strcmp(name, "socket") == 0;

    line->value = !is_socket && line->verb ? verb_option_find(line->verb, name) : NULL;
    line->wants_value = is_socket || (line->value && line->value->type != RECORD_BOOL);
}

/* Takes in one word that stands before the one to complete. */
static void read_word(struct line *line, const char *word)
{
    if (line->wants_value) {
        if (!line->value)
            line->socket = word;
        line->wants_value = false;
    } else if (strncmp(word, "--", 2) == 0) {
        read_option(line, word + 2);
    } else if (line->verb) {
        line->n_operands++;
    } else if (line->group) {
        line->verb = verb_find_in(line->group, word);
    } else if (verb_is_group(word)) {
        line->group = word;
    } else {
        line->verb = verb_find(word);
    }
}

int complete(char *const words[], const char *socket_path)
{
    struct line line = {.prefix = "", .socket = socket_path};

    for (; *words && words[1]; words++)
        read_word(&line, *words);
    if (*words)
        line.prefix = *words;

    if (line.wants_value)
        offer_values(&line);
    else if (line.prefix[0] == '-')
        offer_options(&line);
    else if (!line.verb)
        offer_verbs(&line);
    else
        offer_operand(&line);
    return EXIT_DONE;
}
