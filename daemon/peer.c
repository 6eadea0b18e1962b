/* SPDX-License-Identifier: ISC */

/* SO_PEERCRED. */

#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

int peer_get(int fd, struct peer *peer)
{
    struct ucred credentials;
    socklen_t size = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return -errno;
    *peer = (struct peer){.uid = credentials.uid, .pid = credentials.pid};
    return 0;
}

void peer_actor(const struct peer *peer, char actor[static ACTOR_SIZE])
{
    snprintf(actor, ACTOR_SIZE, "uid:%u", (unsigned)peer->uid);
}
