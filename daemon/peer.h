/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Who is at the other end of a connection: the kernel's word for it (SO_PEERCRED and SO_PEERGROUPS,
 * unix(7)), given as it was when the peer connected. Every event carries it.
 */

#include <sys/types.h>

#include "command.h"

struct peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
    size_t n_groups;
    gid_t *groups; /* the supplementary ones */
};

/* Asks the kernel. Returns 0 and a peer for peer_clear(), or a negative errno. */
int peer_get(int fd, struct peer *peer);
void peer_clear(struct peer *peer);

/* Writes the peer as events name it: "uid:1000". */
void peer_actor(const struct peer *peer, char actor[static ACTOR_SIZE]);
