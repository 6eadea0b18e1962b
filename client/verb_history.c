/* SPDX-License-Identifier: ISC */

/* history: what happened to one hold. */

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "local.h"
#include "session.h"
#include "target.h"
#include "text.h"

/* One page after *seq, which moves on to its last event. Returns the number of events, or -1 and
 * *exit. */
static ssize_t print_page(struct session *session, const char *path, const struct zone *zone,
                          int64_t *seq, int *exit_code)
{
    _cleanup_(target_clear) struct target target = {0};
    _cleanup_(reply_clear) struct reply reply = {0};
    const json_t *events, *event;
    size_t i;

    target_begin(&target, path);
    target_add_int(&target, "after", *seq);
    target_add_int(&target, "limit", TARGET_PAGE_MAX);
    *exit_code = session_get(session, target_end(&target), &reply);
    if (*exit_code)
        return -1;
    events = json_object_get(reply.json, "events");
    if (session->json)
        session_print_json(&reply);
    json_array_foreach(events, i, event)
    {
        if (!session->json)
            describe_event(stdout, event, zone);
        *seq = member_int(event, "seq");
    }
    return (ssize_t)json_array_size(events);
}

int verb_history(struct session *session, const struct arguments *arguments)
{
    _cleanup_(free_ptr) char *path = text_new("/v1/holds/%lld", (long long)arguments->hold);
    _cleanup_(free_ptr) char *events_path = text_new("%s/events", path);
    _cleanup_(reply_clear) struct reply hold = {0};
    const struct zone *zone;
    int64_t seq = 0, last_seq;
    ssize_t n_events;
    int exit_code = session_get(session, path, &hold);

    if (exit_code)
        return exit_code;
    zone = local_zone(member_text(hold.json, "zone"));
    last_seq = member_int(hold.json, "last_seq");
    do {
        n_events = print_page(session, events_path, zone, &seq, &exit_code);
    } while (n_events > 0 && seq < last_seq); /* a short page is no sign of the end */
    return exit_code;
}
