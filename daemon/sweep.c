/* SPDX-License-Identifier: ISC */

/* What libevent and MHD do not tell. */

#include "sweep.h"

#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>

#include "log.h"
#include "worker.h"

#define LOGGED_PER_MINUTE 20

static bool client_shows(const struct exchange *exchange, short what)
{
    struct pollfd client = {.fd = exchange->fd, .events = what};

    return poll(&client, 1, 0) > 0 && client.revents & what;
}

void sweep_polls(struct worker *worker)
{
    int64_t seq = atomic_load(&worker->options->view->committed_seq);
    struct exchange *next;

    for (struct exchange *e = TAILQ_FIRST(&worker->polls); e; e = next) {
        next = TAILQ_NEXT(e, link);
        if (e->after < seq || worker->tick >= e->wait_until || worker->stop_at)
            exchange_resume(e);
    }
}

/* While a poll waits, MHD does not look at its connection. */
static void drop_gone(struct worker *worker)
{
    struct exchange *next;

    for (struct exchange *e = TAILQ_FIRST(&worker->polls); e; e = next) {
        next = TAILQ_NEXT(e, link);
        if (client_shows(e, POLLHUP))
            exchange_abandon(e);
    }
}

/*
 * Closes the connections on which no request got done for too long. MHD closes by itself those on
 * which nothing moves at all, so these send, or read, a few bytes now and then.
 */
static void cut_slow(struct worker *worker)
{
    uint64_t idle = (uint64_t)(worker->options->config->idle_timeout_us / TICK_US) + TICKS_PER_S;
    struct exchange *exchange;

    while ((exchange = TAILQ_FIRST(&worker->open)) && exchange->since + idle < worker->tick) {
        sweep_log_cut(exchange, SWEEP_TOO_SLOW);
        shutdown(exchange->fd, SHUT_RDWR);
        worker_move(exchange, &worker->open);
    }
}

/*
 * MHD waits for the next edge of epoll when a read came back short. Where a client ended its side
 * in the same moment as it sent its last byte there is none, and the connection would stay until it
 * is idle. Nothing more can arrive on it, so that ending our side too loses nothing, and makes the
 * edge.
 */
static void end_half_closed(struct worker *worker)
{
    struct exchange *e;

    TAILQ_FOREACH(e, &worker->open, link)
    if (client_shows(e, POLLRDHUP))
        shutdown(e->fd, SHUT_RD);
}

void sweep_clients(struct worker *worker)
{
    drop_gone(worker);
    cut_slow(worker);
    end_half_closed(worker);
}

/* Enough lines to see who it is, not so many that it fills the log. */
static bool may_log(struct worker *worker)
{
    if (worker->tick >= worker->log_until) {
        worker->log_until = worker->tick + 60 * TICKS_PER_S;
        worker->logged = 0;
    }
    return worker->logged++ < LOGGED_PER_MINUTE;
}

void sweep_log_cut(const struct exchange *exchange, const char *why)
{
    struct worker *worker = exchange->worker;
    unsigned uid = (unsigned)exchange->peer.uid;
    int pid = (int)exchange->peer.pid;

    counter_add(&worker->counters.cut, 1);
    if (!may_log(worker))
        return;
    if (why)
        log_line(LOG_WARNING, "closed a connection of uid %u, pid %d: %s", uid, pid, why);
    else
        log_line(LOG_WARNING, "closed a connection of uid %u, pid %d: %s for %" PRId64 " s", uid,
                 pid, exchange->answering ? "it did not read its answer" : "no complete request",
                 worker->options->config->idle_timeout_us / US_PER_S);
}
