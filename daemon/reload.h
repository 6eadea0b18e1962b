/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Loading the configuration anew: all of it, or nothing where any file has a mistake.
 *
 * Whoever asks, by signal or through the API, is served by the main thread, which has nothing
 * better to do: it loads the files once for all who wait, so that no number of requests keeps the
 * threads busy that answer others. The law that comes of it goes to the ledger like a command,
 * which puts it in force with its commit.
 */

#include <pthread.h>

#include "config.h"
#include "writer.h"

struct reload {
    const char *path;            /* of the configuration file */
    const struct config *config; /* what the process was started with */
    const struct clock *clock;
    struct writer *writer; /* NULL until there is one */
    int wake_fd;           /* readable while somebody waits */

    pthread_mutex_t mutex; /* guards what follows */
    struct operation *first, **last;
    bool stopped;
};

/* Returns 0, or a negative errno; reload_destroy() is due even so. */
int reload_init(struct reload *reload, const char *path, const struct config *config,
                const struct clock *clock);
void reload_destroy(struct reload *reload);

/*
 * Asks for a reload, on behalf of a client; for any thread. `done` is called, on any thread, once
 * the law is in force, or with result PROBLEM_INVALID_CONFIGURATION (and operation->mistakes),
 * PROBLEM_OVERLOADED or PROBLEM_STORAGE_FAILED where none is.
 */
void reload_submit(struct reload *reload, struct operation *operation);

/*
 * Loads the files and submits the law for all who wait, and also where nobody does, as after a
 * signal. What is wrong is logged, and so are settings that have changed but only count at the
 * start. For the main thread.
 */
void reload_serve(struct reload *reload);

/* Refuses all who wait, and who ask from now on: nothing is loaded any more. */
void reload_stop(struct reload *reload);

/* Says in the log that a law is in force, and which facilities follow a policy that is not, today.
 */
void reload_log(const struct law *law, const struct clock *clock);
