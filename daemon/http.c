/* SPDX-License-Identifier: ISC */

/* libmicrohttpd's options, and its end. */

#include "http.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "worker.h"

#define CONNECTION_MEMORY (16 * 1024) /* of MHD: the head of a request, and what is being read */
#define REFUSAL_LOG_TICKS (60 * TICKS_PER_S)

/* MHD asks before it takes a connection. */
static enum MHD_Result admit(void *closure, const struct sockaddr *address, socklen_t size)
{
    struct worker *worker = closure;

    (void)address;
    (void)size;
    if (atomic_load(&worker->admission->connections) < worker->admission->max)
        return MHD_YES;
    counter_add(&worker->counters.refused, 1);
    if (worker->tick >= worker->log_refusals_at) {
        worker->log_refusals_at = worker->tick + REFUSAL_LOG_TICKS;
        log_line(LOG_WARNING, "refused a connection: there are %zu, as many as max_connections",
                 worker->admission->max);
    }
    return MHD_NO;
}

/* Addresses stay as they were sent; query.c undoes the escapes, and knows what NUL would do. */
static size_t leave_escaped(void *closure, struct MHD_Connection *connection, char *text)
{
    (void)closure;
    (void)connection;
    return strlen(text);
}

int http_start(struct worker *worker)
{
    const struct server_options *options = worker->options;
    unsigned idle_s = (unsigned)((options->config->idle_timeout_us + US_PER_S - 1) / US_PER_S);
    /* Suspending without MHD's own wake-up pipe: connections are resumed on this very thread. */
    unsigned flags = MHD_USE_EPOLL | (MHD_ALLOW_SUSPEND_RESUME & ~MHD_USE_ITC);

    worker->http = MHD_start_daemon(
        flags, 0, admit, worker, exchange_handle, worker, MHD_OPTION_LISTEN_SOCKET,
        options->listen_fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)worker->admission->max + 1,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_NOTIFY_CONNECTION, exchange_notify,
        worker, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, worker,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
    return worker->http ? 0 : -ENOMEM;
}

void http_stop(struct worker *worker)
{
    struct exchange *exchange;

    if (!worker->http)
        return;
    while ((exchange = TAILQ_FIRST(&worker->running)))
        exchange_abandon(exchange);
    MHD_run(worker->http);
    MHD_quiesce_daemon(worker->http);
    MHD_stop_daemon(worker->http);
    worker->http = NULL;
}
