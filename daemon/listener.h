/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The socket on which clients connect: the one that systemd listens on for us, or our own.
 *
 * Everybody may connect: its own is given mode 0666, and what a client may do is decided by its
 * roles. A socket file left behind by a daemon that died is replaced; one behind which somebody
 * listens is not, and neither is a file that is no socket.
 */

struct listener;

/*
 * Takes the socket that systemd passed (sd_listen_fds(3)), which must be exactly one, a listening
 * stream socket of AF_UNIX; or, where none was passed, listens at `path`. Logs the cause and
 * returns a negative errno, -EADDRINUSE where somebody else listens there.
 */
int listener_open(const char *path, struct listener **listener);

/* The descriptor: listening, non-blocking, and the listener's to close. */
int listener_fd(const struct listener *listener);

/* Closes it and removes our own file. */
void listener_free(struct listener *listener);
