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

/* One of the sockets. */
struct door {
    struct acceptor *acceptor;
    struct event *readable;
    unsigned ceiling;
};

struct acceptor {
    struct worker *workers;
    size_t n_workers;
    size_t max_connections;
    size_t n_doors;
    struct door doors[LISTENER_SOCKETS_MAX];
    struct event *rest_over;
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
static void deal(struct acceptor *acceptor, int fd, unsigned ceiling)
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
        worker_give(least, fd, ceiling);
}

static void open_doors(struct acceptor *acceptor)
{
    for (size_t i = 0; i < acceptor->n_doors; i++)
        event_add(acceptor->doors[i].readable, NULL);
}

static void close_doors(struct acceptor *acceptor)
{
    for (size_t i = 0; i < acceptor->n_doors; i++)
        event_del(acceptor->doors[i].readable);
}

static void rest(struct acceptor *acceptor, int error)
{
    static const struct timeval a_moment = {.tv_usec = 100 * 1000};

    if (may_log(acceptor))
        log_line(LOG_ERR, "cannot accept a connection: %s", strerror(error));
    close_doors(acceptor);
    event_add(acceptor->rest_over, &a_moment);
}

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
    struct door *door = closure;

    (void)what;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (connection >= 0) {
            deal(door->acceptor, connection, door->ceiling);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            rest(door->acceptor, errno);
            return;
        }
    }
}

static void on_rest_over(evutil_socket_t fd, short what, void *closure)
{
    (void)fd;
    (void)what;
    open_doors(closure);
}

static int add_door(struct acceptor *acceptor, const struct listener_socket *socket)
{
    struct door *door = &acceptor->doors[acceptor->n_doors];

    *door = (struct door){.acceptor = acceptor, .ceiling = socket->ceiling};
    door->readable =
        event_new(acceptor->workers[0].base, socket->fd, EV_READ | EV_PERSIST, on_readable, door);
    if (!door->readable)
        return -ENOMEM;
    acceptor->n_doors++;
    return event_add(door->readable, NULL) < 0 ? -ENOMEM : 0;
}

int acceptor_new(const struct listener *listener, struct worker *workers, size_t n_workers,
                 size_t max_connections, struct acceptor **acceptor)
{
    struct acceptor *created = calloc(1, sizeof(*created));
    const struct listener_socket *sockets;
    size_t n_sockets;

    *acceptor = created;
    if (!created)
        return -ENOMEM;
    created->workers = workers;
    created->n_workers = n_workers;
    created->max_connections = max_connections;
    created->rest_over = evtimer_new(workers[0].base, on_rest_over, created);
    if (!created->rest_over)
        return -ENOMEM;
    sockets = listener_sockets(listener, &n_sockets);
    for (size_t i = 0; i < n_sockets; i++)
        if (add_door(created, &sockets[i]) < 0)
            return -ENOMEM;
    return 0;
}

void acceptor_stop(struct acceptor *acceptor)
{
    close_doors(acceptor);
    event_del(acceptor->rest_over);
}

void acceptor_free(struct acceptor *acceptor)
{
    for (size_t i = 0; i < acceptor->n_doors; i++)
        event_free(acceptor->doors[i].readable);
    if (acceptor->rest_over)
        event_free(acceptor->rest_over);
    free(acceptor);
}

size_t acceptor_refused(const struct acceptor *acceptor)
{
    return atomic_load(&acceptor->refused);
}
