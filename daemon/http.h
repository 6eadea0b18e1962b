/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A worker's MHD_Daemon: libmicrohttpd in external epoll mode, without a thread or a listening
 * socket of its own. It parses requests and sends answers; everything it hears goes to exchange.h.
 */

struct newcomer;
struct worker;

/* Sets worker->http. Returns 0 or -ENOMEM, whatever the cause: MHD does not tell. */
int http_start(struct worker *worker);

/* Gives it a connection; it takes the descriptor and the quota over in any case. */
void http_add(struct worker *worker, const struct newcomer *newcomer);

/* Cuts off who still waits for the ledger, closes all connections, and clears worker->http. */
void http_stop(struct worker *worker);
