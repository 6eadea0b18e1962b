/* SPDX-License-Identifier: ISC */

/*
 * The verbs that change something: what was given on the command line becomes the JSON body, member
 * by member as the table says, and the hold that comes back is told in a sentence.
 */

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "session.h"
#include "text.h"

/* NULL where a text is not UTF-8, with that option in *at_fault. */
static json_t *body_from(const struct arguments *arguments, const struct record_field **at_fault)
{
    const struct record *options = arguments->verb->options;
    json_t *body = text_not_null(json_object());

    for (size_t i = 0; i < options->count; i++) {
        if (!arguments->values[i])
            continue;
        *at_fault = &options->fields[i];
        if (json_object_set_new(body, options->fields[i].name, json_string(arguments->values[i]))) {
            json_decref(body);
            return NULL;
        }
    }
    return body;
}

static char *body_text(const struct arguments *arguments)
{
    const struct record_field *at_fault = NULL;
    _cleanup_(json_decref_ptr) json_t *body = body_from(arguments, &at_fault);
    char name[OPTION_NAME_SIZE];

    if (body)
        return text_not_null(json_dumps(body, JSON_COMPACT));
    verb_option_name(at_fault, name);
    fprintf(stderr, "detainerctl: --%s is not valid UTF-8\n", name);
    return NULL;
}

int verb_command(struct session *session, const struct arguments *arguments)
{
    _cleanup_(free_ptr) char *body = body_text(arguments);
    _cleanup_(free_ptr) char *target = NULL;
    _cleanup_(reply_clear) struct reply reply = {0};
    int r;

    if (!body)
        return EXIT_USAGE;
    if (arguments->verb->operands[0] == OPERAND_HOLD)
        target = text_new("/v1/holds/%lld/%s", (long long)arguments->hold, arguments->verb->name);
    else
        target = text_new("/v1/holds");
    r = session_call(session, "POST", target, body, &reply);
    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        describe_hold_briefly(stdout, reply.json);
    return EXIT_DONE;
}
