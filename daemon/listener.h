/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The sockets on which clients connect: those that systemd listens on for us, or our own.
 *
 * Everybody may connect: our own are given mode 0666, and what a client may do is decided by its
 * roles, of which a socket may let only some count. A socket file left behind by a daemon that died
 * is replaced; one behind which somebody listens is not, and neither is a file that is no socket.
 */

#include <stddef.h>

struct listener;

/* Where to listen. */
struct listener_address {
    char *path;
    unsigned ceiling; /* the roles that count there, as a bit set (access.h) */
};

/* A socket that is listened on. */
struct listener_socket {
    int fd; /* non-blocking; the listener's to close */
    unsigned ceiling;
};

#define LISTENER_SOCKETS_MAX 8

/*
 * Takes the sockets that systemd passed (sd_listen_fds(3)): listening stream sockets of AF_UNIX,
 * one for each address, told apart by their paths; only that of the first may have another. Or,
 * where none was passed, listens at the addresses, at most LISTENER_SOCKETS_MAX. Logs the cause and
 * returns a negative errno, -EADDRINUSE where somebody else listens there.
 */
int listener_open(const struct listener_address *addresses, size_t n_addresses,
                  struct listener **listener);

/* The sockets, in the order of their addresses. */
const struct listener_socket *listener_sockets(const struct listener *listener, size_t *n_sockets);

/* Closes them and removes our own files. */
void listener_free(struct listener *listener);
