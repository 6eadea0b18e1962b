/* SPDX-License-Identifier: ISC */

/* libmicrohttpd's options, and its end. */

#include "http.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "worker.h"

#define CONNECTION_MEMORY (16 * 1024) /* of MHD: the head of a request, and what is being read */

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
    unsigned flags =
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | (MHD_ALLOW_SUSPEND_RESUME & ~MHD_USE_ITC);

    worker->http =
        MHD_start_daemon(flags, 0, NULL, NULL, exchange_handle, worker,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->config->max_connections,
                         MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_NOTIFY_CONNECTION,
                         exchange_notify, worker, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed,
                         worker, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
    return worker->http ? 0 : -ENOMEM;
}

/* MHD closes a descriptor that it does not take; whether it had begun to is told by its notice. */
void http_add(struct worker *worker, const struct newcomer *newcomer)
{
    const struct sockaddr address = {.sa_family = AF_UNIX};
    uint64_t started = worker->started;

    worker->newcomer = newcomer;
    if (MHD_add_connection(worker->http, newcomer->fd, &address, sizeof(address)) != MHD_YES &&
        worker->started == started)
        worker_gone(worker, newcomer->user);
}

void http_stop(struct worker *worker)
{
    struct exchange *exchange;

    if (!worker->http)
        return;
    while ((exchange = TAILQ_FIRST(&worker->running)))
        exchange_abandon(exchange);
    MHD_run(worker->http);
    MHD_stop_daemon(worker->http);
    worker->http = NULL;
}
