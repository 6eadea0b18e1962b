/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The configuration file, read once at start by libconfuse; detainerd.conf(5) describes it.
 */

#include <stdio.h>

#include "facility.h"
#include "macro.h"

struct config {
    char *socket;   /* path of the API's Unix socket */
    char *database; /* path of the SQLite file */
    size_t http_threads;
    size_t max_connections; /* of all threads together */
    int64_t idle_timeout_us;
    size_t n_facilities; /* at least 1 */
    struct facility *facilities;
};

/*
 * Reads and checks a configuration file. Returns 0 and a configuration to give to config_free(), or
 * -EINVAL (also where the file cannot be read) after writing one "FILE:LINE: what is wrong" line
 * per mistake to `messages`, or -ENOMEM. Looks time zones up, so not for several threads.
 */
int config_load(const char *path, FILE *messages, struct config **config);

void config_free(struct config *config);
DEFINE_CLEANUP(struct config *, config_free)

/* The facility of that id, or NULL. */
const struct facility *config_facility(const struct config *config, const char *id);
