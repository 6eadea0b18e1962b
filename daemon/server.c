/* SPDX-License-Identifier: ISC */

/* The workers, all together. */

#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "acceptor.h"
#include "log.h"
#include "worker.h"

#define NAME_SIZE 16

struct server {
    struct server_options options;
    instant began_at;
    struct writer_listener listener;
    struct acceptor *acceptor;
    size_t n_running;
    size_t n_workers;
    char (*names)[NAME_SIZE];
    struct worker workers[];
};

static void on_committed(void *closure)
{
    struct server *server = closure;

    for (size_t i = 0; i < server->n_workers; i++)
        worker_notify(&server->workers[i]);
}

/* Workers see it in the view; what is refused, the writer refuses. */
static void on_failed(void *closure)
{
    (void)closure;
}

static struct server *server_new(const struct server_options *options)
{
    size_t n = options->config->http_threads;
    struct server *server = calloc(1, sizeof(*server) + n * sizeof(server->workers[0]));

    if (!server)
        return NULL;
    server->names = calloc(n, NAME_SIZE);
    if (!server->names) {
        free(server);
        return NULL;
    }
    server->options = *options;
    server->began_at = clock_now(options->clock);
    server->listener = (struct writer_listener){
        .committed = on_committed,
        .failed = on_failed,
        .context = server,
    };
    return server;
}

static int open_workers(struct server *server)
{
    for (size_t i = 0; i < server->options.config->http_threads; i++) {
        int r =
            worker_open(&server->workers[i], server, &server->options, &server->options.pulses[i]);

        server->n_workers++;
        if (r < 0)
            return r;
    }
    return 0;
}

static int open_acceptor(struct server *server)
{
    int r = acceptor_new(&server->options, server->workers, server->n_workers, &server->acceptor);

    server->workers[0].acceptor = server->acceptor;
    return r;
}

static int start_workers(struct server *server)
{
    for (; server->n_running < server->n_workers; server->n_running++) {
        char *name = server->names[server->n_running];
        int r;

        snprintf(name, NAME_SIZE, "http-%u", (unsigned)server->n_running);
        r = worker_start(&server->workers[server->n_running], name);
        if (r < 0) {
            log_line(LOG_ERR, "cannot start a thread: %s", strerror(-r));
            return r;
        }
    }
    return 0;
}

int server_start(const struct server_options *options, struct server **started)
{
    struct server *server = server_new(options);
    int r;

    if (!server)
        return -ENOMEM;
    r = open_workers(server);
    if (r == 0)
        r = open_acceptor(server);
    if (r == 0) {
        writer_listen(options->writer, &server->listener);
        r = start_workers(server);
    }
    *started = server;
    return r;
}

void server_stop(struct server *server)
{
    for (size_t i = 0; i < server->n_running; i++)
        worker_stop(&server->workers[i]);
    for (; server->n_running > 0; server->n_running--)
        worker_join(&server->workers[server->n_running - 1]);
}

void server_free(struct server *server)
{
    if (server->acceptor)
        acceptor_free(server->acceptor);
    for (size_t i = 0; i < server->n_workers; i++)
        worker_close(&server->workers[i]);
    free(server->names);
    free(server);
}

instant server_began_at(const struct server *server)
{
    return server->began_at;
}

void server_add_up(const struct server *server, struct server_totals *totals)
{
    *totals = (struct server_totals){.max_connections = server->options.config->max_connections};
    for (int limit = 0; limit < LIMITS; limit++)
        totals->refused[limit] = acceptor_refused(server->acceptor, limit);
    for (size_t i = 0; i < server->n_workers; i++) {
        const struct worker_counters *counters = &server->workers[i].counters;

        for (size_t class = 0; class < ARRAY_SIZE(totals->answers); class ++)
            totals->answers[class] += atomic_load(&counters->answers[class]);
        for (size_t kind = 0; kind < PROBLEM_KINDS; kind++)
            totals->problems[kind] += atomic_load(&counters->problems[kind]);
        totals->cut += atomic_load(&counters->cut);
        totals->connections += worker_connections(&server->workers[i]);
        totals->polls += atomic_load(&counters->polls);
    }
}
