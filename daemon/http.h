/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A worker's MHD_Daemon: libmicrohttpd in external epoll mode, without a thread of its own. It
 * accepts from the socket that all workers share, parses requests and sends answers; everything it
 * hears goes to exchange.h.
 */

struct worker;

/* Sets worker->http. Returns 0 or -ENOMEM, whatever the cause: MHD does not tell. */
int http_start(struct worker *worker);

/* Cuts off who still waits for the ledger, closes all connections, and clears worker->http. */
void http_stop(struct worker *worker);
