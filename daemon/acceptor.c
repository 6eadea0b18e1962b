/* SPDX-License-Identifier: ISC */

/* Accepting. A process without a free descriptor waits a little instead of asking again and again.
 */

#include "acceptor.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "codec.h"
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
    const struct server_options *options;
    struct worker *workers;
    size_t n_workers;
    size_t n_doors;
    struct door doors[LISTENER_SOCKETS_MAX];
    struct event *rest_over;
    uint64_t log_at; /* tick of the first worker from which on trouble is logged again */
    _Atomic uint64_t refused[LIMITS];
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

/* Tells a client why, as far as it takes that in without being waited for. */
static void tell(int fd, const struct problem *problem)
{
    static const char form[] = "HTTP/1.1 %d %s\r\n"
                               "Content-Type: " PROBLEM_TYPE "\r\n"
                               "Content-Length: %zu\r\n"
                               "Retry-After: " RETRY_AFTER_S "\r\n"
                               "Connection: close\r\n\r\n%s";
    _cleanup_(free_ptr) char *body = codec_problem(problem);
    char text[1024];
    int status = problem_status(problem->kind);
    int size;

    if (!body)
        return;
    size = snprintf(text, sizeof(text), form, status, problem_phrase(status), strlen(body), body);
    if (size > 0 && (size_t)size < sizeof(text))
        (void)!send(fd, text, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Takes the descriptor over. */
static void refuse(struct acceptor *acceptor, int fd, enum acceptor_limit limit,
                   const struct problem *problem)
{
    atomic_fetch_add(&acceptor->refused[limit], 1);
    tell(fd, problem);
    close(fd);
}

static void refuse_all(struct acceptor *acceptor, int fd)
{
    struct problem problem;

    problem_set(&problem, PROBLEM_OVERLOADED, NULL,
                "there are %zu connections, as many as max_connections",
                acceptor->options->config->max_connections);
    if (may_log(acceptor))
        log_line(LOG_WARNING, "refused a connection: %s", problem.detail);
    refuse(acceptor, fd, LIMIT_CONNECTIONS, &problem);
}

static void refuse_user(struct acceptor *acceptor, int fd, const struct peer *peer,
                        struct quota_user *user)
{
    struct quota *quota = acceptor->options->quota;
    int64_t now_us = clock_steady_us(acceptor->options->clock);
    struct problem problem;
    uint64_t n_silent = 0;

    if (user)
        problem_set(&problem, PROBLEM_TOO_MANY_REQUESTS, NULL,
                    "user %u has %zu connections, as many as max_connections_per_user",
                    (unsigned)peer->uid, quota_limits(quota)->connections);
    else
        problem_set(&problem, PROBLEM_OVERLOADED, NULL, "more than %d users are connected",
                    QUOTA_USERS_MAX);
    if (user ? quota_may_log(quota, user, now_us, &n_silent) : may_log(acceptor))
        log_line(LOG_WARNING, "refused a connection of uid %u, pid %d: %s", (unsigned)peer->uid,
                 (int)peer->pid, problem.detail);
    refuse(acceptor, fd, user ? LIMIT_CONNECTIONS_OF_USER : LIMIT_USERS, &problem);
}

static struct worker *find_least(const struct acceptor *acceptor, size_t *all)
{
    struct worker *least = &acceptor->workers[0];

    *all = 0;
    for (size_t i = 0; i < acceptor->n_workers; i++) {
        struct worker *worker = &acceptor->workers[i];

        *all += worker_connections(worker);
        if (worker_connections(worker) < worker_connections(least))
            least = worker;
    }
    return least;
}

/* Gives the connection to the worker that has the fewest, if there may be one more. */
static void deal(struct acceptor *acceptor, int fd, unsigned ceiling)
{
    struct newcomer newcomer = {.fd = fd, .ceiling = ceiling};
    struct worker *least;
    struct peer peer;
    size_t all;

    least = find_least(acceptor, &all);
    if (all >= acceptor->options->config->max_connections) {
        refuse_all(acceptor, fd);
        return;
    }
    if (peer_get(fd, &peer) < 0) {
        close(fd);
        return;
    }
    if (quota_connect(acceptor->options->quota, peer.uid, clock_steady_us(acceptor->options->clock),
                      &newcomer.user))
        worker_give(least, &newcomer);
    else
        refuse_user(acceptor, fd, &peer, newcomer.user);
    peer_clear(&peer);
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

int acceptor_new(const struct server_options *options, struct worker *workers, size_t n_workers,
                 struct acceptor **acceptor)
{
    struct acceptor *created = calloc(1, sizeof(*created));
    const struct listener_socket *sockets;
    size_t n_sockets;

    *acceptor = created;
    if (!created)
        return -ENOMEM;
    created->options = options;
    created->workers = workers;
    created->n_workers = n_workers;
    created->rest_over = evtimer_new(workers[0].base, on_rest_over, created);
    if (!created->rest_over)
        return -ENOMEM;
    sockets = listener_sockets(options->listener, &n_sockets);
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

uint64_t acceptor_refused(const struct acceptor *acceptor, enum acceptor_limit limit)
{
    return atomic_load(&acceptor->refused[limit]);
}
