/* SPDX-License-Identifier: ISC */

/* reload: the daemon reads its configuration, policies and calendars anew. */

#include "arguments.h"
#include "exits.h"
#include "session.h"
#include "text.h"

static void put_count(const char *before, const json_t *root, const char *member, const char *after)
{
    int64_t count = member_int(root, member);

    if (count != INT64_MIN)
        printf("%s%lld%s", before, (long long)count, after);
}

static void put_loaded(const json_t *root)
{
    fputs("reloaded", stdout);
    put_count(": ", root, "facilities", " facilities");
    put_count(", ", root, "policies", " policies");
    put_count(", ", root, "calendars", " calendars");
    putchar('\n');
}

/* Every mistake with its file and line, and then that nothing has changed. */
static int report_mistakes(const struct session *session, const struct reply *reply)
{
    const json_t *mistakes = json_object_get(reply->json, "mistakes");
    const json_t *mistake;
    size_t i;

    if (session->json || !json_array_size(mistakes))
        return session_report_problem(session, reply);
    json_array_foreach(mistakes, i, mistake)
    {
        const char *text = json_string_value(mistake);

        text_put(stderr, text ? text : "");
        fputc('\n', stderr);
    }
    fputs("detainerctl: nothing was reloaded; what ran before runs on (", stderr);
    text_put(stderr, member_text(reply->json, "kind"));
    fputs(")\n", stderr);
    return EXIT_REFUSED;
}

int verb_reload(struct session *session, const struct arguments *arguments)
{
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = session_try(session, "/v1/reload", "{}", SESSION_TIMEOUT_S, &reply);

    (void)arguments;
    if (r)
        return session_report_failure(session, r, false);
    if (reply.answer->status >= 300)
        return report_mistakes(session, &reply);
    if (session->json)
        session_print_json(&reply);
    else
        put_loaded(reply.json);
    return EXIT_DONE;
}
