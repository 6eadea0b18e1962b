/* SPDX-License-Identifier: ISC */

/* show: everything about one hold. */

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "session.h"
#include "text.h"

int verb_show(struct session *session, const struct arguments *arguments)
{
    _cleanup_(free_ptr) char *target = text_new("/v1/holds/%lld", (long long)arguments->hold);
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = session_get(session, target, &reply);

    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        describe_hold(stdout, reply.json);
    return EXIT_DONE;
}
