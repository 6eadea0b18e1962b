/* SPDX-License-Identifier: ISC */

/* Listening at a path, or on what systemd passed. */

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
    int fd;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of our own file, or "" */
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

/* Takes the descriptor over. */
static int listener_new(int *fd, const char *path, struct listener **listener)
{
    struct listener *created = calloc(1, sizeof(*created));

    if (!created)
        return -ENOMEM;
    created->fd = *fd;
    *fd = -1;
    strcpy(created->path, path); /* its length was checked */
    *listener = created;
    return 0;
}

static int open_own(const char *path, struct listener **listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _cleanup_(close_ptr) int fd = -1;
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
    fd = stream_socket();
    if (fd < 0)
        return failure(path, "cannot make a socket");
    r = bind_at(fd, path, &address);
    return r < 0 ? r : listener_new(&fd, path, listener);
}

static int open_passed(int n, struct listener **listener)
{
    int fd = SD_LISTEN_FDS_START;

    if (n != 1 || sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0) {
        log_line(LOG_ERR,
                 "%d descriptors were passed at start; what this daemon takes is one listening "
                 "AF_UNIX stream socket",
                 n);
        return -EINVAL;
    }
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return failure("the passed socket", "cannot make it non-blocking");
    return listener_new(&fd, "", listener);
}

int listener_open(const char *path, struct listener **listener)
{
    int n = sd_listen_fds(1);

    if (n < 0) {
        log_line(LOG_ERR, "LISTEN_FDS in the environment makes no sense: %s", strerror(-n));
        return n;
    }
    return n > 0 ? open_passed(n, listener) : open_own(path, listener);
}

int listener_fd(const struct listener *listener)
{
    return listener->fd;
}

void listener_free(struct listener *listener)
{
    if (listener->path[0])
        unlink(listener->path); /* before anybody else can take the name over */
    close(listener->fd);
    free(listener);
}
