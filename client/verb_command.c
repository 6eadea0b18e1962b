/* SPDX-License-Identifier: ISC */

/*
 * The verbs that change something: what was given on the command line becomes the JSON body, member
 * by member as the table says, and the hold that comes back is told in a sentence.
 */

#include <stdlib.h>

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "json_file.h"
#include "session.h"
#include "text.h"

static int refuse_text(const struct record_field *option)
{
    char name[OPTION_NAME_SIZE];

    verb_option_name(option, name);
    fprintf(stderr, "detainerctl: --%s is not valid UTF-8\n", name);
    return EXIT_USAGE;
}

/* The JSON of an option's value. Returns EXIT_DONE, or says what is wrong. */
static int value_from(const struct record_field *option, const char *text, json_t **value)
{
    if (option->type == RECORD_FACTS)
        return json_file_read(text, value);
    *value = option->type == RECORD_INT ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
    return *value ? EXIT_DONE : refuse_text(option);
}

static int body_from(const struct arguments *arguments, char **body)
{
    const struct record *options = arguments->verb->options;
    _cleanup_(json_decref_ptr) json_t *object = text_not_null(json_object());
    int r = EXIT_DONE;

    for (size_t i = 0; i < options->count && !r; i++) {
        json_t *value = NULL;

        if (!arguments->values[i])
            continue;
        r = value_from(&options->fields[i], arguments->values[i], &value);
        if (!r)
            json_object_set_new(object, options->fields[i].name, value);
    }
    *body = r ? NULL : text_not_null(json_dumps(object, JSON_COMPACT));
    return r;
}

/* Takes up how the command is to be sent. Returns EXIT_DONE, or says what is wrong. */
static int set_delivery(struct session *session, const struct arguments *arguments)
{
    session->key = arguments_value(arguments, "key");
    if (arguments->verb->operands[0] == OPERAND_HOLD)
        session->if_match = arguments_value(arguments, "if_match");
    if (!session->key || key_is_valid(session->key))
        return EXIT_DONE;
    fprintf(stderr, "detainerctl: --key takes 1 to %d visible ASCII characters\n", KEY_LONGEST);
    return EXIT_USAGE;
}

int verb_command(struct session *session, const struct arguments *arguments)
{
    _cleanup_(free_ptr) char *body = NULL;
    _cleanup_(free_ptr) char *target = NULL;
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = set_delivery(session, arguments);

    if (!r)
        r = body_from(arguments, &body);
    if (r)
        return r;
    if (arguments->verb->operands[0] == OPERAND_HOLD)
        target = text_new("/v1/holds/%lld/%s", (long long)arguments->hold, arguments->verb->name);
    else
        target = text_new("/v1/holds");
    r = session_call(session, target, body, &reply);
    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        describe_hold_briefly(stdout, reply.json);
    return EXIT_DONE;
}
