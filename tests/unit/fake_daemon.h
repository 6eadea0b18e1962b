/* SPDX-License-Identifier: ISC */
#pragma once

/* Something on a Unix socket that answers what the test says, for tests of clients. */

#include <pthread.h>
#include <stddef.h>

#define FAKE_REQUESTS_MAX 8

#define FAKE_BREAK  ""   /* reads the request and ends the connection */
#define FAKE_SILENT NULL /* reads the request and keeps the connection, without a word */

struct fake_daemon {
    char directory[64];
    char path[96];
    const char *const *answers; /* one for each connection, in order */
    size_t n_answers;
    int wake_fd;                            /* written to after each request is read; -1 for none */
    char requests[FAKE_REQUESTS_MAX][2048]; /* what came, once fake_daemon_stop() has returned */
    size_t n_requests;
    int listen_fd;
    int silent_fd;
    pthread_t thread;
};

/* Starts one that gives those answers, whole HTTP messages or one of the above. */
void fake_daemon_start(struct fake_daemon *fake, const char *const *answers, size_t n_answers);

/* Ends it, however many answers are left, and takes its socket away. */
void fake_daemon_stop(struct fake_daemon *fake);
