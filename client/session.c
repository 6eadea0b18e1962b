/* SPDX-License-Identifier: ISC */

/* One run of detainerctl against one daemon. */

#include "session.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "exits.h"
#include "text.h"
#include "transport.h"

void reply_clear(struct reply *reply)
{
    detainer_answer_free(reply->answer);
    *reply = (struct reply){0};
}

int session_open(struct session *session)
{
    int r = detainer_open(session->socket, "detainerctl/" PACKAGE_VERSION, &session->client);

    if (!r)
        detainer_set_patience(session->client, 0); /* whoever waits can type it again */
    return r;
}

void session_close(struct session *session)
{
    detainer_close(session->client);
}

/* What the key of a post is, or was. */
static const char *key_of(const struct session *session)
{
    return session->key ? session->key : session->last_key;
}

static int make_key(struct session *session)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return key_make(now.tv_sec * US_PER_S + now.tv_nsec / 1000, session->last_key);
}

static int post(struct session *session, const char *target, const char *body,
                struct detainer_answer **answer)
{
    _cleanup_(free_ptr) char *tag = NULL;
    int r = session->key ? 0 : make_key(session);

    if (r)
        return r;
    if (session->if_match)
        tag = text_new("\"%s\"", session->if_match);
    r = detainer_post(session->client, target, body, key_of(session), tag, answer);
    if (r == -ECONNRESET)
        r = detainer_post(session->client, target, body, key_of(session), tag, answer);
    return r;
}

int session_try(struct session *session, const char *target, const char *body, int timeout_s,
                struct reply *reply)
{
    int r;

    *reply = (struct reply){0};
    detainer_set_timeout(session->client, timeout_s);
    if (body)
        r = post(session, target, body, &reply->answer);
    else
        r = detainer_get(session->client, target, &reply->answer);
    if (r)
        return r;
    reply->json = reply->answer->json;
    if (!json_is_object(reply->json)) {
        reply_clear(reply);
        return -EBADMSG;
    }
    return 0;
}

static int call(struct session *session, const char *target, const char *body, bool is_command,
                struct reply *reply)
{
    int r = session_try(session, target, body, SESSION_TIMEOUT_S, reply);

    if (r)
        return session_report_failure(session, r, is_command);
    if (reply->answer->status < 300)
        return EXIT_DONE;
    r = session_report_problem(session, reply);
    reply_clear(reply);
    return r;
}

int session_call(struct session *session, const char *target, const char *body, struct reply *reply)
{
    return call(session, target, body, true, reply);
}

int session_get(struct session *session, const char *target, struct reply *reply)
{
    return call(session, target, NULL, false, reply);
}

int session_ask(struct session *session, const char *target, const char *body, struct reply *reply)
{
    return call(session, target, body, false, reply);
}

/* ---- failures
 * ------------------------------------------------------------------------------------- */

static const struct failure {
    int error;
    const char *what, *check;
} failures[] = {
    {ENOENT, "there is no such socket",
     "Is detainerd running? systemctl status detainerd. Another socket: --socket or "
     "DETAINERD_SOCKET."},
    {ECONNREFUSED, "nothing listens there",
     "Is detainerd running? systemctl status detainerd. Another socket: --socket or "
     "DETAINERD_SOCKET."},
    {EACCES, "permission denied", "Its mode, or that of its directory, keeps you out: ls -l."},
    {ENAMETOOLONG, "no socket can have a path that long", "107 bytes are the most."},
    {EAGAIN, "too many clients wait for it already", "Try again."},
    {ETIMEDOUT, "it did not answer in time", "Is it busy, or stopped? systemctl status detainerd."},
    {ECONNRESET, "it broke the connection off",
     "Did detainerd stop? systemctl status detainerd; journalctl -u detainerd."},
    {EIO, "it failed", "journalctl -u detainerd."},
    {EBADMSG, "what answered is not detainerd", "Is the path right?"},
    {EPROTO, "what answered is not detainerd", "Is the path right?"},
};

static const struct failure *failure_of(int error)
{
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
        if (failures[i].error == -error)
            return &failures[i];
    return NULL;
}

const char *session_failure(int error)
{
    const struct failure *failure = failure_of(error);

    return failure ? failure->what : strerror(-error);
}

int session_report_failure(const struct session *session, int error, bool is_command)
{
    const struct failure *failure = failure_of(error);

    fputs("detainerctl: cannot talk to detainerd at ", stderr);
    text_put(stderr, session->socket);
    fprintf(stderr, ": %s\n", session_failure(error));
    if (failure)
        fprintf(stderr, "  %s\n", failure->check);
    if (is_command && !transport_failed_to_connect(error))
        fprintf(
            stderr,
            "  The command may have been recorded all the same. Repeat it with --key %s: then it "
            "is recorded once.\n",
            key_of(session));
    return EXIT_UNREACHABLE;
}

int session_report_problem(const struct session *session, const struct reply *reply)
{
    const char *detail = member_text(reply->json, "detail");
    const char *kind = member_text(reply->json, "kind");
    long status = reply->answer->status;

    if (session->json) {
        text_put_json(stderr, reply->answer->body.data);
        fputc('\n', stderr);
    } else if (*detail) {
        fputs("detainerctl: ", stderr);
        text_put(stderr, detail);
        fputs(" (", stderr);
        text_put(stderr, *kind ? kind : "unknown");
        fputs(")\n", stderr);
    } else {
        fprintf(stderr, "detainerctl: HTTP status %ld, with no reason given (unknown)\n", status);
    }
    return status >= 400 && status < 500 ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

void session_print_json(const struct reply *reply)
{
    size_t size;
    const char *text = detainer_answer_body(reply->answer, &size);

    text_put_json(stdout, text);
    if (!size || text[size - 1] != '\n')
        putchar('\n');
}
