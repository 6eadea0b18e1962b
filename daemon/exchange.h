/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * An exchange: one connection, and the request that is on it.
 *
 * A request is collected whole, then handled in steps. A step answers it (answer.h), or suspends it
 * and names the step that goes on: exchange_submit() waits for the ledger, exchange_wait() for the
 * history to grow. Steps return what the answer or the suspension returned; MHD_NO closes the
 * connection.
 *
 * Memory is kept small, because there may be thousands: what only some requests need is allocated
 * while they need it.
 */

#include <stdlib.h>
#include <sys/queue.h>

#include "ledger.h"
#include "peer.h"
#include "route.h"

struct worker;
struct exchange_list;

/* A command on its way through the ledger, and whose it is. */
struct pending {
    struct operation operation; /* first, so that one pointer is the other */
    struct worker *worker;
    struct exchange *exchange; /* NULL once nobody waits for it; the worker's thread only */
};

static inline void pending_free(struct pending *pending)
{
    operation_clear(&pending->operation);
    free(pending);
}
DEFINE_CLEANUP(struct pending *, pending_free)

typedef enum MHD_Result step_fn(struct exchange *exchange);

struct exchange {
    struct worker *worker;
    struct MHD_Connection *connection;
    TAILQ_ENTRY(exchange) link;
    struct exchange_list *list; /* which of the worker's lists it is in */
    uint64_t since;             /* tick at which it came into that list */
    int fd;
    struct peer peer;
    struct quota_user *user;
    unsigned ceiling;  /* the roles that count on its socket, as a bit set */
    unsigned roles;    /* of those, the peer's ... */
    uint64_t roles_by; /* ... by the law after so many changes */

    /* The request. */
    int found;                   /* what route_find() returned */
    enum problem_kind admission; /* what stands against it */
    struct route_match match;
    step_fn *step; /* what is next */
    char *body;
    size_t body_size; /* as received, of which BODY_MAX at most are kept */
    size_t body_capacity;
    size_t buffered; /* bytes of it, or of a long answer, in worker->buffered */
    bool overloaded; /* its body had no place */
    bool answering;
    struct pending *pending; /* its command, on the way or back */

    /* A long poll. */
    int64_t after;
    size_t limit;
    uint64_t wait_until; /* tick */
};

#define BODY_MAX    (64 * 1024)   /* longer bodies are refused */
#define DISCARD_MAX (1024 * 1024) /* after being read so far at most, for the client to hear it */

/* MHD's callbacks; `worker` is their closure. */
void exchange_notify(void *worker, struct MHD_Connection *connection, void **socket_context,
                     enum MHD_ConnectionNotificationCode code);
enum MHD_Result exchange_handle(void *worker, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **context);
void exchange_completed(void *worker, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code);

/* Hands a command to the ledger, which owns it until `then` runs with exchange->pending set to it;
 * the step takes it over. */
enum MHD_Result exchange_submit(struct exchange *exchange, struct pending *pending, step_fn *then);

/* The same for a reload (reload.h), which is no command. */
enum MHD_Result exchange_submit_reload(struct exchange *exchange, struct pending *pending,
                                       step_fn *then);

/* Waits until there are events after `exchange->after`, or for so many seconds. */
enum MHD_Result exchange_wait(struct exchange *exchange, int64_t wait_s, step_fn *then);

/* Lets the next step of a suspended exchange run. The caller must run MHD afterwards. */
void exchange_resume(struct exchange *exchange);

/* Cuts a suspended exchange off: its connection is closed. */
void exchange_abandon(struct exchange *exchange);
