/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The API client: HTTP requests to detainerd over its Unix socket, by libcurl.
 *
 * It knows the transport and nothing of what is said through it. Apart from libdetainer, so that
 * the daemon does not carry an HTTP client. A client belongs to one thread and keeps its connection
 * from call to call.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "macro.h"

#define CLIENT_SOCKET_DEFAULT "/run/detainerd/detainerd.sock"
#define CLIENT_SOCKET_LONGEST 107 /* bytes of a path that fit into a Unix address */

struct client;

struct answer {
    long status; /* of HTTP: 200, 409, ... */
    char *body;  /* NUL-terminated, "" where there is none; owned, see answer_clear() */
    size_t size;
};

/*
 * Makes a client of the daemon behind a socket; connects with the first call. `agent` names the
 * program to the daemon ("detainerctl/1.0"). Returns 0, -ENAMETOOLONG where no socket can have that
 * path, or -ENOMEM.
 */
int client_open(const char *socket_path, const char *agent, struct client **client);
void client_close(struct client *client);
DEFINE_CLEANUP(struct client *, client_close)

/* From now on a call ends with -EINTR as soon as `fd` (borrowed; a signalfd, say) is readable. */
void client_interrupt_by(struct client *client, int fd);

/*
 * Sends one request and waits for its answer. `target` is path and query ("/v1/holds?limit=1"),
 * `body` a JSON text or NULL. Returns 0 and fills *answer whatever its status; otherwise the answer
 * is empty and the result a negative errno:
 *
 *   -ENOENT, -ECONNREFUSED, -EACCES, ...  what connect(2) said: nothing has been sent
 *   -ECONNRESET                           the connection broke before the answer was complete
 *   -ETIMEDOUT                            `timeout_s` seconds were over first
 *   -EINTR                                see client_interrupt_by()
 *   -EPROTO                               the other side does not speak HTTP
 *   -EMSGSIZE                             the answer is larger than any of detainerd
 *   -ENOMEM
 */
int client_call(struct client *client, const char *method, const char *target, const char *body,
                int timeout_s, struct answer *answer);

/* Whether that failure happened before anything could have been sent. */
bool client_failed_to_connect(int error);

void answer_clear(struct answer *answer);

/* Writes text for use in a path or query: all but unreserved characters as %XX (RFC 3986). */
void client_put_escaped(FILE *out, const char *text);
