/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The transport: one request to the daemon over its Unix socket, and its answer, by libcurl.
 *
 * It knows HTTP and nothing of what is said through it, and tries once. A transport belongs to one
 * thread and keeps its connection from call to call.
 */

#include <stdbool.h>

#include "answer.h"
#include "macro.h"

#define TRANSPORT_SOCKET_LONGEST 107 /* bytes of a path that fit into a Unix address */

struct transport;

struct request {
    const char *method;
    const char *target;   /* path and query: "/v1/holds?limit=1" */
    const char *json;     /* the body; NULL for none */
    const char *key;      /* the value of Idempotency-Key; NULL for none */
    const char *if_match; /* an ETag; NULL for none */
    int timeout_s;
};

/* As detainer_open() of an agent without control characters. */
int transport_open(const char *socket_path, const char *agent, struct transport **transport);
void transport_close(struct transport *transport);
DEFINE_CLEANUP(struct transport *, transport_close)

/* From now on calls and waits end with -EINTR as soon as `fd` is readable; -1 for none. */
void transport_interrupt_by(struct transport *transport, int fd);

/*
 * Sends one request, whose texts have no control characters, and waits for its answer. Returns 0
 * and fills *answer, whatever its status; otherwise *answer is empty and the result is one of those
 * that detainer.h lists, except -EINVAL.
 */
int transport_call(struct transport *transport, const struct request *request,
                   struct detainer_answer *answer);

/* Lets time pass. Returns 0, or -EINTR where that was cut short. */
int transport_wait(const struct transport *transport, int wait_ms);

/* Whether a call failed before anything could have been sent. */
bool transport_failed_to_connect(int error);
