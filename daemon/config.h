/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The configuration file, read by libconfuse; detainerd.conf(5) describes it. What it says of the
 * process is settled at start, the law it makes can be loaded anew.
 */

#include <stdio.h>

#include "law.h"
#include "listener.h"
#include "macro.h"
#include "quota.h"

struct config {
    char *database; /* path of the SQLite file */
    size_t n_sockets;
    struct listener_address sockets[LISTENER_SOCKETS_MAX]; /* `socket`, then each `listen` */
    size_t http_threads;
    size_t max_connections;           /* of all threads together */
    struct quota_limits quota_limits; /* of each user */
    int64_t idle_timeout_us;
    struct law *law; /* a reference */
};

/*
 * Reads and checks a configuration file. Returns 0 and a configuration to give to config_free(), or
 * -EINVAL (also where the file cannot be read) after writing one "FILE:LINE: what is wrong" line
 * per mistake to `messages`, or -ENOMEM. For one thread at a time.
 */
int config_load(const char *path, FILE *messages, struct config **config);

void config_free(struct config *config);
DEFINE_CLEANUP(struct config *, config_free)
