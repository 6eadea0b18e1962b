/* SPDX-License-Identifier: ISC */

/* policy test: what a policy would decide on facts from a file. */

#include "arguments.h"
#include "exits.h"
#include "json_file.h"
#include "session.h"
#include "target.h"
#include "text.h"

/* A member of the body from the command line; false where it is no UTF-8. */
static bool set_member(json_t *body, const struct arguments *arguments, const char *member)
{
    const char *value = arguments_value(arguments, member);

    return !value || json_object_set_new(body, member, json_string(value)) == 0;
}

/* The body of the request, or NULL after saying what is wrong. */
static char *body_from(const struct arguments *arguments, json_t *facts)
{
    _cleanup_(json_decref_ptr) json_t *body = text_not_null(json_object());

    json_object_set(body, "facts", facts);
    if (set_member(body, arguments, "at") && set_member(body, arguments, "facility"))
        return text_not_null(json_dumps(body, JSON_COMPACT));
    fputs("detainerctl: --facility is not valid UTF-8\n", stderr);
    return NULL;
}

static void put_clock(const json_t *clock)
{
    _cleanup_(free_ptr) char *text = NULL;

    if (!json_is_object(clock))
        return;
    text = text_new("%lld h at most, from %s", (long long)member_int(clock, "limit_h"),
                    member_text(clock, "start"));
    text_put_field(stdout, "Clock", text);
}

static void put_ruling(const json_t *ruling)
{
    text_put_field(stdout, "Decision", member_text(ruling, "decision"));
    text_put_field(stdout, "Rule", member_text(ruling, "rule"));
    text_put_field(stdout, "Reason", member_text(ruling, "reason"));
    text_put_field(stdout, "Citation", member_text(ruling, "cite"));
    put_clock(json_object_get(ruling, "clock"));
    text_put_field(stdout, "Policy", member_text(ruling, "policy"));
    text_put_field(stdout, "Version", member_text(ruling, "version"));
    text_put_field(stdout, "SHA-256", member_text(ruling, "hash"));
}

int verb_policy_test(struct session *session, const struct arguments *arguments)
{
    _cleanup_(json_decref_ptr) json_t *facts = NULL;
    _cleanup_(free_ptr) char *body = NULL;
    _cleanup_(target_clear) struct target target = {0};
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = json_file_read(arguments->file, &facts);

    if (r)
        return r;
    body = body_from(arguments, facts);
    if (!body)
        return EXIT_USAGE;
    target_begin(&target, "/v1/policies");
    target_step(&target, arguments->policy);
    target_step(&target, "evaluate");
    r = session_ask(session, target_end(&target), body, &reply);
    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        put_ruling(reply.json);
    return EXIT_DONE;
}
