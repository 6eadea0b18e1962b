/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Who is at the other end of a connection: the kernel's word for it (SO_PEERCRED, unix(7)), given
 * as it was when the peer connected. Every event carries it.
 */

#include <sys/types.h>

#include "command.h"

struct peer {
    uid_t uid;
    pid_t pid;
};

/* Asks the kernel. Returns 0 or a negative errno. */
int peer_get(int fd, struct peer *peer);

/* Writes the peer as events name it: "uid:1000". */
void peer_actor(const struct peer *peer, char actor[static ACTOR_SIZE]);
