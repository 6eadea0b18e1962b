/* SPDX-License-Identifier: ISC */

/* SO_PEERCRED and SO_PEERGROUPS. */

#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Where there is no room, the kernel says how much is wanted. */
static int get_groups(int fd, struct peer *peer)
{
    socklen_t size = 0;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0)
        return 0;
    if (errno != ERANGE)
        return -errno;
    peer->groups = malloc(size);
    if (!peer->groups)
        return -ENOMEM;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size) < 0)
        return -errno;
    peer->n_groups = size / sizeof(peer->groups[0]);
    return 0;
}

int peer_get(int fd, struct peer *peer)
{
    struct ucred credentials;
    socklen_t size = sizeof(credentials);
    int r;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return -errno;
    *peer = (struct peer){.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
    r = get_groups(fd, peer);
    if (r < 0)
        peer_clear(peer);
    return r;
}

void peer_clear(struct peer *peer)
{
    free(peer->groups);
    peer->groups = NULL;
    peer->n_groups = 0;
}

void peer_actor(const struct peer *peer, char actor[static ACTOR_SIZE])
{
    snprintf(actor, ACTOR_SIZE, "uid:%u", (unsigned)peer->uid);
}
