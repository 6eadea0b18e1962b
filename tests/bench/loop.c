/* SPDX-License-Identifier: ISC */

/* The load generator's loop. */

#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "macro.h"

#define ANSWER_SIZE   16384
#define EVENTS_MAX    64
#define EPOLL_WAIT_MS 100 /* how late a stop may be noticed while nothing is answered */

struct connection {
    int fd;
    struct group *group;
    uint64_t sent_ns;
    size_t received;
    char answer[ANSWER_SIZE];
};

struct loop {
    const struct loop_options *options;
    const volatile sig_atomic_t *stop;
    int epoll_fd;
    struct connection *connections;
    size_t n_connections;
    size_t n_waiting; /* connections with a request under way */
    uint64_t from_ns; /* the measured time */
    uint64_t until_ns;
};

static void loop_close(struct loop *loop)
{
    for (size_t i = 0; i < loop->n_connections; i++)
        close(loop->connections[i].fd);
    free(loop->connections);
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
}

static int failed(const char *what, int error)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(error));
    return -error;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path))
        return failed(path, ENAMETOOLONG);
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return failed("socket", errno);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        int error = errno;

        close(fd);
        return failed(path, error);
    }
    return fd;
}

static int add_connection(struct loop *loop, struct group *group)
{
    struct connection *connection = &loop->connections[loop->n_connections];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int fd = connect_to(loop->options->socket_path);

    if (fd < 0)
        return fd;
    connection->fd = fd;
    connection->group = group;
    loop->n_connections++;
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? failed("epoll", errno) : 0;
}

static int connect_all(struct loop *loop, struct group *groups, size_t n_groups)
{
    size_t total = 0;

    for (size_t i = 0; i < n_groups; i++)
        total += groups[i].connections;
    assert(total > 0);
    loop->connections = calloc(total, sizeof(*loop->connections));
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!loop->connections || loop->epoll_fd < 0)
        return failed("setting up", errno);
    for (size_t i = 0; i < n_groups; i++)
        for (unsigned n = 0; n < groups[i].connections; n++) {
            int r = add_connection(loop, &groups[i]);

            if (r < 0)
                return r;
        }
    return 0;
}

static bool is_over(const struct loop *loop, const struct group *group, uint64_t now_ns)
{
    if (*loop->stop)
        return true;
    if (loop->options->count)
        return group->made >= loop->options->count;
    return now_ns >= loop->until_ns;
}

/*
 * Sends the connection's next request, if there is to be one. Only one small request is ever under
 * way on a connection, so the socket's buffer takes it whole.
 */
static int send_next(struct loop *loop, struct connection *connection, uint64_t now_ns)
{
    struct group *group = connection->group;
    char text[REQUEST_SIZE];
    size_t length;
    ssize_t sent;

    if (is_over(loop, group, now_ns))
        return 0;
    length = group->protocol->make(&loop->options->plan, group->made++, text);
    connection->sent_ns = now_ns;
    connection->received = 0;
    sent = send(connection->fd, text, length, MSG_NOSIGNAL);
    if (sent != (ssize_t)length)
        return failed("send", sent < 0 ? errno : EMSGSIZE);
    loop->n_waiting++;
    return 0;
}

/* Counts an answer: the rate is of answers that came, latencies of requests sent, in the time. */
static int count_answer(const struct loop *loop, const struct connection *connection,
                        uint64_t now_ns)
{
    struct group *group = connection->group;

    if (now_ns >= loop->from_ns && now_ns < loop->until_ns)
        group->answers++;
    if (connection->sent_ns < loop->from_ns)
        return 0;
    return samples_add(&group->samples, now_ns - connection->sent_ns);
}

static int unexpected(const struct connection *connection)
{
    fprintf(stderr, "load: %s: unexpected answer: %.*s\n", connection->group->protocol->name,
            (int)connection->received, connection->answer);
    return -EPROTO;
}

static int receive(struct loop *loop, struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->answer + connection->received,
                       ANSWER_SIZE - 1 - connection->received, MSG_DONTWAIT);
    uint64_t now_ns;
    ssize_t whole;
    int r;

    if (got < 0)
        return errno == EAGAIN ? 0 : failed("recv", errno);
    if (got == 0)
        return failed(connection->group->protocol->name, ECONNRESET);
    connection->received += (size_t)got;
    connection->answer[connection->received] = '\0';
    whole = connection->group->protocol->answer(connection->answer, connection->received);
    if (whole == 0 && connection->received < ANSWER_SIZE - 1)
        return 0;
    if (whole != (ssize_t)connection->received)
        return unexpected(connection);

    now_ns = monotonic_ns();
    loop->n_waiting--;
    r = count_answer(loop, connection, now_ns);
    return r < 0 ? r : send_next(loop, connection, now_ns);
}

static int serve_events(struct loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, EPOLL_WAIT_MS);

    if (n < 0)
        return errno == EINTR ? 0 : failed("epoll", errno);
    for (int i = 0; i < n; i++) {
        int r = receive(loop, events[i].data.ptr);

        if (r < 0)
            return r;
    }
    return 0;
}

static int send_first(struct loop *loop, uint64_t now_ns)
{
    for (size_t i = 0; i < loop->n_connections; i++) {
        int r = send_next(loop, &loop->connections[i], now_ns);

        if (r < 0)
            return r;
    }
    return 0;
}

int loop_run(const struct loop_options *options, struct group *groups, size_t n_groups,
             const volatile sig_atomic_t *stop, uint64_t *elapsed_ns)
{
    _cleanup_(loop_close) struct loop loop = {.options = options, .stop = stop, .epoll_fd = -1};
    uint64_t now_ns;
    int r = connect_all(&loop, groups, n_groups);

    if (r < 0)
        return r;
    now_ns = monotonic_ns();
    loop.from_ns = now_ns + options->warmup_ns;
    loop.until_ns = options->count ? UINT64_MAX : loop.from_ns + options->measure_ns;
    r = send_first(&loop, now_ns);
    while (r == 0 && loop.n_waiting > 0)
        r = serve_events(&loop);

    now_ns = monotonic_ns();
    *elapsed_ns = (now_ns < loop.until_ns ? now_ns : loop.until_ns) - loop.from_ns;
    return r;
}
