/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Loading the configuration anew: all of it, or nothing where any file has a mistake.
 *
 * Whoever asks, by signal or through the API, loads the files on their own thread, one at a time;
 * the law that comes of it goes to the ledger like a command, which puts it in force with its
 * commit.
 */

#include <pthread.h>

#include "config.h"
#include "writer.h"

struct reload {
    const char *path;            /* of the configuration file */
    const struct config *config; /* what the process was started with */
    const struct clock *clock;
    struct writer *writer; /* NULL until there is one */
    pthread_mutex_t mutex;
};

void reload_init(struct reload *reload, const char *path, const struct config *config,
                 const struct clock *clock);
void reload_destroy(struct reload *reload);

/*
 * Loads the files. Returns 0 and a law, a reference of the caller's; or -EINVAL and lines that say
 * what is wrong, for free(); or -ENOMEM. What is wrong is logged, and so are settings that have
 * changed but only count at the start.
 */
int reload_load(struct reload *reload, struct law **law, char **mistakes);

/* Loads the files and, where nothing is wrong with them, submits the law and logs when it is in
 * force.
 */
void reload_by_signal(struct reload *reload);

/* Says in the log that a law is in force, and which facilities follow a policy that is not, today.
 */
void reload_log(const struct law *law, const struct clock *clock);
