/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The HTTP server: worker threads that share one listening socket. Each connection stays with the
 * worker that accepted it, and nothing of it is seen by any other thread.
 */

#include "acceptor.h"
#include "clock.h"
#include "config.h"
#include "in_force.h"
#include "pulse.h"
#include "reload.h"
#include "view.h"
#include "writer.h"

struct server;

/* All of it must outlive the server. */
struct server_options {
    const struct listener *listener;
    const struct config *config;
    struct quota *quota;
    struct in_force *in_force;
    struct reload *reload;
    struct writer *writer; /* of which no command has been asked yet */
    struct view *view;
    const struct clock *clock;
    const char *database;
    struct pulse *pulses; /* config->http_threads of them */
};

/*
 * Starts the workers. Logs the cause and returns a negative errno where that fails; *server, unless
 * it is NULL, must be stopped and freed all the same.
 */
int server_start(const struct server_options *options, struct server **server);

/*
 * Stops accepting, answers the long polls (empty) and the commands that are under way, closes all
 * connections and ends the threads; within about two seconds, whatever clients do. The writer must
 * still run. Commands that it has not answered by then are cut off from their clients.
 */
void server_stop(struct server *server);

/* Frees a stopped server. The writer, which it listens to, must have been stopped in between. */
void server_free(struct server *server);

/* What /metrics tells, since the start, of all workers together. */
struct server_totals {
    uint64_t answers[6]; /* by the first digit of their status */
    uint64_t problems[PROBLEM_KINDS];
    uint64_t cut;             /* connections closed because of what the client did */
    uint64_t refused[LIMITS]; /* connections that were one too many */
    uint64_t connections;
    uint64_t max_connections;
    uint64_t polls; /* that wait */
};

/* When it was started, which tells one run of the daemon from another. For any thread. */
instant server_began_at(const struct server *server);

/* For any thread. */
void server_add_up(const struct server *server, struct server_totals *totals);
