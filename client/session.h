/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * One run of detainerctl against one daemon: calls, and what to tell people and scripts when they
 * fail.
 */

#include "answer.h"
#include "key.h"
#include "member.h"

#define SESSION_TIMEOUT_S 30

struct session {
    const char *socket;
    struct detainer *client;
    bool json;               /* print what the daemon says as it says it */
    const char *key;         /* of what is posted; NULL for a new one each time */
    const char *if_match;    /* the revision at which the hold must be; NULL for any */
    char last_key[KEY_SIZE]; /* the new one, last time */
};

/* What the daemon said: as text, and read. */
struct reply {
    struct detainer_answer *answer;
    json_t *json; /* the answer's own */
};

void reply_clear(struct reply *reply);

/*
 * Makes the session's client, which tries once. Returns what detainer_open() does.
 */
int session_open(struct session *session);
void session_close(struct session *session);

/*
 * Sends one request, with a body a POST. What is posted has a key, so that it is sent once more
 * where the connection breaks before the answer. Returns 0 for an answer that is a JSON object,
 * whatever its status, which the caller clears; or a negative errno as detainer_post() does, and
 * -EBADMSG for any other answer.
 */
int session_try(struct session *session, const char *target, const char *body, int timeout_s,
                struct reply *reply);

/*
 * The same for callers who only go on when all is well: returns EXIT_DONE and a reply of status
 * 2xx, or says on stderr what went wrong and returns what to exit with.
 */
int session_call(struct session *session, const char *target, const char *body,
                 struct reply *reply);
int session_get(struct session *session, const char *target, struct reply *reply);

/* A question that needs a body: POST, but nothing is recorded. */
int session_ask(struct session *session, const char *target, const char *body, struct reply *reply);

/* Says on stderr why the daemon could not be talked to, and what to check. Returns
 * EXIT_UNREACHABLE. */
int session_report_failure(const struct session *session, int error, bool is_command);

/* The same in a few words; static text. */
const char *session_failure(int error);

/* Says on stderr what the daemon refused, and why. Returns EXIT_REFUSED or, for 5xx,
 * EXIT_UNREACHABLE. */
int session_report_problem(const struct session *session, const struct reply *reply);

/* Prints the daemon's answer as one line. */
void session_print_json(const struct reply *reply);
