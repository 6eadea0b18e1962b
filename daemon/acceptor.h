/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The acceptor: takes connections from the listening sockets and deals each to the worker that has
 * the fewest. Would each worker accept for itself, the first one awake would take a whole burst of
 * them, and one processor would do the work of all. It lives on the loop of the first worker.
 */

#include <stddef.h>
#include <stdint.h>

/* For what there can be too much of. */
enum acceptor_limit {
    LIMIT_CONNECTIONS,
    LIMIT_CONNECTIONS_OF_USER,
    LIMIT_USERS,
    LIMITS,
};

struct acceptor;
struct server_options;
struct worker;

/*
 * Starts to accept once the first worker's loop runs. The options must outlive it. Those over a
 * limit, of all connections or of one user's, are told so and closed. Returns 0 or -ENOMEM, and
 * even then an acceptor, unless it is NULL.
 */
int acceptor_new(const struct server_options *options, struct worker *workers, size_t n_workers,
                 struct acceptor **acceptor);

/* Stops accepting. On the first worker's thread, or while it does not run. */
void acceptor_stop(struct acceptor *acceptor);
void acceptor_free(struct acceptor *acceptor);

/* Connections that were refused by that limit. For any thread. */
uint64_t acceptor_refused(const struct acceptor *acceptor, enum acceptor_limit limit);
