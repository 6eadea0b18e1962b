/* SPDX-License-Identifier: ISC */

/* Listening at paths, or on what systemd passed. */

#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "log.h"
#include "macro.h"

struct listener {
    size_t count;
    struct listener_socket sockets[LISTENER_SOCKETS_MAX];
    char *own_paths[LISTENER_SOCKETS_MAX]; /* NULL where the file is not ours */
};

/* Everybody may connect; who may do what is decided by roles (access.h). */
#define SOCKET_MODE (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

static void close_ptr(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int failure(const char *path, const char *what)
{
    int r = -errno;

    log_line(LOG_ERR, "%s: %s: %s", path, what, strerror(-r));
    return r;
}

static int stream_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Whether somebody listens there: 0 if so, ECONNREFUSED if the file is a dead daemon's. */
static int probe(const struct sockaddr_un *address)
{
    _cleanup_(close_ptr) int fd = stream_socket();

    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return 0;
    return errno;
}

/* Makes way for a new socket file, or refuses to. */
static int clear_path(const char *path, const struct sockaddr_un *address)
{
    struct stat status;

    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : failure(path, "cannot look at the socket");
    if (!S_ISSOCK(status.st_mode)) {
        log_line(LOG_ERR, "%s: exists and is not a socket; not replaced", path);
        return -ENOTSOCK;
    }
    switch (probe(address)) {
    case ECONNREFUSED: /* nobody listens any more */
        return unlink(path) < 0 && errno != ENOENT ? failure(path, "cannot replace the socket") : 0;
    case ENOENT:
        return 0;
    default: /* also a listener with a full backlog, or one that we may not connect to */
        log_line(LOG_ERR, "%s: another program listens on this socket", path);
        return -EADDRINUSE;
    }
}

/*
 * The mode is set on the socket before it gets its name, so that nobody slips in while the file is
 * wider open than it should be; and again afterwards, because the umask may have narrowed it.
 */
static int bind_at(int fd, const char *path, const struct sockaddr_un *address)
{
    if (fchmod(fd, SOCKET_MODE) < 0 ||
        bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return failure(path, "cannot bind the socket");
    if (chmod(path, SOCKET_MODE) < 0)
        return failure(path, "cannot set the socket's mode");
    if (listen(fd, SOMAXCONN) < 0)
        return failure(path, "cannot listen");
    return 0;
}

/* Sets *fd, which is to be closed also where something fails after it was made. */
static int open_own(const char *path, int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int r;

    if (strlen(path) >= sizeof(address.sun_path)) {
        log_line(LOG_ERR, "%s: the path of a Unix socket has at most %zu bytes", path,
                 sizeof(address.sun_path) - 1);
        return -ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    r = clear_path(path, &address);
    if (r < 0)
        return r;
    *fd = stream_socket();
    return *fd < 0 ? failure(path, "cannot make a socket") : bind_at(*fd, path, &address);
}

static int open_all(const struct listener_address *addresses, struct listener *listener)
{
    for (size_t i = 0; i < listener->count; i++) {
        int r = open_own(addresses[i].path, &listener->sockets[i].fd);

        if (r < 0)
            return r;
        listener->own_paths[i] = strdup(addresses[i].path);
        if (!listener->own_paths[i])
            return -ENOMEM;
    }
    return 0;
}

/* ---- sockets that were passed ---- */

static int refuse_passed(int n, size_t wanted)
{
    log_line(LOG_ERR,
             "%d descriptors were passed at start; what this daemon takes is %zu listening AF_UNIX "
             "stream socket%s",
             n, wanted, wanted == 1 ? "" : "s, one for `socket` and for each `listen`");
    return -EINVAL;
}

/* Which address a socket is for: that of its path, or else the first. */
static size_t find_address(int fd, const struct listener_address *addresses, size_t n_addresses)
{
    for (size_t i = 1; i < n_addresses; i++)
        if (sd_is_socket_unix(fd, SOCK_STREAM, 1, addresses[i].path, 0) > 0)
            return i;
    return 0;
}

static int take_passed(int n, const struct listener_address *addresses, struct listener *listener)
{
    if ((size_t)n != listener->count)
        return refuse_passed(n, listener->count);
    for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++) {
        struct listener_socket *socket =
            &listener->sockets[find_address(fd, addresses, listener->count)];

        if (socket->fd >= 0 || sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
            return refuse_passed(n, listener->count);
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
            return failure("the passed socket", "cannot make it non-blocking");
        socket->fd = fd;
    }
    return 0;
}

/* ---- all of them ---- */

DEFINE_CLEANUP(struct listener *, listener_free)

static struct listener *listener_new(const struct listener_address *addresses, size_t n_addresses)
{
    struct listener *listener = calloc(1, sizeof(*listener));

    if (!listener)
        return NULL;
    listener->count = n_addresses;
    for (size_t i = 0; i < n_addresses; i++)
        listener->sockets[i] = (struct listener_socket){-1, addresses[i].ceiling};
    return listener;
}

int listener_open(const struct listener_address *addresses, size_t n_addresses,
                  struct listener **listener)
{
    _cleanup_(listener_free_ptr) struct listener *opened = listener_new(addresses, n_addresses);
    int n = sd_listen_fds(1);
    int r;

    if (!opened)
        return -ENOMEM;
    if (n < 0) {
        log_line(LOG_ERR, "LISTEN_FDS in the environment makes no sense: %s", strerror(-n));
        return n;
    }
    r = n > 0 ? take_passed(n, addresses, opened) : open_all(addresses, opened);
    if (r < 0)
        return r;
    *listener = opened;
    opened = NULL;
    return 0;
}

const struct listener_socket *listener_sockets(const struct listener *listener, size_t *n_sockets)
{
    *n_sockets = listener->count;
    return listener->sockets;
}

void listener_free(struct listener *listener)
{
    for (size_t i = 0; i < listener->count; i++) {
        if (listener->own_paths[i])
            unlink(listener->own_paths[i]); /* before anybody else can take the name over */
        free(listener->own_paths[i]);
        close_ptr(&listener->sockets[i].fd);
    }
    free(listener);
}
