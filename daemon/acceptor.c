/* SPDX-License-Identifier: ISC */

/* Accepting. A process without a free descriptor waits a little instead of asking again and again.
 */

#include "acceptor.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "worker.h"

#define ACCEPTS_PER_TURN 64
#define LOG_INTERVAL     (60 * TICKS_PER_S)

struct acceptor {
    int listen_fd;
    struct worker *workers;
    size_t n_workers;
    size_t max_connections;
    struct event *readable, *rest_over;
    uint64_t log_at; /* tick of the first worker from which on trouble is logged again */
    _Atomic size_t refused;
};

/* Trouble with one connection is trouble with the next: once a minute is enough to see it. */
static bool may_log(struct acceptor *acceptor)
{
    uint64_t tick = acceptor->workers[0].tick;

    if (tick < acceptor->log_at)
        return false;
    acceptor->log_at = tick + LOG_INTERVAL;
    return true;
}

static void refuse(struct acceptor *acceptor, int fd)
{
    atomic_fetch_add(&acceptor->refused, 1);
    close(fd);
    if (may_log(acceptor))
        log_line(LOG_WARNING, "refused a connection: there are %zu, as many as max_connections",
                 acceptor->max_connections);
}

/* Gives the connection to the worker that has the fewest, if there may be one more. */
static void deal(struct acceptor *acceptor, int fd)
{
    struct worker *least = &acceptor->workers[0];
    size_t all = 0;

    for (size_t i = 0; i < acceptor->n_workers; i++) {
        struct worker *worker = &acceptor->workers[i];

        all += worker_connections(worker);
        if (worker_connections(worker) < worker_connections(least))
            least = worker;
    }
    if (all >= acceptor->max_connections)
        refuse(acceptor, fd);
    else
        worker_give(least, fd);
}

static void rest(struct acceptor *acceptor, int error)
{
    static const struct timeval a_moment = {.tv_usec = 100 * 1000};

    if (may_log(acceptor))
        log_line(LOG_ERR, "cannot accept a connection: %s", strerror(error));
    event_del(acceptor->readable);
    event_add(acceptor->rest_over, &a_moment);
}

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
    struct acceptor *acceptor = closure;

    (void)what;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (connection >= 0) {
            deal(acceptor, connection);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            rest(acceptor, errno);
            return;
        }
    }
}

static void on_rest_over(evutil_socket_t fd, short what, void *closure)
{
    struct acceptor *acceptor = closure;

    (void)fd;
    (void)what;
    event_add(acceptor->readable, NULL);
}

int acceptor_new(int listen_fd, struct worker *workers, size_t n_workers, size_t max_connections,
                 struct acceptor **acceptor)
{
    struct acceptor *created = calloc(1, sizeof(*created));

    if (!created)
        return -ENOMEM;
    created->listen_fd = listen_fd;
    created->workers = workers;
    created->n_workers = n_workers;
    created->max_connections = max_connections;
    created->readable =
        event_new(workers[0].base, listen_fd, EV_READ | EV_PERSIST, on_readable, created);
    created->rest_over = evtimer_new(workers[0].base, on_rest_over, created);
    *acceptor = created;
    return created->readable && created->rest_over && event_add(created->readable, NULL) == 0
               ? 0
               : -ENOMEM;
}

void acceptor_stop(struct acceptor *acceptor)
{
    event_del(acceptor->readable);
    event_del(acceptor->rest_over);
}

void acceptor_free(struct acceptor *acceptor)
{
    if (acceptor->readable)
        event_free(acceptor->readable);
    if (acceptor->rest_over)
        event_free(acceptor->rest_over);
    free(acceptor);
}

size_t acceptor_refused(const struct acceptor *acceptor)
{
    return atomic_load(&acceptor->refused);
}
