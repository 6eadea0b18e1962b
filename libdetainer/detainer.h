/* SPDX-License-Identifier: ISC */
#ifndef DETAINER_H
#define DETAINER_H

/*
 * libdetainer: a client of detainerd for programs in C and C++. libdetainer(3) explains it with an
 * example.
 *
 * It carries requests to the daemon's Unix socket and repeats them, where that is safe, until they
 * are answered; it writes JSON objects to send and reads members of the answer. What calls there
 * are and what they mean is in docs/API.md: the library knows none of them, so that an old library
 * can use a new daemon.
 *
 * Functions return 0, or a negative errno that the comment names. Texts are UTF-8 and end with NUL.
 * Times are microseconds since 1970-01-01T00:00:00Z. A client, a body and an answer may each be
 * used by one thread at a time; different ones share nothing. No signal is raised or handled, and
 * the locale, TZ and the proxy variables of the environment have no effect.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

struct detainer;        /* a client of one daemon */
struct detainer_body;   /* a JSON object to send */
struct detainer_answer; /* what the daemon answered */

/* Where the daemon listens unless its configuration says otherwise. */
#define DETAINER_SOCKET "/run/detainerd/detainerd.sock"

/* ---- the client ---- */

/*
 * Makes a client of the daemon behind a socket; NULL stands for DETAINER_SOCKET. `agent` names the
 * calling program to the daemon: "jailbook/7.2". Connects with the first call, and keeps the
 * connection. -ENAMETOOLONG: no socket can have that path. -EINVAL: the agent has a control
 * character. -ENOMEM.
 */
int detainer_open(const char *socket_path, const char *agent, struct detainer **client);

/* NULL is allowed. */
void detainer_close(struct detainer *client);

/* How long one try of a call waits for its answer, in seconds; at first 30, at least 1. */
void detainer_set_timeout(struct detainer *client, int timeout_s);

/*
 * How long a call goes on beginning new tries, in seconds; at first 60, and 0 for a single try.
 * Repeated is what may go better the next time: no daemon behind the socket, a connection that
 * broke, a timeout, and the statuses 429 and 503. The wait between tries doubles from 0.1 s to 5 s,
 * and is never shorter than the daemon's Retry-After.
 */
void detainer_set_patience(struct detainer *client, int patience_s);

/*
 * From now on a call ends with -EINTR as soon as `fd` is readable (an eventfd, a signalfd, a pipe).
 * The descriptor stays the caller's; -1 for none.
 */
void detainer_interrupt_by(struct detainer *client, int fd);

/* ---- calls ----
 *
 * Each waits for the daemon's answer. 0 means that there is one, whatever its status; the caller
 * frees it. Otherwise *answer is NULL and the result is that of the last try:
 *
 *   -ENOENT, -ECONNREFUSED, -EACCES, ...  connect(2) failed: is the daemon running, is the user in
 *                                         its group?
 *   -ECONNRESET                           the connection broke before the answer was complete
 *   -ETIMEDOUT                            it took too long
 *   -EINTR                                see detainer_interrupt_by()
 *   -EPROTO                               what listens there does not speak HTTP
 *   -EMSGSIZE                             the answer is larger than any of detainerd
 *   -EINVAL                               an argument that cannot be sent, as said below
 *   -ENOMEM
 *
 * After a -ECONNRESET, -ETIMEDOUT or -EINTR nobody knows whether a command was recorded: give it
 * again with the same key.
 */

/*
 * GET. `target` is path and query, "/v1/holds?limit=10"; -EINVAL where it does not begin with a
 * slash, or has a blank or a control character.
 */
int detainer_get(struct detainer *client, const char *target, struct detainer_answer **answer);

/*
 * POST. `json` is the body; it may be "" where no member is needed, and must not be NULL (-EINVAL).
 *
 * `key` is the Idempotency-Key, 1 to 128 visible ASCII characters: the daemon carries out a command
 * once for each key, and answers a repetition with the first answer. A program that keeps the key
 * with its own record of the command can repeat it after its own crash. NULL makes a key for this
 * one call, so that at least the tries in it cannot add up. `if_match` is the ETag that the hold
 * must still have, or NULL. -EINVAL where the key is not one, or the ETag has a control character.
 */
int detainer_post(struct detainer *client, const char *target, const char *json, const char *key,
                  const char *if_match, struct detainer_answer **answer);

/*
 * GET /v1/events?after=SEQ&wait=S: the events after a sequence number. Where there is none yet, the
 * daemon waits for one, `wait_s` (0 to 60) seconds at most, which come on top of the timeout.
 */
int detainer_events(struct detainer *client, int64_t after, int wait_s,
                    struct detainer_answer **answer);

/* Text for use within a target: all but unreserved characters as %XX. To be freed with free(3);
 * NULL where memory is short. */
char *detainer_escape(const char *text);

/* ---- bodies ---- */

/* An object without members; NULL where memory is short, which every function below allows. */
struct detainer_body *detainer_body_new(void);
void detainer_body_free(struct detainer_body *body);

/*
 * Add a member. What cannot be added (no memory, text that is not UTF-8, a time outside the years 1
 * to 9999, a value that is not JSON) makes the whole body void, which detainer_body_text() tells. A
 * text or value of NULL leaves the member out.
 */
void detainer_body_add_text(struct detainer_body *body, const char *name, const char *text);
void detainer_body_add_int(struct detainer_body *body, const char *name, int64_t value);
void detainer_body_add_bool(struct detainer_body *body, const char *name, int value);
void detainer_body_add_time(struct detainer_body *body, const char *name, int64_t at_us);
void detainer_body_add_json(struct detainer_body *body, const char *name, const char *value);

/*
 * The body as JSON, to be passed to detainer_post(); it belongs to the body and lasts until that is
 * added to or freed. NULL where something could not be added.
 */
const char *detainer_body_text(struct detainer_body *body);

/* ---- answers ----
 *
 * Texts belong to the answer and last as long as it. `pointer` is a JSON Pointer (RFC 6901):
 * "/state", "/events/0/seq".
 */

void detainer_answer_free(struct detainer_answer *answer); /* NULL is allowed */

/* The status of HTTP: 200, 201; 409, ... */
int detainer_answer_status(const struct detainer_answer *answer);

/* The body as it came, "" where there is none. *size, unless NULL, is its length without the NUL.
 */
const char *detainer_answer_body(const struct detainer_answer *answer, size_t *size);

/* The value of a header, by its name in any case; NULL where there is none. */
const char *detainer_answer_header(const struct detainer_answer *answer, const char *name);

/* A member that is a text; NULL where there is none. */
const char *detainer_answer_text(const struct detainer_answer *answer, const char *pointer);

/*
 * Members that are a number, a truth or a time. -ENOENT: there is no such member, or it is null.
 * -EINVAL: it is something else. -EBADMSG: the body is not JSON, or was too large for the memory
 * there is. *value is left alone then.
 */
int detainer_answer_int(const struct detainer_answer *answer, const char *pointer, int64_t *value);
int detainer_answer_bool(const struct detainer_answer *answer, const char *pointer, int *value);
int detainer_answer_time(const struct detainer_answer *answer, const char *pointer, int64_t *at_us);

/* How many elements a list has, or members an object; 0 for everything else. */
size_t detainer_answer_count(const struct detainer_answer *answer, const char *pointer);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
