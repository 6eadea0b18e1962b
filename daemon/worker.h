/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A worker: one thread with its own event loop, its own MHD_Daemon, its own read-only database
 * connection, and the connections it accepted.
 *
 * Everything here belongs to that thread, but for what is marked: the commands that the writer
 * hands back, the word that the history has grown, the word to stop, and the counters. Time is
 * counted in ticks of the loop, so that no clock is asked, and a stalled thread is lenient to its
 * clients.
 */

#include <event2/event.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "exchange.h"
#include "reader.h"
#include "server.h"

#define TICK_US     PULSE_INTERVAL_US
#define TICKS_PER_S (US_PER_S / TICK_US)

TAILQ_HEAD(exchange_list, exchange);

/* Written by their worker alone, read by whoever answers /metrics. */
struct worker_counters {
    _Atomic uint64_t answers[6]; /* by the first digit of their status */
    _Atomic uint64_t problems[PROBLEM_KINDS];
    _Atomic uint64_t cut;   /* connections closed because of what the client did */
    _Atomic uint64_t polls; /* that wait */
};

/* Only the one thread writes, so that no locked instruction is needed. */
static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store(counter, atomic_load_explicit(counter, memory_order_relaxed) + n);
}

/* A connection on its way to its worker. */
struct newcomer {
    int fd;
    unsigned ceiling; /* the roles that count on its socket, as a bit set */
    struct quota_user *user;
    struct newcomer *next;
};

struct worker {
    const struct server *server;
    const struct server_options *options;
    struct pulse *pulse;
    pthread_t thread;
    struct event_base *base;
    struct event *http_event, *wake_event, *tick_event;
    struct MHD_Daemon *http;
    struct reader *reader;
    struct in_force_copy law;
    struct evaluator *evaluator; /* for policies that are asked without a detainer */
    struct acceptor *acceptor;   /* where it is this worker that accepts; not owned */

    uint64_t tick;                   /* now */
    uint64_t stop_at;                /* when stopping ends at the latest; 0 while not stopping */
    uint64_t log_until;              /* the end of the minute in which ... */
    unsigned logged;                 /* ... so many closed connections were logged */
    struct exchange_list open;       /* connections that wait for their client; longest first */
    struct exchange_list polls;      /* those that wait for the history to grow */
    struct exchange_list running;    /* those that wait for the ledger */
    uint64_t started;                /* connections that MHD has taken, ever */
    const struct newcomer *newcomer; /* that MHD is being given */
    size_t answering;                /* answers not yet sent to their end */
    size_t buffered;                 /* bytes of bodies and long answers in memory */

    /* For any thread. */
    int wake_fd;
    _Atomic bool awake; /* wake_fd has been written to */
    _Atomic bool stop;
    _Atomic(struct operation *) done;     /* by the ledger, newest first */
    _Atomic(struct newcomer *) newcomers; /* by the acceptor, newest first */
    _Atomic size_t connections;           /* here, or on their way */
    struct worker_counters counters;
};

/* Prepares a worker, which worker_close() must undo, also on failure. Logs the cause and returns a
 * negative errno. */
int worker_open(struct worker *worker, const struct server *server,
                const struct server_options *options, struct pulse *pulse);
int worker_start(struct worker *worker, const char *name);

/* Tells the worker to stop; worker_join() waits until it has. */
void worker_stop(struct worker *worker);
void worker_join(struct worker *worker);

/* Frees what is left. Nobody may call the two below any more. */
void worker_close(struct worker *worker);

/* The ledger is done with a command of this worker's. For any thread. */
void worker_hand_back(struct worker *worker, struct operation *operation);

/* A new connection for this worker, which takes the descriptor and the quota over. For any thread.
 */
void worker_give(struct worker *worker, const struct newcomer *newcomer);

/* A connection is no longer there. */
void worker_gone(struct worker *worker, struct quota_user *user);

/* How many connections the worker has, or has been given. For any thread. */
size_t worker_connections(const struct worker *worker);

/* The history has grown. For any thread. */
void worker_notify(struct worker *worker);

/* ---- for exchanges, on the worker's thread ---- */

/* The law in force, good until it is asked for again. */
const struct law *worker_law(struct worker *worker);

/* Moves an exchange to the end of a list, NULL for none, and notes the time. */
void worker_move(struct exchange *exchange, struct exchange_list *list);

/*
 * How many more bytes may be held in memory for clients, with so many left over. What is held is
 * counted in worker->buffered by those who hold it.
 */
size_t worker_room(const struct worker *worker, size_t reserve);

void worker_count_answer(struct worker *worker, unsigned status);
void worker_count_problem(struct worker *worker, enum problem_kind kind);
